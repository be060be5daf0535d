"""How the `datasets` builder is asked: its settings, and the features of what it gives."""

import dataclasses
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import datasets

from mirbench import __version__
from mirbench.curriculum import CurriculumSettings, Overlap
from mirbench.data.partition import DEFAULT_TEST_FRACTION
from mirbench.data.source import HUB_REPO, HUB_REVISION, source_key
from mirbench.data.tables import CURRICULUM_SCHEMA, SAMPLE_SCHEMA, STAGE_SCHEMA
from mirbench.errors import SourceError
from mirbench.stages import STAGES

_IMAGES: Final = [datasets.Image()]
SAMPLE_FEATURES: Final = datasets.Features(
    {**datasets.Features.from_arrow_schema(SAMPLE_SCHEMA), "images": _IMAGES}
)
STAGE_TEXT_FEATURES: Final = datasets.Features.from_arrow_schema(STAGE_SCHEMA)
"""What a stage configuration stores: its images are those of `default`."""

STAGE_FEATURES: Final = datasets.Features({**STAGE_TEXT_FEATURES, "images": _IMAGES})
CURRICULUM_FEATURES: Final = datasets.Features.from_arrow_schema(CURRICULUM_SCHEMA)
_PAPER: Final = CurriculumSettings()


@dataclasses.dataclass(eq=False)
class MIRBenchConfig(datasets.BuilderConfig):
    """One way to see the data.

    Attributes:
        stage: The guidance stage of the messages, or None for structured records.
        repo: The Hub dataset to read where no folder is given.
        revision: Its revision.
        test_fraction: Share of each subtask that is held out, where the source does not say.
        strict: Raise on the first faulty record instead of leaving it out and reporting it.
        labels: A table of `mirbench label` that says what is easy; else that of the release.
        test_ids: The official list of what is held out; else that of the release.
        near_copies: Whether re-encoded copies of images are looked for, so that they are held out
            together; None looks where the source does not say what is held out.
        fraction: For the curriculum, as all below: see `mirbench.curriculum`.
        seed: Draw and order.
        ladder: The stages of the second phase.
        easy_stage: What easy samples are trained on.
        overlap: Whether a hard sample may stand in several stages.
    """

    stage: int | None = None
    repo: str = HUB_REPO
    revision: str = HUB_REVISION
    test_fraction: float = DEFAULT_TEST_FRACTION
    strict: bool = False
    labels: str | None = None
    test_ids: str | None = None
    near_copies: bool | None = None
    fraction: float = _PAPER.fraction
    seed: int = _PAPER.seed
    ladder: Sequence[int] = _PAPER.ladder
    easy_stage: int | None = _PAPER.easy_stage
    overlap: Overlap = _PAPER.overlap

    @property
    def is_curriculum(self) -> bool:
        """Whether this is the training order."""
        return bool(self.name == "curriculum")

    @property
    def curriculum(self) -> CurriculumSettings:
        """The settings of the training order."""
        return CurriculumSettings(
            fraction=self.fraction,
            seed=self.seed,
            ladder=tuple(self.ladder),
            easy_stage=self.easy_stage,
            overlap=self.overlap,
        )

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name the cache folder by the data, so that changed data is never read from a cache."""
        if self.data_files is not None:
            raise SourceError("mirbench reads a release folder: give data_dir, not data_files")
        key = source_key(
            self.data_dir,
            repo=self.repo,
            revision=self.revision,
            labels=self.labels,
            test_ids=self.test_ids,
        )
        settings: list[Any] = [self.test_fraction, self.near_copies, self.strict]
        if self.is_curriculum:
            settings.append(self.curriculum)
        digest = hashlib.sha256(repr(settings).encode()).hexdigest()
        return f"{self.name}-{key}-{digest[:8]}"


CONFIGS: Final = [
    MIRBenchConfig(name="default", version=__version__, description="Structured records."),
    *(
        MIRBenchConfig(
            name=f"stage{stage}",
            version=__version__,
            description=f"Chat messages of guidance stage {stage}.",
            stage=stage,
        )
        for stage in STAGES
    ),
    MIRBenchConfig(
        name="curriculum", version=__version__, description="The order in which to train."
    ),
]
