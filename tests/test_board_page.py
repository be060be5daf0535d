"""The board in a real browser, as readers use it: from the disk, with nothing to load elsewhere."""

import json
import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect
from releases import record, write_release
from submissions import pack, questions_of, rewrite, skilled

from mirbench.board.baselines import pack_baselines
from mirbench.board.site import SHARD, build_board
from mirbench.board.store import Store
from mirbench.board.verdict import HeldOut
from mirbench.data.release import Release

pytestmark = pytest.mark.browser

NUM = SHARD + 20  # so that questions and responses come in two files
HOSTILE = (
    '</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 2">'
    '"><svg onload=window.hacked=3> <!-- <script> ${window.hacked = 4} {{ 7 * 7 }}'
    " \u202eright to left\u202c \x07\x1b[2J\u2028 \u05e9\u05dc\u05d5\u05dd"
)
PRINTABLE = "".join(filter(str.isprintable, HOSTILE))
MODELS = {
    "lab/strong": (0.9, {"size": 72, "availability": "open"}),
    "lab/close": (0.88, {"size": 7, "availability": "open", "reasoning": True}),
    "corp/api": (0.6, {"availability": "closed"}),
    "=weak": (0.4, {"size": 3, "availability": "open"}),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Four models, one of them reproduced, a blind run, a ladder, the baselines."""
    folder = tmp_path_factory.mktemp("board")
    records = [record(n, partition="test") for n in range(NUM)]
    release = write_release(folder / "release", records)
    questions, store = questions_of(release), Store(folder / "store")

    def add(number, name, respond, task="mir", **facts):
        packed = pack(folder / str(number), release, respond, model=name, task=task, **facts)
        month = f"2026-{number + 1:02d}-01T00:00:00Z"
        return store.add(rewrite(packed.folder, lambda told: told.update(created=month)), questions)

    for number, (name, (share, facts)) in enumerate(MODELS.items()):
        one = add(number, name, skilled(share, number), **facts)
        if name == "lab/strong":
            fresh = HeldOut(data="s", date="2026-01-02T03:04:05Z", num=200, num_correct=150)
            store.judge(one.id, tier="reproduced", held_out=fresh)
    add(4, "lab/strong", skilled(0.45, 7), "mir_blind")
    add(5, "lab/strong", skilled(0.97, 8), "mir_stage1")
    add(6, "lab/strong", skilled(0.93, 9), "mir_cot")
    for packed in pack_baselines(Release.open(release), folder / "baselines"):
        store.add(packed.folder, questions)
    return build_board(store, Release.open(release), folder / "site").index


@pytest.fixture
def open_page(browser):
    """Open a page; whatever it loads from elsewhere, logs or raises is collected."""
    contexts = []

    def opened(index, fragment="", **context):
        contexts.append(browser.new_context(**context))
        page = contexts[-1].new_page()
        home = index.parent.as_uri()
        page.noise, page.loaded = [], []
        page.on("request", lambda request: page.loaded.append(unquote(request.url)))
        page.on("console", lambda message: page.noise.append(message.text))
        page.on("pageerror", lambda error: page.noise.append(str(error)))
        page.goto(index.as_uri() + (f"#{fragment}" if fragment else ""))
        page.elsewhere = lambda: [url for url in page.loaded if not url.startswith(unquote(home))]
        return page

    yield opened
    for context in contexts:
        context.close()


def names(page):
    return page.locator("#rows .name").all_text_contents()


def address(page):
    """What the page keeps in its address; asked of the page itself, which knows it first."""
    return unquote(page.evaluate("location.hash.slice(1)"))


def settled(page):
    """Wait until the question that the list marks is the one that is shown."""
    wanted = page.locator('#list [aria-current="true"] .line').text_content()
    expect(page.locator("#sample header code")).to_have_text(wanted)


def id_of(page, name, task="mir"):
    return page.evaluate(
        "([name, task]) => board.rows.find((row) => row.name === name && row.task === task).id",
        [name, task],
    )


def test_the_first_view_ranks_the_models_and_loads_little(site, open_page):
    page = open_page(site)
    assert names(page)[:3] == ["lab/strong", "lab/strong", "lab/close"]
    assert set(names(page)) >= {"random letters", "most frequent letter"}
    ranks = page.locator("#rows .c-rank").all_text_contents()
    assert ranks[:5] == ["1", "2", "3", "4", "5"]
    first = page.locator("#rows tr").first
    assert first.get_attribute("class") == "tie-first"
    assert page.locator("#rows tr.tie-first").count() == 3
    assert [url.rsplit("/", 1)[1] for url in page.loaded] == [
        "index.html", "board.css", "page.js", "board.js", "charts.js", "ranking.js", "drawer.js",
        "list.js", "compare.js", "start.js",
    ]  # fmt: skip
    assert (page.noise, page.elsewhere()) == ([], [])


def test_nothing_moves_while_it_loads(site, open_page):
    page = open_page(site)
    moved = page.evaluate(
        """() => new Promise((resolve) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) sum += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(sum))));
        })"""
    )
    assert moved < 0.01


def test_the_policy_allows_files_of_the_page_alone(site):
    text = site.read_text()
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"<script(?![^>]* src=)|style=|\son\w+=|https?://", text)


def test_filters_search_and_sorting_are_kept_in_the_address(site, open_page):
    page = open_page(site)
    page.select_option('[data-filter="weights"]', "closed")
    assert [name for name in names(page) if "letter" not in name] == ["corp/api"]
    page.select_option('[data-filter="weights"]', "")
    page.fill("#search", "LAB/")
    assert names(page) == ["lab/strong", "lab/strong", "lab/close"]
    page.select_option('[data-filter="thinking"]', "yes")
    assert names(page) == ["lab/close"]
    again = open_page(site, address(page))
    assert names(again) == ["lab/close"]
    assert again.input_value("#search") == "LAB/"
    page.select_option('[data-filter="thinking"]', "")
    page.click('[data-set="run"]')
    page.click('[data-key="size"] button')
    assert names(page)[0] == "lab/strong"
    page.click('[data-key="size"] button')
    assert names(page)[0] == "lab/close"
    header = page.locator('[data-key="size"]')
    assert header.get_attribute("aria-sort") == "ascending"
    again = open_page(site, address(page))
    assert names(again) == names(page)
    assert page.noise == again.noise == []


def test_every_set_of_columns_shows_its_numbers(site, open_page):
    page = open_page(site)
    for name, title, some in (
        ("category", "Spatial", r"\d+\.\d"),
        ("subtask", "3D View", r"\d+\.\d"),
        ("num_images", "2 images", r"\d+\.\d"),
        ("outcomes", "names no option", r"\d+"),
        ("run", "held out", r"75\.0|\u2013"),
    ):
        page.click(f'[data-set="{name}"]')
        titles = page.locator("#head th").all_text_contents()
        place = next(n for n, text in enumerate(titles) if title in text)
        cell = page.locator(f"#rows tr:first-child > :nth-child({place + 1})").text_content()
        assert re.fullmatch(some, cell), (name, cell)


def test_guided_and_blind_runs_are_shown_when_asked_for(site, open_page):
    page = open_page(site)
    before = page.locator("#rows tr").count()
    page.select_option('[data-filter="task"]', "all")
    assert page.locator("#rows tr").count() == before + 2
    page.select_option('[data-filter="task"]', "mir_blind")
    assert [name for name in names(page) if name.startswith("lab")] == ["lab/strong"]
    assert "best without images: lab/strong" in page.locator("#key").text_content()
    page.select_option('[data-filter="task"]', "")
    assert page.locator("#figures figcaption").all_text_contents() == [
        "Over time", "Guidance ladder",
    ]  # fmt: skip


def test_the_drawer_tells_where_a_score_comes_from(site, open_page):
    page = open_page(site)
    page.click("#rows tr:nth-child(2) .name")
    drawer = page.locator("#drawer")
    expect(drawer.locator("h3").last).to_have_text("Submitter")
    text = drawer.text_content()
    for told in ("Apache-2.0", "abc123", "reproduced", "75.0% of 200 fresh questions", "A. Person"):
        assert told in text
    assert f"model={id_of(page, 'lab/strong')}" in address(page)
    drawer.get_by_role("button", name="mir_blind").click()
    expect(drawer.locator("h2")).to_have_text("lab/strong")
    assert f"model={id_of(page, 'lab/strong', 'mir_blind')}" in address(page)
    page.keyboard.press("Escape")
    expect(drawer).not_to_be_visible()
    page.wait_for_function("!location.hash.includes('model=')")  # a dialog's close event is late
    linked = open_page(site, f"model={id_of(page, 'corp/api')}")
    expect(linked.locator("#drawer h2")).to_have_text("corp/api")
    assert page.noise == linked.noise == []


def compare(page, *names):
    for name in names:
        page.locator("#rows tr", has=page.get_by_text(name, exact=True)).last.locator(
            "input"
        ).check()
    page.click("#to-compare")
    expect(page.locator("#sample .question")).to_be_visible()


def test_two_models_are_compared_question_by_question(site, open_page):
    page = open_page(site)
    compare(page, "lab/close", "=weak")
    assert page.locator("#num").text_content() == f"{NUM} of {NUM}"
    counts = {
        button.get_attribute("data-show"): int(button.locator("span").text_content())
        for button in page.locator("#outcomes button").all()
    }
    assert counts["all"] == NUM == counts["differ"] + counts["right"] + counts["wrong"]
    assert counts["differ"] == counts["only0"] + counts["only1"]
    page.click('[data-show="only1"]')
    assert page.locator("#list li").count() == counts["only1"]
    settled(page)
    verdicts = page.locator("#sample .verdict").all_text_contents()
    assert verdicts[0].startswith("✗ wrong, read as")
    assert verdicts[1].startswith("✓ right, read as")
    page.select_option("#subtask", "3D View")
    assert all("3D View" in text for text in page.locator("#list .sub").all_text_contents())
    assert (page.noise, page.elsewhere()) == ([], [])


def test_a_question_shows_its_images_in_its_text_and_who_chose_what(site, open_page):
    page = open_page(site)
    compare(page, "lab/close", "=weak")
    page.fill("#find", "q0002")
    expect(page.locator("#sample header code")).to_have_text("q0002")
    question = page.locator("#sample .question")
    expect(question.locator("img")).to_have_count(3)
    question.locator("img").last.scroll_into_view_if_needed()
    page.wait_for_function(
        "[...document.querySelectorAll('.question img')].every((i) => i.naturalWidth === 32)"
    )
    parts = question.evaluate("node => [...node.childNodes].map((n) => n.textContent)")
    assert parts == [
        "Number 2: is ", "image 1", " before ", "image 2", "? Look at ", "image 1", " again.",
    ]  # fmt: skip
    assert page.locator("#sample .options .gold .letter").text_content() == "C"
    chips = page.locator("#sample .options .chip")
    expect(chips).to_have_count(2)
    texts = page.locator("#sample .response").all_text_contents()
    assert all(text.startswith("Your option: ") for text in texts)


def test_keys_go_through_questions_and_a_link_opens_one(site, open_page):
    page = open_page(site)
    compare(page, "lab/close", "=weak")
    code = page.locator("#sample header code")
    for key in "jjk":
        page.keyboard.press(key)
    expect(code).to_have_text("q0001")
    page.keyboard.press("/")
    page.keyboard.type(f"q{NUM - 1:04d}")
    expect(code).to_have_text(f"q{NUM - 1:04d}")  # of the second file
    page.keyboard.press("Escape")
    both = f"{id_of(page, 'lab/close')},{id_of(page, '=weak')}"
    linked = open_page(site, f"view=compare&compare={both}&question=q0105")
    expect(linked.locator("#sample header code")).to_have_text("q0105")
    assert linked.locator('#list [aria-current="true"] .line').text_content() == "q0105"
    assert page.noise == linked.noise == []


def test_a_wrong_address_breaks_nothing(site, open_page):
    page = open_page(
        site, "sort=constructor&cols=__proto__&show=%3Cb%3E&model=x&compare=x,y&view=compare&size=9"
    )
    assert "Choose two or more models" in page.locator("#sides").text_content()
    page.click("#to-ranking")
    assert len(names(page)) > 3
    assert page.noise == []


def test_the_table_can_be_used_without_a_mouse(site, open_page):
    page = open_page(site)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("corp")
    expect(page.locator("#count")).to_contain_text("1 of")
    page.keyboard.press("Escape")
    page.locator("#rows input").first.focus()
    page.keyboard.press("Space")
    assert page.locator("#chosen").text_content() == "1"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#drawer h2")).to_have_text("corp/api")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["", "cols=subtask", "view=compare&compare={both}", "model={one}"])
def test_a_phone_never_has_to_scroll_the_page_sideways(site, open_page, view, scheme):
    ids = json.loads(re.search(r",(\{.*\})\);", (site.parent / "data/board.js").read_text())[1])
    one, other = (row["id"] for row in ids["rows"][:2])
    fragment = view.format(both=f"{one},{other}", one=one)
    phone = {"viewport": {"width": 360, "height": 740}, "color_scheme": scheme}
    page = open_page(site, fragment, **phone)
    if "compare" in view:
        expect(page.locator("#sample .question")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", colour)[:3])) < 200) == (scheme == "dark")


def test_hostile_text_is_inert_everywhere(tmp_path, open_page):
    records = [record(n, partition="test", id=f"evil</script>{n}") for n in range(3)]
    for raw in records:
        raw["question"] = f"{HOSTILE} <image1> and <image2> {raw['id']}"
        raw["options"] = {"A": HOSTILE, "B": "plain", "C": f"{HOSTILE} more"}
    release = write_release(tmp_path / "release", records)
    store, questions = Store(tmp_path / "store"), questions_of(release)
    for number in range(2):
        packed = pack(
            tmp_path / str(number), release, lambda sample: f"{HOSTILE}\x00",
            model=f"{PRINTABLE[:150]}{number}", notes=PRINTABLE, link="https://a.b/?x=(1)",
            affiliation=PRINTABLE[:199],
        )  # fmt: skip
        one = store.add(packed.folder, questions)
    store.judge(one.id, note=PRINTABLE)
    title = f"<b>{PRINTABLE}"
    built = build_board(store, Release.open(release), tmp_path / "site", title=title)
    page = open_page(built.index)
    page.click("#rows .name >> nth=0")
    expect(page.locator("#drawer h3").last).to_have_text("Submitter")
    page.keyboard.press("Escape")
    for box in page.locator("#rows input").all():
        box.check()
    page.click("#to-compare")
    expect(page.locator("#sample .response").first).to_be_visible()
    assert page.evaluate("window.hacked") is None
    assert (page.noise, page.elsewhere()) == ([], [])
    assert page.locator("script:not([src]), [onerror], [onload], .question svg, h1 *").count() == 0
    assert "window.hacked = 1" in page.locator("#sample .response").first.text_content()
    assert "\u202e" not in page.locator("body").text_content()
    assert page.locator("#drawer a").get_attribute("href") == "https://a.b/?x=(1)"


def test_many_models_stay_quick_to_look_through(tmp_path, open_page):
    """300 rows are drawn, found and sorted; the first view stays far below two megabytes."""
    release = write_release(tmp_path / "release", [record(n, partition="test") for n in range(12)])
    store, questions = Store(tmp_path / "store"), questions_of(release)
    one = store.add(pack(tmp_path, release, skilled(0.5)).folder, questions)
    folder = store.folder / "submissions" / one.id
    told = json.loads((folder / "submission.json").read_text())
    import hashlib
    import shutil

    for number in range(300):
        told["model"]["name"] = f"lab/model-{number:03d}"
        text = json.dumps(told)
        id = f"copy-{number}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        copy = shutil.copytree(folder, store.folder / "submissions" / id)
        (copy / "submission.json").write_text(text)
        verdict = one.verdict.model_copy(update={"id": id})
        path = store.folder / "verdicts" / f"{id}.json"
        path.write_text(json.dumps(verdict.model_dump(mode="json")))
    built = build_board(store, Release.open(release), tmp_path / "site")
    assert built.first_view_bytes < 500_000
    page = open_page(built.index)
    assert page.locator("#rows tr").count() == 301
    page.fill("#search", "model-299")
    assert names(page) == ["lab/model-299"]
