"""Everything that a visitor can do in a chat."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.scenes import clarify, fallback, referral, several
from tests.browser.scripted_front import APPROVED, CONTACT, SOURCE, a_fact, answer, echo, part
from tests.browser.visitor import until


def test_a_fact_shows_source_and_date_and_is_not_called_checked(visitor):
    said = visitor.open().ask("Wie vielen?")
    expect(said).to_contain_text("683.950")
    expect(said).not_to_contain_text("Geprüft")
    expect(said.locator(".checked")).to_have_count(0)
    expect(said.locator(".evidence")).to_have_text(re.compile("^Quelle: 70 Jahre IOM in Deutschland.*Oktober 2024$"))
    source = said.get_by_role("link", name="70 Jahre IOM in Deutschland")
    expect(source).to_have_attribute("href", SOURCE["url"])
    expect(source).to_have_attribute("rel", "noopener noreferrer")


@pytest.mark.parametrize("kind", ["fallback", "clarify", "smalltalk", "referral", "crisis", "error"])
def test_without_approval_nothing_else_is_called_checked_or_sourced(visitor, front, kind):
    front.script.answer = lambda text, language: answer(part("Etwas", kind))
    expect(visitor.open().ask("Frage")).not_to_contain_text(re.compile("Geprüft|Quelle"))


@pytest.mark.parametrize("kind", ["fact", "referral", "crisis"])
def test_an_approved_answer_says_who_checked_it_and_when(visitor, front, kind):
    front.script.answer = lambda text, language: answer(part("Etwas", kind, **APPROVED))
    said = visitor.open().ask("Frage")
    expect(said.locator(".checked")).to_have_text("Geprüft von der IOM Deutschland am 1. Mai 2026")


def test_the_date_of_a_note_is_shown(visitor, front):
    front.script.answer = lambda text, language: answer(part("Etwas", note_as_of_text="März 2025"))
    expect(visitor.open().ask("Frage").locator(".evidence")).to_contain_text("Ergänzung: Stand März 2025")


def test_contacts_are_cards_with_every_way_to_reach_them(visitor, front):
    front.script.answer = lambda text, language: referral(language)
    said = visitor.open().ask("Wer hilft mir?")
    cards = said.get_by_role("list", name="Wer helfen kann").get_by_role("listitem")
    expect(cards).to_have_count(2)
    card = cards.first
    for words in ("Familienhilfeprogramm (FAP)", "Fragen zum Familiennachzug", "Mo–Fr 9–12 Uhr", "Straße 1"):
        expect(card).to_contain_text(words)
    expect(card).to_contain_text("Deutsch, Arabisch")
    expect(card).to_contain_text("kostenlos")
    addresses = [one.get_attribute("href") for one in card.get_by_role("link").all()]
    assert addresses == ["tel:+49302902245500", "mailto:info.fap.de@iom.int", CONTACT["url"]]
    expect(cards.last).to_have_text("IOM")


def test_the_number_of_a_contact_is_a_link_in_the_text_too(visitor, front):
    front.script.answer = lambda text, language: referral(language)
    text = visitor.open().ask("Wer hilft mir?").locator("> div > p", has_text="Rufen Sie an")
    expect(text.get_by_role("link")).to_have_attribute("href", "tel:+49302902245500")


@pytest.mark.parametrize("place", ["footer", "menu"])
def test_asking_for_a_person_asks_the_chat(visitor, front, place):
    visitor.open()
    if place == "menu":
        visitor.button("Menü").click()
    visitor.page.locator(f"iom-assistant .{place}").get_by_role("button", name="Kontakt zu einem Menschen").click()
    expect(visitor.answers).to_have_count(1)
    assert front.posts[0]["text"] == "Ich möchte mit einem Menschen sprechen"


def test_several_answers_are_numbered_with_their_questions(visitor, front):
    front.script.answer = lambda text, language: several(language)
    parts = visitor.open().ask("Zwei Fragen").locator("ol.parts > li")
    expect(parts).to_have_count(3)
    expect(parts.nth(1)).to_contain_text("Wie vielen Menschen hat das Familienhilfeprogramm geholfen?")


def test_one_answer_does_not_repeat_the_question(visitor, front):
    front.script.answer = lambda text, language: answer(part("Ja.", question="Stimmt das?"))
    expect(visitor.open().ask("Stimmt es?")).not_to_contain_text("Stimmt das?")


@pytest.mark.parametrize("make", [clarify, fallback], ids=["clarify", "fallback"])
def test_a_suggestion_sends_its_full_question_and_stays(visitor, front, make):
    front.script.answer = lambda text, language: a_fact() if "IOM" in text else make(language)
    first = visitor.open().ask("Hilfe")
    first.get_by_role("button", name="Was ist die IOM?").click()
    expect(visitor.answers).to_have_count(2)
    assert front.posts[-1]["text"] == "Was ist die IOM?"
    expect(first.get_by_role("button", name="Was ist die IOM?")).to_be_enabled()
    expect(visitor.said.last).to_have_text("Was ist die IOM?")


def test_enter_sends_and_shift_enter_does_not(visitor, front):
    visitor.open()
    visitor.field.type("Eins")
    visitor.field.press("Shift+Enter")
    visitor.field.type("Zwei")
    assert front.posts == []
    visitor.field.press("Enter")
    expect(visitor.answers).to_have_count(1)
    assert front.posts[0]["text"] == "Eins\nZwei"
    expect(visitor.field).to_have_value("")


def test_an_empty_text_is_not_sent(visitor, front):
    visitor.open()
    visitor.field.fill("  \n ")
    visitor.field.press("Enter")
    visitor.page.wait_for_timeout(200)
    assert front.posts == []


def test_typing_is_shown_until_the_answer_comes(visitor, front):
    front.script.answers_held = True
    visitor.open().ask("Frage", wait=False)
    typing = visitor.page.locator("iom-assistant .typing:not(.idle)")
    expect(typing).to_be_visible()
    front.script.answers_held = False
    expect(visitor.answers).to_have_count(1)
    expect(typing).to_have_count(0)


def test_thumbs_up_is_kept(visitor, front):
    visitor.open().ask("Frage")
    visitor.more()
    visitor.button("Ja").click()
    expect(visitor.page.get_by_text("Danke für Ihre Rückmeldung.")).to_be_visible()
    expect(visitor.button("Ja")).to_have_attribute("aria-pressed", "true")
    (chat,) = front.chats.values()
    assert chat.feedback == [{"sequence": 2, "helpful": True, "reason": None}]


def test_thumbs_down_asks_for_a_reason_that_may_be_left_out(visitor, front):
    front.script.answer = lambda text, language: fallback(language)
    visitor.open().ask("Frage")
    visitor.more()
    visitor.button("Nein").click()
    visitor.button("Nichts schreiben").click()
    expect(visitor.page.get_by_text("Danke für Ihre Rückmeldung.")).to_be_visible()
    (chat,) = front.chats.values()
    assert chat.feedback == [{"sequence": 2, "helpful": False, "reason": None}]


def say_what_was_missing(visitor, words):
    """Asks, presses "No" and sends a reason; returns the field for it."""
    visitor.open().ask("Frage")
    visitor.more()
    visitor.button("Nein").click()
    reason = visitor.page.get_by_label("Was hat gefehlt?")
    reason.fill(words)
    visitor.button("Absenden").click()
    return reason


def test_a_reason_goes_along(visitor, front):
    say_what_was_missing(visitor, "Das Jahr")
    expect(visitor.page.get_by_text("Danke für Ihre Rückmeldung.")).to_be_visible()
    (chat,) = front.chats.values()
    assert chat.feedback[-1] == {"sequence": 2, "helpful": False, "reason": "Das Jahr"}


def test_a_slow_press_never_overtakes_the_reason(visitor, front):
    front.script.feedback_delays = [1.0]
    say_what_was_missing(visitor, "Das Jahr")
    expect(visitor.page.get_by_text("Danke für Ihre Rückmeldung.")).to_be_visible()
    (chat,) = front.chats.values()
    assert [post["reason"] for post in chat.feedback] == [None, "Das Jahr"]


def test_a_reason_that_was_not_taken_stays_to_be_sent_again(visitor, front):
    front.script.refuse_reason = True
    reason = say_what_was_missing(visitor, "Das Jahr")
    expect(visitor.page.get_by_text("Das hat leider nicht geklappt.")).to_be_visible()
    expect(reason).to_have_value("Das Jahr")
    expect(visitor.page.get_by_text("Danke für Ihre Rückmeldung.")).to_have_count(0)


@pytest.mark.parametrize("kind", ["crisis", "smalltalk", "control", "error"])
def test_no_judgement_is_asked_of_a_crisis_or_small_talk(visitor, front, kind):
    front.script.answer = lambda text, language: answer(part("112", kind))
    visitor.open().ask("Frage")
    if kind == "crisis":
        visitor.more()
    visitor.page.wait_for_timeout(250)
    expect(visitor.button("Ja")).to_have_count(0)


def test_a_new_language_keeps_the_chat_and_is_told_with_each_message(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.speak("English")
    expect(visitor.button("Send")).to_be_visible()
    expect(visitor.answers).to_have_count(1)
    visitor.ask("How many?")
    expect(visitor.answers.last).to_contain_text("683,950")
    assert [(post["language"], post["choice"]) for post in front.posts] == [("de", None), ("de", "en")]
    assert len(front.chats) == 1


def test_the_chosen_language_survives_a_reload(visitor):
    visitor.open()
    visitor.speak("English")
    visitor.page.reload()
    expect(visitor.button("Send")).to_be_visible()
    expect(visitor.panel).to_have_accessible_name("Assistant of IOM Germany")


@pytest.mark.parametrize(
    ("entry", "name"), [("Chat als Text speichern", "txt"), ("Chat als Daten speichern (JSON)", "json")]
)
def test_the_chat_can_be_saved(visitor, tmp_path, entry, name):
    visitor.open().ask("Wie vielen?")
    with visitor.page.expect_download() as download:
        visitor.menu(entry)
    path = Path(tmp_path / "saved")
    download.value.save_as(path)
    assert download.value.suggested_filename == f"iom-chat.{name}"
    assert "Wie vielen?" in path.read_text("utf-8")
    if name == "json":
        assert len(json.loads(path.read_text("utf-8"))["events"]) == 2


def test_deleting_erases_the_chat_here_and_at_the_front(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.menu("Chat löschen")
    visitor.button("Ja, löschen").click()
    expect(visitor.page.get_by_text("Ihr Chat ist gelöscht.")).to_be_visible()
    expect(visitor.answers).to_have_count(0)
    expect(visitor.button("Was ist die IOM?")).to_be_visible()
    assert front.chats == {}
    assert "iom-assistant-chat" not in visitor.stored


def test_a_message_on_its_way_does_not_come_back_into_a_deleted_chat(visitor, front):
    visitor.open().ask("Wie vielen?")
    front.script.receipt_delay = 1.5
    visitor.ask("Und wer bezahlt das?", wait=False)
    visitor.menu("Chat löschen")
    visitor.button("Ja, löschen").click()
    expect(visitor.page.get_by_text("Ihr Chat ist gelöscht.")).to_be_visible()
    visitor.page.wait_for_timeout(2000)
    expect(visitor.said).to_have_count(0)
    assert front.chats == {}


def test_deleting_can_be_thought_better_of(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.menu("Chat löschen")
    visitor.button("Abbrechen").click()
    expect(visitor.answers).to_have_count(1)
    assert len(front.chats) == 1


def test_a_deletion_that_failed_is_said_and_forgets_nothing(visitor, front):
    visitor.open().ask("Wie vielen?")
    front.script.refuse_delete = True
    visitor.menu("Chat löschen")
    visitor.button("Ja, löschen").click()
    expect(visitor.alert).to_contain_text("konnte nicht gelöscht werden")
    expect(visitor.answers).to_have_count(1)
    assert "iom-assistant-chat" in visitor.stored


def test_a_new_chat_begins_empty_and_leaves_the_old_one_to_its_term(visitor, front):
    front.script.answer = echo
    visitor.open().ask("eins")
    visitor.menu("Neuer Chat")
    visitor.button("Neu beginnen").click()
    expect(visitor.answers).to_have_count(0)
    visitor.ask("zwei")
    assert len(front.chats) == 2


@pytest.mark.parametrize(("days", "said"), [(30, "nach 30 Tagen gelöscht"), (None, "Auf Wunsch wird er jetzt")])
def test_a_new_chat_says_how_long_the_old_one_is_kept(visitor, front, days, said):
    front.script.retention_days = days
    visitor.open().ask("eins")
    visitor.menu("Neuer Chat")
    expect(visitor.page.get_by_text("Ihr bisheriger Chat")).to_contain_text(said)


def test_a_new_chat_can_take_the_old_one_with_it(visitor, front):
    visitor.open().ask("eins")
    visitor.menu("Neuer Chat")
    visitor.button("Neu beginnen und bisherigen Chat löschen").click()
    expect(visitor.answers).to_have_count(0)
    assert front.chats == {}


def test_quick_exit_leaves_no_trace_and_no_way_back(visitor, front):
    visitor.context.route("https://www.tagesschau.de/", lambda route: route.fulfill(body="<title>Nachrichten</title>"))
    visitor.open().ask("Wie vielen?")
    before = visitor.page.evaluate("history.length")
    visitor.button("Schnell verlassen").click()
    visitor.page.wait_for_url("https://www.tagesschau.de/")
    assert visitor.page.evaluate("history.length") == before
    visitor.page.goto(front.url)
    assert visitor.stored == []
    until(visitor.page, lambda: front.chats == {})


def test_quick_exit_leads_where_the_page_says(visitor, front):
    visitor.context.route("https://weather.example/", lambda route: route.fulfill(body="<title>Wetter</title>"))
    visitor.page.evaluate(
        "document.querySelector('iom-assistant').setAttribute('exit-url', 'https://weather.example/')"
    )
    visitor.open().button("Schnell verlassen").click()
    visitor.page.wait_for_url("https://weather.example/")


def test_only_the_key_to_the_chat_is_kept_for_the_tab(visitor):
    visitor.open().ask("Etwas Geheimes")
    kept = visitor.page.evaluate("[JSON.stringify({ ...sessionStorage }), JSON.stringify({ ...localStorage })]")
    assert "Geheimes" not in kept[0]
    assert "683" not in kept[0]
    assert kept[1] == "{}"


def test_a_chat_is_remembered_only_on_request(visitor, front):
    visitor.open().ask("Wie vielen?")
    visitor.button("Menü").click()
    visitor.page.get_by_label("Chat auf diesem Gerät merken").check()
    assert visitor.page.evaluate("Object.keys(localStorage)") == ["iom-assistant-chat"]
    later = visitor.another_tab().open()
    expect(later.answers).to_have_count(1)
    later.button("Menü").click()
    expect(later.page.get_by_label("Chat auf diesem Gerät merken")).to_be_checked()
    later.page.get_by_label("Chat auf diesem Gerät merken").uncheck()
    # A tab notices what another did to the storage only once the browser has sent it the event.
    until(visitor.page, lambda: visitor.page.evaluate("Object.keys(localStorage)") == [])


def test_an_answer_that_comes_while_the_panel_is_closed_is_counted(visitor, front):
    front.script.answers_held = True
    visitor.open().ask("Wie vielen?", wait=False)
    visitor.page.keyboard.press("Escape")
    front.script.answers_held = False
    expect(visitor.launcher).to_have_accessible_name("Fragen? Chat öffnen (Neue Antworten: 1)")
    visitor.launcher.click()
    expect(visitor.answers).to_have_count(1)
