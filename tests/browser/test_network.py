"""Failing networks, restarting servers, returning visitors: nothing is lost, and nobody else can read it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.scripted_front import ScriptedFront, a_fact, echo
from tests.browser.visitor import until


def test_a_message_written_offline_is_sent_when_the_network_is_back(visitor, front):
    visitor.open()
    visitor.context.set_offline(True)
    visitor.ask("Wie vielen?", wait=False)
    expect(visitor.page.get_by_text("Wird gesendet, sobald Sie wieder online sind.")).to_be_visible()
    expect(visitor.alert).to_contain_text("offline")
    visitor.context.set_offline(False)
    expect(visitor.answers).to_have_count(1)
    expect(visitor.alert).to_be_hidden()
    assert len(front.posts) == 1


def test_a_message_that_fails_says_so_and_can_be_sent_again(visitor, front):
    down = True
    visitor.page.route("**/api/chat/messages", lambda route: route.abort() if down else route.fallback())
    visitor.open().ask("Wie vielen?", wait=False)
    retry = visitor.button("Noch einmal senden")
    expect(retry).to_be_visible(timeout=20_000)
    down = False
    retry.click()
    expect(visitor.answers).to_have_count(1)
    expect(retry).to_have_count(0)
    assert len(front.posts) == 1


def test_a_message_whose_receipt_was_lost_is_answered_once(visitor, front):
    lost = []

    def lose_first(route):
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.fallback()

    visitor.page.route("**/api/chat/messages", lose_first)
    visitor.open().ask("Wie vielen?")
    visitor.page.wait_for_timeout(1500)
    expect(visitor.answers).to_have_count(1)
    expect(visitor.said).to_have_count(1)
    assert len(front.posts) == 1


def test_a_refused_message_can_be_changed(visitor, front):
    error = {"code": "too_long", "text": "Ihre Nachricht ist zu lang.", "retry_after": None}
    front.script.refuse_post = lambda text: (413, error) if len(text) > 20 else None
    visitor.open().ask("Eine viel zu lange Frage", wait=False)
    expect(visitor.alert).to_have_text("Ihre Nachricht ist zu lang.")
    visitor.button("Text ändern").click()
    expect(visitor.field).to_have_value("Eine viel zu lange Frage")
    visitor.ask("Kurz")
    expect(visitor.said).to_have_text(["Kurz"])


def test_when_the_front_asks_for_patience_the_message_waits(visitor, front):
    refusals = [(429, {"code": "too_many", "text": "Bitte warten Sie kurz.", "retry_after": 3})]
    front.script.refuse_post = lambda text: refusals.pop() if refusals else None
    visitor.open().ask("Frage", wait=False)
    expect(visitor.alert).to_have_text("Bitte warten Sie kurz.")
    visitor.page.wait_for_timeout(1500)
    assert front.posts == []
    expect(visitor.answers).to_have_count(1)
    expect(visitor.alert).to_be_hidden()


def test_sixty_messages_in_a_burst_are_all_answered_in_order(visitor, front):
    front.script.answer = echo
    visitor.open()
    for number in range(60):
        visitor.field.fill(f"Nummer {number}")
        visitor.field.press("Enter")
    expect(visitor.answers).to_have_count(60, timeout=30_000)
    expect(visitor.said).to_have_text([f"Nummer {number}" for number in range(60)])
    assert [post["text"] for post in front.posts] == [f"Nummer {number}" for number in range(60)]
    expect(visitor.page.locator("iom-assistant .pending")).to_have_count(0)


def test_a_stream_that_brings_nothing_is_replaced_by_polling(visitor, front):
    front.script.streams_held = True
    visitor.open().ask("Wie vielen?")
    visitor.ask("Und?")
    expect(visitor.answers).to_have_count(2)
    until(visitor.page, lambda: front.open_streams == 0)


def test_going_offline_and_back_without_a_message_leaves_no_alarm(visitor):
    visitor.open()
    visitor.context.set_offline(True)
    expect(visitor.alert).to_contain_text("offline")
    visitor.context.set_offline(False)
    expect(visitor.alert).to_be_hidden()


def test_an_answer_that_never_comes_is_given_up(visitor, front):
    front.script.answer = lambda text, language: None
    visitor.page.clock.install()
    visitor.open().ask("Frage", wait=False)
    typing = visitor.page.locator("iom-assistant .typing:not(.idle)")
    expect(typing).to_be_visible()
    visitor.page.clock.fast_forward(14_000)
    expect(typing).to_contain_text("Es dauert heute länger.")
    visitor.page.clock.fast_forward(40_000)
    expect(typing).to_have_count(0)
    expect(visitor.alert).to_contain_text("Bitte versuchen Sie es noch einmal.")


def test_an_answer_given_while_the_line_was_cut_is_fetched(visitor, front):
    front.script.answer = echo
    visitor.open().ask("eins")
    visitor.listen()
    front.script.answers_held = True
    visitor.ask("zwei", wait=False)
    expect(visitor.page.locator("iom-assistant .pending")).to_have_count(0)
    front.script.events_cut = True
    until(visitor.page, lambda: front.open_streams == 0)
    front.script.answers_held = False
    visitor.page.wait_for_timeout(700)
    expect(visitor.answers).to_have_count(1)
    front.script.events_cut = False
    expect(visitor.answers).to_have_count(2, timeout=20_000)
    assert [re.sub("Assistent:| *Quellen: 1. *", "", said) for said in visitor.announced] == ["Echo zwei"]


def test_a_restart_of_the_front_in_mid_chat_loses_nothing(visitor_of):
    front = ScriptedFront()
    front.script.answer = echo
    front.start()
    try:
        visitor = visitor_of(front.url).go().open()
        visitor.ask("vorher")
        front.stop()
        visitor.ask("währenddessen", wait=False)
        expect(visitor.page.locator("iom-assistant .pending")).to_be_visible()
        front.start()
        expect(visitor.answers).to_have_count(2, timeout=20_000)
        visitor.ask("nachher")
        expect(visitor.answers).to_contain_text(["Echo vorher", "Echo währenddessen", "Echo nachher"])
        expect(visitor.alert).to_be_hidden()
    finally:
        front.stop()


def test_a_reload_brings_the_chat_back_open_and_without_taking_the_focus(visitor, front):
    front.script.answer = echo
    visitor.open().ask("eins")
    visitor.ask("zwei")
    visitor.page.reload()
    expect(visitor.panel).to_be_visible()
    expect(visitor.answers).to_contain_text(["Echo eins", "Echo zwei"])
    expect(visitor.said).to_have_text(["eins", "zwei"])
    assert visitor.page.evaluate("document.activeElement === document.body")
    visitor.ask("drei")
    assert len(front.chats) == 1


def test_an_unsent_message_survives_a_reload(visitor, front):
    down = True
    visitor.page.route("**/api/chat/messages", lambda route: route.abort() if down else route.fallback())
    visitor.open().ask("Wie vielen?", wait=False)
    expect(visitor.page.locator("iom-assistant .pending")).to_be_visible()
    down = False
    visitor.page.reload()
    expect(visitor.answers).to_have_count(1)
    expect(visitor.said).to_have_text(["Wie vielen?"])
    assert len(front.posts) == 1


def test_an_answer_still_awaited_at_a_reload_arrives_after_it(visitor, front):
    front.script.answers_held = True
    visitor.open().ask("Wie vielen?", wait=False)
    expect(visitor.page.locator("iom-assistant .pending")).to_have_count(0)
    visitor.page.reload()
    expect(visitor.page.locator("iom-assistant .typing:not(.idle)")).to_be_visible()
    front.script.answers_held = False
    expect(visitor.page.get_by_role("log").locator(".answer")).to_have_count(1)


def test_two_tabs_of_a_remembered_chat_show_the_same(visitor, front):
    front.script.answer = echo
    visitor.open().ask("aus der ersten")
    visitor.button("Menü").click()
    visitor.page.get_by_label("Chat auf diesem Gerät merken").check()
    second = visitor.another_tab().open()
    second.ask("aus der zweiten")
    for tab in (visitor, second):
        expect(tab.said).to_have_text(["aus der ersten", "aus der zweiten"])
        expect(tab.answers).to_contain_text(["Echo aus der ersten", "Echo aus der zweiten"])
    second.menu("Chat löschen")
    second.button("Ja, löschen").click()
    for tab in (second, visitor):
        expect(tab.answers).to_have_count(0)


def test_a_second_tab_has_a_chat_of_its_own(visitor, front):
    visitor.open().ask("Wie vielen?")
    second = visitor.another_tab().open()
    expect(second.button("Was ist die IOM?")).to_be_visible()
    expect(second.answers).to_have_count(0)
    second.ask("Und?")
    expect(visitor.answers).to_have_count(1)
    assert len(front.chats) == 2


def test_a_chat_the_front_has_forgotten_is_replaced_and_said_so(visitor, front):
    visitor.open().ask("vorher")
    front.chats.clear()
    expect(visitor.page.get_by_text("Ihr früherer Chat ist abgelaufen")).to_be_visible()
    visitor.ask("nachher")
    assert [post["text"] for post in front.posts] == ["vorher", "nachher"]


def test_whether_a_key_has_expired_only_the_front_knows(visitor, front):
    visitor.open().ask("vorher")
    # As earlier versions of the element kept it.
    visitor.page.evaluate(
        """() => { const kept = JSON.parse(sessionStorage["iom-assistant-chat"]);
           sessionStorage["iom-assistant-chat"] = JSON.stringify({ ...kept, expiresAt: "2020-01-01T00:00:00Z" }); }"""
    )
    visitor.page.reload()
    expect(visitor.answers).to_have_count(1)
    front.chats.clear()
    visitor.page.reload()
    expect(visitor.page.get_by_text("Ihr früherer Chat ist abgelaufen")).to_be_visible()
    expect(visitor.answers).to_have_count(0)
    assert 'token":"' not in visitor.page.evaluate("sessionStorage['iom-assistant-chat']")


def test_without_storage_the_chat_works_all_the_same(visitor_of, front):
    visitor = visitor_of(front.url)
    visitor.context.add_init_script(
        """for (const name of ["sessionStorage", "localStorage"])
             Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });"""
    )
    visitor.go().open().ask("Wie vielen?")
    visitor.ask("Und?")
    assert len(front.chats) == 1


def test_a_closed_panel_lets_the_line_rest(visitor, front):
    visitor.open().ask("Wie vielen?")
    until(visitor.page, lambda: front.open_streams == 1)
    visitor.page.keyboard.press("Escape")
    until(visitor.page, lambda: front.open_streams == 0)
    asked = front.api_requests
    (chat,) = front.chats.values()
    chat.add("assistant", reply_to=None, **a_fact())
    visitor.page.wait_for_timeout(700)
    assert front.api_requests == asked
    visitor.launcher.click()
    expect(visitor.answers).to_have_count(2)


def test_a_receipt_that_comes_after_the_answer_does_not_wake_a_line_that_rests(visitor, front):
    visitor.open().ask("Wie vielen?")
    front.script.receipt_delay = 2.0
    with visitor.page.expect_response("**/api/chat/messages"):
        visitor.ask("Und?")
        visitor.page.keyboard.press("Escape")
        until(visitor.page, lambda: front.open_streams == 0)
    visitor.page.wait_for_timeout(700)
    assert front.open_streams == 0


def test_the_element_can_be_moved_and_removed(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.page.evaluate("document.querySelector('main').append(document.querySelector('iom-assistant'))")
    expect(visitor.answers).to_have_count(1)
    visitor.page.evaluate("document.querySelector('iom-assistant').remove()")
    until(visitor.page, lambda: front.open_streams == 0)
    asked = front.api_requests
    visitor.page.wait_for_timeout(700)
    assert front.api_requests == asked


MOVE = "document.querySelector('main').append(document.querySelector('iom-assistant'))"
REMOVE = "window.taken = document.querySelector('iom-assistant'); taken.remove()"
ADD = "document.querySelector('main').append(taken)"


def delete_chat(visitor):
    visitor.menu("Chat löschen")
    visitor.button("Ja, löschen").click()
    expect(visitor.page.get_by_text("Ihr Chat ist gelöscht.")).to_be_visible()


def test_an_element_moved_while_its_chat_is_being_opened_goes_on_with_it(visitor, front):
    front.script.opening_delay = 1.5
    visitor.open().ask("Wie vielen?", wait=False)
    visitor.field.fill("Noch nicht gesendet")
    visitor.page.wait_for_timeout(300)
    visitor.page.evaluate(MOVE)
    expect(visitor.field).to_have_value("Noch nicht gesendet")
    expect(visitor.answers).to_have_count(1)
    assert (len(front.chats), len(front.posts)) == (1, 1)
    delete_chat(visitor)
    assert front.chats == {}


def test_an_element_removed_while_its_chat_is_being_opened_leaves_no_chat_behind(visitor, front):
    front.script.opening_delay = 4.0
    visitor.open().ask("Wie vielen?", wait=False)
    visitor.page.wait_for_timeout(300)
    visitor.page.evaluate(REMOVE)
    until(
        visitor.page, lambda: [method for method, path in front.requests if path == "/api/chat"] == ["POST", "DELETE"]
    )
    assert (front.chats, front.posts) == ({}, [])


def test_an_element_removed_and_added_again_meanwhile_has_one_chat_that_can_be_deleted(visitor, front):
    front.script.opening_delay = 1.5
    visitor.open().ask("Wie vielen?", wait=False)
    visitor.page.wait_for_timeout(300)
    visitor.page.evaluate(REMOVE)
    visitor.page.wait_for_timeout(100)
    visitor.page.evaluate(ADD)
    expect(visitor.answers).to_have_count(1)
    until(visitor.page, lambda: len(front.chats) == 1)
    assert len(front.posts) == 1
    delete_chat(visitor)
    assert front.chats == {}


def test_an_element_removed_while_it_sends_sends_the_same_message_later(visitor, front):
    front.script.receipt_delay = 1.0
    visitor.open().ask("Wie vielen?", wait=False)
    until(visitor.page, lambda: front.posts)
    visitor.page.evaluate(REMOVE)
    visitor.page.wait_for_timeout(100)
    visitor.page.evaluate(ADD)
    expect(visitor.answers).to_have_count(1)
    expect(visitor.said).to_have_count(1)
    assert (len(front.chats), len(front.posts)) == (1, 1)
    delete_chat(visitor)
    assert front.chats == {}
