"""Websites do to the element whatever they do; the chat goes on all the same."""

from __future__ import annotations

import pytest

from tests.browser.person import Person
from tests.browser.places import ANSWER, CLOSE, ELEMENT, EXIT, FIELD, LAUNCHER, PANEL, SAID, SUGGESTION, texts
from tests.browser.scripted_front import STARTERS, echo
from tests.support.wait import until

TRANSLATE = "document.dispatchEvent(new CustomEvent('translate-page', { detail: arguments[0] }))"
IN_VIEW = """
const { top, left, right, bottom } = one(arguments[0], null).getBoundingClientRect();
return top >= 0 && left >= 0 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
"""
# What a careful site sends, with the front's address as `connect-src`.
STRICT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
# Whether markup may be put in as text: that it may not shows that the policy is in force.
INSECURE = """
const node = document.createElement("div");
try { node.innerHTML = "<p>"; } catch { return false; }
return true;
"""


def test_a_single_page_application_may_move_the_chat_between_its_views(person, own_front):
    own_front.script.answer = echo
    person.go("/pages/single_page").open()
    person.ask("eins")
    person.write("angefangen")
    person.see("document.querySelector('a[data-view]').click()")
    assert person.see("return document.querySelector('main').contains(root.host)")
    assert person.see("return one(arguments[0], null).value", FIELD) == "angefangen"
    assert "Echo eins" in person.last(ANSWER)
    person.press(FIELD)
    person.tab.press("Enter")
    person.wait_for(ANSWER, 2)
    assert "Echo angefangen" in person.last(ANSWER)
    assert len(own_front.chats) == 1


def test_a_chat_moved_while_it_is_being_opened_is_one_chat_that_can_be_deleted(person, own_front):
    own_front.script.opening_delay = 1.0
    person.go("/pages/single_page").open()
    person.write("Wie vielen Menschen?")
    person.tab.press("Enter")
    until(lambda: own_front.chats, 20)
    person.see("document.querySelector('a[data-view]').click()")
    person.wait_for(ANSWER, 1)
    assert len(own_front.chats) == 1
    assert [post["text"] for post in own_front.posts] == ["Wie vielen Menschen?"]
    person.delete()
    until(lambda: own_front.chats == {}, 20)


@pytest.mark.parametrize("language", ["uk", "xx"])
def test_a_page_that_a_browser_translates_keeps_the_language_of_its_chat(person, own_front, language):
    person.go("/pages/english").open()
    person.see(TRANSLATE, language)
    assert person.see("return document.querySelectorAll('main font').length") > 0
    # Longer than the element may take to notice.
    person.tab.run("await new Promise((next) => setTimeout(next, 1000))")
    assert person.title == texts("en")["title"]
    person.ask("How many people?")
    assert own_front.posts[-1]["language"] == "en"
    assert own_front.posts[-1]["text"] == "How many people?"


def test_a_starter_of_a_translated_page_sends_the_question_as_it_was(person, own_front):
    person.go("/pages/english").open()
    person.see(TRANSLATE, "xx")
    person.press(SUGGESTION, STARTERS["en"][0])
    person.wait_for(ANSWER, 1)
    assert [post["text"] for post in own_front.posts] == [STARTERS["en"][0]]
    assert STARTERS["en"][0] in person.last(SAID)


def test_a_page_with_shortcuts_hears_nothing_of_what_is_typed(person):
    person.go("/pages/shortcuts").open()
    person.press(FIELD)
    person.see("seen.heard.length = 0")
    person.tab.write("Was ist das? a/b s")
    assert person.see("return one(arguments[0], null).value", FIELD) == "Was ist das? a/b s"
    assert person.see("return document.querySelector('input[type=search]').value") == ""
    assert person.see("return seen.heard") == []


def test_the_shortcuts_of_the_page_still_work_outside_the_chat(person):
    person.go("/pages/shortcuts").open()
    person.tab.press("Escape")
    person.wait_for(PANEL, 0)
    person.see("focused().blur()")
    person.tab.press("/")
    assert person.see("return document.activeElement.type") == "search"


def test_on_a_page_with_a_transformed_body_the_chat_stays_in_the_window(person):
    person.go("/pages/transform")
    assert person.see(IN_VIEW, LAUNCHER)
    person.open()
    assert person.see(IN_VIEW, PANEL)
    person.see("scrollTo(0, document.documentElement.scrollHeight)")
    assert person.see(IN_VIEW, PANEL)
    assert person.ask("Wie vielen Menschen?")
    person.see("document.querySelector('main').append(root.host)")
    assert person.see(IN_VIEW, PANEL)
    assert person.ask("Wie vielen Menschen?")


def test_the_style_of_the_page_does_not_reach_into_the_chat(person):
    person.go("/pages/plain")
    usual = person.style(LAUNCHER, "letterSpacing"), person.style(LAUNCHER, "lineHeight")
    person.go("/pages/overbearing")
    assert (person.style(LAUNCHER, "letterSpacing"), person.style(LAUNCHER, "lineHeight")) == usual
    person.open()
    assert person.ask("Wie vielen Menschen?")


def test_the_strictest_policy_of_a_page_is_enough(person, own_front):
    own_front.script.policy = STRICT
    person.go("/pages/plain").open()
    assert person.ask("Wie vielen Menschen?")
    assert person.troubles() == []
    assert not person.tab.run(INSECURE)
    person.tab.run("seen.troubles.length = 0")


@pytest.fixture(params=["same", "other"])
def framed(request, person, own_front) -> Person:
    """A person whose page has the chat in a frame, of the page's own origin or of another."""
    own_front.script.policy = "default-src 'self'; frame-src *; require-trusted-types-for 'script'"
    outer = {"same": person.url, "other": person.url.replace("127.0.0.1", "localhost")}[request.param]
    own_front.pages["frame"] = own_front.pages["frame"].replace("/pages/exit", f"{person.url}/pages/exit")
    person.tab.go(f"{outer}/pages/frame")
    person.tab.enter_frame(0)
    person.wait("return !!root")
    return person.open()


def test_in_a_frame_the_chat_can_be_used(framed):
    assert framed.see(IN_VIEW, PANEL)
    assert framed.ask("Wie vielen Menschen?")
    framed.press(CLOSE)
    framed.wait_for(PANEL, 0)


def test_in_a_frame_the_quick_exit_takes_the_whole_page_away(framed, own_front):
    framed.ask("Wie vielen Menschen?")
    framed.press(EXIT)
    framed.tab.enter_frame(None)
    until(lambda: framed.tab.run("return location.pathname") == "/pages/elsewhere", 20)
    until(lambda: own_front.chats == {}, 20)


def test_going_back_to_the_page_finds_the_chat_as_it_was(person, own_front):
    own_front.script.answer = echo
    person.go("/pages/plain").open()
    person.ask("eins")
    person.tab.go(f"{person.url}/pages/elsewhere")
    person.tab.back()
    person.wait("return all(arguments[0]).length === 1", ANSWER)
    assert "Echo zwei" in person.ask("zwei")
    assert len(own_front.chats) == 1


def test_an_element_that_the_page_takes_away_and_puts_back_is_the_same_chat(person, own_front):
    own_front.script.answer = echo
    person.go("/pages/plain").open()
    person.ask("eins")
    person.see(
        "const chat = document.querySelector(arguments[0]); chat.remove();"
        "await new Promise((next) => setTimeout(next, 300)); document.body.append(chat);",
        ELEMENT,
    )
    person.wait("return all(arguments[0]).length === 1", ANSWER)
    assert "Echo zwei" in person.ask("zwei")
    assert len(own_front.chats) == 1
