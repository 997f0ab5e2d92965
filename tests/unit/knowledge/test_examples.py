"""Training questions: read in every language, mirrored, enough of them, none twice."""

import pytest

from assistant.knowledge.examples import examples, parity_findings, scarce_findings
from tests.unit.knowledge.conftest import QUESTIONS

OTHER = {"de": "en", "en": "de"}
PLACES = {"ask_history/opened": ("ask_history.yml", 3), "ask_history/reached": ("ask_history.yml", 19)}


def test_every_question_of_every_language_is_read(project):
    found = list(examples(project.training))
    assert len(found) == 2 * 3 * QUESTIONS
    assert {example.language for example in found} == {"de", "en"}


def test_question_has_language_file_intent_and_text(project):
    first = next(examples(project.training))
    assert (first.language, first.file) == ("de", "data/nlu/de/ask_history.yml")
    assert (first.intent, first.text) == ("ask_history/opened", "ask_history/opened question 00")


def test_question_has_the_line_it_stands_in(project):
    file = "data/nlu/de/ask_history.yml"
    assert next(examples(project.training)).line == project.line_of(file, "ask_history/opened question 00")


def test_lines_that_are_no_questions_are_passed_over(project):
    text = "nlu:\n  - intent: a/b\n    examples: |\n      # remark\n\n      -   one  \n"
    project.write("only/en/a.yml", text)
    assert [example.text.strip() for example in examples(project.root / "only")] == ["one"]


def test_mirrored_training_has_no_mistakes(project):
    assert parity_findings(project.training) == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_intent_in_one_language_only_is_reported_in_the_file_that_lacks_it(project, language):
    text = "\n  - intent: ask_history/extra\n    examples: |\n      - something else\n"
    file = f"data/nlu/{OTHER[language]}/ask_history.yml"
    project.write(file, (project.root / file).read_text("utf-8") + text)
    (finding,) = parity_findings(project.training)
    assert str(finding) == (
        f"data/nlu/{language}/ask_history.yml: [ask_history/extra] has examples only in another language; add them here"
    )


def test_file_in_one_language_only_is_reported(project):
    (project.training / "en" / "referral.yml").unlink()
    (finding,) = parity_findings(project.training)
    assert (finding.file, finding.entry) == ("data/nlu/en/referral.yml", "referral/doctor")


@pytest.mark.parametrize("again", ["referral/doctor question 00", "Referral/Doctor  QUESTION 00"])
def test_question_given_twice_is_reported_with_its_first_place(project, again):
    project.edit("data/nlu/en/referral.yml", "referral/doctor question 07", again)
    (finding,) = parity_findings(project.training)
    assert (finding.file, finding.entry) == ("data/nlu/en/referral.yml", "referral/doctor")
    assert "is already in data/nlu/en/referral.yml:" in finding.message


def test_question_given_to_two_intents_is_reported_with_the_first_one(project):
    project.edit("data/nlu/de/referral.yml", "referral/doctor question 07", "ask_history/opened question 07")
    (finding,) = parity_findings(project.training)
    assert finding.entry == "referral/doctor"
    assert "(ask_history/opened); remove one" in finding.message


def test_same_question_in_two_languages_is_no_mistake(project):
    assert {e.text for e in examples(project.training) if e.language == "de"} == {
        e.text for e in examples(project.training) if e.language == "en"
    }
    assert parity_findings(project.training) == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_one_question_too_few_is_reported_at_the_entry(project, language, monkeypatch):
    monkeypatch.setattr("assistant.knowledge.examples.FEWEST_QUESTIONS", QUESTIONS)
    project.edit(f"data/nlu/{language}/ask_history.yml", "      - ask_history/reached question 03\n", "")
    (finding,) = scarce_findings({**PLACES, "referral/doctor": ("referral.yml", 3)}, project.training)
    assert str(finding) == (
        f"ask_history.yml:19: [ask_history/reached] has {QUESTIONS - 1} training questions in "
        f"data/nlu/{language}/ask_history.yml; write at least {QUESTIONS}"
    )


def test_questions_for_an_entry_that_is_not_there_are_reported(project):
    (finding,) = scarce_findings({"ask_history/opened": ("ask_history.yml", 3)}, project.training)
    assert (finding.file, finding.entry) == ("data/nlu/de/ask_history.yml", "ask_history/reached")
    assert finding.message == "there is no such entry in knowledge/; correct the id"


def test_intents_of_topics_without_entries_are_left_alone(project):
    assert scarce_findings(PLACES, project.training) == []
