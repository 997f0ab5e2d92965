"""The splitter finds the questions within a message and leaves single ones whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.components.message_keys import LOOSE, PARTS
from assistant.nlu.components.splitter import MOST_PARTS, MOST_PIECES, QuestionSplitter, pieces, split


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
        (
            "Wo und wann wurde sie gegründet, und war Deutschland dabei?",
            ["Wo und wann wurde sie gegründet", "war Deutschland dabei?"],
        ),
        ("When and where was it founded, and were you there?", ["When and where was it founded", "were you there?"]),
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


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gründung der IOM, Zahl der Mitglieder", ["Gründung der IOM", "Zahl der Mitglieder"]),
        ("Gründung der IOM und Zahl der Mitglieder", ["Gründung der IOM", "Zahl der Mitglieder"]),
        ("Gründung der IOM, und außerdem die Mitglieder", ["Gründung der IOM", "außerdem die Mitglieder"]),
        ("Gründung der IOM / Zahl der Mitglieder?", ["Gründung der IOM", "Zahl der Mitglieder?"]),
        ("Gründung der IOM + Zahl der Mitglieder", ["Gründung der IOM", "Zahl der Mitglieder"]),
        ("Gründung der IOM; Zahl der Mitglieder", ["Gründung der IOM", "Zahl der Mitglieder"]),
        ("founding of IOM, number of members", ["founding of IOM", "number of members"]),
        ("founding of IOM AND number of members", ["founding of IOM", "number of members"]),
        ("founding of IOM as well as number of members", ["founding of IOM", "number of members"]),
        ("founding of IOM & number of members", ["founding of IOM", "number of members"]),
        ("founding of IOM, or number of members", ["founding of IOM", "number of members"]),
    ],
)
def test_what_stands_between_joints_is_a_piece(text, found):
    assert pieces(text) == found


@pytest.mark.parametrize(
    "text", ["Wer zahlt FAP", "FAP und DTM", "Hallo, wer zahlt FAP", "Berlin/Bonn heute", "", " , und "]
)
def test_single_words_are_no_pieces(text):
    assert pieces(text) == []


@pytest.mark.parametrize("text", ["1,5 Millionen Menschen wann genau", "Hund wo genau", "sandig und", "handy or"])
def test_joints_are_found_between_words_only(text):
    assert pieces(text) == []


def test_a_word_alone_is_left_out_beside_pieces():
    assert pieces("Gründung der IOM, bitte, Zahl der Mitglieder") == ["Gründung der IOM", "Zahl der Mitglieder"]


@pytest.mark.parametrize(("count", "kept"), [(MOST_PIECES, MOST_PIECES), (MOST_PIECES + 1, 0)])
def test_very_many_pieces_are_a_list_and_no_questions(count, kept):
    assert len(pieces(", ".join(["noch etwas"] * count))) == kept


@pytest.mark.parametrize("text", ["Gründung der IOM, Zahl der Mitglieder?", "founding of IOM and number of members"])
def test_message_with_one_question_carries_its_loose_pieces(made, text):
    message = Message({TEXT: text})
    made(QuestionSplitter).process([message])
    assert message.get(PARTS) is None
    assert [piece.get(TEXT) for piece in message.get(LOOSE)] == pieces(text)


def test_loose_pieces_lie_within_the_parts_of_a_message(made):
    message = Message({TEXT: "Wer leitet die IOM? Sitz der IOM, Zahl der Mitglieder."})
    made(QuestionSplitter).process([message])
    first, second = message.get(PARTS)
    assert message.get(LOOSE) is None
    assert first.get(LOOSE) is None
    assert [piece.get(TEXT) for piece in second.get(LOOSE)] == ["Sitz der IOM", "Zahl der Mitglieder"]


def test_loose_pieces_are_not_split_further(made):
    message = Message({TEXT: "Gründung der IOM, Zahl der Mitglieder"})
    made(QuestionSplitter).process([message])
    assert all(piece.get(LOOSE) is None and piece.get(PARTS) is None for piece in message.get(LOOSE))


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.lists(st.sampled_from(["wer zahlt", "FAP", ",", " und ", "/", " + ", ". ", "ä"]), max_size=20).map("".join))
def test_pieces_are_few_and_taken_from_the_text(text):
    found = pieces(text)
    assert len(found) in (0, *range(2, MOST_PIECES + 1))
    assert all(piece in text and len(piece.split()) > 1 for piece in found)


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.text(max_size=1000))
def test_parts_are_few_and_taken_from_the_text(text):
    parts = split(text)
    assert len(parts) <= MOST_PARTS
    assert all(part in text for part in parts)
