"""What a chat is for, in each of Debian's three browsers."""

from __future__ import annotations

from tests.browser.places import (
    ALERT,
    ANSWER,
    CLOSE,
    COMPOSER,
    CONFIRMATION,
    ELEMENT,
    EXIT,
    FIELD,
    LANGUAGE,
    LAUNCHER,
    LOG,
    MORE_LOADED,
    PANEL,
    SAID,
    SEND,
    SUGGESTION,
    texts,
)
from tests.browser.scenes import clarify, crisis, fallback, referral, several
from tests.browser.scripted_front import STARTERS, TEXT, Event, echo
from tests.browser.test_accessibility import TAGS
from tests.support.browsers import forced_colours
from tests.support.wait import until

TEXTS = texts("de")
# What would be printed, for the browser that cannot be asked to: rules for paper hold, those for screens do not.
PAPER = """
const ink = (rules) => {
  for (const rule of rules) {
    if (rule instanceof CSSMediaRule) {
      const media = rule.media.mediaText;
      if (/\\bprint\\b/.test(media)) rule.media.mediaText = "all";
      else if (/\\bscreen\\b/.test(media)) rule.media.mediaText = "not all";
    }
    if (rule.cssRules) ink(rule.cssRules);
  }
};
for (const sheet of [...root.adoptedStyleSheets, ...root.styleSheets]) ink(sheet.cssRules);
"""
# Buttons that look like text: their backgrounds are taken away, and they have neither border nor underline. Those of
# the menu stand in a box of their own.
BORDERLESS = """
const plain = ({ borderTopWidth, textDecorationLine }) => parseFloat(borderTopWidth) + textDecorationLine === "0none";
return all("button").filter((node) => !node.closest("[part~=menu]") && plain(getComputedStyle(node))).map(nameOf);
"""


def test_the_element_loads_under_a_strict_policy_and_asks_for_nothing(person, own_front):
    person.go("/pages/plain")
    assert person.shows(LAUNCHER)
    assert not person.shows(PANEL)
    assert person.see("return [root.host.localName, root.mode, document.activeElement.localName]") == [
        ELEMENT,
        "open",
        "body",
    ]
    assert person.see("return [sessionStorage.length, localStorage.length]") == [0, 0]
    assert own_front.api_requests == []


def test_a_question_is_typed_sent_with_enter_and_answered_where_it_can_be_read(person, own_front):
    person.go("/pages/plain").open()
    assert TEXT["de"] in person.ask("Wie vielen Menschen?")
    assert person.see("return one(arguments[0], null).value", FIELD) == ""
    assert "Wie vielen Menschen?" in person.last(SAID)
    assert [post["text"] for post in own_front.posts] == ["Wie vielen Menschen?"]
    answer, panel = person.box(ANSWER), person.box(PANEL)
    assert panel["top"] <= answer["top"] < answer["top"] + 20 <= panel["bottom"]


def test_shift_and_enter_begin_a_line_and_the_field_grows(person, own_front):
    person.go("/pages/plain").open()
    person.write("Eins")
    low = person.box(FIELD)["height"]
    person.tab.press("Shift", "Enter")
    person.tab.write("zwei")
    assert person.see("return one(arguments[0], null).value", FIELD) == "Eins\nzwei"
    assert person.box(FIELD)["height"] > low
    person.press(SEND)
    person.wait_for(ANSWER, 1)
    assert [post["text"] for post in own_front.posts] == ["Eins\nzwei"]


def test_escape_closes_and_gives_the_focus_back(person):
    person.go("/pages/plain").open()
    person.press(FIELD)
    person.tab.press("Escape")
    person.wait_for(PANEL, 0)
    assert person.has_focus(LAUNCHER)
    person.open()
    person.press(CLOSE)
    person.wait_for(PANEL, 0)
    assert person.has_focus(LAUNCHER)


def test_a_starter_chosen_by_keyboard_leaves_the_focus_in_the_chat(person):
    person.go("/pages/plain").open()
    person.focus(SUGGESTION, STARTERS["de"][0])
    person.tab.press("Enter")
    person.wait_for(ANSWER, 1)
    assert person.see("return root.contains(focused())")
    person.tab.press("Tab")
    assert person.see("return root.contains(focused())")


def test_a_suggestion_under_an_answer_chosen_by_keyboard_leaves_the_focus_in_the_chat(person):
    person.go("/pages/plain").open()
    person.ask("Wie vielen Menschen?")
    person.wait("return one(arguments[0], arguments[1])", SUGGESTION, STARTERS["de"][0])
    person.focus(SUGGESTION, STARTERS["de"][0])
    person.tab.press("Enter")
    person.wait_for(ANSWER, 2)
    assert person.see("return root.contains(focused())")


def test_a_language_chosen_is_shown_and_told(person, own_front):
    person.go("/pages/plain").open()
    person.speak(LANGUAGE, "en")
    person.wait("return one(arguments[0], arguments[1])", SUGGESTION, STARTERS["en"][0])
    assert person.title == texts("en")["title"]
    assert TEXT["en"] in person.ask("How many people?")
    assert own_front.posts[-1]["choice"] == "en"


def test_on_a_page_from_right_to_left_the_chat_is_so_too(person):
    person.go("/pages/arabic").open()
    assert person.style(PANEL, "direction") == "rtl"
    assert person.title == texts("ar")["title"]
    panel, width = person.box(PANEL), person.see("return innerWidth")
    assert panel["left"] < width - panel["right"]
    assert person.box(CLOSE)["right"] < (panel["left"] + panel["right"]) / 2


def test_a_page_with_a_small_root_does_not_make_the_chat_small(person):
    sizes = {}
    for page in ("plain", "small_root"):
        person.go(f"/pages/{page}").open()
        # The next page is to begin a chat of its own.
        person.see("addEventListener('pagehide', () => sessionStorage.clear())")
        person.ask("Wie vielen Menschen?")
        targets = person.see("return all('button').map((node) => node.getBoundingClientRect().height)")
        sizes[page] = [person.style(ANSWER, "fontSize"), person.style(FIELD, "fontSize"), person.box(PANEL)["width"]]
        assert [height for height in targets if height < 43.9] == []
        assert float(sizes[page][0].removesuffix("px")) >= 16
    assert sizes["small_root"] == sizes["plain"]


def refused(text: str) -> tuple[int, Event]:
    return 413, {"code": "too_long", "text": "Ihre Nachricht ist zu lang.", "retry_after": None}


ANSWERS = {"several": several, "clarify": clarify, "fallback": fallback, "crisis": crisis, "contacts": referral}


def test_axe_finds_nothing_in_any_state(person, own_front, axe):
    found = {}

    def look(state: str) -> None:
        person.load_axe(axe)
        found[state] = person.violations(TAGS)

    person.go("/pages/plain")
    look("closed")
    person.open()
    look("open")
    person.ask("Wie vielen Menschen?")
    person.button(TEXTS["more"])
    person.button(TEXTS["no"])
    look("judged")
    for name, make in ANSWERS.items():
        own_front.script.answer = lambda text, language, make=make: make(language)
        person.ask(f"{name}?")
        look(name)
    person.open_menu()
    look("menu")
    person.button(TEXTS["delete"])
    person.wait_for(CONFIRMATION, 1)
    look("confirming")
    person.press(f"{CONFIRMATION} button", TEXTS["cancel"])
    own_front.script.refuse_post = refused
    person.write("Hallo")
    person.tab.press("Enter")
    person.wait("return root.querySelector(arguments[0]).textContent !== ''", ALERT)
    look("refused")
    own_front.script.refuse_post = lambda text: None
    own_front.script.answers_held = True
    person.write("Hallo")
    person.tab.press("Enter")
    person.wait("return [...root.querySelectorAll('[role=status]')].some((node) => node.textContent)")
    look("waiting")
    assert found == {state: [] for state in found}


def test_axe_would_find_a_button_without_a_name(person, axe):
    person.go("/pages/plain").open()
    person.load_axe(axe)
    person.see("one(arguments[0], null).textContent = ''", SEND)
    assert any(violation.startswith("button-name") for violation in person.violations(TAGS))


def test_forced_colours_leave_every_button_an_outline(person, axe):
    with forced_colours(person.tab) as can:
        if not can:
            # WebKit has no such mode on any system.
            assert not person.tab.run("return CSS.supports('forced-color-adjust', 'none')")
            return
        person.go("/pages/plain").open()
        assert person.see("return matchMedia('(forced-colors: active)').matches")
        person.ask("Wie vielen Menschen?")
        person.open_menu()
        assert person.see(BORDERLESS) == []
        person.load_axe(axe)
        assert person.violations(TAGS) == []


def test_quick_exit_erases_and_leaves_no_way_back(person, own_front):
    person.go("/pages/plain").go("/pages/exit").open()
    person.ask("Wie vielen Menschen?")
    assert len(own_front.chats) == 1
    person.press(EXIT)
    until(lambda: person.tab.run("return location.pathname") == "/pages/elsewhere", 20)
    until(lambda: own_front.chats == {}, 20)
    assert person.see("return [sessionStorage.length, localStorage.length]") == [0, 0]
    person.tab.back()
    until(lambda: person.tab.run("return location.pathname") == "/pages/plain", 20)


def test_a_chat_deleted_is_gone_here_and_at_the_front(person, own_front):
    person.go("/pages/plain").open()
    person.ask("Wie vielen Menschen?")
    person.delete()
    until(lambda: own_front.chats == {}, 20)
    person.wait_for(ANSWER, 0)
    assert person.see("return root.textContent.includes(arguments[0])", TEXTS["deleted"])
    assert person.see("return root.contains(focused())")


def test_a_reload_brings_the_chat_back(person, own_front):
    own_front.script.answer = echo
    person.go("/pages/plain").open()
    person.ask("eins")
    person.tab.reload()
    person.wait("return all(arguments[0]).length === 1", ANSWER)
    assert "Echo zwei" in person.ask("zwei")
    assert len(own_front.chats) == 1


def test_each_answer_is_announced_by_one_polite_log(person):
    person.go("/pages/plain").open()
    person.ask("Wie vielen Menschen?")
    assert person.see("return all(arguments[0]).at(-1).closest('[role=log]').getAttribute('aria-live')", ANSWER) == (
        "polite"
    )
    assert person.see("return root.querySelectorAll(arguments[0]).length", LOG) == 1


def test_on_paper_the_whole_conversation_stands_without_the_buttons_of_the_chat(person, own_front):
    own_front.script.answer = echo
    person.go("/pages/plain").open()
    questions = [f"Frage {number}?" for number in range(12)]
    for question in questions:
        person.ask(question)
    person.wait("return root.querySelector(arguments[0]) !== null", MORE_LOADED)
    sheets = person.tab.printed()
    if sheets is None:
        person.see(PAPER)
        assert [place for place in (LAUNCHER, COMPOSER, EXIT) if person.shows(place)] == []
        return
    paper = " ".join(" ".join(sheets).split())
    assert [question for question in questions if f"Echo {question}" not in paper] == []
    assert [key for key in ("launcher", "exit", "send", "helpfulQuestion") if TEXTS[key] in paper] == []
