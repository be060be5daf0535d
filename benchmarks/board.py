"""Checking submissions and building the board at the paper's size.

    .venv/bin/python benchmarks/board.py                 # 22,257 questions, 200 submissions
    .venv/bin/python benchmarks/board.py --models 500    # what the page has to bear

Packs one run of 22,257 responses and checks it, twice: with the questions read from the release,
and from the cache that the first time left. Then fills a store with submissions of random skill
(written there directly, since checking each would take most of the time) and builds the board: of
one submission, which makes the thumbnails that later builds keep; of all; and with nothing changed.
Last it opens the page in Chromium from the disk and times the first view, the comparison of six
models, and a filter over all questions.

The images are tiny, so thumbnails are timed apart, on JPEGs of 448 x 448 pixels.
"""

import argparse
import hashlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from mirbench.record import Sample
from mirbench.scoring.responses import question_hash

TESTS = Path(__file__).parent.parent / "tests"
REASON = (
    "The first image shows the two objects side by side, so their sizes can be compared there. In "
    "the second image the one on the left looks smaller, which means that it stands further away."
)
console = Console(highlight=False, soft_wrap=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Print how long something took."""
    start, cpu = time.perf_counter(), time.process_time()
    yield
    seconds, used = time.perf_counter() - start, time.process_time() - cpu
    console.print(f"{what:<52} {seconds:7.2f} s   CPU {used:7.2f} s")


def make_release(folder: Path, num: int) -> None:
    """Write a release whose questions are all held out, with chains of the paper's length."""
    from releases import jpeg, record, write_release

    steps = dict.fromkeys(("summary", "text2img", "img2img"), "reasoning " * 130)
    records = [record(number, partition="test", **steps) for number in range(num)]
    images = {
        f"images/{number}-{side}.jpg": jpeg(2 * number + place, (8, 8))
        for number in range(num)
        for place, side in enumerate("ab")
    }
    write_release(folder, records, images)


def pack_one(release: Path, folder: Path) -> Path:
    """Pack a run that draws its letters; returns the submission."""
    from submissions import pack

    def respond(sample: Sample) -> str:
        chance = random.Random(sample.id)
        return f"{REASON}\nYour option: {chance.choice('ABC')}\nReason: {REASON}"

    return pack(folder, release, respond, model="bench/model").folder


def fill_store(store: Path, submission: Path, numbers: range, reason: str) -> None:
    """Write submissions of random skill into a store, as `Store.add` would leave them."""
    from submissions import questions_of, write_predictions

    questions = questions_of(store.parent / "release")
    told = json.loads((submission / "submission.json").read_text())
    gold = [sample.answer for sample in questions.samples]
    heads = [
        f'{{"id":{json.dumps(sample.id)},"sample":"{question_hash(sample)}","response":'
        for sample in questions.samples
    ]
    for number in numbers:
        chance = random.Random(number)
        skill = chance.uniform(0.3, 0.9)
        answers = [answer if chance.random() < skill else chance.choice("ABC-") for answer in gold]
        lines = (
            f'{head}"{reason} Your option: {answer}","cut":0,"prediction":"{answer}",'
            '"status":"answered","tokens":null}\n'
            for head, answer in zip(heads, answers, strict=True)
        )
        told["model"] |= {"name": f"bench/model-{number}", "size": chance.choice((3, 7, 32, 72))}
        told["created"] = f"2026-{number % 12 + 1:02d}-01T00:00:00Z"
        draft = store / "draft"
        draft.mkdir(parents=True)
        write_predictions(draft, told, "".join(lines).encode())
        text = json.dumps(told)
        (draft / "submission.json").write_text(text)
        id = f"model-{number}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        (store / "submissions").mkdir(exist_ok=True)
        draft.rename(store / "submissions" / id)
        write_verdict(store, id, questions.fingerprint, "".join(answers))


def write_verdict(store: Path, id: str, fingerprint: str, answers: str) -> None:
    """Write what the check of a submission would have left."""
    from mirbench.board.verdict import Verdict

    verdict = Verdict(
        id=id, tier="recomputed", accepted="2026-01-01T00:00:00Z", mirbench="0", extractor="1",
        fingerprint=fingerprint, answers=answers, flags=[],
    )  # fmt: skip
    path = store / "verdicts" / f"{id}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(verdict.model_dump(mode="json")))


def time_check(release: Path, submission: Path) -> None:
    """Check and score a submission again, with and without the cache of questions."""
    from mirbench.board.check import check_submission
    from mirbench.board.questions import read_questions
    from mirbench.data.release import Release

    for state in ("first time", "questions cached"):
        with timed(f"check and score again, {state}"):
            checked = check_submission(submission, read_questions(Release.open(release)))
        if not checked.ok:
            sys.exit(str(checked.faults[0]))


def time_build(release: Path, store: Path, site: Path, what: str) -> None:
    """Build the board."""
    from mirbench.board.site import build_board
    from mirbench.board.store import Store
    from mirbench.data.release import Release

    with timed(f"build the board, {what}"):
        built = build_board(Store(store), Release.open(release), site)
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    console.print(
        f"    {built.num_rows} submissions, {built.num_questions:,} questions, "
        f"{built.num_images:,} images; the site has {size / 1e6:,.0f} MB, its first view "
        f"{built.first_view_bytes / 1e6:.2f} MB"
    )


def time_page(site: Path) -> None:
    """Open the page from the disk and use it."""
    from playwright.sync_api import sync_playwright

    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, chromium_sandbox=os.geteuid() != 0
        )
        page = browser.new_page()
        for state in ("first", "second"):
            page.goto((site / "index.html").as_uri())
            page.wait_for_selector("main.ready")
            ready = page.evaluate(
                "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            )
            paint = page.evaluate(
                "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
            )
            rows = page.locator("#rows tr").count()
            console.print(f"{state} view: {rows} rows drawn after {ready:.0f} ms; paint {paint} ms")
        page.evaluate("choose({compare: board.rows.slice(0, 6).map((row) => row.id).join(',')})")
        start = time.perf_counter()
        page.click("#to-compare")
        page.wait_for_selector("#sample .question")
        console.print(f"comparing six models: {1000 * (time.perf_counter() - start):.0f} ms")
        start = time.perf_counter()
        page.click('[data-show="only0"]')
        page.wait_for_function("document.querySelector('#num').textContent.length > 0")
        console.print(f"filtering all questions: {1000 * (time.perf_counter() - start):.0f} ms")
        browser.close()


def time_thumbnails(folder: Path, num: int = 400) -> None:
    """Make thumbnails of images of the usual size."""
    from PIL import Image
    from releases import record, scene, write_release

    from mirbench.board.thumbnails import Thumbnails
    from mirbench.data.release import Release

    images = {}
    for number in range(num // 2):
        for side in "ab":
            file = io.BytesIO()
            scene(number % 40, (448, 448)).save(file, "JPEG", quality=88)
            comment = b"\xff\xfe\x00\x0a" + f"{number:07d}{side}".encode()
            images[f"images/{number}-{side}.jpg"] = (
                file.getvalue()[:2] + comment + file.getvalue()[2:]
            )
    Image.init()  # its formats are loaded here, so that their import is not what is timed
    release = Release.open(
        write_release(folder / "scenes", [record(n) for n in range(num // 2)], images)
    )
    start = time.perf_counter()
    with Thumbnails(release, folder / "thumbnails") as thumbnails:
        for name in images:
            thumbnails.make(name)
    seconds = time.perf_counter() - start
    console.print(f"thumbnails: {num / seconds:,.0f} a second")


def main() -> None:
    """Make the data, time everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--num", type=int, default=22_257, help="questions")
    parser.add_argument("--models", type=int, default=200, help="submissions in the store")
    parser.add_argument("--short", action="store_true", help="responses of a few words: less disk")
    options = parser.parse_args()
    sys.path.insert(0, str(TESTS))
    with tempfile.TemporaryDirectory(prefix="mirbench-board-") as name:
        folder = Path(name)
        os.environ["HF_HOME"] = str(folder / "hf")
        make_release(folder / "release", options.num)
        submission = pack_one(folder / "release", folder / "one")
        shutil.rmtree(folder / "hf")
        time_check(folder / "release", submission)
        store, site = folder / "store", folder / "site"
        reason = "" if options.short else REASON
        fill_store(store, submission, range(1), reason)
        time_build(folder / "release", store, site, "with all thumbnails")
        fill_store(store, submission, range(1, options.models), reason)
        time_build(folder / "release", store, site, "of all submissions")
        time_build(folder / "release", store, site, "nothing changed")
        time_page(folder / "site")
        time_thumbnails(folder)


if __name__ == "__main__":
    main()
