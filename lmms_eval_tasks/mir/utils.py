"""The functions that the task files name: lmms-eval's view of mirbench's prompts and scoring."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PIL import Image

import mirbench_hf  # noqa: F401  (registers "mirbench" with datasets)
from mirbench.data.pixels import to_rgb
from mirbench.data.rows import row_sample
from mirbench.interleave import chat_content, join_parts, number_tags
from mirbench.prompts import DIRECT_INSTRUCTION, OPTIONS_LINE, direct_prompt, prompt_hash
from mirbench.scoring.environment import data_name, package_versions
from mirbench.scoring.metrics import STATUSES
from mirbench.scoring.responses import LOG_KEY, log_row, score_response

METADATA: Final = {
    "version": 1,
    "prompt": prompt_hash(OPTIONS_LINE, DIRECT_INSTRUCTION),
    "data": data_name(),
    "versions": package_versions(),
}
"""What lmms-eval writes into its results beside the scores. Raise `version` with the prompt."""


def doc_to_messages(doc: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the question as one user message, each image in its place."""
    content = chat_content(direct_prompt(row_sample(doc)), doc_to_visual(doc))
    return [{"role": "user", "content": content}]


def doc_to_visual(doc: Mapping[str, Any]) -> list[Image.Image]:
    """Return the question's images, each once, in the order that `<image1>` counts.

    In RGB, so that every backend shows the model the same, however it encodes images on the way.
    """
    return [to_rgb(image) for image in doc["images"]]


def doc_to_text(doc: Mapping[str, Any]) -> str:
    """Return the prompt with its images named.

    Models without chat messages take text and images apart, most of them with all images first;
    `<image1>` says which one is meant, and is no placeholder of any of them.
    """
    text, image_refs = join_parts(direct_prompt(row_sample(doc)))
    return number_tags(text, image_refs)


def process_results(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, Any]:
    """Score a response; lmms-eval logs what this returns beside the response itself."""
    sample = row_sample(doc)
    scored = score_response(sample, results[0])
    counts = {f"num_{status}": int(scored.status == status) for status in STATUSES}
    return {"accuracy": float(scored.correct), **counts, LOG_KEY: log_row(scored)}


def total(counts: Sequence[int]) -> int:
    """Add up counts."""
    return sum(counts)
