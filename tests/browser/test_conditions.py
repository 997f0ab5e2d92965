"""Conditions that people have: large text, a small window, colours of their own, a slow line, a slow device."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from assistant.core.paths import ROOT
from tests.browser import places
from tests.browser.conftest import launched
from tests.browser.places import texts
from tests.browser.scenes import SCENES, referral
from tests.browser.scripted_front import STARTERS, TEXT, a_fact, answer, part
from tests.browser.test_accessibility import TAGS
from tests.browser.visitor import Visitor, until

ARIA = ROOT / "tests" / "browser" / "aria"
# What the browser says of each: a window in CSS pixels, and how many of the screen's make one of these.
WINDOWS = {
    "150 % zoom on 1366×625": {"viewport": {"width": 911, "height": 417}, "device_scale_factor": 1.5},
    "200 % zoom on 1366×625": {"viewport": {"width": 683, "height": 313}, "device_scale_factor": 2},
    "400 % zoom on 1280×1024": {"viewport": {"width": 320, "height": 256}, "device_scale_factor": 4},
    "phone with its keyboard": {"viewport": {"width": 360, "height": 400}, "has_touch": True},
}
LARGE_TEXT = 32
SLOW_LINE = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SIX_TIMES = 6
# Places of the answer's first line that a person can see: nothing else of the chat lies on top.
FIRST_LINE = """
const answer = [...root.querySelectorAll("[part~=answer]")].at(-1), range = document.createRange();
const text = document.createTreeWalker(answer.querySelector("p:not(.unseen)"), NodeFilter.SHOW_TEXT).nextNode();
range.setStart(text, 0);
range.setEnd(text, 1);
const { x, y, width, height } = range.getBoundingClientRect();
return answer.contains(root.elementFromPoint(x + width / 2, y + height / 2));
"""
OVERFLOWING = """
return [...root.querySelectorAll("[role=dialog] *")].filter((node) => {
  const { width, left, right } = node.getBoundingClientRect();
  const flows = width > 1 && !node.closest(".unseen") && getComputedStyle(node).position !== "absolute";
  return flows && (left < -1 || right > innerWidth + 1);
}).map((node) => node.className || node.localName);
"""


def tells(visitor: Visitor) -> str:
    """What a screen reader finds in the panel, without addresses and times of day."""
    without_addresses = re.sub(r"/url: .*", "/url: …", visitor.panel.aria_snapshot())
    return re.sub(r"\b\d{1,2}:\d\d\b", "00:00", without_addresses)


@pytest.mark.parametrize("window", WINDOWS)
def test_in_a_small_window_one_can_ask_and_read(visitor_of, front, window):
    visitor = visitor_of(front.url, **WINDOWS[window]).go()
    visitor.open()
    starter = visitor.button(STARTERS["de"][0])
    starter.scroll_into_view_if_needed()
    expect(starter).to_be_in_viewport()
    visitor.ask("Wie vielen Menschen?")
    # What follows without being announced comes a moment later.
    visitor.page.wait_for_timeout(300)
    assert visitor.in_root(FIRST_LINE)
    assert visitor.in_root(OVERFLOWING) == []


@pytest.mark.parametrize("window", WINDOWS)
def test_in_a_small_window_axe_finds_nothing(visitor_of, front, axe, window):
    visitor = visitor_of(front.url, **WINDOWS[window])
    visitor.context.add_init_script(axe)
    visitor.go()
    front.script.answer = lambda text, language: referral(language)
    visitor.open().ask("Wer hilft mir?")
    visitor.page.wait_for_timeout(300)
    # What lies half below another row is whole once it is scrolled to; sizes are tested elsewhere.
    assert visitor.violations(TAGS, without="target-size") == []


@pytest.fixture(scope="module")
def large_text(playwright) -> Iterator[Browser]:
    """A browser whose owner has set its text to twice the usual size."""
    browser = launched(playwright, f"--blink-settings=defaultFontSize={LARGE_TEXT}")
    yield browser
    browser.close()


def test_text_that_a_person_has_set_twice_as_large_is_so_in_the_chat(large_text, front):
    visitor = Visitor(large_text.new_context(locale="de-DE", viewport={"width": 1366, "height": 768}), front.url)
    visitor.go().open()
    visitor.ask("Wie vielen Menschen?")
    visitor.page.wait_for_timeout(300)
    assert (
        visitor.in_root("return getComputedStyle(root.querySelector('[part~=answer]')).fontSize") == f"{LARGE_TEXT}px"
    )
    assert visitor.in_root(FIRST_LINE)
    assert visitor.in_root(OVERFLOWING) == []
    visitor.context.close()


@pytest.mark.parametrize("scene", ["opened", "referral", "menu", "confirming", "feedback"])
def test_in_forced_colours_what_can_be_pressed_is_outlined(visitor_of, front, scene):
    visitor = visitor_of(front.url, forced_colors="active").go()
    SCENES[scene](visitor, front, "de")
    drawn = visitor.page.get_by_role("button").and_(visitor.page.locator("iom-assistant *"))
    assert drawn.count() > 0
    assert (
        drawn.evaluate_all(
            """(all) => all.filter((node) => !node.closest("[part~=menu]")).filter((node) => {
                 const { borderTopWidth, borderTopColor, backgroundColor, textDecorationLine } = getComputedStyle(node);
                 const lined = parseFloat(borderTopWidth) > 0 && borderTopColor !== backgroundColor;
                 return !lined && textDecorationLine === "none";
               }).map((node) => node.textContent)"""
        )
        == []
    )


def test_over_a_slow_line_the_question_stands_at_once_and_the_answer_comes(visitor_of, front):
    visitor = visitor_of(front.url).go("/")
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_LINE)
    visitor.open()
    visitor.field.fill("Wie vielen Menschen?")
    visitor.field.press("Enter")
    # Before anything can have come back.
    assert visitor.said.all_inner_texts() == ["Wie vielen Menschen?"]
    assert visitor.field.input_value() == ""
    expect(visitor.answers).to_have_count(1)
    expect(visitor.alert).to_be_empty()


def test_on_a_slow_device_what_is_typed_stands_in_order_and_is_sent_once(visitor_of, front):
    visitor = visitor_of(front.url).go("/")
    visitor.context.new_cdp_session(visitor.page).send("Emulation.setCPUThrottlingRate", {"rate": SIX_TIMES})
    visitor.open()
    visitor.field.press_sequentially("Wie vielen Menschen hat das Programm geholfen?")
    visitor.field.press("Enter")
    visitor.field.press("Enter")
    expect(visitor.answers).to_have_count(1)
    assert [post["text"] for post in front.posts] == ["Wie vielen Menschen hat das Programm geholfen?"]


def test_a_long_conversation_does_not_slow_a_slow_device_down(visitor_of, front):
    visitor = visitor_of(front.url).go("/")
    visitor.context.new_cdp_session(visitor.page).send("Emulation.setCPUThrottlingRate", {"rate": SIX_TIMES})
    visitor.open()
    # No time is measured, which would tell more about this machine: what is laid out anew must not grow.
    visitor.ask("eins")
    first = layouts(visitor, "zwei")
    for number in range(12):
        visitor.ask(f"Frage {number}")
    assert layouts(visitor, "letzte") <= first * 2


def layouts(visitor: Visitor, question: str) -> int:
    """How often the browser laid the page out from a question to its answer."""
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Performance.enable")

    def count() -> int:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return next(int(metric["value"]) for metric in metrics if metric["name"] == "LayoutCount")

    before = count()
    visitor.ask(question)
    visitor.page.wait_for_timeout(300)
    return count() - before


READ = ("opened", "fact", "several", "referral", "crisis", "menu", "confirming")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("scene", READ)
def test_a_screen_reader_finds_what_was_last_approved(visitor_of, front, scene, language):
    visitor = visitor_of(front.url).go("/" if language == "de" else "/en")
    SCENES[scene](visitor, front, language)
    approved = ARIA / f"{scene}-{language}.yml"
    if os.environ.get("UPDATE") == "1":
        approved.parent.mkdir(exist_ok=True)
        approved.write_text(tells(visitor) + "\n", "utf-8")
    assert tells(visitor) + "\n" == approved.read_text("utf-8")


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_screen_reader_announces_what_was_last_approved(visitor_of, front, language):
    visitor = visitor_of(front.url).go("/" if language == "de" else "/en")
    visitor.open(language)
    visitor.listen()
    front.script.answer = lambda text, _: a_fact(text, language)
    visitor.ask("IOM?")
    front.script.answer = lambda text, _: answer(part(TEXT[language], "control"), language=language)
    visitor.ask("IOM!")
    until(visitor.page, lambda: len(visitor.announced) == 2)
    visitor.page.wait_for_timeout(500)
    announced = "".join(f"{' '.join(said.split())}\n" for said in visitor.announced)
    approved = ARIA / f"announced-{language}.txt"
    if os.environ.get("UPDATE") == "1":
        approved.write_text(announced, "utf-8")
    assert announced == approved.read_text("utf-8")


def test_every_approved_reading_is_compared():
    compared = {f"{scene}-{language}.yml" for scene in READ for language in ("de", "en")}
    compared |= {f"announced-{language}.txt" for language in ("de", "en")}
    assert {path.name for path in ARIA.iterdir()} == compared
    assert texts("de")["title"] in (ARIA / "opened-de.yml").read_text("utf-8")
    assert places.ELEMENT not in (ARIA / "opened-de.yml").read_text("utf-8")
