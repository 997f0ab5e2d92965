"""The check of the knowledge: each mistake gives one finding, which says where and what."""

import datetime
import sys

import pytest

from assistant.knowledge import evidence
from assistant.knowledge.check import MOST_ITEMS, check, main
from tests.unit.knowledge.conftest import QUESTIONS

HISTORY, REFERRAL, SUBJECTS = "knowledge/ask_history.yml", "knowledge/referral.yml", "knowledge/subjects.yml"
CONTACTS, DOORS = "knowledge/contacts.yml", "knowledge/doors.yml"
ANSWERS = {"de": "Das Büro arbeitet seit {year} in Bonn.", "en": "The office has worked in Bonn since {year}."}
OPENED = "ask_history.yml:3: [ask_history/opened]"
REACHED = "ask_history.yml:19: [ask_history/reached]"
DOCTOR = "referral.yml:3: [referral/doctor]"
ON_CALL, HEALTH = "contacts.yml:2: [on_call]", "doors.yml:2: [health]"


def told(project) -> str:
    """The only finding, as an editor sees it."""
    return str(project.finding())


def test_valid_project_has_no_findings(project):
    assert project.check() == []


def test_real_knowledge_has_no_mistakes():
    assert [str(finding) for finding in check() if not finding.warning] == []


def test_missing_language_is_reported(project):
    project.edit(REFERRAL, '      en: "Call {phone}."\n', "")
    line = project.line_of(REFERRAL, "answer:") + 1
    assert told(project) == f'referral.yml:{line}: [doctor] entries.answer: "en" is missing; add it'


def test_yaml_that_cannot_be_read_is_reported_with_its_line(project):
    project.edit(REFERRAL, 'de: "Rufen', "de: 'Rufen")
    assert told(project).startswith("referral.yml:")
    assert project.finding().line >= project.line_of(REFERRAL, "Rufen")
    assert "check indentation, quotes and colons here" in told(project)


def test_key_given_twice_is_reported_with_its_line(project):
    project.edit(REFERRAL, "    kind: referral\n", "    kind: referral\n    kind: referral\n")
    assert told(project).startswith('referral.yml:5: cannot be read: the key "kind" appears twice; keep one')


def test_id_used_twice_is_reported(project):
    project.edit(HISTORY, "id: reached", "id: opened")
    assert told(project) == (
        'ask_history.yml:19: [ask_history/opened] the id "opened" is used twice in this topic; choose another id'
    )


@pytest.mark.parametrize("language", ["de", "en"])
def test_placeholder_in_one_language_only_is_reported(project, language):
    project.edit(HISTORY, ANSWERS[language], "In Bonn.")
    assert told(project) == f"{OPENED} {{year}} is missing in the {language} answer; use it in every language"


@pytest.mark.parametrize("language", ["de", "en"])
def test_placeholder_in_one_language_of_a_note_only_is_reported(project, language):
    notes = {"de": "Das Angebot endete {ended}.", "en": "The service ended in {ended}."}
    project.edit(HISTORY, notes[language], "Ended.")
    assert told(project) == f"{REACHED} {{ended}} is missing in the {language} note; use it in every language"


def test_placeholder_without_a_value_is_reported(project):
    project.edit(REFERRAL, 'values: {phone: "116 117"}', "values: {}")
    assert told(project) == f"{DOCTOR} {{phone}} has no value; add it to values"


def test_value_used_in_no_text_is_reported(project):
    project.edit(HISTORY, "{year: 1954}", "{year: 1954, spare: 7}")
    assert told(project) == f'{OPENED} the value "spare" is not used in any text; use it as {{spare}} or remove it'


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("number", ["1990", "6.411", "70"])
def test_number_written_into_an_answer_is_reported(project, language, number):
    project.edit(HISTORY, ANSWERS[language], f"Um {number} herum, {{year}}.")
    message = f"{number} appears in the {language} answer; move it to values and write {{name}} here"
    assert told(project) == f"{OPENED} {message}"


def test_number_written_into_a_note_is_reported(project):
    project.edit(HISTORY, "The service ended in {ended}.", "The service ended in {ended}, after 9 years.")
    assert told(project).startswith(f"{REACHED} 9 appears in the en note; ")


def test_number_in_a_question_is_no_mistake(project):
    project.edit(HISTORY, "When was the office opened?", "Was the office opened in 1954?")
    assert project.check() == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_value_in_one_language_only_is_reported(project, language):
    project.edit(HISTORY, "{year: 1954}", f"{{year: {{{language}: then}}}}")
    assert told(project) == f'{OPENED} the value "year" needs every language: de, en'


def test_unknown_source_is_reported(project):
    project.edit(REFERRAL, "- {id: news}", "- {id: gossip}")
    assert told(project) == f'{DOCTOR} the source "gossip" is not in sources.yml; add it there or correct the id'


def test_unknown_source_of_a_note_is_reported(project):
    project.edit(HISTORY, "        - {id: news}\n", "        - {id: gossip}\n")
    assert told(project) == f'{REACHED} the source "gossip" is not in sources.yml; add it there or correct the id'


@pytest.mark.parametrize("related", ["ask_history/nothing", "ask_history/opened"], ids=["unknown", "itself"])
def test_related_entry_that_is_no_other_entry_is_reported(project, related):
    project.edit(HISTORY, "related: [ask_history/reached]", f"related: [{related}]")
    assert told(project) == f'{OPENED} related: there is no other entry "{related}"; correct the id'


def test_signals_belong_to_emergencies(project):
    project.edit(HISTORY, "    subject: office\n", "    subject: office\n    signals: [seit wann]\n")
    assert told(project) == f"{OPENED} only an emergency has signals, and this is a fact; remove them"


def test_unknown_subject_is_reported(project):
    project.edit(HISTORY, "subject: office", "subject: weather")
    assert told(project) == f'{OPENED} the subject "weather" is not in subjects.yml; add it there or correct the id'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("    subject: office\n", "a fact needs a subject"),
        ("    aspects: [when]\n", "a fact needs aspects"),
    ],
)
def test_fact_without_subject_or_aspects_is_reported(project, line, message):
    project.edit(HISTORY, line, "")
    assert told(project) == f"{OPENED} {message}"


def test_referral_without_source_is_reported(project):
    project.edit(REFERRAL, "    sources:\n      - {id: news}\n", "")
    assert told(project) == f"{DOCTOR} a referral needs sources"


def test_an_entry_needs_no_date(project):
    project.edit(REFERRAL, "    as_of: 2023\n", "")
    project.edit(HISTORY, "      as_of: 2025-04\n", "")
    assert project.check() == []


@pytest.mark.parametrize(
    ("old", "place"),
    [
        ("    as_of: 2024-10\n    review_by: 2028-12\n    related: [ask_history/o", REACHED),
        ("      as_of: 2025-04\n", REACHED),
    ],
)
def test_a_date_that_is_none_is_reported(project, old, place):
    date = old.partition("as_of: ")[2].partition("\n")[0]
    project.edit(HISTORY, old, old.replace(date, "2023-02-30", 1))
    assert told(project) == f"{place} 2023-02-30 is not a real date; correct it"


def test_smalltalk_needs_no_source(project):
    project.edit(REFERRAL, "    sources:\n      - {id: news}\n", "")
    project.edit(REFERRAL, "kind: referral", "kind: smalltalk")
    assert project.check() == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_answer_of_four_sentences_is_reported(project, language):
    project.edit(HISTORY, ANSWERS[language], ANSWERS[language] + " Eins. Zwei! Drei?")
    assert told(project) == f"{OPENED} the {language} answer has 4 sentences; at most 3 are allowed"


def test_answer_of_three_sentences_with_abbreviations_is_short_enough(project):
    project.edit(HISTORY, ANSWERS["de"], ANSWERS["de"] + " Es hilft, z. B. beim Visum, d. h. oft. Gut.")
    assert project.check() == []


@pytest.mark.parametrize("abbreviation", ["e. V.", "Abs. 2", "Art. 2", "Nr. 2"])
def test_other_abbreviations_end_no_sentence_either(project, abbreviation):
    text = abbreviation.replace("2", "{year}")
    project.edit(HISTORY, ANSWERS["de"], ANSWERS["de"] + f" Es hilft, {text} gilt, Menschen. Gut.")
    assert project.check() == []


def listing(count: int) -> str:
    """Things of a list, each of two sentences, below a line of its own."""
    return "".join(f"\\n• Punkt {letter}. Gut." for letter in "abcdefghij"[:count])


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("count", [1, MOST_ITEMS])
def test_a_list_may_stand_in_place_of_sentences(project, language, count):
    project.edit(HISTORY, ANSWERS[language], ANSWERS[language] + listing(count))
    assert project.check() == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_list_that_is_too_long_is_reported(project, language):
    project.edit(HISTORY, ANSWERS[language], ANSWERS[language] + listing(MOST_ITEMS + 1))
    message = f"the {language} answer lists {MOST_ITEMS + 1} things; at most {MOST_ITEMS} are allowed"
    assert told(project) == f"{OPENED} {message}"


def test_sentences_beside_a_list_are_counted(project):
    project.edit(HISTORY, ANSWERS["de"], ANSWERS["de"] + " Eins. Zwei! Drei?" + listing(2))
    assert told(project) == f"{OPENED} the de answer has 4 sentences; at most 3 are allowed"


@pytest.mark.parametrize(("language", "answer"), [("de", "Rufen Sie {phone} an."), ("en", "Call {phone}.")])
def test_empty_answer_is_reported(project, language, answer):
    project.edit(REFERRAL, 'values: {phone: "116 117"}', "values: {}")
    for text in ("Rufen Sie {phone} an.", "Call {phone}."):
        project.edit(REFERRAL, text, "   " if text == answer else "Bald. Soon.")
    assert told(project) == f"{DOCTOR} the {language} answer is empty"


def test_unknown_contact_of_an_entry_is_reported(project):
    project.edit(HISTORY, "contacts: [on_call]", "contacts: [nobody]")
    assert told(project) == f'{REACHED} the contact "nobody" is not in contacts.yml; add it there or correct the id'


def test_unknown_entry_of_an_everyday_topic_is_reported(project):
    topic = (
        'topics:\n  - id: help\n    title: {de: "Hilfe", en: "Help"}\n    entries: [referral/doctor, referral/nurse]\n'
    )
    project.write("knowledge/topics.yml", topic)
    assert told(project) == 'topics.yml:2: [help] there is no entry "referral/nurse"; correct the id'


def test_unknown_contact_of_a_door_is_reported(project):
    project.edit(DOORS, "contacts: [on_call]", "contacts: [nobody]")
    assert told(project) == f'{HEALTH} the contact "nobody" is not in contacts.yml; add it there or correct the id'


def test_unknown_source_of_a_contact_is_reported(project):
    project.edit(CONTACTS, "[{id: news}]", "[{id: gossip}]")
    assert told(project) == f'{ON_CALL} the source "gossip" is not in sources.yml; add it there or correct the id'


def test_contact_that_nothing_uses_is_reported(project):
    text = (project.knowledge / "contacts.yml").read_text("utf-8")
    project.write(CONTACTS, text + text.partition("\n")[2].replace("on_call", "spare"))
    line = project.line_of(CONTACTS, "id: spare")
    message = "no entry and no door uses this contact; use it or remove it"
    assert told(project) == f"contacts.yml:{line}: [spare] {message}"


@pytest.mark.parametrize("user", ["entry", "value of an entry", "door", "value of a door"])
def test_one_use_of_a_contact_is_enough(project, user):
    if user != "entry":
        project.edit(HISTORY, "    contacts: [on_call]\n", "")
    if user == "value of an entry":
        project.edit(REFERRAL, '{phone: "116 117"}', "{phone: {from: contacts/on_call.phone}}")
    if user != "door":
        project.edit(DOORS, "contacts: [on_call]", "contacts: [other]")
        text = (project.knowledge / "contacts.yml").read_text("utf-8")
        project.write(CONTACTS, text + text.partition("\n")[2].replace("on_call", "other"))
    if user != "value of a door":
        project.edit(DOORS, "{from: contacts/on_call.phone}", '"116117"')
    assert project.check() == []


def test_reference_to_nothing_is_reported_with_file_and_line(project):
    project.edit(REFERRAL, '{phone: "116 117"}', "{phone: {from: contacts/on_call.url}}")
    message = 'the value "phone" refers to contacts/on_call.url, which does not exist; correct it'
    assert told(project) == f"{DOCTOR} {message}"


@pytest.mark.parametrize("near", ["ask_nothing", "referral/nurse"])
def test_area_of_a_topic_or_entry_that_is_not_there_is_reported(project, near):
    project.edit(DOORS, "near: [referral]", f"near: [referral, {near}]")
    assert told(project) == f'{HEALTH} near: there is no topic and no entry "{near}"; correct the id'


@pytest.mark.parametrize("near", ["[ask_history, referral/doctor]", "[]"])
def test_area_may_hold_topics_and_entries_or_nothing(project, near):
    project.edit(DOORS, "near: [referral]", f"near: {near}")
    assert project.check() == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("help at {phone}.", "help.", "{phone} is missing in the en words; use it in every language"),
        ("values: {phone: {from: contacts/on_call.phone}}", "values: {}", "{phone} has no value; add it to values"),
        (
            "values: {phone:",
            'values: {spare: "x", phone:',
            'the value "spare" is not used in any text; use it as {spare} or remove it',
        ),
    ],
)
def test_placeholder_of_a_door_without_a_value_and_the_reverse_are_reported(project, old, new, message):
    project.edit(DOORS, old, new)
    assert told(project) == f"{HEALTH} {message}"


@pytest.mark.parametrize(("review_by", "overdue"), [("2025-12", True), ("2026-01", False)])
def test_passed_review_date_of_a_contact_only_warns(project, review_by, overdue):
    project.edit(CONTACTS, "review_by: 2028", f"review_by: {review_by}")
    message = f"{ON_CALL} warning: was due for review by {review_by}; check it and set a new date"
    assert [str(finding) for finding in project.check()] == ([message] if overdue else [])


@pytest.mark.parametrize(("german", "english"), [("[Hilfe, office]", "[help]"), ("[Hilfe]", "[help, büro]")])
def test_alias_of_two_subjects_is_reported(project, german, english):
    project.edit(SUBJECTS, "de: [Hilfe]\n      en: [help]", f"de: {german}\n      en: {english}")
    assert told(project).startswith("subjects.yml: [help] the alias ")
    assert told(project).endswith('already belongs to "office"; keep it in one place only')


def test_evidence_that_is_too_long_is_reported(project):
    project.edit("seed.txt", "Menschen geholfen", "Menschen mit Rat und Tat geholfen")
    project.edit(
        HISTORY, 'words: "mehr als 683.950 Menschen"', 'words: "mehr als 683.950 Menschen mit Rat und Tat geholfen"'
    )
    line = project.line_of(HISTORY, "Rat und Tat")
    message = "the evidence has more than 8 words; shorten it with …"
    assert told(project) == f"ask_history.yml:{line}: [ask_history/reached] {message}"


def test_evidence_that_is_not_in_the_source_text_is_reported(project):
    project.edit(HISTORY, 'words: "mehr als 683.950 Menschen"', 'words: "mehr als alle"')
    line = project.line_of(HISTORY, "mehr als alle")
    message = '"mehr als alle" is not in paragraph 2 of the source'
    assert told(project) == f"ask_history.yml:{line}: [ask_history/reached] {message}"


def test_evidence_is_not_compared_where_the_source_text_is_not_at_hand(project):
    project.edit(HISTORY, 'words: "mehr als 683.950 Menschen"', 'words: "mehr als alle"')
    project.seed.unlink()
    assert project.check() == []


def test_sentence_that_no_entry_covers_is_reported(project):
    project.edit("seed.txt", "geholfen.", "geholfen. Neues kommt hinzu.")
    assert told(project) == "coverage.yml: paragraph 2, sentence 3 is not covered: Neues kommt hinzu."


def test_unknown_entry_in_the_coverage_map_is_reported(project):
    project.edit("knowledge/coverage.yml", "[ask_history/opened]", "[ask_history/closed]")
    assert told(project) == "coverage.yml:3: [ask_history/closed] there is no such entry; correct the id"


@pytest.mark.parametrize("language", ["de", "en"])
def test_too_few_training_questions_are_reported(project, language, monkeypatch):
    monkeypatch.setattr("assistant.knowledge.examples.FEWEST_QUESTIONS", QUESTIONS)
    project.edit(f"data/nlu/{language}/referral.yml", f"      - referral/doctor question {QUESTIONS - 1:02}\n", "")
    message = f"has {QUESTIONS - 1} training questions in data/nlu/{language}/referral.yml; write at least {QUESTIONS}"
    assert told(project) == f"{DOCTOR} {message}"


def test_training_questions_for_an_unknown_entry_are_reported(project):
    for language in ("de", "en"):
        file = f"data/nlu/{language}/referral.yml"
        extra = "  - intent: referral/nurse\n    examples: |\n      - Is there a nurse?\n"
        project.write(file, (project.root / file).read_text("utf-8") + extra)
    finding = project.finding()
    assert (finding.file, finding.entry) == ("data/nlu/de/referral.yml", "referral/nurse")
    assert finding.message == "there is no such entry in knowledge/; correct the id"


@pytest.mark.parametrize(("language", "other"), [("de", "en"), ("en", "de")])
def test_intent_in_one_language_only_is_reported(project, language, other):
    extra = "nlu:\n  - intent: control/stop\n    examples: |\n      - Stop\n"
    project.write(f"data/nlu/{other}/control.yml", extra)
    message = "has examples only in another language; add them here"
    assert told(project) == f"data/nlu/{language}/control.yml: [control/stop] {message}"


def test_training_question_given_twice_is_reported(project):
    file = "data/nlu/en/referral.yml"
    project.write(file, (project.root / file).read_text("utf-8") + "      - Referral/doctor question 03\n")
    finding = project.finding()
    assert (finding.file, finding.entry) == (file, "referral/doctor")
    assert finding.message.startswith('"Referral/doctor question 03" is already in data/nlu/en/referral.yml:')


@pytest.mark.parametrize(
    ("review_by", "overdue"),
    [
        ("2026-01-14", True),
        ("2026-01-15", False),
        ("2025-12", True),
        ("2026-01", False),
        ("2025", True),
        ("2026", False),
    ],
)
def test_passed_review_date_only_warns(project, review_by, overdue):
    project.edit(REFERRAL, "review_by: 2028", f"review_by: {review_by}")
    message = f"{DOCTOR} warning: was due for review by {review_by}; check it and set a new date"
    assert [str(finding) for finding in project.check()] == ([message] if overdue else [])


def test_review_date_is_compared_with_today_unless_another_day_is_given(project):
    project.edit(REFERRAL, "review_by: 2028", f"review_by: {datetime.date.today()}")
    assert check(project.knowledge, project.training) == []


def test_several_mistakes_are_all_told_in_the_order_of_the_files(project):
    project.edit(REFERRAL, "- {id: news}", "- {id: gossip}")
    project.edit(HISTORY, "subject: office", "subject: weather")
    assert [(finding.file, finding.line) for finding in project.check()] == [
        ("ask_history.yml", 3),
        ("referral.yml", 3),
    ]


@pytest.mark.parametrize("file", ["sources.yml", "subjects.yml", "phrases.yml"])
def test_missing_file_is_reported(project, file):
    (project.knowledge / file).unlink()
    assert told(project) == f"{file}: this file is missing; restore it"


@pytest.mark.parametrize(
    ("file", "text"),
    [("knowledge/coverage.yml", None), ("data/nlu/de/referral.yml", "nlu: ["), ("data/nlu/de/referral.yml", "")],
    ids=["no_coverage", "broken_training", "empty_training"],
)
def test_missing_coverage_or_unreadable_training_is_reported(project, file, text):
    if text is None:
        (project.root / file).unlink()
    else:
        project.write(file, text)
    assert any(finding.file.endswith(file.rpartition("/")[2]) for finding in project.check())


SOURCE = '{id: news, title: "Other", publisher: "Other", url: "https://example.org/other", language: en}'
SUBJECT = '{id: help, name: {de: "Rat", en: "advice"}, aliases: {de: [Rat], en: [advice]}}'


@pytest.mark.parametrize(
    ("file", "again"), [("sources.yml", SOURCE), ("subjects.yml", SUBJECT)], ids=["source", "subject"]
)
def test_source_or_subject_given_twice_is_reported(project, file, again):
    text = (project.knowledge / file).read_text("utf-8")
    project.write(f"knowledge/{file}", f"{text}  - {again}\n")
    assert told(project).startswith(f"{file}:")


def test_value_with_an_impossible_month_is_reported(project):
    project.edit(HISTORY, "{year: 1954}", "{year: 2023-02-30}")
    assert told(project).startswith(OPENED)


def test_brace_that_is_no_placeholder_is_reported(project):
    project.edit(HISTORY, "It was {people} people.", "It was {people} { people } people.")
    assert told(project).startswith(REACHED)


def run_main(monkeypatch, project) -> int:
    arguments = ["check", str(project.knowledge), "--training", str(project.training)]
    monkeypatch.setattr(sys, "argv", arguments)
    return main()


def test_command_says_that_all_is_in_order(project, monkeypatch, capsys):
    assert run_main(monkeypatch, project) == 0
    assert capsys.readouterr().out == "The knowledge is in order: 3 entries, 2 source sentences covered.\n"


def test_command_prints_a_warning_and_succeeds(project, monkeypatch, capsys):
    project.edit(REFERRAL, "review_by: 2028", "review_by: 2020")
    assert run_main(monkeypatch, project) == 0
    assert capsys.readouterr().err.startswith(f"{DOCTOR} warning: was due for review by 2020")


def test_command_says_when_the_source_text_is_not_at_hand(project, monkeypatch, capsys):
    project.seed.unlink()
    assert run_main(monkeypatch, project) == 0
    assert not evidence.seed_path().exists()
    assert capsys.readouterr().out.startswith("Skipped: the source text is not available")


def test_command_fails_on_a_mistake_and_prints_it(project, monkeypatch, capsys):
    project.edit(REFERRAL, "- {id: news}", "- {id: gossip}")
    assert run_main(monkeypatch, project) == 1
    said = capsys.readouterr().err
    assert f'{DOCTOR} the source "gossip" is not in sources.yml' in said
    assert said.endswith("1 to fix in knowledge/ and data/nlu/.\n")
