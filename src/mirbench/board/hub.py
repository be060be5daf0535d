"""The Hugging Face Hub: pull requests with results, and submissions that come as pull requests.

Nothing is sent unless it is asked for, and then as a pull request.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mirbench import __version__
from mirbench.board.hub_files import EVAL_YAML, HubFiles
from mirbench.board.reading import MAX_PREDICTIONS_BYTES, MAX_SUBMISSION_BYTES
from mirbench.board.submission import PREDICTIONS_NAME, SUBMISSION_NAME
from mirbench.errors import ScoringError
from mirbench.hub_errors import hub_failures

_PULL_REQUEST: Final = re.compile(r"([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)#(\d{1,9})")


def open_pull_requests(files: HubFiles, *, dataset: str, token: str | None = None) -> list[str]:
    """Open a pull request with the entry to the model, and one with `eval.yaml` to the dataset.

    Each call opens new ones: the Hub has no way to change somebody's pull request.

    Raises:
        ScoringError: If the Hub refuses one.
    """
    urls = []
    if files.eval_results is not None:
        name = f".eval_results/{files.eval_results.name}"
        urls.append(_open(files.model, "model", name, files.eval_results, token))
    urls.append(_open(dataset, "dataset", EVAL_YAML, files.eval_yaml, token))
    return urls


def _open(repo: str, kind: str, name: str, path: Path, token: str | None) -> str:
    from huggingface_hub import CommitOperationAdd, HfApi

    try:
        commit = HfApi(token=token, library_name="mirbench").create_commit(
            repo,
            [CommitOperationAdd(name, str(path))],
            repo_type=kind,
            commit_message=f"Add {name} (mirbench {__version__})",
            create_pr=True,
        )
    except hub_failures() as error:
        raise ScoringError(f"{repo}: the Hub did not take {name}: {error}") from error
    return commit.pr_url or commit.commit_url


@contextmanager
def submission_folder(place: str) -> Iterator[Path]:
    """Give the folder of a submission: one on this disk, or that of a pull request.

    Raises:
        ScoringError: If a pull request does not hold exactly one submission, of sane size.
    """
    match = _PULL_REQUEST.fullmatch(place)
    if match is None or Path(place).exists():
        yield Path(place)
        return
    with tempfile.TemporaryDirectory(prefix="mirbench-submission-") as folder:
        yield fetch_pull_request(match[1], int(match[2]), Path(folder))


def fetch_pull_request(repo: str, number: int, into: Path) -> Path:
    """Fetch the submission that a pull request to a dataset repository adds; returns its folder.

    Only files of the two names are fetched, after their sizes are known.

    Raises:
        ScoringError: If it does not add exactly one submission, of sane size.
    """
    from huggingface_hub import HfApi, hf_hub_download
    from huggingface_hub.hf_api import RepoFile

    revision, limits = f"refs/pr/{number}", {
        SUBMISSION_NAME: MAX_SUBMISSION_BYTES, PREDICTIONS_NAME: MAX_PREDICTIONS_BYTES,
    }  # fmt: skip
    try:
        api = HfApi(library_name="mirbench")
        before = set(api.list_repo_files(repo, repo_type="dataset"))
        tree = api.list_repo_tree(repo, recursive=True, revision=revision, repo_type="dataset")
        added = {
            one.path: one.size
            for one in tree
            if isinstance(one, RepoFile) and one.path not in before
        }
        folders = {str(Path(path).parent) for path in added}
        names = {Path(path).name for path in added}
        if len(folders) != 1 or SUBMISSION_NAME not in names or not names <= set(limits):
            found = ", ".join(map(ascii, sorted(added)[:6])) or "nothing"
            raise ScoringError(
                f"{repo}#{number}: expected one new folder with {SUBMISSION_NAME} and "
                f"{PREDICTIONS_NAME}, found {found}"
            )
        for path, size in added.items():
            limit = limits[Path(path).name]
            if size > limit:
                raise ScoringError(f"{path!a}: expected at most {limit:,} bytes, found {size:,}")
            content = hf_hub_download(
                repo, path, revision=revision, repo_type="dataset", local_dir=into / "repo"
            )
            Path(content).replace(_place(into) / Path(path).name)
    except hub_failures() as error:
        raise ScoringError(f"{repo}#{number}: could not be fetched: {error}") from error
    return _place(into)


def _place(into: Path) -> Path:
    place = into / "submission"
    place.mkdir(exist_ok=True)
    return place
