"""A store -> a static site: no server, no network, nothing that a submission says acts on the page.

`index.html` loads its style, its scripts and one file of rows; everything else comes when it is
asked for, as small scripts beside it (`data/`), so that the page also works from a disk, where
browsers forbid to fetch. Its policy allows nothing but files of its own folder. Texts reach the
page as text nodes only.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from mirbench import __version__
from mirbench.board.board_data import board_data, detail_data
from mirbench.board.downloads import as_csv, as_json
from mirbench.board.questions import Questions, read_questions
from mirbench.board.ranking import groups_of, rows_of
from mirbench.board.reading import open_plain
from mirbench.board.store import Accepted, Store, current
from mirbench.board.submission import PREDICTIONS_NAME, utc_now
from mirbench.board.thumbnails import Thumbnails
from mirbench.board.vectors import gold_vector
from mirbench.data.release import Release
from mirbench.interleave import ImageRef, split_parts
from mirbench.record import Sample
from mirbench.scoring.metrics import NOT_STATED

SHARD: Final = 100
"""Questions, or responses of a model, in one file."""

_SCRIPTS: Final = (
    *("page.js", "charts.js", "ranking.js", "drawer.js"),
    *("list.js", "compare.js", "start.js"),
)
_STYLE: Final = "board.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What was built.

    Attributes:
        index: The page to open.
        num_rows: Submissions on the board.
        num_questions: Questions that it can show.
        num_images: Thumbnails of their images.
        first_view_bytes: What a browser loads to show the ranking.
    """

    index: Path
    num_rows: int
    num_questions: int
    num_images: int
    first_view_bytes: int


def build_board(
    store: Store, release: Release, out: Path | str, *, title: str = "MIR leaderboard"
) -> Built:
    """Build the site of a store. What an earlier build left and is still right is kept.

    Args:
        store: Accepted submissions.
        release: The data that they answer.
        out: The folder of the site; `index.html` is written last.
        title: Of the page.

    Raises:
        ScoringError: If the store is about other questions, or has changed.
    """
    out = Path(out)
    questions = read_questions(release)
    everything = store.read()
    shown = list(current(everything))
    groups = groups_of(questions.samples)
    rows = rows_of(shown, questions, groups)
    site = _Site(out)
    for one in shown:
        if one.verdict.answers:
            site.put(f"answers/{one.id}", one.verdict.answers)
            site.put_responses(one, questions)
    with Thumbnails(release, out / "images") as thumbnails:
        for number, start in enumerate(range(0, len(questions.samples), SHARD)):
            shard = questions.samples[start : start + SHARD]
            site.put(f"questions/{number}", [_question(one, thumbnails) for one in shard])
    for row in rows:
        site.put(f"models/{row.accepted.id}", detail_data(row, rows, everything, groups))
    site.put("questions", _index(questions))
    board = board_data(rows, questions, groups, shard=SHARD, made=utc_now())
    site.put("board", board)
    _write(out / "board.csv", as_csv(rows, groups).encode())
    _write(out / "board.json", as_json(rows, groups).encode())
    site.put_page(title=title, questions=questions, num_models=len(rows))
    site.sweep({one.id for one in shown}, thumbnails.names)
    first = ("index.html", _STYLE, *_SCRIPTS, "data/board.js")
    return Built(
        index=out / "index.html",
        num_rows=len(rows),
        num_questions=len(questions.samples),
        num_images=len(thumbnails.names),
        first_view_bytes=sum((out / name).stat().st_size for name in first),
    )


class _Site:
    """The folder of a site."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._data = out / "data"

    def put(self, name: str, value: Any) -> None:
        """Write a file of data: a script that hands its value to the page."""
        _write(self._data / f"{name}.js", _script(name, value))

    def put_responses(self, one: Accepted, questions: Questions) -> None:
        """Write the responses of a submission; they never change, so what is there stays."""
        place = self._data / "responses" / one.id
        if place.exists():
            return
        draft = place.with_name(f".{one.id}.{os.getpid()}.tmp")
        draft.mkdir(parents=True)
        try:
            for number, responses in enumerate(_response_shards(one, questions)):
                name = f"responses/{one.id}/{number}"
                (draft / f"{number}.js").write_bytes(_script(name, responses))
            draft.replace(place)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def put_page(self, *, title: str, questions: Questions, num_models: int) -> None:
        """Write the page itself, its scripts and its style; the page last."""
        pages = resources.files("mirbench.board").joinpath("page")
        shared = resources.files("mirbench.scoring").joinpath("page")
        for name in (*_SCRIPTS, _STYLE):
            folder = shared if name == "list.js" else pages
            _write(self._out / name, folder.joinpath(name).read_bytes())
        environment = Environment(
            loader=PackageLoader("mirbench.board", "page"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        page = environment.get_template("index.html.j2").render(
            title=title,
            data=questions.name,
            fingerprint=questions.fingerprint,
            num_questions=len(questions.samples),
            num_models=num_models,
            scripts=_SCRIPTS,
            style=_STYLE,
            made=utc_now(),
            mirbench_version=__version__,
        )
        _write(self._out / "index.html", page.encode())

    def sweep(self, ids: set[str], images: set[str]) -> None:
        """Remove what belongs to submissions and images that are no longer shown."""
        for folder in ("answers", "models"):
            for path in (self._data / folder).glob("*.js"):
                if path.stem not in ids:
                    path.unlink()
        for path in (self._data / "responses").glob("*"):
            if path.name not in ids:
                shutil.rmtree(path)
        for path in (self._out / "images").glob("*"):
            if path.name not in images:
                path.unlink()


def _script(name: str, value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"mirbench({json.dumps(name)},{text});\n".encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    draft.write_bytes(content)
    draft.replace(path)


def _index(questions: Questions) -> Mapping[str, Any]:
    """Return what is needed to list and filter all questions, a column each."""
    samples = questions.samples
    subtasks = list(dict.fromkeys(sample.subtask or NOT_STATED for sample in samples))
    place = {name: index for index, name in enumerate(subtasks)}
    return {
        "ids": [sample.id for sample in samples],
        "answers": gold_vector(samples),
        "subtasks": subtasks,
        "subtask": [place[sample.subtask or NOT_STATED] for sample in samples],
        "difficulty": [sample.difficulty for sample in samples],
        "images": [len(set(sample.image_refs)) for sample in samples],
    }


def _question(sample: Sample, thumbnails: Thumbnails) -> Mapping[str, Any]:
    return {
        "parts": [
            part.index if isinstance(part, ImageRef) else part.text
            for part in split_parts(sample.question, sample.image_refs)
        ],
        "images": [thumbnails.make(name) for name in sample.images],
        "options": sample.options,
    }


def _response_shards(one: Accepted, questions: Questions) -> Iterator[Sequence[Any]]:
    """Yield each response with the number of characters that were cut, in shards."""
    by_id = {}
    with open_plain(one.folder / PREDICTIONS_NAME) as file:
        for line in file:
            told = json.loads(line)
            by_id[told["id"]] = (told["response"], told.get("cut", 0))
    for start in range(0, len(questions.samples), SHARD):
        yield [by_id[sample.id] for sample in questions.samples[start : start + SHARD]]
