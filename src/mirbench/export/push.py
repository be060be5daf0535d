"""An export to the Hugging Face Hub: one commit, or one pull request."""

from pathlib import Path
from typing import Final, NamedTuple

from mirbench.export.folder import MANIFEST_NAME, ExportError, read_manifest
from mirbench.hub_errors import hub_failures

_WITHOUT_XET: Final = (
    "; an endpoint without Xet storage takes the files as plain LFS: set HF_HUB_DISABLE_XET=1"
)


class Pushed(NamedTuple):
    """What was sent.

    Attributes:
        url: Of the commit, or of the pull request.
        commit: Its hash.
        num_files: Files that the export holds.
        num_deleted: Files of an older export that the same commit takes away.
    """

    url: str
    commit: str
    num_files: int
    num_deleted: int


def push_export(
    folder: Path,
    repo: str,
    *,
    as_pull_request: bool = False,
    private: bool = False,
    token: str | None = None,
) -> Pushed:
    """Send a Parquet export to a dataset repository; what it has already is not sent again.

    Large files go first; the commit that names them comes last. So a push that is cut off changes
    nothing that others see, and the next one goes on.

    Args:
        folder: The export.
        repo: `owner/name`; made where it is not there.
        as_pull_request: Open a pull request instead of committing.
        private: Make a new repository private.
        token: Of the Hub; else the one that is logged in.

    Raises:
        ExportError: If the folder is no whole Parquet export, or the Hub refuses it.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    files = _files(folder)
    api = HfApi(token=token, library_name="mirbench")
    try:
        if not as_pull_request:
            api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
        stale = [
            path
            for path in api.list_repo_files(repo, repo_type="dataset")
            if path.endswith(".parquet") and path not in files
        ]
        operations = [CommitOperationAdd(path, str(folder / path)) for path in files]
        deletions = [CommitOperationDelete(path) for path in stale]
        commit = api.create_commit(
            repo,
            [*operations, *deletions],
            repo_type="dataset",
            commit_message=f"mirbench export: data {read_manifest(folder)['fingerprint'][:12]}",
            create_pr=as_pull_request,
        )
    except hub_failures() as error:
        remedy = _WITHOUT_XET if "xet" in str(error).lower() else ""
        raise ExportError(f"{repo}: the Hub did not take {folder}: {error}{remedy}") from error
    return Pushed(commit.pr_url or commit.commit_url, commit.oid, len(files), len(stale))


def _files(folder: Path) -> list[str]:
    """Return the paths of an export, checked to be whole."""
    manifest = read_manifest(folder)
    if manifest["kind"] != "parquet":
        raise ExportError(f"{folder}: expected a Parquet export, found {manifest['kind']}")
    files = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    for split in manifest["splits"]:
        mine = (folder / split["config"]).glob(f"{split['split']}-*.parquet")
        num_bytes = sum(path.stat().st_size for path in mine)
        if num_bytes != split["file_bytes"]:
            raise ExportError(
                f"{folder}: expected {split['file_bytes']:,} bytes in {split['config']}, split "
                f"{split['split']}, found {num_bytes:,}; export again"
            )
    missing = {"README.md", MANIFEST_NAME} - set(files)
    if missing:
        raise ExportError(f"{folder}: expected {min(missing)}, found none; export again")
    return files
