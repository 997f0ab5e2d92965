"""No training question may be one of those kept for scoring."""

import json

import pytest

from assistant.knowledge.examples import Example
from assistant.knowledge.held_out import near_duplicates, scoring_questions

OPENED = Example("en", "a.yml", 1, "ask_history/opened", "When was the office in Bonn opened?")
HELPED = Example("de", "a.yml", 2, "ask_history/reached", "Wie vielen Menschen wurde geholfen?")


@pytest.mark.parametrize("question", ["When was the office in Bonn opened?", "when was the office in bonn opened"])
def test_same_question_is_found_whatever_its_case_and_marks(question):
    assert near_duplicates([HELPED, OPENED], [question]) == [(OPENED, question, 1.0)]


def test_question_of_other_words_is_no_duplicate():
    assert near_duplicates([HELPED, OPENED], ["Who pays for the trip to Geneva?"]) == []


def test_half_the_words_in_common_are_no_duplicate():
    assert near_duplicates([HELPED, OPENED], ["When was the exhibition in Geneva closed?"]) == []


def test_texts_of_one_or_two_words_are_everybodys():
    hello = Example("de", "a.yml", 3, "smalltalk/greeting", "Guten Tag!")
    assert near_duplicates([hello, OPENED], ["Guten Tag!"]) == []


def test_every_turn_of_a_conversation_is_a_scoring_question(tmp_path):
    cases = [{"text": "one"}, {"turns": [{"text": "two"}, {"button": "x"}, {"text": "three"}]}]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps(case) for case in cases), "utf-8")
    assert list(scoring_questions([file])) == ["one", "two", "three"]


def test_no_training_questions_have_no_duplicates():
    assert near_duplicates([], ["When was the office in Bonn opened?"]) == []
