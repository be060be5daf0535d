import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from playwright.sync_api import expect
from releases import jpeg, record, write_release
from run_files import write_run

from mirbench.data.release import Release
from mirbench.errors import ScoringError
from mirbench.scoring.report import letter_bars, outcomes, ways_found, write_report
from mirbench.scoring.run import read_run
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


def report(tmp_path, release, respond=respond, **options):
    run = write_run(tmp_path / "run", release, respond, model=options.pop("model", "test/model"))
    return write_report(read_run(run), Release.open(release), tmp_path / "report.html", **options)


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
    small = report(tmp_path, release, max_image_bytes=1000).read_text()
    assert 'data-width="900" data-height="600"' in full
    assert 'data-width="384" data-height="256"' in small
    assert "shown smaller" in small
    assert "shown smaller" not in full


def test_a_release_without_the_questions_of_the_run_is_refused(tmp_path, release):
    other = write_release(tmp_path / "other", [record(number) for number in range(29)])
    run = read_run(write_run(tmp_path / "run", release, respond))
    with pytest.raises(ScoringError, match=r"1 are not there, the first 'q0029'"):
        write_report(run, Release.open(other), tmp_path / "report.html")


def test_a_release_whose_questions_read_differently_is_refused(tmp_path, release):
    records = [record(number) for number in range(30)]
    records[7]["options"]["B"] = "much later"
    other = write_release(tmp_path / "other", records)
    run = read_run(write_run(tmp_path / "run", release, respond))
    with pytest.raises(ScoringError, match=r"1 questions of the run read differently.*'q0007'"):
        write_report(run, Release.open(other), tmp_path / "report.html")
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
size = write_report(read, opened, Path(out)).stat().st_size
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
    question = page.locator("#sample .question")
    places = question.evaluate(
        "node => [...node.childNodes].map(n => n.tagName ? n.dataset.number : n.textContent)"
    )
    assert places == ["Number 2: is ", "1", " before ", "2", "? Look at ", "1", " again."]
    assert question.evaluate(
        "node => [...node.querySelectorAll('img')].every(i => i.complete && i.naturalWidth == 32)"
    )
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
    assert page.locator("#sample header code").text_content() == "q0021"


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
    for details in page.locator("#sample details").all():
        details.locator("summary").click()
    assert page.evaluate("window.hacked") is None
    assert page.noise == []
    assert page.locator("script").count() == 1 + 2 + 1
    assert (
        page.locator("#sample script, #sample [onerror], #sample svg, h1 *:not(bdi)").count() == 0
    )
    assert "window.hacked = 1" in page.locator("#sample .response").text_content()
    assert "{{ 7 * 7 }}" in page.locator("h1").text_content()
    assert "\u202e" not in page.locator("body").text_content()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_never_has_to_scroll_sideways(tmp_path, release, open_page, scheme):
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    page = open_page(report(tmp_path, release), **phone)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
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
