import io
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from playwright.sync_api import expect
from releases import jpeg, record, scene, write_release
from run_files import logged, results_of, samples_of, write_run, write_run_files

from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.scoring.pictures import PREVIEWS, choose_preview, picture
from mirbench.scoring.report import write_report
from mirbench.scoring.run import read_run
from mirbench.scoring.shown import letter_bars, outcomes, ways_found
from mirbench.scoring.visible import visible

HOSTILE = (
    '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">'
    '"><svg onload=window.hacked=3> <!-- <script> ${window.hacked = 4} {{ 7 * 7 }}'
    " \u202eright to left\u202c \x07\x1b[2J\u2028 שלום"
)


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path / "release", [record(number) for number in range(30)])


def respond(sample):
    """Answer a third rightly, a third always with A, a third with nothing."""
    turn = int(sample.id[1:]) % 3
    return ("The clocks differ.", f"Your option: {sample.answer}", "Your option: A")[turn]


def always_a(sample):
    return "Your option: A"


def side_by_side(tmp_path, release):
    """Write the report of three runs: A mixed, B always letter A, C the same on another task."""
    runs = [
        write_run(tmp_path / "a", release, respond, model="first/model"),
        write_run(tmp_path / "b", release, always_a, model="second/model"),
        write_run(tmp_path / "c", release, always_a, model="second/model", task="mir_cot"),
    ]
    read = [read_run(run) for run in runs]
    return write_report(read, Release.open(release), tmp_path / "report.html")


def report(tmp_path, release, respond=respond, **options):
    run = write_run(tmp_path / "run", release, respond, model=options.pop("model", "test/model"))
    return write_report([read_run(run)], Release.open(release), tmp_path / "report.html", **options)


class Page(HTMLParser):
    """Collects what a page asks a browser to load or to run."""

    def __init__(self, text):
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def test_the_page_asks_for_nothing_outside_of_itself(tmp_path, release):
    page = Page(report(tmp_path, release).read_text())
    loaded = [attrs for _, attrs in page.tags if {"src", "href", "action", "data"} & set(attrs)]
    handlers = [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    scripts = [attrs.get("type") for tag, attrs in page.tags if tag == "script"]
    assert (loaded, handlers, scripts.count(None)) == ([], [], 1)
    assert not any("style" in attrs for _, attrs in page.tags)


def test_the_policy_allows_the_pages_own_script_and_style_alone(tmp_path, release):
    page = Page(report(tmp_path, release).read_text())
    [policy] = [attrs["content"] for tag, attrs in page.tags if "http-equiv" in attrs]
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; "
        r"img-src data:; base-uri 'none'; form-action 'none'",
        policy,
    )


def test_each_different_image_is_embedded_once_with_its_own_bytes(tmp_path):
    import base64

    records = [record(number) for number in range(4)]
    paths = [path for raw in records for path in raw["images"]]
    images = {path: jpeg(number % 3) for number, path in enumerate(paths)}
    text = report(tmp_path, write_release(tmp_path / "release", records, images)).read_text()
    blocks = re.findall(r'class="image" data-type="image/jpeg"[^>]*>([^<]+)<', text)
    assert sorted(map(base64.b64decode, blocks)) == sorted(jpeg(number) for number in range(3))


def test_many_images_are_shown_as_previews(tmp_path):
    images = {path: jpeg(1, (900, 600)) for path in record(0)["images"][:1]}
    images |= {path: jpeg(2, (600, 900)) for path in record(0)["images"][1:]}
    release = write_release(tmp_path / "release", [record(0)], images)
    full = report(tmp_path, release).read_text()
    small = report(tmp_path, release, max_image_bytes=10).read_text()
    assert 'data-width="900" data-height="600"' in full
    assert re.search(r'data-type="image/webp" data-width="64" data-height="4[23]"', small)
    assert "shown smaller" in small
    assert "shown smaller" not in full


def test_a_release_without_the_questions_of_the_run_is_refused(tmp_path, release):
    other = write_release(tmp_path / "other", [record(number) for number in range(29)])
    run = read_run(write_run(tmp_path / "run", release, respond))
    with pytest.raises(ScoringError, match=r"1 are not there, the first 'q0029'"):
        write_report([run], Release.open(other), tmp_path / "report.html")


def test_a_release_whose_questions_read_differently_is_refused(tmp_path, release):
    records = [record(number) for number in range(30)]
    records[7]["options"]["B"] = "much later"
    other = write_release(tmp_path / "other", records)
    run = read_run(write_run(tmp_path / "run", release, respond))
    with pytest.raises(ScoringError, match=r"1 questions of the run read differently.*'q0007'"):
        write_report([run], Release.open(other), tmp_path / "report.html")
    assert not list(tmp_path.glob("*report*"))


def test_the_plots_count_every_response_once(tmp_path, release):
    scored = read_run(write_run(tmp_path / "run", release, respond)).scored
    assert {part.kind: part.num for part in outcomes(scored)} == {
        "right": 10,
        "wrong": 10,
        "unparsed": 10,
    }
    assert sum(part.share for part in outcomes(scored)) == pytest.approx(1)
    bars = letter_bars(scored)
    assert [(bar.letter, bar.gold) for bar in bars] == [("A", 10), ("B", 10), ("C", 10)]
    assert sum(bar.chosen for bar in bars) == 20
    assert sum(way.num for way in ways_found(scored)) == 30


def test_invisible_characters_are_shown_one_for_one():
    assert visible("a\x00\x1b\x7f\u202e\ud800b\n\t") == "a␀␛␡\ufffd\ufffdb\n\t"


def test_memory_does_not_grow_with_the_images(tmp_path):
    records = [record(number) for number in range(40)]
    paths = [path for raw in records for path in raw["images"]]
    images = {path: jpeg(number) + bytes(2**20) for number, path in enumerate(paths)}
    release = write_release(tmp_path / "release", records, images)
    run = write_run(tmp_path / "run", release, lambda sample: "A")
    script = """
import sys
sys.path[:0] = ["tests"]
from pathlib import Path
from peak_memory import peak_kib
from mirbench.data.release import Release
from mirbench.scoring.report import write_report
from mirbench.scoring.run import read_run
release, run, out = sys.argv[1:]
opened, read = Release.open(release), read_run(run)
before = peak_kib()
size = write_report([read], opened, Path(out)).stat().st_size
print(size, peak_kib() - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, release, run, tmp_path / "report.html"],
        capture_output=True,
        text=True,
        check=True,
    )
    size, grown = map(int, done.stdout.split())
    assert size > 100 * 2**20
    assert grown < 40 * 2**10  # KiB


# ---- in a browser


@pytest.fixture
def open_page(browser):
    """Open a report; whatever it tries to fetch, logs or raises is collected."""
    contexts = []

    def opened(path, **context):
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        page.noise = []
        page.on("request", lambda request: page.noise.append(request.url))
        page.on("console", lambda message: page.noise.append(message.text))
        page.on("pageerror", lambda error: page.noise.append(str(error)))
        page.goto(path.as_uri())
        page.noise = [noise for noise in page.noise if noise != path.as_uri()]
        return page

    yield opened
    for context in contexts:
        context.close()


def shown_ids(page):
    return [text.rsplit(" · ", 1)[1] for text in page.locator("#rows .sub").all_text_contents()]


def shows(page, id):
    """Wait until a question is unpacked and shown."""
    expect(page.locator("#sample")).to_have_attribute("data-id", id)
    expect(page.locator("#sample header code")).to_have_text(id)


@pytest.mark.browser
def test_filters_leave_what_they_say(tmp_path, release, open_page):
    page = open_page(report(tmp_path, release))
    assert page.locator("#count").text_content() == "30 of 30"
    page.click('#outcomes [data-kind="unparsed"]')
    assert shown_ids(page) == [f"q{number:04d}" for number in range(0, 30, 3)]
    page.select_option("#subtask", "3D View")
    assert shown_ids(page) == []
    assert "No question matches" in page.locator("#sample").text_content()
    page.click('#outcomes [data-kind="all"]')
    assert shown_ids(page) == ["q0002", "q0014", "q0026"]
    page.select_option("#subtask", "")
    page.fill("#search", "NUMBER 17:")
    expect(page.locator("#count")).to_have_text("1 of 30")
    assert shown_ids(page) == ["q0017"]
    assert page.noise == []


@pytest.mark.browser
def test_a_sample_shows_its_images_in_place_and_what_was_read(tmp_path, release, open_page):
    page = open_page(report(tmp_path, release))
    page.click("#rows li:nth-child(3) button")
    shows(page, "q0002")
    question = page.locator("#sample .question")
    places = question.evaluate(
        "node => [...node.childNodes].map(n => n.tagName ? n.dataset.number : n.textContent)"
    )
    assert places == ["Number 2: is ", "1", " before ", "2", "? Look at ", "1", " again."]
    for image in question.locator("img").all():
        expect(image).to_have_js_property("naturalWidth", 32)
    sources = [image.get_attribute("src") for image in question.locator("img").all()]
    assert sources[0] == sources[2] != sources[1]
    assert page.locator("#sample .options .gold").text_content() == "Cat the same timeanswer"
    assert page.locator("#sample .options .wrong").text_content() == "Abeforechosen"
    assert page.locator("#sample mark").text_content().endswith("A")
    assert page.locator("#sample .steps summary").all_text_contents() == [
        "Summary",
        "Caption",
        "Text-to-Region",
        "Region-to-Region",
        "Conclusion",
    ]


@pytest.mark.browser
def test_keys_go_on_and_back_but_not_while_typing(tmp_path, release, open_page):
    page = open_page(report(tmp_path, release))
    current = page.locator("#rows [aria-current=true] .sub")
    for key in "jjjk":
        page.keyboard.press(key)
    assert current.text_content().endswith("q0002")
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.locator("#search").input_value() == "jk"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "search"


@pytest.mark.browser
def test_a_link_to_a_sample_opens_it(tmp_path, release, open_page):
    path = report(tmp_path, release)
    page = open_page(path)
    page.goto(path.as_uri() + "#q0021")
    page.reload()
    shows(page, "q0021")


@pytest.mark.browser
def test_hostile_text_is_inert(tmp_path, open_page):
    import json

    steps = dict.fromkeys(("summary", "text2img", "img2img"), HOSTILE)
    raw = record(
        0, id="evil</script>", options={"A": HOSTILE, "B": "plain"}, caption=[HOSTILE], **steps
    )
    raw["question"] = f"{HOSTILE} <image1> and <image2>"
    release = write_release(tmp_path / "release", [json.loads(json.dumps(raw))])
    path = report(tmp_path, release, lambda sample: f"{HOSTILE}\x00\ud800", model=HOSTILE)
    page = open_page(path)
    expect(page.locator("#sample")).to_have_attribute("data-id", "evil</script>")
    for details in page.locator("#sample details").all():
        details.locator("summary").click()
    assert page.evaluate("window.hacked") is None
    assert page.noise == []
    # names, index, two images, one chunk, the page's own
    assert page.locator("script").count() == 6
    assert (
        page.locator("#sample script, #sample [onerror], #sample svg, h1 *:not(bdi)").count() == 0
    )
    assert "window.hacked = 1" in page.locator("#sample .response").text_content()
    assert "{{ 7 * 7 }}" in page.locator("h1").text_content()
    assert "\u202e" not in page.locator("body").text_content()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("write", [report, side_by_side])
def test_a_phone_never_has_to_scroll_sideways(tmp_path, release, open_page, scheme, write):
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    page = open_page(write(tmp_path, release), **phone)
    for details in page.locator("details.run").all():
        details.locator("summary").first.click()
    shows(page, "q0000")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#sample .options .text").first.bounding_box()["width"] > 200
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", colour)[:3])) < 200) == (scheme == "dark")


@pytest.mark.browser
@pytest.mark.slow
def test_thousands_of_samples_stay_quick_to_filter(tmp_path, open_page):
    release = write_release(tmp_path / "release", [record(number) for number in range(3000)])
    page = open_page(report(tmp_path, release, respond=lambda sample: "A"))
    assert page.locator("#rows li").count() < 500
    page.fill("#search", "number 2999:")
    expect(page.locator("#count")).to_have_text("1 of 3000")
    assert shown_ids(page) == ["q2999"]


@pytest.mark.browser
def test_runs_stand_side_by_side(tmp_path, release, open_page):
    page = open_page(side_by_side(tmp_path, release))
    assert page.locator("h1").text_content() == "3 runs side by side"
    assert page.locator(".runs tbody tr").count() == 3
    overall = page.locator(".side tbody tr").first
    assert overall.locator("circle").count() == 3
    assert overall.locator("td.n").all_text_contents() == ["33.3", "33.3", "33.3"]
    compared = page.locator(".compared").text_content()
    assert "B minus A" in compared
    assert "C minus A" not in compared  # another task
    assert page.noise == []


@pytest.mark.browser
def test_runs_that_disagree_are_found(tmp_path, release, open_page):
    page = open_page(side_by_side(tmp_path, release))
    by_number = [(number % 3, number) for number in range(30)]
    only_a = [f"q{number:04d}" for turn, number in by_number if turn == 1]
    only_others = [f"q{number:04d}" for turn, number in by_number if turn == 0]
    page.select_option("#agreement", "disagree")
    assert shown_ids(page) == sorted(only_a + only_others)
    page.select_option("#agreement", "0")
    assert shown_ids(page) == only_a
    page.select_option("#agreement", "1")
    assert shown_ids(page) == []  # C says the same as B
    page.select_option("#agreement", "agree")
    assert page.locator("#count").text_content() == "10 of 30"
    page.select_option("#agreement", "")
    page.click('#outcomes [data-kind="unparsed"]')
    assert page.locator("#count").text_content() == "10 of 30"
    page.select_option("#run", "1")
    assert page.locator("#count").text_content() == "30 of 30"  # B leaves nothing unparsed
    assert page.locator('#outcomes [data-kind="unparsed"]').count() == 0


@pytest.mark.browser
def test_each_run_says_what_it_wrote_and_chose(tmp_path, release, open_page):
    page = open_page(side_by_side(tmp_path, release))
    page.click("#rows li:nth-child(2) button")
    shows(page, "q0001")
    assert page.locator("#sample .response").all_text_contents() == [
        "Your option: B",
        "Your option: A",
        "Your option: A",
    ]
    assert page.locator("#sample mark").count() == 3
    notes = page.locator("#sample .options .note")
    assert [[*text] for text in notes.all_text_contents()[:2]] == [["B", "C"], [*"Aanswer, chosen"]]


@pytest.mark.browser
def test_responses_to_rotated_options_show_the_options_they_saw(tmp_path, release, open_page):
    rows = [
        logged(3 * number + turn, sample, "Your option: A", rotation=turn)
        for number, sample in enumerate(samples_of(release))
        for turn in range(3)
    ]
    write_run_files(tmp_path / "run", results_of(90, task="mir_circular"), rows, "mir_circular")
    run = read_run(tmp_path / "run")
    page = open_page(write_report([run], Release.open(release), tmp_path / "report.html"))
    shows(page, "q0000")
    labels = page.locator("#sample .label").all_text_contents()
    assert labels[1].startswith("Options rotated by 1: A. after · B. at the same time · C. before")
    assert page.locator("#sample .options .note").all_text_contents() == [
        "answer, chosen",
        "chosen",
        "chosen",
    ]
    assert page.locator('#outcomes [data-kind="some"] span').text_content() == "30"
    assert "In every rotation of the options (30 questions)" in page.locator("body").text_content()


@pytest.mark.browser
def test_the_ladder_is_drawn(tmp_path, release, open_page):
    runs = [
        write_run(
            tmp_path / task,
            release,
            lambda sample, good=good: f"Your option: {sample.answer if sample.id < good else 'D'}",
            task=task,
        )
        for task, good in (("mir_cot", "q0005"), ("mir_stage3", "q0008"), ("mir_stage1", "q0028"))
    ]
    read = [read_run(run) for run in runs]
    page = open_page(write_report(read, Release.open(release), tmp_path / "report.html"))
    assert page.locator(".ladder svg circle").count() == 3
    overall = page.locator(".ladder .plain tr").nth(1).text_content()
    assert "text-to-region + region-to-region" in overall


def test_an_image_that_cannot_be_read_leaves_its_place(tmp_path):
    images = {path: jpeg(1, (40, 30)) for path in record(0)["images"]}
    broken = record(0)["images"][1]
    images[broken] = images[broken][:300]
    release = write_release(tmp_path / "release", [record(0)], images)
    text = report(tmp_path, release, max_image_bytes=10).read_text()
    assert text.count('class="image"') == 1


def test_previews_are_as_large_as_all_of_them_may_be(tmp_path):
    contents = {str(number): to_jpeg(scene(number, (480, 360))) for number in range(12)}
    num_bytes = sum(map(len, contents.values()))
    names = list(contents)
    assert choose_preview(contents.__getitem__, names, num_bytes, num_bytes) is None
    sides = []
    for limit in (num_bytes // 2, num_bytes // 8, num_bytes // 40, 10):
        preview = choose_preview(contents.__getitem__, names, num_bytes, limit)
        made = [picture(contents.__getitem__, name, preview) for name in names]
        assert sum(len(one.content) for one in made) <= 1.1 * limit or preview == PREVIEWS[-1]
        assert {max(one.shown) for one in made} == {preview.side}
        sides.append(preview.side)
    assert sides == sorted(sides, reverse=True)
    assert len(set(sides)) > 1


def to_jpeg(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def test_more_runs_than_letters_are_refused(tmp_path, release):
    run = read_run(write_run(tmp_path / "run", release, respond))
    with pytest.raises(ScoringError, match="expected 1 to 8 runs, found 9"):
        write_report([run] * 9, Release.open(release), tmp_path / "report.html")
