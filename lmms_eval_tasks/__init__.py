"""MIR's tasks for lmms-eval.

Installed, `lmms-eval eval --tasks mir ...` finds them by itself: lmms-eval loads the entry points
of the group `lmms_eval.models` before it lists its tasks, and ours is `register`. Not installed,
or for `lmms-eval tasks list`, name this folder: `--include_path path/to/lmms_eval_tasks`.
"""

import functools
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mirbench.errors import MirbenchError

TASKS_FOLDER: Final = Path(__file__).parent


class TaskFolderError(MirbenchError):
    """A folder of the current directory would be taken for the task of the same name."""


def register() -> tuple[()]:
    """Let lmms-eval's `TaskManager` list the tasks below this folder; returns no models.

    lmms-eval has entry points for models but none for tasks, so the method that lists tasks is
    wrapped; its own argument for further folders carries ours, behind those of the user.
    """
    from lmms_eval.tasks import TaskManager

    list_tasks = TaskManager.initialize_tasks
    if getattr(list_tasks, "knows_mirbench", False):
        return ()

    @functools.wraps(list_tasks)
    def initialize_tasks(
        self: Any, include_path: str | list[str] | None = None, include_defaults: bool = True
    ) -> Any:
        refuse_task_folders(sys.argv)
        given = [include_path] if isinstance(include_path, str) else include_path or []
        folders = [*given, str(TASKS_FOLDER)]
        return list_tasks(self, include_path=folders, include_defaults=include_defaults)

    initialize_tasks.knows_mirbench = True  # type: ignore[attr-defined]
    TaskManager.initialize_tasks = initialize_tasks
    return ()


def refuse_task_folders(arguments: Sequence[str]) -> None:
    """Refuse to let a folder named like a task of ours stand in for it.

    lmms-eval takes `--tasks NAME` for a folder of task files wherever there is one of that name,
    and would run whatever it holds.

    Raises:
        TaskFolderError: If the command line asks for such a name.
    """
    for argument in arguments:
        name = argument.removeprefix("--tasks=")
        if name in task_names() and Path(name).is_dir():
            raise TaskFolderError(
                f"--tasks {name}: there is a folder {name!r} in {Path.cwd()}, which lmms-eval "
                f"would take for a folder of task files; run it from another directory, or write "
                f"'--tasks {name},{name}' for the task and '--tasks ./{name}' for the folder"
            )


@functools.cache
def task_names() -> frozenset[str]:
    """Return the names of the tasks below this folder: each has its file."""
    return frozenset(path.stem for path in TASKS_FOLDER.glob("*/mir*.yaml"))
