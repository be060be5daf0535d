"""What a server of OpenAI's API says about the model it serves."""

import os
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import httpx

_SECONDS: Final = 10.0


class Served(NamedTuple):
    """What vLLM's server tells beyond the API; others leave it out.

    Attributes:
        root: The model's folder or name on the Hub.
        limit: Tokens that it reads, prompt and answer together.
    """

    root: str
    limit: int


def served_model(name: str, args: Mapping[str, Any]) -> Served | None:
    """Ask the server of a backend's arguments about its model; None if it does not tell."""
    base = args.get("base_url") or os.environ.get("OPENAI_API_BASE")
    if not base:
        return None
    key = args.get("api_key") or os.environ.get("OPENAI_API_KEY", "")
    try:
        reply = httpx.get(
            f"{str(base).rstrip('/')}/models",
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=_SECONDS,
        )
        models = reply.raise_for_status().json()["data"]
        told = next(model for model in models if model["id"] == name)
        return Served(root=told.get("root") or name, limit=int(told["max_model_len"]))
    except (httpx.HTTPError, ValueError, KeyError, TypeError, StopIteration):
        return None  # the run itself will say if the server is not there
