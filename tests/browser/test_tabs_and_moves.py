"""A chat is one thing: however long it lasts, wherever the page moves its element, in however many tabs it is open."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.scripted_front import echo
from tests.browser.visitor import Visitor, until

REMEMBER = "Chat auf diesem Gerät merken"
MOVE = "document.querySelector('main').append(document.querySelector('iom-assistant'))"
AWAY_AND_BACK = """() => { const taken = document.querySelector("iom-assistant"); taken.remove();
  setTimeout(() => document.querySelector("main").append(taken), 300); }"""
REPLACE = """() => { document.querySelector("iom-assistant").remove();
  setTimeout(() => document.querySelector("main").append(document.createElement("iom-assistant")), 300); }"""
# The clock of the device, set on by so many days before anything of the page runs.
CLOCK = """{ const on = %d * 86400000, Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length ? given : [Real.now() + on])); }
    static now() { return Real.now() + on; }
  }; }"""


@pytest.fixture(autouse=True)
def repeating(front):
    front.script.answer = echo


def opened(front) -> int:
    """How many chats were opened."""
    return front.requests.count(("POST", "/api/chat"))


def delete_chat(visitor: Visitor) -> None:
    visitor.menu("Chat löschen")
    visitor.button("Ja, löschen").click()
    expect(visitor.page.get_by_text("Ihr Chat ist gelöscht.")).to_be_visible()


def remember(visitor: Visitor) -> None:
    visitor.button("Menü").click()
    visitor.page.get_by_label(REMEMBER).check()
    visitor.page.keyboard.press("Escape")


# Time


@pytest.mark.parametrize("days", [-31, 31, 400])
@pytest.mark.parametrize("remembered", [True, False])
def test_a_wrong_clock_or_a_long_time_loses_no_chat_that_is_still_there(visitor, front, days, remembered):
    visitor.open().ask("eins")
    if remembered:
        remember(visitor)
    visitor.context.add_init_script(CLOCK % days)
    visitor.page.reload()
    expect(visitor.answers).to_contain_text(["Echo eins"])
    visitor.ask("zwei")
    assert len(front.chats) == 1
    delete_chat(visitor)
    assert front.chats == {}


@pytest.mark.parametrize("days", [-31, 31])
def test_an_answer_is_awaited_after_a_reload_whatever_the_clock_says(visitor, front, days):
    front.script.answers_held = True
    visitor.open().ask("Wie vielen?", wait=False)
    expect(visitor.page.locator("iom-assistant .pending")).to_have_count(0)
    visitor.context.add_init_script(CLOCK % days)
    visitor.page.reload()
    expect(visitor.page.locator("iom-assistant .typing:not(.idle)")).to_be_visible()
    front.script.answers_held = False
    expect(visitor.answers).to_have_count(1)


# Moves


@pytest.mark.parametrize("move", [MOVE, AWAY_AND_BACK, REPLACE], ids=["moved", "away and back", "replaced"])
def test_a_moved_element_keeps_draft_chat_and_erasure(visitor, front, move):
    front.script.opening_delay = 1.0
    visitor.open().ask("Wie vielen?", wait=False)
    visitor.field.fill("Noch nicht gesendet")
    visitor.page.wait_for_timeout(200)
    visitor.page.evaluate(move)
    visitor.page.wait_for_timeout(600)
    expect(visitor.panel).to_be_visible()
    expect(visitor.field).to_have_value("Noch nicht gesendet")
    expect(visitor.answers).to_have_count(1)
    until(visitor.page, lambda: len(front.chats) == 1)
    assert len(front.posts) == 1
    if move != REPLACE:
        assert opened(front) == 1
    delete_chat(visitor)
    assert front.chats == {}


def test_a_moved_element_keeps_its_connection(visitor, front):
    visitor.open().ask("eins")
    until(visitor.page, lambda: front.open_streams == 1)
    asked = front.api_requests
    visitor.page.evaluate(AWAY_AND_BACK)
    visitor.page.wait_for_timeout(1_500)
    assert front.api_requests == asked
    visitor.ask("zwei")
    expect(visitor.answers).to_have_count(2)


def test_an_element_removed_for_good_ends_everything(visitor, front):
    visitor.open().ask("eins")
    visitor.page.evaluate("document.querySelector('iom-assistant').remove()")
    until(visitor.page, lambda: front.open_streams == 0)
    asked = front.api_requests
    visitor.page.keyboard.press("Escape")
    visitor.page.wait_for_timeout(700)
    assert front.api_requests == asked


# Drafts


def test_a_draft_survives_a_reload_and_rests_on_the_device_only_meanwhile(visitor):
    visitor.open().field.fill("Eine lange Frage, noch nicht fertig")
    assert "Frage" not in visitor.page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")
    visitor.page.reload()
    expect(visitor.field).to_have_value("Eine lange Frage, noch nicht fertig")
    assert "Frage" not in visitor.page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")


def test_a_draft_is_kept_for_an_hour_at_most(visitor):
    visitor.open().field.fill("Eine lange Frage")
    visitor.context.add_init_script(CLOCK % 1)
    visitor.page.reload()
    expect(visitor.panel).to_be_visible()
    expect(visitor.field).to_have_value("")


@pytest.mark.parametrize("end", ["send", "delete"])
def test_a_draft_ends_when_it_is_sent_or_the_chat_deleted(visitor, end):
    visitor.open().ask("eins")
    visitor.field.fill("zwei")
    if end == "send":
        visitor.field.press("Enter")
        expect(visitor.answers).to_have_count(2)
    else:
        delete_chat(visitor)
    expect(visitor.field).to_have_value("")
    visitor.page.reload()
    expect(visitor.panel).to_be_visible()
    expect(visitor.field).to_have_value("")


def test_leaving_quickly_keeps_no_draft(visitor, front):
    visitor.context.route("https://www.tagesschau.de/", lambda route: route.fulfill(body="Nachrichten"))
    visitor.open().field.fill("Etwas Geheimes")
    visitor.button("Schnell verlassen").click()
    visitor.page.wait_for_url("https://www.tagesschau.de/")
    visitor.page.goto(front.url)
    assert visitor.stored == []
    expect(visitor.open().field).to_have_value("")


# Tabs


@pytest.mark.parametrize("before", ["closed", "open", "with a language of its own"])
def test_a_chat_remembered_in_one_tab_is_there_in_another_that_was_loaded_before(visitor, front, before):
    other = visitor.another_tab()
    if before != "closed":
        other.open()
    if before == "with a language of its own":
        other.speak("English")
    visitor.open().ask("eins")
    remember(visitor)
    if before == "closed":
        other.page.wait_for_timeout(300)
        other.open()
    expect(other.answers).to_contain_text(["Echo eins"])
    expect(other.page.locator("iom-assistant .menu input")).to_be_checked()
    other.ask("zwei")
    expect(visitor.answers).to_have_count(2)
    assert opened(front) == 1


def test_a_language_chosen_in_one_tab_is_that_of_the_chat_in_the_other(visitor, front):
    visitor.open().ask("eins")
    remember(visitor)
    other = visitor.another_tab().open()
    expect(other.answers).to_have_count(1)
    other.speak("English")
    expect(visitor.page.locator("iom-assistant .exit")).to_have_text("Leave quickly")
    visitor.ask("two")
    assert [post["choice"] for post in front.posts] == [None, "en"]


@pytest.mark.parametrize("how", ["remembered", "duplicated"])
@pytest.mark.parametrize("end", ["delete", "exit"])
def test_a_chat_erased_in_one_tab_is_gone_from_the_other(visitor, front, how, end):
    visitor.context.route("https://www.tagesschau.de/", lambda route: route.fulfill(body="Nachrichten"))
    visitor.open().ask("Etwas Geheimes")
    if how == "remembered":
        remember(visitor)
        other = visitor.another_tab().open()
    else:
        # What the browser does when it duplicates a tab.
        kept = visitor.page.evaluate("JSON.stringify({ ...sessionStorage })")
        other = visitor.another_tab()
        other.page.evaluate("(kept) => Object.assign(sessionStorage, JSON.parse(kept))", kept)
        other.page.reload()
    expect(other.said).to_have_text(["Etwas Geheimes"])
    if end == "delete":
        delete_chat(visitor)
    else:
        visitor.button("Schnell verlassen").click()
        visitor.page.wait_for_url("https://www.tagesschau.de/")
    expect(other.said).to_have_count(0)
    expect(other.answers).to_have_count(0)
    assert "token" not in other.page.evaluate("JSON.stringify(localStorage)")
    until(other.page, lambda: front.chats == {})


def test_what_was_still_to_be_sent_goes_with_the_chat_that_another_tab_deletes(visitor, front):
    visitor.open().ask("eins")
    remember(visitor)
    other = visitor.another_tab().open()
    expect(other.answers).to_have_count(1)
    down = True
    other.page.route("**/api/chat/messages", lambda route: route.abort() if down else route.fallback())
    other.ask("zwei", wait=False)
    expect(other.page.locator("iom-assistant .pending")).to_be_visible()
    delete_chat(visitor)
    expect(other.said).to_have_count(0)
    down = False
    other.page.wait_for_timeout(1_500)
    assert [post["text"] for post in front.posts] == ["eins"]
    assert front.chats == {}


def test_a_new_chat_in_one_tab_is_not_mixed_with_the_old_one_in_the_other(visitor, front):
    visitor.open().ask("eins")
    remember(visitor)
    other = visitor.another_tab().open()
    expect(other.answers).to_have_count(1)
    visitor.menu("Neuer Chat")
    visitor.button("Neu beginnen").click()
    expect(visitor.answers).to_have_count(0)
    expect(other.answers).to_have_count(0)
    visitor.ask("zwei")
    expect(visitor.said).to_have_text(["zwei"])
    expect(other.said).to_have_count(0)
