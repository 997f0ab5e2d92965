"""The main ways through a chat, with the real front, Rasa and model behind the element."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import TAGS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("path", "language", "question", "number", "date"),
    [
        ("/", "de", "Wie vielen Menschen hat das Familienhilfeprogramm geholfen?", "683.950", "Oktober 2024"),
        ("/en", "en", "How many people has the Family Assistance Programme helped?", "683,950", "October 2024"),
    ],
)
def test_a_question_gets_its_checked_answer(visitor_of, front_url, path, language, question, number, date):
    said = visitor_of(front_url).go(path).open(language).ask(question)
    expect(said).to_contain_text(number)
    expect(said).to_contain_text(date)
    expect(said).to_have_attribute("lang", language)
    expect(said.get_by_role("link").first).to_have_attribute("href", re.compile("^https://"))


def test_a_starter_is_answered_with_somebody_who_helps(visitor_of, front_url):
    visitor = visitor_of(front_url).go().open()
    visitor.page.locator("iom-assistant .starters .suggestion").first.click()
    expect(visitor.answers.last.locator("[part=contact-card]").first).to_be_visible()


def test_a_follow_up_keeps_the_topic_and_so_does_a_new_language(visitor_of, front_url):
    visitor = visitor_of(front_url).go().open()
    visitor.ask("Wie vielen Menschen hat das Familienhilfeprogramm geholfen?")
    expect(visitor.ask("Und wer bezahlt das?")).to_contain_text("Auswärtige Amt")
    visitor.speak("English")
    said = visitor.ask("And how many people has it helped?")
    expect(said).to_contain_text("683,950")
    expect(said).to_have_attribute("lang", "en")


def test_the_nearest_questions_are_offered_where_there_is_no_answer(visitor_of, front_url):
    visitor = visitor_of(front_url).go().open()
    said = visitor.ask("Wie viele Mitarbeiter hat das Familienhilfeprogramm?")
    expect(said).not_to_contain_text("Quelle:")
    offered = said.locator(".suggestion").first
    question = offered.text_content()
    offered.click()
    expect(visitor.answers).to_have_count(2)
    expect(visitor.said.last).to_have_text(question)
    expect(visitor.answers.last.locator(".date").first).to_be_visible()


def test_two_questions_get_two_numbered_answers(visitor_of, front_url):
    visitor = visitor_of(front_url).go().open()
    said = visitor.ask("Wann wurde die IOM gegründet und wer leitet sie?")
    expect(said.locator("ol.parts > li")).to_contain_text(["Brüssel", "Amy Pope"])


def test_a_crisis_shows_the_number_to_ring(visitor_of, front_url):
    visitor = visitor_of(front_url).go().open()
    visitor.ask("Ich will nicht mehr leben")
    expect(visitor.page.get_by_role("link", name="112 anrufen")).to_have_attribute("href", "tel:112")


def test_feedback_export_and_deletion_are_accepted(visitor_of, front_url):
    visitor = visitor_of(front_url).go().open()
    visitor.ask("Was ist die IOM?")
    visitor.more()
    visitor.button("Ja").click()
    expect(visitor.page.get_by_text("Danke für Ihre Rückmeldung.")).to_be_visible()
    with visitor.page.expect_download() as download:
        visitor.menu("Chat als Text speichern")
    assert "Was ist die IOM?" in download.value.path().read_text("utf-8")
    visitor.menu("Chat löschen")
    visitor.button("Ja, löschen").click()
    expect(visitor.page.get_by_text("Ihr Chat ist gelöscht.")).to_be_visible()


def test_a_reload_brings_the_chat_back(visitor_of, front_url):
    visitor = visitor_of(front_url).go().open()
    visitor.ask("Was ist die IOM?")
    visitor.page.reload()
    expect(visitor.answers).to_have_count(1)


def test_two_visitors_cannot_read_each_other(visitor_of, front_url):
    one, other = (visitor_of(front_url).go().open() for _ in range(2))
    one.ask("Was ist die IOM?")
    other.ask("Wer leitet die IOM?")
    status = other.page.evaluate(
        """async () => {
             const { token } = JSON.parse(sessionStorage["iom-assistant-chat"]);
             const forged = [token.slice(0, -2) + "AA", token.split(".")[0], "", [...token].reverse().join("")];
             const url = "/api/chat/events?after=0&wait=0";
             const ask = (key) => fetch(url, { headers: { Authorization: `Bearer ${key}` } });
             return Promise.all(forged.map(async (key) => (await ask(key)).status)); }"""
    )
    assert status == [401, 401, 401, 401]
    expect(one.answers).to_have_count(1)
    expect(other.answers).to_have_count(1)


def test_an_id_of_another_visitor_is_only_a_name(visitor_of, front_url):
    """The same message id in two chats is two messages; neither sees the other's."""
    one, other = (visitor_of(front_url).go().open() for _ in range(2))
    one.context.add_init_script(SAME_ID)
    other.context.add_init_script(SAME_ID)
    one.go().ask("Was ist die IOM?")
    said = other.go().ask("Wer leitet die IOM?")
    expect(said).to_contain_text("Amy Pope")
    expect(one.answers).not_to_contain_text(["Amy Pope"])


SAME_ID = "crypto.randomUUID = () => '6f2b1c1e-1111-4111-8111-111111111111'"


@pytest.mark.parametrize("path", ["/", "/en"])
def test_axe_finds_nothing_on_the_real_page(visitor_of, front_url, axe, path):
    visitor = visitor_of(front_url)
    visitor.context.add_init_script(axe)
    language = visitor.go(path).page.evaluate("document.documentElement.lang")
    visitor.open(language).ask("Was ist die IOM?" if language == "de" else "What is IOM?")
    assert visitor.violations(TAGS) == []


@pytest.mark.parametrize(
    ("path", "question", "language", "said"),
    [
        ("/uk", "Скільком людям допомогла програма допомоги сім'ям?", "uk", "683"),
        ("/ar", "زوجي يضربني وأنا خائفة على أولادي", "ar", "116 016"),
    ],
)
def test_other_languages_are_answered_in_kind(visitor_of, front_url, path, question, language, said):
    visitor = visitor_of(front_url).go(path)
    visitor.launcher.click()
    answer = visitor.ask(question)
    expect(answer).to_contain_text(said)
    expect(answer).to_have_attribute("lang", language)
    expect(answer.locator("details.original")).to_have_count(1)
