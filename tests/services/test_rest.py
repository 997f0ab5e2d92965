"""What a reply of the real servers looks like over REST."""

from __future__ import annotations

import socket

import pytest

from tests.support.replies import envelope, text_of

pytestmark = pytest.mark.slow

QUESTIONS = {
    "de": ("Wie viele Menschen haben vom FAP Hilfe bekommen?", "683.950"),
    "en": ("How many people have received help from FAP?", "683,950"),
}


@pytest.mark.parametrize(("language", "question", "figure"), [(key, *value) for key, value in QUESTIONS.items()])
def test_a_fact_comes_with_source_and_date_in_the_language_of_the_question(language, question, figure, say):
    reply = say(question)
    answer = envelope(reply)
    assert figure in text_of(reply)
    assert answer["kind"] == "fact"
    assert answer["language"] == language
    assert answer["as_of"] == "2024-10"
    assert all(source["title"] and source["url"].startswith("https://") for source in answer["sources"])
    assert set(answer) == {
        "kind",
        "entries",
        "language",
        "as_of",
        "sources",
        "parts",
        "heading",
        "contacts",
        "approved_on",
    }
    assert [part["text"] for part in answer["parts"]] == [message["text"] for message in reply if "text" in message]


def test_suggestions_are_buttons_whose_payload_is_the_question(say):
    buttons = [button for message in say("Was ist das GDI?") for button in message.get("buttons", [])]
    assert buttons
    assert all(button["title"] == button["payload"] and not button["payload"].startswith("/") for button in buttons)


def test_an_unknown_question_is_admitted_with_a_contact(say):
    reply = say("Wie viele Zähne hat ein Krokodil?")
    assert envelope(reply)["kind"] == "fallback"
    assert "https://www.migrationsberatung.org" in text_of(reply)
    assert envelope(reply)["contacts"][0]["name"]


def test_what_changed_since_the_source_is_said_with_the_answer(say):
    reply = say("Was ist das Familienhilfeprogramm?")
    assert "2027" in text_of(reply)
    assert len(envelope(reply)["sources"]) > 1


def test_the_servers_listen_on_loopback_only(assistant_port):
    addresses = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in addresses - {"127.0.0.1"}:
        if not address.startswith("127."):
            with socket.socket() as probe:
                probe.settimeout(2)
                assert probe.connect_ex((address, assistant_port)) != 0
