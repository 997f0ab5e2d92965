"""How replies are formatted for each channel."""

from __future__ import annotations

import pytest

from assistant.core.languages import ORIGINALS
from assistant.dialogue import Answer, Conversation, Reply
from assistant.dialogue.present import messages, plain_text
from assistant.knowledge import knowledge
from tests.unit.dialogue.conftest import after, asking, message, phrase, question, related, reply_to, way_on

FAP = "ask_figures/fap_reached"
NEAR = asking("ask_data/dtm", decision="unsure", subjects=("dtm",))
CHOICES = asking("ask_data/dtm", "ask_data/gmdac", decision="clarify")


def told_on(channel, *parts, language="de"):
    """The messages sent on a channel."""
    return messages(reply_to(message(*parts, language=language)), knowledge(), channel)


def plain(part, language="de", conversation=None):
    """The lines of a reply in plain text."""
    said = message(part, language=language)
    reply = reply_to(said, conversation) if conversation else reply_to(said)
    return plain_text(reply, knowledge()).split("\n")


@pytest.mark.parametrize("channel", ["rest", "", "front"])
def test_the_envelope_is_one_message_and_the_last(channel):
    sent = told_on(channel, asking(FAP), asking("ask_data/dtm"))
    assert ["json_message" in one for one in sent] == [False, False, True]
    assert sent[-1]["json_message"].keys() == {"answer"}
    assert sent[-1]["json_message"]["answer"]["entries"] == [FAP, "ask_data/dtm"]


def test_buttons_stand_once_under_the_last_text():
    sent = told_on("rest", asking(FAP), asking("ask_data/dtm"))
    assert ["buttons" in one for one in sent] == [False, True, False]


@pytest.mark.parametrize("language", ORIGINALS)
def test_a_button_says_its_question_and_is_no_command(language):
    first = told_on("rest", CHOICES, language=language)[0]["buttons"][0]
    assert first == {"title": question("ask_data/dtm", language), "payload": question("ask_data/dtm", language)}


def test_without_buttons_there_is_no_list_of_them():
    assert told_on("rest", asking(decision="unsure"))[0].keys() == {"text"}


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize("trouble", [None, "too_long"])
def test_only_after_not_knowing_the_last_text_ends_with_what_heads_the_buttons(language, trouble):
    unsure = reply_to(message(NEAR, language=language, trouble=trouble))
    *notes, last = [one["text"] for one in messages(unsure, knowledge(), "rest") if "text" in one]
    assert last == f"{phrase('fallback', language)} {way_on(language)}\n\n{phrase('fallback_near', language)}"
    assert notes == ([phrase("too_long", language)] if trouble else [])


@pytest.mark.parametrize(
    "part", [asking(FAP), CHOICES, asking(decision="unsure")], ids=["fact", "choices", "nothing near"]
)
def test_else_a_text_is_sent_as_it_is(part):
    reply = reply_to(part)
    assert [one["text"] for one in messages(reply, knowledge(), "rest")[:-1]] == [reply.answers[0].text]


def test_in_a_terminal_all_is_one_text():
    sent = told_on("cmdline", asking(FAP), asking("ask_data/dtm"))
    assert [one.keys() for one in sent] == [{"text"}]


@pytest.mark.parametrize(
    ("language", "line"), [("de", "(Stand: Oktober 2024. Quelle: {})"), ("en", "(As of: October 2024. Source: {})")]
)
def test_plain_text_names_date_and_source_under_the_answer(language, line):
    source = knowledge().sources["iom-de-70-jahre"]
    assert plain(asking(FAP), language)[1] == line.format(f"{source.title}, {source.url}")


def test_plain_text_names_one_source_under_each_answer():
    reply = reply_to(message(asking(FAP), asking("ask_history/photo_1957")))
    lines = [line for line in plain_text(reply, knowledge()).split("\n") if line.startswith("(Stand")]
    assert [line.count("https://") for line in lines] == [1, 1]


def test_all_sources_are_named_to_who_asks_for_them():
    photo = "ask_history/photo_1957"
    said = "\n".join(plain(asking("control/source"), conversation=after(photo)))
    cited = [knowledge().sources[citation.source].url for citation in knowledge().entries[photo].citations]
    assert len(cited) > 1
    assert [url for url in cited if url not in said] == []


@pytest.mark.parametrize("language", ORIGINALS)
def test_plain_text_numbers_the_suggestions(language):
    lines = plain(asking(FAP), language)
    assert lines[3:] == [
        phrase("suggestions", language),
        *(f"{number + 1}. {question(related(FAP, number), language)}" for number in range(3)),
        phrase("choose_number", language),
    ]


@pytest.mark.parametrize("language", ORIGINALS)
def test_plain_text_numbers_the_choices_with_none_of_them_last(language):
    assert plain(CHOICES, language)[-2] == f"3. {phrase('clarify_none', language)}"


@pytest.mark.parametrize("language", ORIGINALS)
def test_plain_text_heads_the_nearest_questions(language):
    assert phrase("fallback_near", language) in plain(NEAR, language)


def test_plain_text_without_a_source_has_no_source_line():
    assert plain(asking(decision="unsure")) == [f"{phrase('fallback')} {way_on()}"]


def test_plain_text_names_a_source_asked_for_only_once():
    url = knowledge().sources["iom-de-70-jahre"].url
    assert "\n".join(plain(asking("control/source"), conversation=after(FAP))).count(url) == 1


CONTACT = {"name": "Stelle", "purpose": "Rat", "phone": "030 1234567", "url": "https://a.example"}


def reply_with_contact(text, kind="referral"):
    """A reply with a contact and a note of its own date."""
    answer = Answer(kind, text, "a/a", note_as_of="2025-03", contacts=(CONTACT,))
    return Reply("de", (answer,), Conversation())


def test_plain_text_names_the_notes_date_and_contacts_not_in_the_text():
    said = plain_text(reply_with_contact("Rufen Sie 030-1234567 an."), knowledge()).split("\n")
    assert said == ["Rufen Sie 030-1234567 an.", "(Ergänzung: Stand März 2025)", "Stelle: https://a.example"]


def test_on_rest_the_text_stays_and_the_envelope_has_the_contacts():
    text, last = messages(reply_with_contact("Text"), knowledge(), "rest")
    assert text == {"text": "Text"}
    part = last["json_message"]["answer"]["parts"][0]
    assert (part["contacts"], part["note_as_of"]) == ([CONTACT], "2025-03")


def test_a_source_asked_for_comes_without_contacts():
    assert plain_text(reply_with_contact("Quelle: …", "control"), knowledge()) == "Quelle: …"


@pytest.mark.parametrize(("language", "word"), [("de", "(Quelle:"), ("en", "(Source:")])
def test_an_undated_source_is_named_without_a_date(language, word):
    sources = (knowledge().sources["iom-de-70-jahre"],)
    reply = Reply(language, (Answer("fact", "…", "a/a", None, sources),), Conversation())
    assert plain_text(reply, knowledge()).split("\n")[1].startswith(word)
