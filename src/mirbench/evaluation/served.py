"""What a server of OpenAI's API says about the model it serves, asked before anything else."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx

from mirbench.evaluation.settings import SettingsError
from mirbench.model_identity import ModelIdentity, model_identity
from mirbench.servers import API_KEY_VARIABLE

OPENAI: Final = "https://api.openai.com/v1"
_SECONDS: Final = 10.0


class Served(NamedTuple):
    """What a server tells; all but vLLM's leave most of it out.

    Attributes:
        url: Its address, as it was given.
        software: `vllm` with its version; empty for any other.
        root: The model's folder there, or its name on the Hub; empty if it does not say.
        limit: Tokens that the model reads, prompt and answer together; None if it does not say.
    """

    url: str
    software: str = ""
    root: str = ""
    limit: int | None = None

    @property
    def is_vllm(self) -> bool:
        """Whether it is vLLM's, which takes more settings than the API has."""
        return bool(self.software)

    @property
    def model(self) -> str:
        """What it serves: a name on the Hub, or that of a folder without its path."""
        return Path(self.root).name if self.root.startswith(("/", ".", "~")) else self.root

    @property
    def told(self) -> str:
        """All that it tells, in one line."""
        return f"{self.software}, {self.model}" if self.is_vllm else ""

    def identity(self, name: str, revision: str | None) -> ModelIdentity:
        """Name the model that it serves under a name.

        Args:
            name: What it is asked for.
            revision: What the user says it is; servers do not tell. Where the server runs on this
                machine, the files of its folder say it.
        """
        root = Path(self.root)
        if revision is None and _is_here(self.url) and root.is_absolute() and root.is_dir():
            return ModelIdentity(name, model_identity(self.root).revision)
        return ModelIdentity(name, revision or "")


def served_model(name: str, args: Mapping[str, Any]) -> Served:
    """Ask the server of a backend's arguments about the model of that name.

    A server without a list of models says nothing, which is no reason not to ask it questions.

    Raises:
        SettingsError: If there is no server, it refuses the key, or it serves another model.
    """
    url = server_url(args)
    key = args.get("api_key") or os.environ.get(API_KEY_VARIABLE, "")
    try:
        with httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {}, timeout=_SECONDS
        ) as client:
            reply = client.get(f"{url}/models")
            if reply.status_code in (401, 403):
                raise SettingsError(
                    f"{url}: expected a key that the server takes, found it refused "
                    f"({reply.status_code}); set {API_KEY_VARIABLE}"
                )
            told = _models(reply)
            return _vllms(client, url, name, told) if _are_vllms(told) else Served(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SettingsError(
            f"{url}: expected a server of OpenAI's API, found none "
            f"({error or type(error).__name__}); start it, or name another with "
            "--model-args base_url=...; its address ends in /v1"
        ) from error


def server_url(args: Mapping[str, Any]) -> str:
    """Return the address that a backend with these arguments asks."""
    given = args.get("base_url")
    variables = (os.environ.get(name) for name in ("OPENAI_API_BASE", "OPENAI_BASE_URL"))
    return str(given or next(filter(None, variables), OPENAI)).rstrip("/")


def _models(reply: httpx.Response) -> list[Mapping[str, Any]]:
    """Return the models of a reply; none if it is no list of models."""
    try:
        models = reply.raise_for_status().json()["data"]
        return [model for model in models if isinstance(model, Mapping)]
    except (httpx.HTTPStatusError, ValueError, KeyError, TypeError):
        return []


def _are_vllms(models: list[Mapping[str, Any]]) -> bool:
    return bool(models) and all(model.get("owned_by") == "vllm" for model in models)


def _vllms(client: httpx.Client, url: str, name: str, models: list[Mapping[str, Any]]) -> Served:
    """Read what vLLM's server tells beyond the API."""
    told = next((model for model in models if model.get("id") == name), None)
    if told is None:
        names = ", ".join(str(model.get("id")) for model in models)
        raise SettingsError(
            f"{url}: expected the model {name!r}, found {names}; name it as the server does with "
            "--model-args model=..."
        )
    limit = told.get("max_model_len")
    return Served(
        url=url,
        software=f"vllm {_version(client, url)}".strip(),
        root=str(told.get("root") or name),
        limit=limit if isinstance(limit, int) else None,
    )


def _version(client: httpx.Client, url: str) -> str:
    try:
        reply = client.get(f"{url.removesuffix('/v1')}/version")
        return str(reply.raise_for_status().json()["version"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return ""


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
