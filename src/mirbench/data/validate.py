"""Every fault of a release: its records, and the images they name."""

from collections.abc import Callable
from dataclasses import dataclass

from mirbench.data.partition import Leaks
from mirbench.data.pixels import decode_image
from mirbench.data.release import Entry, Release
from mirbench.errors import ImageError, RecordError
from mirbench.record import Fault, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What a validation found.

    Attributes:
        num_records: Records read; the valid and the faulty ones together.
        num_valid: Records that are valid samples with readable images.
        num_images: Image references that were opened.
        faults: One for each record that is not valid, in the release's order.
        fingerprint: Names the data as read; see `mirbench.data.index.Index`.
        leaks: How far the test partition shares images with training.
    """

    num_records: int
    num_valid: int
    num_images: int
    faults: tuple[Fault, ...]
    fingerprint: str
    leaks: Leaks


def validate(
    release: Release,
    *,
    deep: bool = False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Validation:
    """Read every record and the header of every image; with `deep`, decode every pixel.

    Args:
        release: What to read.
        deep: Decode the images as well. Finds images that are cut off; takes far longer.
        on_progress: Called with the number of valid records whose images are checked, and with
            their total.

    Raises:
        SourceError: If the release cannot be read at all.
    """
    index = release.index()
    faults = list(index.faults)
    num_images = 0
    with release.records_path.open("rb") as file:
        for done, entry in enumerate(index.entries):
            on_progress(done, len(index.entries))
            try:
                sample = release.load(file, entry)
                images = release.load_images(sample, entry.record)
                num_images += len(images)
                if deep:
                    _decode_all(sample, images, entry, release.records_path.name)
            except RecordError as error:
                faults.append(error.fault)
    on_progress(len(index.entries), len(index.entries))
    return Validation(
        num_records=index.num_records,
        num_valid=index.num_records - len(faults),
        num_images=num_images,
        faults=tuple(sorted(faults, key=lambda fault: fault.record or 0)),
        fingerprint=index.fingerprint,
        leaks=index.leaks,
    )


def _decode_all(sample: Sample, images: list[bytes], entry: Entry, file: str) -> None:
    for content, name in zip(images, sample.images, strict=True):
        try:
            decode_image(content, name)
        except ImageError as error:
            raise RecordError(
                Fault(
                    file=file,
                    record=entry.record,
                    id=sample.id,
                    field="images",
                    expected="images that decode",
                    found=str(error),
                )
            ) from None
