"""What may not be kept as a correction."""

from __future__ import annotations

import json

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import knowledge
from assistant.staff.refusals import refusals, scoring_files
from evaluation.check import scoring_files as all_scoring_files
from tests.unit.staff.conftest import HEADQUARTERS, correction


def refused(**fields):
    return [finding.message for finding in refusals([correction(**fields)], knowledge().entries)]


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
        assert "too near to a question kept for measuring" in refused(text=text)[0]


def test_an_entry_that_does_not_exist_is_refused():
    assert refused(want="ask_iom/headquaters") == ["there is no entry ask_iom/headquaters; correct the id"]


def test_a_correction_that_may_be_kept_is_kept():
    assert refused(want=HEADQUARTERS) == []


def test_refusals_are_said_in_the_reader_s_language():
    (found,) = refusals([correction(want="ask_iom/x")], knowledge().entries, "de")
    assert found.message.startswith("es gibt keinen Eintrag")


def test_every_file_of_the_project_s_own_scoring_questions_is_compared():
    own = {path for path in all_scoring_files() if path.is_relative_to(ROOT)}
    assert set(scoring_files()) == own


def test_a_server_without_scoring_questions_refuses_the_rest(tmp_path):
    found = refusals([correction(want="ask_iom/x")], knowledge().entries, scoring=tmp_path)
    assert len(found) == 1


def test_a_question_that_shares_words_with_one_kept_for_scoring_is_kept():
    assert refused(text="Was ist das FAP?", wrong=(HEADQUARTERS,)) == []
