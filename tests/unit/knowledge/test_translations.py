"""Translations are used only while they fit their originals, and compared with them both ways."""

from __future__ import annotations

import pytest

from assistant.commands.translated import counted, record
from assistant.core.languages import ORIGINALS
from assistant.knowledge.examples import examples_elsewhere
from assistant.knowledge.parity import originals, translation_findings
from assistant.knowledge.render import render
from assistant.knowledge.translations import fingerprint, read

LANGUAGE = "uk"
LISTED = """languages:
  - {code: de, name: Deutsch, locale: de_DE}
  - {code: en, name: English, locale: en_GB}
  - {code: uk, name: Українська, locale: uk_UA}
"""
WORDS = """words:
  wishes: ["українською", "українською, будь ласка", "ви говорите українською?"]
  question_words: ["хто", "коли", "скільки"]
  joiners: ["і"]
  ordinals: [["перше"], ["друге"], ["третє"], ["четверте"], ["п'яте"], ["шосте"]]
  choice_words: []
  conditions: {not: ["не"], only: ["лише"], until: ["до"]}
"""
HISTORY = """topic: ask_history
entries:
  opened:
    of: "00000000"
    question: "Коли відкрили бюро?"
    answer: "Бюро працює в Бонні з {year} року."
  reached:
    of: "00000000"
    question: "Скільком людям допомогли?"
    answer: "Це були {people} людей."
    note: "Послуга закінчилася: {ended}."
"""
OTHERS = {
    "referral.yml": 'topic: referral\nentries:\n  doctor:\n    of: "00000000"\n    question: "Хто допоможе?"\n'
    '    answer: "Телефонуйте: {phone}."\n',
    "phrases.yml": 'phrases:\n  fallback:\n    of: "00000000"\n    text: "Я цього не знаю."\n',
    "contacts.yml": 'contacts:\n  on_call:\n    of: "00000000"\n    name: "Лікар"\n    for: "хворі ввечері"\n'
    '    hours: "вночі"\n',
    "doors.yml": 'doors:\n  health:\n    of: "00000000"\n    words: "Допомога: {phone}."\n',
    "subjects.yml": 'subjects:\n  office:\n    of: "00000000"\n    name: "бюро"\n    aliases: ["бюро"]\n'
    '  help:\n    of: "00000000"\n    name: "допомога"\n    aliases: ["допомога"]\n',
}


@pytest.fixture
def translated(project):
    """The small project with a complete Ukrainian translation."""
    project.write("knowledge/languages.yml", LISTED)
    for file, text in {"words.yml": WORDS, "ask_history.yml": HISTORY, **OTHERS}.items():
        project.write(f"knowledge/{LANGUAGE}/{file}", text)
    assert record(project.knowledge, LANGUAGE, originals(project.knowledge), ["all"]) == 0
    return project


QUESTIONS = """version: "3.1"
nlu:
  - intent: ask_history/opened
    examples: |
      - коли відкрили бюро
      - з якого року ви працюєте
"""
EXAMPLES = f"knowledge/{LANGUAGE}/examples.yml"


def test_a_language_may_have_training_questions(translated):
    translated.write(EXAMPLES, QUESTIONS)
    assert translated.check() == []
    assert set(read(translated.knowledge, LANGUAGE).lists["entries"]) == {
        "ask_history/opened",
        "ask_history/reached",
        "referral/doctor",
    }
    first, second = examples_elsewhere(translated.knowledge)
    assert (first.language, first.file, first.intent) == (LANGUAGE, EXAMPLES, "ask_history/opened")
    assert (second.text, second.line) == ("з якого року ви працюєте", translated.line_of(EXAMPLES, "з якого"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("ask_history/opened", "ask_history/closed", "there are no such training questions in data/nlu/"),
        ("з якого року ви працюєте", "Коли відкрили  бюро", f"is already in {EXAMPLES}:5 (ask_history/opened)"),
        ("examples: |", "example: |", '"examples" is missing'),
        ('version: "3.1"\n', "", '"version" is missing'),
    ],
)
def test_a_training_question_that_is_not_in_order_is_reported(translated, old, new, message):
    translated.write(EXAMPLES, QUESTIONS.replace(old, new))
    found = translated.check()
    assert any(message in finding.message and "examples.yml" in finding.file for finding in found)


def messages(project) -> list[str]:
    return [finding.message for finding in translation_findings(project.knowledge)]


def test_a_complete_translation_is_in_order(translated):
    assert translated.check() == []


def test_a_text_is_shown_in_its_language_with_its_original(translated):
    base = translated.load()
    shown = render(base, base.entries["ask_history/reached"], LANGUAGE)
    assert shown.language == LANGUAGE
    assert shown.text == "Це були 683\u00a0950 людей.\n\nПослуга закінчилася: 2025."
    assert shown.original == "Es waren 683.950 Menschen.\n\nDas Angebot endete 2025."
    assert shown.approved is None
    assert shown.contacts[0]["name"] == "Лікар"
    assert shown.contacts[0]["phone"] == "116117"


@pytest.mark.parametrize("language", ORIGINALS)
def test_originals_are_no_translations(translated, language):
    base = translated.load()
    shown = render(base, base.entries["ask_history/opened"], language)
    assert (shown.language, shown.original) == (language, None)


def test_a_translation_of_another_original_is_not_shown_and_warned_about(translated):
    translated.edit("knowledge/ask_history.yml", "Das Büro arbeitet seit", "Das Büro arbeitet erst seit")
    base = translated.load()
    assert render(base, base.entries["ask_history/opened"], LANGUAGE).language == "en"
    finding = translated.finding()
    assert finding.warning
    assert "has changed" in finding.message


def test_a_number_that_changes_reaches_its_translation(translated):
    translated.edit("knowledge/ask_history.yml", "values: {year: 1954}", "values: {year: 1955}")
    base = translated.load()
    shown = render(base, base.entries["ask_history/opened"], LANGUAGE)
    assert shown.language == LANGUAGE
    assert "1955" in shown.text
    assert not any("has changed" in message for message in messages(translated))


@pytest.mark.parametrize("file", ["phrases.yml", "contacts.yml", "doors.yml"])
def test_what_a_language_cannot_be_served_without_is_no_mere_warning(translated, file):
    (translated.knowledge / LANGUAGE / file).unlink()
    findings = translation_findings(translated.knowledge)
    assert findings
    assert not any(finding.warning for finding in findings)


def test_a_missing_entry_warns(translated):
    (translated.knowledge / LANGUAGE / "referral.yml").unlink()
    (finding,) = translation_findings(translated.knowledge)
    assert finding.warning
    assert "not translated into uk" in finding.message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("з {year} року", "давно", "placeholders"),
        ("з {year} року", "з {year} року, 3 дні", "numbers"),
        ("з {year} року", "з {year} року: https://example.org", "links"),
        ("з {year} року", "з {year} року ٣", "digits as 0 to 9"),
        ("з {year} року.", "з {year} року.\\n• ні", "other lines"),
    ],
)
def test_what_differs_from_the_original_is_reported(translated, old, new, said):
    translated.edit(f"knowledge/{LANGUAGE}/ask_history.yml", old, new)
    assert any(said in message for message in messages(translated))


def test_a_condition_that_got_lost_is_reported(translated):
    translated.edit("knowledge/ask_history.yml", "Das Büro arbeitet seit", "Das Büro arbeitet nur seit")
    record(translated.knowledge, LANGUAGE, originals(translated.knowledge), ["ask_history/opened"])
    assert any('says "nur"' in message for message in messages(translated))
    translated.edit(f"knowledge/{LANGUAGE}/ask_history.yml", "Бюро працює", "Бюро працює лише")
    assert messages(translated) == []


def test_a_term_called_otherwise_than_in_the_glossary_is_reported(translated):
    translated.write("knowledge/glossary.yml", 'terms:\n  - de: ["Büro"]\n    forms:\n      uk: ["офіс"]\n')
    assert any("glossary.yml" in message for message in messages(translated))


def test_a_translation_of_nothing_is_reported(translated):
    translated.edit(f"knowledge/{LANGUAGE}/ask_history.yml", "  opened:", "  closed:")
    assert any("no such original" in message for message in messages(translated))


def test_an_unknown_text_cannot_be_recorded(translated, capsys):
    assert record(translated.knowledge, LANGUAGE, originals(translated.knowledge), ["ask_history/none"]) == 1
    assert "ask_history/none" in capsys.readouterr().err


def test_texts_are_counted(translated):
    counts = counted(originals(translated.knowledge), read(translated.knowledge, LANGUAGE))
    assert counts == {"current": 8, "stale": 0, "missing": 0}


def test_a_hash_depends_on_what_is_translated_alone():
    entry = {"question": {"de": "a"}, "answer": {"de": "b"}, "review_by": "2027"}
    assert fingerprint(entry, {}) == fingerprint({**entry, "review_by": "2028"}, {})
    assert fingerprint(entry, {}) != fingerprint({**entry, "answer": {"de": "c"}}, {})


def test_a_changed_number_leaves_a_translation_current_unless_it_writes_the_number_itself():
    entry = {"answer": {"de": "a"}, "values": {"months": 6, "law": {"de": "Gesetz", "en": "act"}}}
    longer = {**entry, "values": {**entry["values"], "months": 7}}
    assert fingerprint(entry, {}) == fingerprint(longer, {})
    assert fingerprint(entry, {"values": {"months": "шість"}}) != fingerprint(longer, {"values": {"months": "шість"}})
    renamed = {**entry, "values": {**entry["values"], "law": {"de": "Verordnung", "en": "regulation"}}}
    assert fingerprint(entry, {}) != fingerprint(renamed, {})
