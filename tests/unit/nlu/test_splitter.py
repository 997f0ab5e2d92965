"""The splitter finds the questions within a message and leaves single ones whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.parts import PARTS
from assistant.nlu.splitter import MOST_PARTS, QuestionSplitter, split


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Wann wurde das Büro eröffnet und wer leitet die IOM?",
            ["Wann wurde das Büro eröffnet", "wer leitet die IOM?"],
        ),
        ("When did the office open and who heads IOM?", ["When did the office open", "who heads IOM?"]),
        ("Was ist DTM, und was ist GMDAC?", ["Was ist DTM", "was ist GMDAC?"]),
        ("What is DTM, and also what is GMDAC?", ["What is DTM", "also what is GMDAC?"]),
        ("Was ist DTM? Was ist GDI?", ["Was ist DTM?", "Was ist GDI?"]),
        ("What is DTM; what is GDI?", ["What is DTM", "what is GDI?"]),
        ("Was ist DTM? Und wer leitet die IOM?", ["Was ist DTM?", "Und wer leitet die IOM?"]),
    ],
)
def test_two_questions_are_two_parts(text, parts):
    assert split(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Was war zum 70. Jubiläum geplant?",
        "Was ist Nr. 5 der Liste?",
        "Who is Dr. Pope?",
        "Was heißt das z.B. in Berlin?",
        "Was macht die IOM in Berlin und Genf?",
        "What does IOM do in Berlin and Geneva?",
        "Ist das um 10:30 Uhr?",
        "Was sind Diaspora-Organisationen?",
        "Wie viele waren es seit 01.01.2016?",
        pytest.param("Was macht Prof. Meier?"),
    ],
)
def test_single_question_stays_whole(text):
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Ich komme aus Syrien. Meine Frau ist noch dort. Wer hilft uns?", "Wer hilft uns?"),
        ("I come from Syria. My wife is still there. Who helps us?", "Who helps us?"),
        ("Kurze Frage: Wer leitet die IOM?", "Wer leitet die IOM?"),
        ("I am new here – who heads IOM?", "who heads IOM?"),
    ],
)
def test_question_is_told_from_its_story(text, question):
    parts = split(text)
    assert len(parts) > 1
    assert parts[-1] == question


def test_last_questions_count_where_there_are_too_many():
    questions = [f"Was ist {name}?" for name in ("IOM", "GDI", "DTM", "GMDAC", "FAP", "ICM", "ICEM")]
    assert split(" ".join(questions)) == questions[-MOST_PARTS:]


@pytest.mark.parametrize("text", ["", "?!", " , - ", "a"])
def test_scraps_are_no_parts(text):
    assert split(text) == []


def test_message_with_two_questions_carries_them(made):
    message = Message({TEXT: "Was ist DTM? Was ist GDI?"})
    made(QuestionSplitter).process([message])
    assert [part.get(TEXT) for part in message.get(PARTS)] == ["Was ist DTM?", "Was ist GDI?"]


@pytest.mark.parametrize("text", ["Was ist DTM?", "", None])
def test_message_with_one_question_has_no_parts(made, text):
    message = Message({TEXT: text})
    made(QuestionSplitter).process([message])
    assert message.get(PARTS) is None


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.text(max_size=1000))
def test_parts_are_few_and_taken_from_the_text(text):
    parts = split(text)
    assert len(parts) <= MOST_PARTS
    assert all(part in text for part in parts)
