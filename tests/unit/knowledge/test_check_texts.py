"""The mistakes that editors make, one by one: each is caught, in its file and line, with its cure."""

from __future__ import annotations

import datetime

import pytest

from assistant.core.paths import KNOWLEDGE, TRAINING
from assistant.knowledge.check import check
from assistant.knowledge.check_texts import file_findings, repeated_findings, text_findings

HISTORY, REFERRAL = "knowledge/ask_history.yml", "knowledge/referral.yml"
SOURCES = "knowledge/sources.yml"
QUESTION_EN = '      en: "How many people were helped?"'
QUESTION_DE = '      de: "Wie vielen wurde geholfen?"'
ANSWER_EN = '      en: "It was {people} people."'
ANSWER_DE = '      de: "Es waren {people} Menschen."'
# The mistake, the file, what is replaced, by what, and what the checker says.
MISTAKES = [
    ("language missing", HISTORY, QUESTION_EN + "\n", "", '"en" is missing; add it'),
    ("text empty", HISTORY, QUESTION_EN, '      en: ""', "is not valid"),
    ("German in en", HISTORY, ANSWER_EN, '      en: "Es waren {people} Menschen in dieser Zeit."', "write it in en"),
    ("English in de", HISTORY, ANSWER_DE, '      de: "It was {people} people at that time."', "write it in de"),
    ("German question in en", HISTORY, QUESTION_EN, '      en: "Wie vielen wurde geholfen?"', "write it in en"),
    ("number in the text", HISTORY, ANSWER_EN, '      en: "It was {people} people in 90 places."', "move it to values"),
    ("number in words", HISTORY, ANSWER_DE, '      de: "Es waren {people} Menschen an zweihundert Orten."', "in words"),
    ("number in words, en", HISTORY, ANSWER_EN, '      en: "It was {people} people in twenty-five towns."', "in words"),
    ("million in words", HISTORY, ANSWER_EN, '      en: "It was {people} people of two million."', "in words"),
    ("wrong value", HISTORY, "{people: 683950,", "{people: 638950,", "is not in the evidence, which says 683950"),
    ("wrong year", HISTORY, "{year: 1954}", "{year: 1964}", "is not in the evidence, which says 1954"),
    ("dotted thousands", HISTORY, "{people: 683950,", "{people: 683.950,", "write 683950, without points"),
    ("tab", HISTORY, QUESTION_EN, "\t" + QUESTION_EN.strip(), "cannot be read"),
    ("closing quote missing", HISTORY, QUESTION_EN, QUESTION_EN[:-1], "cannot be read"),
    ("opening quote missing", HISTORY, QUESTION_EN, '      en: How many people were helped?"', 'a stray "'),
    ("unknown id", HISTORY, "related: [ask_history/reached]", "related: [ask_history/reach]", "no other entry"),
    ("unknown source", HISTORY, "{id: news}\n    as_of: 2024-10", "{id: nws}\n    as_of: 2024-10", "nws"),
    ("unknown subject", HISTORY, "subject: [help, office]", "subject: [hlp, office]", "is not in subjects.yml"),
    ("unknown field", HISTORY, "    subject: office\n", "    subject: office\n    colour: red\n", "not a known field"),
    ("impossible date", REFERRAL, "as_of: 2023", "as_of: \"2023-02-30\"", "not a real date"),
    ("future date", REFERRAL, "as_of: 2023", "as_of: 2032", "has not come yet"),
    ("future date of a note", HISTORY, "as_of: 2025-04", "as_of: 2027-04", "has not come yet"),
    ("future date of a source", SOURCES, "date: 2024-10", "date: 2030-10", "has not come yet"),
    ("review in a far year", REFERRAL, "review_by: 2028", "review_by: 2072", "more than 3 years away"),
    ("duplicate id", HISTORY, "  - id: reached", "  - id: opened", "is used twice"),
    ("emoji", HISTORY, ANSWER_EN, '      en: "It was {people} people 😀."', "has the sign 😀"),
    ("emoji in a question", HISTORY, QUESTION_DE, '      de: "Wie vielen wurde geholfen ❤?"', "has the sign ❤"),
    ("HTML", HISTORY, ANSWER_EN, '      en: "It was <b>{people}</b> people."', "has <b>"),
    ("entity", HISTORY, ANSWER_EN, '      en: "It was {people}&nbsp;people."', "has &nbsp;"),
    ("Markdown", HISTORY, ANSWER_EN, '      en: "It was **{people}** people."', "has **"),
    ("different numbers in words", HISTORY, ANSWER_EN + "\n", ANSWER_EN[:-2] + ' in two towns."\n', None),
]  # fmt: skip


@pytest.mark.parametrize(("mistake", "file", "old", "new", "told"), MISTAKES, ids=[each[0] for each in MISTAKES])
def test_each_mistake_is_caught_in_its_file(project, mistake, file, old, new, told):
    if told is None:
        project.edit(file, ANSWER_DE, ANSWER_DE[:-2] + ' in drei Orten."')
        told = "different numbers in words in its languages (3 and 2)"
    project.edit(file, old, new)
    found = [finding for finding in project.check() if not finding.warning]
    told_here = [finding for finding in found if told in finding.message and finding.file == file.split("/")[1]]
    assert told_here, f"{mistake}: {[str(finding) for finding in found]}"
    assert told_here[0].line > 0


def test_an_expired_review_warns(project):
    project.edit(REFERRAL, "review_by: 2028", "review_by: 2025-12")
    finding = project.finding()
    assert finding.warning
    assert "was due for review by 2025-12" in finding.message


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("knowledge/ask_more.yaml", "rename it to ask_more.yml"),
        ("data/nlu/de/ask_more.yaml", "rename it to ask_more.yml"),
        ("knowledge/ask_more.YML", "remove it"),
        ("knowledge/ask_more.yml.txt", "remove it"),
        ("knowledge/uk/ask_more.yaml", "rename it to ask_more.yml"),
    ],
)
def test_a_file_that_nobody_reads_is_named(project, name, cure):
    project.write(name, "topic: ask_more\nentries: []\n")
    finding = project.finding()
    assert not finding.warning
    assert finding.file.endswith(name.rpartition("/")[2])
    assert cure in finding.message


def test_hidden_files_are_nobody_s_business(project):
    project.write("knowledge/.DS_Store", "")
    project.write("knowledge/.git/x", "")
    assert project.check() == []


def test_a_large_number_typed_twice_is_a_warning(project):
    project.edit(HISTORY, "values: {year: 1954}", "values: {year: 1954, people: 683950}")
    found = list(repeated_findings(project.knowledge))
    assert [finding.warning for finding in found] == [True]
    assert "write {from: ask_history/opened.people} here" in found[0].message


def test_a_number_that_refers_to_another_entry_is_checked_against_evidence_too(project):
    project.edit(HISTORY, "values: {year: 1954}", "values: {year: 1954, people: 638950}")
    project.edit(HISTORY, "{people: 683950,", "{people: {from: ask_history/opened.people},")
    assert any("which says 683950" in finding.message for finding in project.check())


def test_only_what_is_asked_for_is_looked_at(project, base):
    project.edit(HISTORY, ANSWER_EN, '      en: "It was <b>{people}</b> people."')
    today = datetime.date(2026, 1, 15)
    assert text_findings(project.load(), project.knowledge, today, {"ask_history/opened"}) == []
    assert text_findings(project.load(), project.knowledge, today, {"ask_history/reached"}) != []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (HISTORY, ANSWER_DE, '      de: "Es waren {people} Menschen, Tausende davon rechtmäßig."'),
        (HISTORY, ANSWER_EN, '      en: "It was {people} people, thousands of them in both countries."'),
        (HISTORY, ANSWER_EN, '      en: "It was {people} people in Geneva (Fiktionsbescheinigung)."'),
        (
            HISTORY,
            ANSWER_EN,
            '      en: "It was {people} people, a “great” many, R&D and 5 < all."'.replace("5 < ", ""),
        ),
    ],
)
def test_what_is_right_passes(project, file, old, new):
    project.edit(file, old, new)
    assert project.check() == []


def test_the_real_knowledge_passes():
    assert [finding for finding in check() if not finding.warning] == []
    assert [*file_findings(KNOWLEDGE), *file_findings(TRAINING)] == []
