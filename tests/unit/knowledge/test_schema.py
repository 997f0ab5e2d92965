"""What an editor is told about a file with the wrong structure."""

import json

import jsonschema
import pytest

from assistant.core.paths import KNOWLEDGE
from assistant.knowledge.schema import schema, shape_findings

HISTORY, REFERRAL = "knowledge/ask_history.yml", "knowledge/referral.yml"


def told(project) -> str:
    """The only finding about the structure of the knowledge."""
    (finding,) = shape_findings(project.knowledge)
    return str(finding)


def test_valid_folder_has_the_right_shape(project):
    assert shape_findings(project.knowledge) == []


def test_schema_is_a_valid_json_schema():
    jsonschema.Draft7Validator.check_schema(schema())


def test_schema_is_the_file_that_editors_use():
    assert schema() == json.loads((KNOWLEDGE / "schema.json").read_text("utf-8"))


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("text", ["question", "answer"])
def test_missing_language_is_reported_where_it_is_missing(project, language, text):
    lines = (project.knowledge / "referral.yml").read_text("utf-8").splitlines(keepends=True)
    start = project.line_of(REFERRAL, f"{text}:")
    del lines[start + ["de", "en"].index(language)]
    project.write(REFERRAL, "".join(lines))
    assert told(project) == f'referral.yml:{start + 1}: [doctor] entries.{text}: "{language}" is missing; add it'


def test_missing_field_is_reported_at_its_entry(project):
    project.edit(REFERRAL, "    review_by: 2028\n", "")
    assert told(project) == 'referral.yml:3: [doctor] entries: "review_by" is missing; add it'


def test_two_missing_fields_are_reported_once(project):
    project.edit(REFERRAL, "    kind: referral\n", "")
    project.edit(REFERRAL, "    review_by: 2028\n", "")
    assert told(project).endswith('"kind", "review_by" is missing; add it')


def test_unknown_field_is_reported_with_the_known_ones(project):
    project.edit(REFERRAL, "as_of:", "asof:")
    known = (
        "answer, approved, as_of, aspects, contacts, id, kind, note, question, related, review_by, signals, sources, "
        "subject, values"
    )
    assert told(project) == f'referral.yml:3: [doctor] entries: "asof" is not a known field; known fields: {known}'


def test_unknown_kind_is_reported_with_the_possible_ones(project):
    project.edit(REFERRAL, "kind: referral", "kind: rumour")
    assert told(project) == (
        'referral.yml:3: [doctor] entries.kind: "rumour" is not allowed here; '
        "choose one of: fact, referral, crisis, smalltalk"
    )


def test_an_aspect_is_a_word_of_small_letters(project):
    project.edit(HISTORY, "aspects: [when]", "aspects: [How Long]")
    assert told(project).startswith("ask_history.yml:3: [opened] entries.aspects: 'How Long' is not valid; ")


def test_a_note_may_lack_a_date(project):
    project.edit(HISTORY, "      as_of: 2025-04\n", "")
    assert shape_findings(project.knowledge) == []


HASH = 'hash: "0123456789ab"'
APPROVED = f'    approved: {{de: {{by: "Jane Doe", on: "2026-01-15", {HASH}}}}}\n'


def test_an_approval_names_who_and_when(project):
    project.edit(REFERRAL, "    review_by: 2028\n", "    review_by: 2028\n" + APPROVED)
    assert shape_findings(project.knowledge) == []


@pytest.mark.parametrize(
    ("approved", "problem"),
    [
        (f'{{de: {{by: "Jane Doe", {HASH}}}}}', 'entries.approved.de: "on" is missing; add it'),
        (f'{{en: {{on: "2026-01-15", {HASH}}}}}', 'entries.approved.en: "by" is missing; add it'),
        ('{de: {by: "Jane Doe", on: "2026-01-15"}}', 'entries.approved.de: "hash" is missing; add it'),
        (f'{{de: {{by: "", on: "2026-01-15", {HASH}}}}}', "entries.approved.de.by: '' is not valid; "),
        (f'{{de: {{by: "Jane Doe", on: "today", {HASH}}}}}', "entries.approved.de.on: 'today' is not valid; "),
        (f'{{de: {{by: "Jane Doe", on: "2026-01", {HASH}}}}}', "entries.approved.de.on: '2026-01' is not valid; "),
        (
            '{by: "Jane Doe", on: "2026-01-15"}',
            'entries.approved: "by", "on" is not a known field; known fields: de, en',
        ),
        ("yes", "entries.approved: 'yes' is not valid; "),
    ],
)
def test_an_approval_without_a_person_or_a_day_is_reported(project, approved, problem):
    project.edit(REFERRAL, "    review_by: 2028\n", f"    review_by: 2028\n    approved: {approved}\n")
    assert f"[doctor] {problem}" in told(project)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    review_by: 2028\n", "", 'contacts: "review_by" is missing; add it'),
        ("    sources: [{id: news}]\n", "", 'contacts: "sources" is missing; add it'),
        (', en: "ill in the evening"', "", 'contacts.for: "en" is missing; add it'),
        ("[de, tr]", "[German]", "contacts.languages: 'German' is not valid; "),
        ("    hours:", "    email: nobody\n    hours:", "contacts.email: 'nobody' is not valid; "),
        ("    hours:", "    fax: none\n    hours:", 'contacts: "fax" is not a known field; '),
        ("    contacts: [on_call]\n", "", 'doors: "contacts" is missing; add it'),
        ("contacts: [on_call]", "contacts: []", "doors.contacts: "),
        ('\n      en: "There is help at {phone}."', "", 'doors.words: "en" is missing; add it'),
        ("    near:", "    least: 2\n    near:", "doors.least: "),
    ],
)
def test_a_malformed_contact_or_door_is_reported(project, old, new, problem):
    file, id_ = ("contacts.yml", "on_call") if problem.startswith("contacts") else ("doors.yml", "health")
    project.edit(f"knowledge/{file}", old, new)
    assert told(project).startswith(f"{file}:")
    assert f"[{id_}] {problem}" in told(project)


@pytest.mark.parametrize("reference", ["on_call.phone", "contacts/on_call", "contacts/on_call.Phone No"])
def test_a_reference_of_wrong_form_is_reported(project, reference):
    project.edit(REFERRAL, '{phone: "116 117"}', f'{{phone: {{from: "{reference}"}}}}')
    assert f"[doctor] entries.values.phone.from: '{reference}' is not valid; " in told(project)


@pytest.mark.parametrize(("field", "value"), [("id: doctor", "id: The Doctor"), ("as_of: 2023", "as_of: last year")])
def test_value_of_wrong_form_is_reported_with_the_right_form(project, field, value):
    project.edit(REFERRAL, field, value)
    shown = value.partition(": ")[2]
    assert told(project).startswith("referral.yml:3: [")
    assert f"'{shown}' is not valid; " in told(project)


@pytest.mark.parametrize("language", ["de", "en"])
def test_question_too_long_for_a_button_is_reported(project, language):
    questions = {"de": "Wer hilft, wenn ich krank bin?", "en": "Who helps when I am ill?"}
    project.edit(REFERRAL, questions[language], "x" * 91)
    line = project.line_of(REFERRAL, "question:") + 1
    assert told(project).startswith(f"referral.yml:{line}: [doctor] entries.question.{language}: ")
    assert told(project).endswith("at most 90 characters")


def test_subject_of_wrong_type_is_reported(project):
    project.edit(HISTORY, "subject: office", "subject: 7")
    assert told(project).startswith("ask_history.yml:3: [opened] entries.subject: '7' is not valid")


def test_more_contacts_than_four_are_reported_at_their_line(project):
    project.edit(HISTORY, "contacts: [on_call]", "contacts: [a, b, c, d, e]")
    line = project.line_of(HISTORY, "id: reached")
    assert told(project).startswith(f"ask_history.yml:{line}: [reached] entries.contacts: ")


def test_mistake_in_evidence_names_the_entry(project):
    project.edit(HISTORY, 'paragraph: 2, words: "Seit', 'paragraph: 0, words: "Seit')
    assert "[opened]" in told(project)


def test_phrase_in_one_language_only_is_reported(project):
    project.edit("knowledge/phrases.yml", ', en: "I do not know that."', "")
    assert told(project) == 'phrases.yml:2: phrases.fallback: "en" is missing; add it'


def test_source_without_https_address_is_reported(project):
    project.edit("knowledge/sources.yml", "https://example.org/news", "http://example.org/news")
    line = project.line_of("knowledge/sources.yml", "id: news")
    assert told(project).startswith(f"sources.yml:{line}: [news] sources.url: ")


def test_empty_file_is_reported(project):
    project.write(REFERRAL, "")
    assert told(project).startswith("referral.yml: this file: 'None' is not valid")


def test_unreadable_files_do_not_hide_mistakes_in_others(project):
    project.write("knowledge/broken.yml", "a: [\n")
    project.edit(REFERRAL, "kind: referral", "kind: rumour")
    assert [finding.file for finding in shape_findings(project.knowledge)] == ["broken.yml", "referral.yml"]


@pytest.mark.parametrize("date", ["2023-13", "2023-00"])
def test_impossible_date_is_reported(project, date):
    project.edit(REFERRAL, "as_of: 2023", f"as_of: {date}")
    assert date in told(project)


@pytest.mark.parametrize("value", ["", "[1, 2]"], ids=["nothing", "list"])
def test_value_that_cannot_be_written_in_a_sentence_is_reported(project, value):
    project.edit(HISTORY, "{year: 1954}", f"{{year: {value}}}")
    assert "year" in told(project)
