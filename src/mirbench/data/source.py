"""Where the data comes from: a folder, the variable, or the Hub, in that order."""

import functools
import os
import re
from pathlib import Path
from typing import BinaryIO, Final

from mirbench.data.labels import LABELS_NAME
from mirbench.data.partition import TEST_IDS_NAMES
from mirbench.data.release import IMAGES_NAME, RECORDS_NAMES, Release
from mirbench.data.zips import ZipImages
from mirbench.errors import SourceError
from mirbench.hub_errors import first_line, hub_failures

DATA_DIR_VARIABLE: Final = "MIRBENCH_DATA_DIR"
HUB_REPO: Final = "ShellyCoder/MIRBench"
HUB_REVISION: Final = "main"

_HUB_NAME: Final = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>\S+))?")

THREE_WAYS: Final = f"""\
mirbench looks for MIR's data in three places, in this order:
  1. data_dir=...              load_dataset("mirbench", data_dir="path/to/release")
  2. {DATA_DIR_VARIABLE}         export {DATA_DIR_VARIABLE}=path/to/release
  3. the Hugging Face Hub      {HUB_REPO} (needs the network, once)
A release is a folder with {RECORDS_NAMES[0]} and {IMAGES_NAME}.
Without one, make a fresh MIR-Synth release:  mirbench synth path/to/release --num 60"""


def data_dir_or_variable(data_dir: str | None) -> str | None:
    """Return the folder to read: the argument, else the variable, else None for the Hub."""
    return data_dir or os.environ.get(DATA_DIR_VARIABLE) or None


def open_source(
    data_dir: str | None = None,
    *,
    repo: str = HUB_REPO,
    revision: str = HUB_REVISION,
    streaming: bool = False,
    labels: str | None = None,
    test_ids: str | None = None,
) -> Release:
    """Open the release that `data_dir`, the variable or the Hub names.

    From the Hub, the zip is downloaded once into the Hub's own cache; when streaming it is read
    in place by ranges instead. Difficulty comes from `labels`, else from the release's own table;
    what is held out from `test_ids`, else from the release's own list.

    Raises:
        SourceError: If there is no data; the message says the three ways to give it.
    """
    release = _open_release(data_dir, repo, revision, streaming)
    if labels is not None:
        release.labels_path = Path(labels)
    if test_ids is not None:
        release.test_ids_path = Path(test_ids)
    return release


def open_named(source: str | None) -> Release:
    """Open what a command line names: a folder, or a dataset of the Hub as `owner/name@revision`.

    Without a name, what `open_source` opens; without a revision, the repository's main branch.

    Raises:
        SourceError: As `open_source`.
    """
    if source is None or Path(source).exists():
        return open_source(source)
    named = _HUB_NAME.fullmatch(source)
    if named is None:
        return Release.open(source)
    try:
        return _open_hub(named["repo"], named["revision"] or HUB_REVISION, streaming=False)
    except SourceError as error:
        raise SourceError(f"{source}: there is no folder of this name here. {error}") from error


def _open_release(data_dir: str | None, repo: str, revision: str, streaming: bool) -> Release:
    folder = data_dir_or_variable(data_dir)
    if folder is not None:
        try:
            return Release.open(folder)
        except SourceError as error:
            raise SourceError(f"{error}\n\n{THREE_WAYS}") from None
    return _open_hub(repo, revision, streaming)


def _open_hub(repo: str, revision: str, streaming: bool) -> Release:
    records = hub_records(repo, revision)
    if streaming:
        # The snapshot's folder is named by its commit, so records and images agree.
        commit = records.parent.name
        return Release(
            records,
            functools.partial(_remote_zip, repo, commit),
            f"{repo}@{commit[:7]}",
            labels=_download_if_there(repo, revision, LABELS_NAME),
            test_ids=_hub_test_ids(repo, revision),
            is_remote=True,
        )
    images = _download(repo, revision, IMAGES_NAME)
    _download_if_there(repo, revision, LABELS_NAME)
    _hub_test_ids(repo, revision)
    return Release.open(images.parent)


def _hub_test_ids(repo: str, revision: str) -> Path | None:
    found = (_download_if_there(repo, revision, name) for name in TEST_IDS_NAMES)
    return next(filter(None, found), None)


def source_key(
    data_dir: str | None,
    *,
    repo: str,
    revision: str,
    labels: str | None = None,
    test_ids: str | None = None,
) -> str:
    """Name the data that `open_source` would read, as it is now: for cache folders.

    Raises:
        SourceError: As `open_source`.
    """
    if any((data_dir_or_variable(data_dir), labels, test_ids)):
        release = open_source(
            data_dir, repo=repo, revision=revision, labels=labels, test_ids=test_ids
        )
        return release.cache_key
    return hub_records(repo, revision).parent.name[:16]


def hub_records(repo: str, revision: str) -> Path:
    """Return the local copy of the records of a Hub dataset, downloaded once.

    Raises:
        SourceError: If it cannot be had.
    """
    return _download(repo, revision, RECORDS_NAMES[0])


def _download(repo: str, revision: str, name: str) -> Path:
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(repo, name, repo_type="dataset", revision=revision))
    except hub_failures() as error:
        raise SourceError(
            f"{repo} (revision {revision}): {name} could not be fetched from the Hugging Face "
            f"Hub: {first_line(error)}\n\n{THREE_WAYS}"
        ) from error


def _download_if_there(repo: str, revision: str, name: str) -> Path | None:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import EntryNotFoundError

    try:
        return Path(hf_hub_download(repo, name, repo_type="dataset", revision=revision))
    except EntryNotFoundError:
        return None
    except hub_failures() as error:
        raise SourceError(f"{repo}: {name} could not be looked up: {error}") from error


class _OpenRemote:
    """Opens a Hub file for reading by ranges; picklable."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> BinaryIO:
        from huggingface_hub import HfFileSystem

        file: BinaryIO = HfFileSystem().open(self.path, "rb")
        return file


def _remote_zip(repo: str, revision: str) -> ZipImages:
    path = f"datasets/{repo}@{revision}/{IMAGES_NAME}"
    return ZipImages(_OpenRemote(path), path)
