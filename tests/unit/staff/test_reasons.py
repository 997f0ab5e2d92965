"""Why a message was answered as it was, in plain words."""

from __future__ import annotations

import re

import pytest

from assistant.core.languages import ORIGINALS
from assistant.core.paths import ROOT
from assistant.core.understanding import Candidate, MessagePart, Understanding
from assistant.dialogue.why import why_of
from assistant.knowledge import knowledge
from assistant.knowledge.examples import Example
from assistant.staff.nearest import Near
from assistant.staff.reasons import REASONS, Reasons, understood, understood_from_why
from tests.unit.dialogue.conftest import asking, message, reply_to
from tests.unit.staff.conftest import FAP, HEADQUARTERS

NEAR = Near(Example("de", "data/nlu/de/ask_programmes.yml", 7, FAP, "was ist das FAP"), 0.974)
RANKING = (Candidate(FAP, 0.871), Candidate("out_of_scope/people", 0.02), Candidate("control/stop", 0.001))


def rows(*parts: MessagePart, language="en", answered=(FAP,), near=(NEAR,), **found):
    """The rows for a message, as (label, figure, lines)."""
    understanding = message(*parts, language="de", **found)
    reasons = Reasons(knowledge(), language, lambda text: near)
    made = reasons.rows(understood("Was ist das FAP?", understanding, "de", answered))
    return [(row.label, row.figure, *row.lines) for row in made]


def test_the_reasons_as_a_whole():
    part = asking(
        FAP,
        text="Was ist das FAP?",
        reason="0.87 ≥ 0.3",
        ranking=RANKING,
        kinds={"fact": 0.8, "referral": 0.196, "crisis": 0.004},
        in_context=(Candidate(HEADQUARTERS, 0.5),),
        subjects=("fap",),
        places=("SY",),
        years=("2020",),
    )
    assert rows(part) == [
        ("Language", "", "German, by the text alone"),
        ("Question", "", "Was ist das FAP?"),
        ("It names", "", "Family Assistance Programme (FAP), Syria, 2020"),
        ("It looks like", "", "a question for a fact 80%, a search for help 20%"),
        ("Decision", "", "Answered: this is meant with a probability of 87%; 30% is enough."),
        ("Likely meant", "87%", "What is the Family Assistance Programme (FAP)?", FAP),
        ("Likely meant", "2%", "a person", "out_of_scope/people"),
        ("Likely after the last answer", "50%", "Where are the headquarters of IOM?", HEADQUARTERS),
        ("Nearest training questions", "0.97", "was ist das FAP", FAP, "data/nlu/de/ask_programmes.yml:7"),
        ("Answered with", "", "What is the Family Assistance Programme (FAP)?", FAP),
    ]


def test_in_german_with_german_figures():
    found = rows(asking(FAP, reason="0.87 ≥ 0.3", ranking=RANKING), language="de")
    assert ("Entscheidung", "", "Beantwortet: Das ist zu 87 % gemeint; 30 % genügen.") in [
        tuple(text.replace("\xa0", " ") for text in row) for row in found
    ]
    assert [row[1] for row in found if row[0] == "Ähnlichste Trainingsfragen"] == ["0,97"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("in context 0.37 ≥ 0.1", "after it, this is meant with a probability of 37%; 10% is enough"),
        ("together 0.25 ≥ 0.2", "one of these is meant with a probability of 25%; 20% is enough to ask"),
        ("together 0.15", "meant with a probability of 15% only"),
        ("0.46, beside another question", "beside another question of the message: this is meant with a"),
        ("nothing to go by", "nothing to go by in the message"),
        ("something else", "something else"),
    ],
)
def test_each_reason_is_said_in_words(reason, words):
    assert words in str(rows(asking(decision="unsure", reason=reason)))


def test_every_reason_of_the_gate_is_known():
    """Read from its source, so that a new reason there does not go unexplained here."""
    source = (ROOT / "assistant" / "nlu" / "components" / "gate.py").read_text("utf-8")
    given = re.findall(r'reason="([^"]+)"|_decide\(part, [^\n]*f"([^"]+)"\)', source)
    examples = [re.sub(r"\{[^}]*\}", "0.5", plain or formatted) for plain, formatted in given]
    assert len(examples) >= 5
    for example in examples:
        assert any(pattern.fullmatch(example) for pattern, _ in REASONS), example


def test_what_is_not_covered_is_named():
    assert "What it asks for is not covered: an amount of money." in str(
        rows(asking(decision="unsure", reason="together 0.05", gap="money"), answered=("nothing",))
    )


@pytest.mark.parametrize("language", ORIGINALS)
@pytest.mark.parametrize(
    "found",
    [
        {"trouble": "empty"},
        {"trouble": "unreadable"},
        {"trouble": "too_long"},
        {"choice": 2},
        {"urgent": "crisis/danger"},
    ],
)
def test_what_precedes_any_question_is_said(language, found):
    made = rows(language=language, answered=("nothing",), **found)
    label = {"en": "Decision", "de": "Entscheidung"}[language]
    assert [row[0] for row in made].count(label) == 1


def test_an_emergency_is_not_explained_by_figures_that_did_not_decide():
    made = rows(asking(FAP, reason="0.87 ≥ 0.3", ranking=RANKING), urgent="crisis/danger")
    assert [row[2] for row in made if row[0] == "Decision"] == ["Emergency: crisis/danger comes before anything else."]


def test_each_question_of_a_message_has_its_own_training_questions():
    asked = []
    reasons = Reasons(knowledge(), "en", lambda text: asked.append(text) or [])
    parts = (asking(FAP, text="Was ist das FAP?"), asking(HEADQUARTERS, text="Wo sitzt die IOM?"))
    reasons.rows(understood("beides", Understanding(parts=parts), "de", (FAP,)))
    assert asked == ["Was ist das FAP?", "Wo sitzt die IOM?"]


@pytest.mark.parametrize("answered", ["nothing", "asked_back", "control", "referral", "error"])
def test_a_reply_without_an_entry_is_named(answered):
    (row,) = [row for row in rows(answered=(answered,)) if row[0] == "Answered with"]
    assert row[2] != answered


def test_a_withdrawn_entry_and_an_unknown_id_are_named():
    made = rows(answered=("ask_gone/x",))
    assert made[-1] == ("Answered with", "", "ask_gone/x")


def test_what_rasa_sends_with_every_reply_is_said_in_the_same_words():
    part = asking(FAP, text="Was ist das FAP?", reason="0.87 ≥ 0.3", ranking=RANKING)
    why = why_of(message(part), "model", "knowledge")
    found = understood_from_why("Was ist das FAP?", why, reply_to(part).envelope(), (FAP,))
    made = Reasons(knowledge(), "en", lambda text: [NEAR]).rows(found)
    assert [(row.label, row.figure, row.lines[0], row.entry) for row in made] == [
        ("Language", "", "German", ""),
        ("Decision", "", "Answered: this is meant with a probability of 87%; 30% is enough.", ""),
        ("Likely meant", "87%", "What is the Family Assistance Programme (FAP)?", FAP),
        ("Nearest training questions", "0.97", "was ist das FAP", FAP),
        ("Answered with", "", "What is the Family Assistance Programme (FAP)?", FAP),
    ]


def test_an_emergency_is_told_from_the_envelope_alone():
    envelope = {**reply_to(asking(FAP)).envelope(), "kind": "crisis"}
    made = Reasons(knowledge(), "en", lambda text: []).rows(
        understood_from_why("x", None, envelope, ("crisis/danger",))
    )
    assert "Emergency: crisis/danger comes before anything else." in str(made)
