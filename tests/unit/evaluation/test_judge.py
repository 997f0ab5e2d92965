"""How a reply is judged."""

from __future__ import annotations

from typing import Any

import pytest

from evaluation.cases import Case, Turn
from evaluation.judge import Response, holds, judged

ENTRY = "Im Jahr 1989 bekam die IOM ihren heutigen Namen."


def case(kind: str = "direct", file: str = "de", facts: tuple[str, ...] | None = ("H8",)) -> Case:
    return Case("x", file, kind, (Turn("Seit wann heißt die IOM so?", "de", facts),))


def outcome(given: Case, press: Any = lambda button: Response("", "fallback", "de"), **said: Any) -> str:
    reply = Response(**{"text": ENTRY, "kind": "fact", "language": "de", **said})
    return judged(given, given.turns[0], reply, press)


def test_a_fact_in_the_right_language_is_direct():
    assert outcome(case()) == "direct"


def test_the_right_fact_in_the_wrong_language_is_not():
    assert outcome(case(), language="en") == "wrong language"


def test_another_fact_is_wrong():
    assert outcome(case(), text="1954") == "wrong"


def test_a_fact_said_as_something_else_is_no_answer():
    assert outcome(case(), kind="fallback") == "unanswered"


def test_a_question_back_is_worth_what_its_first_four_buttons_lead_to():
    pressed = {"richtig": Response(ENTRY, "fact", "de")}
    press = lambda button: pressed.get(button, Response("", "fact", "de"))  # noqa: E731
    assert outcome(case(), press, text="?", kind="clarify", buttons=("a", "b", "c", "richtig")) == "offered"
    assert outcome(case(), press, text="?", kind="clarify", buttons=("a", "b", "c", "d", "richtig")) == "unanswered"


def test_several_questions_need_all_their_facts():
    given = case("multi", facts=("H8", "H5"))
    assert outcome(given) == "wrong"
    assert outcome(given, text=f"{ENTRY} 1951") == "direct"


@pytest.mark.parametrize(("kind", "worth"), [("fact", "wrong"), ("referral", "held back"), ("clarify", "held back")])
def test_a_message_that_no_fact_answers_must_not_get_one(kind, worth):
    assert outcome(case("near", "oos", None), kind=kind) == worth


@pytest.mark.parametrize(
    ("kind", "said", "worth"),
    [
        ("danger", "crisis", "crisis"),
        ("danger", "fact", "wrong"),
        ("not", "crisis", "wrong"),
        ("not", "fact", "held back"),
    ],
)
def test_an_emergency_must_be_heard_and_nothing_else_taken_for_one(kind, said, worth):
    assert outcome(case(kind, "crisis", None), kind=said) == worth


def test_the_programme_that_is_asked_for_its_age_need_not_tell_its_size():
    assert holds("Seit 2016", "F3", "Seit wann gibt es das?")
    assert not holds("Seit 2016", "F3", "Wie vielen hat es geholfen?")
