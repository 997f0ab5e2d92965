"""How much of the chat can be read: on opening, in small windows, with large text, above a keyboard."""

from __future__ import annotations

import itertools
import re
from datetime import datetime

import pytest
from playwright.sync_api import expect

from assistant.core.languages import LANGUAGES, SERVED
from assistant.core.paths import ROOT
from assistant.front.core.starters import starters
from assistant.knowledge import knowledge
from tests.browser import scripted_front
from tests.browser.places import texts
from tests.browser.visitor import Visitor, until

SIZES = {"phone": (360, 740), "laptop": (1366, 625), "desktop": (1920, 1080)}
ZOOM_150 = (911, 417)
KEYBOARD_OPEN = (360, 400)
STYLES = ROOT / "widget" / "src" / "styles.css"
FILES = sorted((ROOT / "widget" / "dist").glob("*.js"))
# Where the messages can be read: below the header, above the field and the way to a person.
ROOM = """
const top = (selector) => root.querySelector(selector).getBoundingClientRect();
const panel = top(".panel"), header = top(".header");
const begins = Math.max(panel.top, header.bottom);
const ends = Math.min(panel.bottom, innerHeight, ...[".bar", ".contact"].map((name) => top(name))
  .filter((box) => box.height).map((box) => box.top));
const line = parseFloat(getComputedStyle(root.querySelector(".scroll")).lineHeight);
return { share: (ends - begins) / panel.height, lines: (ends - begins) / line, begins, ends };
"""
NOTICE_LINES = """
const notice = root.querySelector("#notice-text");
return notice.offsetHeight / parseFloat(getComputedStyle(notice).lineHeight);
"""


@pytest.fixture(autouse=True)
def newcomers(monkeypatch):
    """The scripted front offers the questions that the real one offers, in every language."""
    offered = {language: [entry.question for entry in starters(knowledge(), language)] for language in LANGUAGES}
    monkeypatch.setattr(scripted_front, "STARTERS", offered)


def visit(visitor_of, front, size: tuple[int, int], **context) -> Visitor:
    width, height = size
    return visitor_of(front.url, viewport={"width": width, "height": height}, **context).go()


def with_text_size(visitor: Visitor, pixels: int) -> Visitor:
    """Sets the text size in the visitor's browser, as its settings do."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Page.setFontSizes", {"fontSizes": {"standard": pixels, "fixed": pixels}})
    return visitor.go()


def opened(visitor: Visitor) -> Visitor:
    visitor.open()
    expect(visitor.page.locator("iom-assistant .starters .suggestion")).to_have_count(4)
    return visitor


def settled(visitor: Visitor) -> Visitor:
    """Waits until the panel has been fitted to its window."""
    visitor.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return visitor


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_starters_are_in_sight_on_opening(visitor_of, front, size, language):
    visitor = opened(visit(visitor_of, front, size))
    visitor.speak(SERVED[language].name)
    for entry in starters(knowledge(), language):
        expect(visitor.button(entry.question)).to_be_visible()
    expect(visitor.page.locator("iom-assistant #notice-text")).to_contain_text(texts(language)["noticeShort"])
    assert settled(visitor).in_root(NOTICE_LINES) < 2.5
    room = visitor.in_root(ROOM)
    boxes = [visitor.button(entry.question).bounding_box() for entry in starters(knowledge(), language)]
    assert all(room["begins"] <= box["y"] and box["y"] + box["height"] <= room["ends"] for box in boxes)


@pytest.mark.parametrize("language", ["de", "ru", "fr", "es", "tr", "ar"])
@pytest.mark.parametrize("size", [*SIZES.values(), (320, 640)], ids=[*SIZES, "320"])
def test_title_exit_language_and_menu_are_one_row(visitor_of, front, size, language):
    visitor = opened(visit(visitor_of, front, size))
    visitor.speak(SERVED[language].name)
    expect(visitor.button(texts(language)["send"])).to_be_visible()
    controls = [
        visitor.page.locator(f"iom-assistant .header {name}")
        for name in (".exit", ".language", "[aria-controls=menu]", "[part=close]")
    ]
    boxes = [control.bounding_box() for control in controls]
    assert max(box["y"] for box in boxes) < min(box["y"] + box["height"] for box in boxes)
    assert all(box["width"] >= 43.9 and box["height"] >= 43.9 for box in boxes)
    assert visitor.page.locator("iom-assistant .header").bounding_box()["height"] <= 72
    expect(controls[0]).to_have_accessible_name(texts(language)["exit"])
    lefts = sorted((box["x"], box["x"] + box["width"]) for box in boxes)
    assert all(one[1] <= next_[0] for one, next_ in itertools.pairwise(lefts))


@pytest.mark.parametrize("size", [*SIZES.values(), ZOOM_150, KEYBOARD_OPEN], ids=[*SIZES, "zoom-150", "keyboard"])
def test_most_of_the_panel_is_for_reading(visitor_of, front, size):
    visitor = opened(visit(visitor_of, front, size))
    assert settled(visitor).in_root(ROOM)["share"] >= 0.6
    visitor.ask("Wie vielen?")
    assert settled(visitor).in_root(ROOM)["share"] >= 0.6


@pytest.mark.parametrize("size", [SIZES["laptop"], SIZES["phone"]], ids=["laptop", "phone"])
def test_with_text_of_200_percent_eight_lines_remain(visitor_of, front, size):
    visitor = opened(with_text_size(visit(visitor_of, front, size), 32))
    assert visitor.in_root("return getComputedStyle(root.querySelector('.scroll')).fontSize;") == "32px"
    assert settled(visitor).in_root(ROOM)["lines"] >= 8
    visitor.ask("Wie vielen?")
    assert settled(visitor).in_root(ROOM)["lines"] >= 8
    expect(visitor.button("Schnell verlassen")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("root", ["62.5%", "200%"])
def test_the_root_of_the_page_changes_nothing(visitor_of, front, root):
    measures = []
    for size in ("100%", root):
        visitor = visit(visitor_of, front, SIZES["laptop"])
        visitor.page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
        opened(visitor).ask("Wie vielen?")
        # What is not announced comes a moment after the answer.
        expect(visitor.answers.last.locator("time")).to_be_visible()
        names = [".panel", ".header", ".exit", ".answer", ".said", "#field", ".send"]
        boxes = settled(visitor).in_root(
            f"return {names}.map((name) => root.querySelector(name).getBoundingClientRect())"
            ".map(({ width, height }) => [width, height]);"
        )
        measures.append(boxes)
    assert measures[0] == measures[1]


def test_no_length_hangs_on_the_root_of_the_page():
    assert re.search(r"\drem\b", STYLES.read_text("utf-8"))
    assert not re.search(r"\drem\b", "".join(file.read_text("utf-8") for file in FILES))


def test_a_page_may_set_the_size_of_the_text(visitor):
    visitor.page.evaluate("document.querySelector('iom-assistant').style.setProperty('--iom-assistant-size', '20px')")
    visitor.open()
    assert visitor.in_root("return getComputedStyle(root.querySelector('.scroll')).fontSize;") == "20px"
    assert visitor.in_root("return root.querySelector('.panel').offsetWidth;") == 32 * 20


def test_above_a_keyboard_the_field_is_in_sight_and_the_rest_scrolls_as_one(visitor_of, front):
    visitor = opened(visit(visitor_of, front, KEYBOARD_OPEN, has_touch=True))
    expect(visitor.field).to_be_in_viewport(ratio=1)
    visitor.ask("Wie vielen?")
    # What belongs below the answer comes after it.
    expect(visitor.answers.last.locator(".after")).to_be_attached()
    expect(visitor.field).to_be_in_viewport(ratio=1)
    expect(visitor.answers.last).to_be_in_viewport()
    until(visitor.page, lambda: visitor.in_root("return root.querySelector('.panel').scrollTop;") > 0)
    visitor.page.locator("iom-assistant .heading").hover()
    visitor.page.mouse.wheel(0, -2_000)
    until(visitor.page, lambda: visitor.in_root("return root.querySelector('.panel').scrollTop;") == 0)
    visitor.page.mouse.wheel(0, 2_000)
    expect(visitor.page.locator("iom-assistant .contact")).to_be_in_viewport()
    expect(visitor.button("Schnell verlassen")).to_be_in_viewport(ratio=1)


def test_a_keyboard_that_lies_over_the_page_covers_nothing(visitor_of, front):
    visitor = opened(visit(visitor_of, front, SIZES["phone"], has_touch=True))
    visitor.ask("Wie vielen?")
    visitor.page.evaluate(
        """() => {
          const seen = { height: 400, offsetTop: 30, scale: 1 };
          for (const [name, value] of Object.entries(seen)) {
            Object.defineProperty(visualViewport, name, { get: () => value, configurable: true });
          }
          visualViewport.dispatchEvent(new Event("resize"));
        }"""
    )
    until(visitor.page, lambda: visitor.panel.bounding_box()["height"] == 400)
    assert visitor.panel.bounding_box()["y"] == 30
    field = visitor.field.bounding_box()
    assert field["y"] + field["height"] <= 430
    visitor.page.evaluate(
        "() => { delete visualViewport.height; delete visualViewport.offsetTop;"
        " visualViewport.dispatchEvent(new Event('resize')); }"
    )
    until(visitor.page, lambda: visitor.panel.bounding_box()["height"] == 740)


def test_what_stands_above_the_field_stays_when_the_keyboard_opens(visitor_of, front):
    front.script.answer = scripted_front.echo
    visitor = opened(visit(visitor_of, front, SIZES["phone"], has_touch=True))
    for number in range(8):
        visitor.ask(f"Frage {number}")
    expect(visitor.answers.last.locator(".after")).to_be_attached()
    visitor.field.focus()
    visitor.page.set_viewport_size({"width": 360, "height": 400})
    expect(visitor.answers.last).to_be_in_viewport(ratio=1)
    assert visitor.answers.last.bounding_box()["y"] < visitor.field.bounding_box()["y"]


def test_a_starter_pressed_by_key_leaves_the_focus_in_the_chat(visitor):
    starter = opened(visitor).page.locator("iom-assistant .starters .suggestion").nth(2)
    starter.focus()
    visitor.page.keyboard.press("Enter")
    expect(visitor.answers).to_have_count(1)
    assert visitor.focused() == "field"


def test_a_starter_tapped_opens_no_keyboard(visitor_of, front):
    context = {"has_touch": True, "is_mobile": True}
    visitor = opened(visit(visitor_of, front, SIZES["phone"], **context))
    visitor.page.locator("iom-assistant .starters .suggestion").first.tap()
    expect(visitor.answers).to_have_count(1)
    assert visitor.in_root("return root.activeElement !== null && root.activeElement.id !== 'field';")


def test_the_panel_can_be_enlarged_for_this_tab(visitor):
    before = opened(visitor).panel.bounding_box()
    enlarge = visitor.button("Großes Fenster")
    expect(enlarge).to_have_attribute("aria-pressed", "false")
    enlarge.click()
    after = visitor.panel.bounding_box()
    assert after["width"] > before["width"] * 1.5
    assert after["height"] >= before["height"]
    visitor.page.reload()
    expect(visitor.panel).to_be_visible()
    expect(enlarge).to_have_attribute("aria-pressed", "true")
    assert visitor.panel.bounding_box() == after
    assert visitor.page.evaluate("localStorage.length") == 0
    enlarge.click()
    assert visitor.panel.bounding_box() == before


def test_on_a_small_screen_there_is_nothing_to_enlarge(visitor_of, front):
    expect(opened(visit(visitor_of, front, SIZES["phone"])).button("Großes Fenster")).to_be_hidden()


def test_the_notice_is_short_and_the_rest_one_press_away(visitor):
    opened(visitor)
    short = visitor.page.locator("iom-assistant #notice-text")
    expect(short).to_have_text(re.compile("Maschine.*keine persönlichen Daten.*30 Tage"))
    more = visitor.button("Mehr dazu")
    key = visitor.page.get_by_text("Auf Ihrem Gerät bleiben nur ein Schlüssel")
    expect(key).to_be_hidden()
    more.click()
    expect(key).to_be_visible()
    expect(more).to_have_attribute("aria-expanded", "true")
    more.click()
    expect(key).to_be_hidden()


def test_the_notice_is_in_the_language_chosen_even_if_the_front_was_faster(visitor):
    visitor.page.route("**/texts/ru.json", lambda route: (visitor.page.wait_for_timeout(700), route.continue_()))
    opened(visitor)
    visitor.speak(SERVED["ru"].name)
    expect(visitor.page.locator("iom-assistant #notice-text")).to_contain_text("Хранение (дней): 30.")
    expect(visitor.page.get_by_role("link", name=texts("ru")["privacy"])).to_be_visible()


@pytest.mark.parametrize(("path", "language"), [("/", "de"), ("/en", "en")])
def test_each_message_shows_its_time(visitor_of, front, path, language):
    visitor = visitor_of(front.url).go(path).open(language)
    visitor.ask("Wie vielen?")
    times = visitor.page.locator("iom-assistant .message time")
    expect(times).to_have_count(2)
    for time in (times.first, times.last):
        expect(time).to_have_text(re.compile(r"^\d\d:\d\d$"))
    said_at = datetime.fromisoformat(times.last.get_attribute("datetime").replace("Z", "+00:00"))
    assert abs((scripted_front.now() - said_at).total_seconds()) < 60


@pytest.mark.parametrize(("path", "language", "date"), [("/", "de", r"\d+\.\d+\., "), ("/en", "en", r"\d+/\d+, ")])
def test_a_message_of_another_day_shows_its_date(visitor_of, front, path, language, date):
    visitor = visitor_of(front.url).go(path).open(language)
    visitor.ask("Wie vielen?")
    visitor.page.clock.set_fixed_time(datetime.now().replace(year=datetime.now().year + 1))
    visitor.page.reload()
    expect(visitor.page.locator("iom-assistant .visitor time")).to_have_text(re.compile(rf"^{date}\d\d:\d\d$"))


def test_times_are_not_announced(visitor):
    visitor.open()
    visitor.listen()
    visitor.ask("Wie vielen?")
    visitor.page.wait_for_timeout(300)
    assert not any(re.search(r"\d\d:\d\d", said) for said in visitor.announced)


def test_messages_of_one_side_stand_closer(visitor, front):
    visitor.open().ask("Eins")
    expect(visitor.answers.last.locator("time")).to_be_visible()
    front.script.answers_held = True
    visitor.ask("Zwei", wait=False)
    visitor.ask("Drei", wait=False)
    expect(visitor.said).to_have_count(3)
    gaps = visitor.in_root(
        """const messages = [...root.querySelectorAll(".message")];
           const [, answer, two, three] = messages.map((node) => node.getBoundingClientRect());
           return [three.top - two.bottom, two.top - answer.bottom];"""
    )
    assert 0 <= gaps[0] < gaps[1] / 2
    front.script.answers_held = False


def test_without_field_sizing_the_field_grows_all_the_same(visitor):
    visitor.open()
    visitor.in_root(
        """CSS.supports = () => false;
           const sheet = new CSSStyleSheet();
           sheet.replaceSync("textarea { field-sizing: fixed !important; }");
           root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];"""
    )
    before = visitor.field.bounding_box()["height"]
    visitor.field.fill("Eins\nZwei\nDrei")
    assert visitor.field.bounding_box()["height"] > before + 40
    visitor.field.press("Enter")
    until(visitor.page, lambda: visitor.field.bounding_box()["height"] == before)
