"""`make content`, and the training questions' own checks."""

from __future__ import annotations

import pytest

from assistant.commands import content, questions
from assistant.commands.questions import form_findings, personal_findings
from assistant.core.paths import TRAINING
from assistant.knowledge import Finding
from assistant.knowledge.examples import Example
from assistant.knowledge.wording import in_words
from assistant.staff import corrections


def question(text):
    return Example("de", "data/nlu/de/ask_family.yml", 7, "ask_family/documents", text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Mein Name ist Yusra Sonderbar, welche Unterlagen brauche ich?", "name"),
        ("Ich bin am 3.4.1991 geboren, darf ich nachkommen?", "birthdate"),
        ("Schreiben Sie mir an yusra.sonderbar@example.org", "email"),
        ("Rufen Sie mich an: 0176 12345678", "phone"),
        ("My passport number is C01X00T47", "number"),
    ],
)
def test_personal_data_in_a_training_question_is_caught(text, kind):
    found = personal_findings([question(text)], None, "en")
    assert found
    assert (found[0].file, found[0].line, found[0].warning) == ("data/nlu/de/ask_family.yml", 7, False)
    assert kind in found[0].message
    assert "knowledge/invented.txt" in found[0].message


def test_invented_people_pass(monkeypatch, tmp_path):
    text = "Mein Onkel Hassan aus Aleppo heißt Hassan Beispiel"
    (tmp_path / "invented.txt").write_text(f"# made up\n{text}\n", "utf-8")
    assert personal_findings([question(text)], None)
    monkeypatch.setattr(questions, "INVENTED", tmp_path / "invented.txt")
    assert personal_findings([question(text)], None) == []


def test_a_question_without_personal_data_is_read_once(monkeypatch, tmp_path):
    read = tmp_path / "read.txt"
    clean = question("Welche Unterlagen brauche ich?")
    assert personal_findings([clean], read) == []
    monkeypatch.setattr(questions, "found", lambda _: pytest.fail("read again"))
    assert personal_findings([clean], read) == []


def test_after_a_change_of_masking_everything_is_read_again(monkeypatch, tmp_path):
    read = tmp_path / "read.txt"
    personal_findings([question("Welche Unterlagen brauche ich?")], read)
    monkeypatch.setattr(questions, "fingerprint", lambda _: "another")
    looked = []
    monkeypatch.setattr(questions, "found", lambda text: looked.append(text) or [])
    personal_findings([question("Welche Unterlagen brauche ich?")], read)
    assert looked == ["Welche Unterlagen brauche ich?"]


HEAD = 'version: "3.1"\nnlu:\n'


@pytest.mark.parametrize(
    ("block", "line", "told"),
    [
        ("  - intent: a/b\n    exmples: |\n      - Hallo\n", 3, "exmples"),
        ("  - intent: a/b\n    examples: |\n      - Hallo\n      Guten Tag\n", 6, "Guten Tag"),
        ("  - intent: a/b\n    examples: |\n      * Hallo\n", 5, "* Hallo"),
    ],
)
def test_a_question_that_is_none_is_named(tmp_path, block, line, told):
    path = tmp_path / "de" / "ask_family.yml"
    path.parent.mkdir()
    path.write_text(HEAD + block, "utf-8")
    (found,) = form_findings(tmp_path, "en")
    assert (found.file, found.line) == ("data/nlu/de/ask_family.yml", line)
    assert told in found.message


def test_the_real_questions_have_the_right_form():
    assert list(form_findings(TRAINING)) == []


class Ended:
    """A program that has ended with a status."""

    def __init__(self, status):
        self.returncode = status

    def communicate(self):
        return "what it said", None


@pytest.fixture
def without_work(monkeypatch):
    """The command without the servers' parts that others test."""
    monkeypatch.setattr(content, "check", list)
    monkeypatch.setattr(content, "form_findings", lambda language: [])
    monkeypatch.setattr(content, "personal_findings", lambda language: [])
    monkeypatch.setattr(content.validate, "begin_quickly", lambda: None)
    monkeypatch.setattr(content.validate, "ended", lambda _: [])
    monkeypatch.setattr(content.subprocess, "Popen", lambda *_, **__: Ended(0))
    written = []
    monkeypatch.setattr(content.data, "write", written.append)
    return written


def test_what_is_in_order_is_generated(without_work, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert content.main() == 0
    assert len(without_work) == 1
    assert capsys.readouterr().out.startswith("In Ordnung: ")


def test_a_mistake_stops_it_before_anything_is_generated(without_work, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    mistake = Finding("figures.yml", 7, "ask_figures/x", "the en answer is empty")
    warning = Finding(
        "figures.yml", 9, "ask_figures/y", "was due for review by 2026-01; check it and set a new date", True
    )
    monkeypatch.setattr(content, "check", lambda: [mistake, warning])
    assert content.main() == 1
    assert without_work == []
    assert capsys.readouterr().err.splitlines() == [
        "knowledge/figures.yml:9: [ask_figures/y] Hinweis: war zu prüfen bis 2026-01; prüfen Sie es und setzen Sie ein "
        "neues Datum",
        "knowledge/figures.yml:7: [ask_figures/x] die Antwort (en) ist leer; schreiben Sie sie",
        "Nicht in Ordnung: 1 zu korrigieren. Es wurde nichts erzeugt, und ein laufender Assistent behält, was er "
        "hatte.",
    ]


def test_a_warning_alone_stops_nothing(without_work, monkeypatch):
    warning = Finding("figures.yml", 9, "ask_figures/y", "was due for review by 2026-01; check it", True)
    monkeypatch.setattr(content, "check", lambda: [warning])
    assert content.main() == 0


@pytest.mark.parametrize("part", ["personal_findings", "rasa", "vectors"])
def test_each_part_can_fail(without_work, monkeypatch, part):
    if part == "personal_findings":
        monkeypatch.setattr(content, part, lambda language: [Finding("data/nlu/de/x.yml", 1, "a/b", "personal")])
    elif part == "rasa":
        monkeypatch.setattr(content.validate, "ended", lambda _: ["The intent 'x' is not used in any story or rule."])
    else:
        monkeypatch.setattr(content.subprocess, "Popen", lambda *_, **__: Ended(1))
    assert content.main() == 1


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("- {language: de, text: Wo?, not: nothing, by: Anna}\n", "on is missing"),
        (
            "- {language: de, text: Wo?, not: nothing, want: ask_iom/x, by: Anna, on: 2026-11-29}\n",
            "no entry ask_iom/x",
        ),
        (
            "- {language: de, text: Ich heiße Yusra Sonderbar., not: nothing, by: Anna, on: 2026-11-29}\n",
            "personal data (name: Yusra Sonderbar)",
        ),
        ("- {language: de, text: Wo denn?, not: nothing, by: Anna, on: 2026-11-29}\n", None),
    ],
)
def test_corrections_are_checked(case, told, monkeypatch, tmp_path):
    file = tmp_path / "corrections.yml"
    file.write_text(case, "utf-8")
    monkeypatch.setattr(corrections, "FILE", file)
    found = content.correction_findings()
    assert [finding.line for finding in found] == [1] * (told is not None)
    assert all(told in in_words(finding, "en") for finding in found)
    assert all(in_words(finding).startswith("tests/corrections.yml:1: ") for finding in found)
