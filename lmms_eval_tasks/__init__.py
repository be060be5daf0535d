"""MIR's tasks for lmms-eval.

Installed, `lmms-eval eval --tasks mir ...` finds them by itself: lmms-eval loads the entry points
of the group `lmms_eval.models` before it lists its tasks, and ours is `register`. Not installed,
or for `lmms-eval tasks list`, name this folder: `--include_path path/to/lmms_eval_tasks`.
"""

import fnmatch
import functools
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import yaml

from mirbench.data.source import open_source
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
        check_command(sys.argv)
        given = [include_path] if isinstance(include_path, str) else include_path or []
        folders = [*given, str(TASKS_FOLDER)]
        return list_tasks(self, include_path=folders, include_defaults=include_defaults)

    # A function may carry attributes; its type does not say so.
    initialize_tasks.knows_mirbench = True  # type: ignore[attr-defined]
    TaskManager.initialize_tasks = initialize_tasks
    return ()


def check_command(arguments: Sequence[str]) -> None:
    """Refuse a command line that asks for a task of ours and cannot get it, before a model loads.

    Where there is a folder named like the task, lmms-eval would run whatever task files it holds.
    Where there is no data, it would find out after loading the model, which can take minutes.

    Raises:
        TaskFolderError: If such a folder is here.
        SourceError: If there is no data.
    """
    asked = tuple(_asked(arguments))
    for name in asked:
        if name in task_names() and Path(name).is_dir():
            raise TaskFolderError(
                f"--tasks {name}: there is a folder {name!r} in {Path.cwd()}, which lmms-eval "
                f"would take for a folder of task files; run it from another directory, or write "
                f"'--tasks {name},{name}' for the task and '--tasks ./{name}' for the folder"
            )
    if any(match_tasks(name) for names in asked for name in names.split(",")):
        open_source()


def _asked(arguments: Sequence[str]) -> Iterator[str]:
    """Yield each list of tasks that a command line gives, in itself or in its `--config`."""
    yield from _values(arguments, "--tasks")
    for path in _values(arguments, "--config"):
        # Without such a file, lmms-eval says so itself.
        if Path(path).is_file():
            settings = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
            for one in settings if isinstance(settings, list) else [settings]:
                if isinstance(one, Mapping) and isinstance(one.get("tasks"), str):
                    yield one["tasks"]


def _values(arguments: Sequence[str], option: str) -> Iterator[str]:
    yield from (value for name, value in pairwise(arguments) if name == option)
    start = f"{option}="
    yield from (one.removeprefix(start) for one in arguments if one.startswith(start))


@functools.cache
def task_names() -> frozenset[str]:
    """Return the names of the tasks and groups below this folder: each has its file."""
    return frozenset(path.stem for path in TASKS_FOLDER.glob("*/mir*.yaml"))


def match_tasks(pattern: str) -> tuple[str, ...]:
    """Return the tasks of ours that a name means, or a pattern such as `mir_*`, to lmms-eval."""
    return tuple(sorted(fnmatch.filter(task_names(), pattern)))
