"""The functions that the task files name: lmms-eval's view of mirbench's prompts and scoring."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image

import mirbench_hf  # noqa: F401  (registers "mirbench" with datasets)
from mirbench.data.pixels import to_rgb
from mirbench.data.rows import row_sample
from mirbench.evaluation.forms import FORMS, Form, form_named, row_rotation, shown_sample
from mirbench.interleave import ImageRef, Part, chat_content, join_parts, number_tags
from mirbench.scoring.environment import data_name, package_versions
from mirbench.scoring.metrics import STATUSES
from mirbench.scoring.responses import LOG_KEY, log_row, score_response

FORM: Final = "form"
"""The setting of a task that names its form; see `mirbench.evaluation.forms`."""

_ROTATED: Final = "circular_accuracy"


def metadata(form: Form) -> dict[str, Any]:
    """Return what lmms-eval writes into its results beside the scores."""
    return {
        "version": form.version,
        "prompt": form.prompt,
        "data": data_name(),
        "versions": package_versions(),
    }


DIRECT = metadata(FORMS["direct"])
BLIND = metadata(FORMS["blind"])
STAGE1, STAGE2, STAGE3, STAGE4, STAGE5 = (metadata(FORMS[f"stage{stage}"]) for stage in range(1, 6))


def doc_to_messages(
    doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return the question as one user message, each image in its place."""
    parts = _parts(doc, lmms_eval_specific_kwargs)
    return [{"role": "user", "content": chat_content(parts, _images(doc, parts))}]


def doc_to_visual(
    doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, Any] | None = None
) -> list[Image.Image]:
    """Return the question's images, each once, in the order that `<image1>` counts.

    In RGB, so that every backend shows the model the same, however it encodes images on the way.
    """
    return _images(doc, _parts(doc, lmms_eval_specific_kwargs))


def doc_to_text(
    doc: Mapping[str, Any], lmms_eval_specific_kwargs: Mapping[str, Any] | None = None
) -> str:
    """Return the prompt with its images named.

    Models without chat messages take text and images apart, most of them with all images first;
    `<image1>` says which one is meant, and is no placeholder of any of them.
    """
    text, image_refs = join_parts(_parts(doc, lmms_eval_specific_kwargs))
    return number_tags(text, image_refs)


def _parts(doc: Mapping[str, Any], settings: Mapping[str, Any] | None) -> tuple[Part, ...]:
    return form_named((settings or {}).get(FORM, "direct")).render(shown_sample(doc))


def _images(doc: Mapping[str, Any], parts: Sequence[Part]) -> list[Image.Image]:
    if not any(isinstance(part, ImageRef) for part in parts):
        return []
    return [to_rgb(image) for image in doc["images"]]


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Any]:
    """Score the responses to a question; lmms-eval logs what this returns beside them.

    One row is logged for one response, a list of rows for several.
    """
    sample, rotation = row_sample(doc), row_rotation(doc)
    scored = [
        score_response(sample, response, rotation=rotation, draw=draw)
        for draw, response in enumerate(results)
    ]
    ends = [one.status for one in scored]
    rows = [log_row(one) for one in scored]
    logged: dict[str, Any] = {
        "accuracy": sum(one.correct for one in scored) / len(scored),
        **{f"num_{status}": ends.count(status) for status in STATUSES},
        LOG_KEY: rows if len(rows) > 1 else rows[0],
    }
    if "rotation" in doc:
        logged[_ROTATED] = [(one.id, one.draw, one.correct) for one in scored]
    return logged


def total(counts: Sequence[int]) -> int:
    """Add up counts."""
    return sum(counts)


def share_right_in_every_rotation(rotations: Sequence[Sequence[tuple[str, int, bool]]]) -> float:
    """Return the share of questions that were answered right however their options stood."""
    right: dict[tuple[str, int], bool] = {}
    for id, draw, correct in (one for rotation in rotations for one in rotation):
        right[id, draw] = right.get((id, draw), True) and correct
    return sum(right.values()) / len(right)


class KeepAll:
    """lmms-eval's filter that keeps every answer to a question; its default keeps the first.

    A single answer stands for itself, so that runs without repeats log texts and not lists.
    """

    def apply(self, responses: Sequence[Sequence[str]], docs: Any) -> list[str | list[str]]:
        """Return the answers to each question."""
        return [list(one) if len(one) > 1 else one[0] for one in responses]
