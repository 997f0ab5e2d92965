"""What may not be kept as a correction."""

from __future__ import annotations

import json

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import knowledge
from assistant.staff.known_questions import known_in, scoring_files
from assistant.staff.refusals import of_corrections, of_training
from assistant.staff.texts import said
from evaluation.check import scoring_files as all_scoring_files
from tests.unit.staff.conftest import FAP, HEADQUARTERS, correction


def refused(**fields):
    return [finding.message for finding in of_corrections([correction(**fields)], knowledge().entries, ROOT)]


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"text": "Mein Name ist Yusra Sonderbar, wo sitzt ihr?"}, "name"),
        ({"text": "Rufen Sie mich an: 0176 12345678"}, "phone number"),
        ({"before": ("Schreiben Sie an yusra.sonderbar@example.org",)}, "e-mail address"),
        ({"before": ("Mein Name ist",), "text": "Yusra Sonderbar"}, "name"),
    ],
)
def test_personal_data_is_refused(fields, kind):
    assert any("personal data" in message and kind in message for message in refused(**fields))


def test_a_question_kept_for_scoring_is_refused():
    question = json.loads((ROOT / "evaluation" / "cases" / "de.jsonl").read_text("utf-8").splitlines()[0])["text"]
    for text in (question, question.lower().replace("?", " ?")):
        assert "too near to a question by which quality is measured" in refused(text=text)[0]


def test_an_entry_that_does_not_exist_is_refused():
    assert refused(want="ask_iom/headquaters") == ["there is no entry ask_iom/headquaters; correct the id"]


def test_a_correction_that_may_be_kept_is_kept():
    assert refused(want=HEADQUARTERS) == []


def test_refusals_are_said_in_the_reader_s_language():
    (found,) = of_corrections([correction(want="ask_iom/x")], knowledge().entries, ROOT, "de")
    assert found.message.startswith("es gibt keinen Eintrag")


def test_every_file_of_the_project_s_own_scoring_questions_is_compared():
    own = {path for path in all_scoring_files() if path.is_relative_to(ROOT)}
    assert set(scoring_files(ROOT)) == own


def test_a_server_without_scoring_questions_refuses_the_rest(tmp_path):
    found = of_corrections([correction(want="ask_iom/x")], knowledge().entries, tmp_path)
    assert len(found) == 1


def test_a_question_that_shares_words_with_one_kept_for_scoring_is_kept():
    assert refused(text="Was ist das FAP?", wrong=(HEADQUARTERS,)) == []


@pytest.fixture
def checkout(tmp_path):
    """A checkout with one question for scoring and one training question."""
    (tmp_path / "evaluation" / "cases").mkdir(parents=True)
    (tmp_path / "evaluation" / "cases" / "de.jsonl").write_text(
        '{"turns": [{"text": "Wie grenzt die IOM Zugewanderte von Touristen ab?"}, {"text": "Und warum?"}]}\n', "utf-8"
    )
    (tmp_path / "data" / "nlu" / "de").mkdir(parents=True)
    (tmp_path / "data" / "nlu" / "de" / "ask_iom.yml").write_text(
        "nlu:\n  - intent: ask_iom/choir\n    examples: |\n      - Singt bei euch in Berlin ein Chor?\n", "utf-8"
    )
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "invented.txt").write_text("Mein Name ist Yusra Sonderbar, singt ihr?\n", "utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("wie grenzt die iom zugewanderte von touristen ab", "kept_for_scoring"),
        ("Bitte, wie grenzt die IOM Zugewanderte von Touristen ab?", "kept_for_scoring"),
        ("Mein Name ist Yusra Sonderbar, wo sitzt ihr?", "personal"),
        ("Mein Name ist Yusra Sonderbar, singt ihr?", None),
        # Such short texts turn up everywhere.
        ("Und warum?", None),
    ],
)
def test_training_questions_and_corrections_are_refused_by_the_same_rules(checkout, text, key):
    keys = [each.key for each in of_training([text], "ask_iom/choir", (), known_in(checkout))]
    assert keys == ([key] if key else [])
    found = of_corrections([correction(text=text)], [FAP], checkout)
    assert [each.message for each in found] == [
        said(key, "en", text=text, kind="name", found="Yusra Sonderbar") for key in keys
    ]


def test_a_correction_may_be_a_training_question_since_it_tests_that_a_mistake_stays_away(checkout):
    text = "Singt bei euch in Berlin ein Chor?"
    assert [each.key for each in of_training([text], "ask_iom/choir", (), known_in(checkout))] == ["already_there"]
    assert of_corrections([correction(text=text)], [FAP], checkout) == []


def test_what_was_said_before_a_corrected_message_may_be_asked_in_scoring_too(checkout):
    before = ("Wie grenzt die IOM Zugewanderte von Touristen ab?",)
    assert of_corrections([correction(before=before)], [FAP], checkout) == []
