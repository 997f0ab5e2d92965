"""From the files of a folder to entries, sources and subjects."""

import subprocess
import sys

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import KnowledgeError, knowledge
from assistant.knowledge.load import referred_contacts, topic_files
from assistant.knowledge.model import Citation, Door, Note

REFERRAL = "knowledge/referral.yml"


def test_entries_bear_topic_and_id(base):
    assert list(base.entries) == ["ask_history/opened", "ask_history/reached", "referral/doctor"]


def test_one_subject_and_several_are_read_alike(base):
    assert base.entries["ask_history/opened"].subjects == ("office",)
    assert base.entries["ask_history/reached"].subjects == ("help", "office")


def test_optional_fields_are_empty_when_not_given(base):
    entry = base.entries["referral/doctor"]
    assert (entry.subjects, entry.aspects, entry.contacts, entry.related) == ((), (), (), ())
    assert (entry.note, entry.approved) == (None, {})


def test_evidence_is_read_with_paragraph_and_words(base):
    assert base.entries["ask_history/reached"].citations == (
        Citation("iom-de-70-jahre", 2, "mehr als 683.950 Menschen"),
        Citation("news"),
    )


def test_note_has_text_sources_and_date_of_its_own(base):
    text = {"de": "Das Angebot endete {ended}.", "en": "The service ended in {ended}."}
    assert base.entries["ask_history/reached"].note == Note(text, (Citation("news"),), "2025-04")


def test_dates_of_entry_and_note_may_be_missing(project):
    project.edit("knowledge/ask_history.yml", "      as_of: 2025-04\n", "")
    project.edit(REFERRAL, "    as_of: 2023\n", "")
    entries = project.load().entries
    assert (entries["ask_history/reached"].note.as_of, entries["referral/doctor"].as_of) == (None, None)


def test_entries_name_their_contacts(base):
    assert base.entries["ask_history/reached"].contacts == ("on_call",)


def test_a_contact_has_what_is_known_of_it_and_nothing_else(base):
    contact = base.contacts["on_call"]
    assert (contact.name["en"], contact.purpose["en"]) == ("Doctor on call", "ill in the evening")
    assert (contact.phone, contact.hours["de"], contact.languages) == ("116117", "nachts", ("de", "tr"))
    assert (contact.citations, contact.review_by) == ((Citation("news"),), "2028")
    assert (contact.email, contact.url, contact.address, contact.cost, contact.as_of) == (None,) * 5


def test_a_door_has_words_contacts_and_an_area(base):
    words = {"de": "Hilfe gibt es unter {phone}.", "en": "There is help at {phone}."}
    assert base.doors == {"health": Door("health", words, ("on_call",), {"phone": "116117"}, ("referral",), Door.least)}


def test_a_door_may_say_how_likely_its_area_must_be(project):
    project.edit("knowledge/doors.yml", "    near:", "    least: 0.5\n    near:")
    assert project.load().doors["health"].least == 0.5


def test_folders_without_contacts_and_doors_are_loaded(project):
    project.edit("knowledge/ask_history.yml", "    contacts: [on_call]\n", "")
    for file in ("contacts.yml", "doors.yml"):
        (project.knowledge / file).unlink()
    assert (project.load().contacts, project.load().doors) == ({}, {})


def refer(project, reference):
    """Makes the referral take over its number from elsewhere."""
    project.edit(REFERRAL, '{phone: "116 117"}', f"{{phone: {{from: {reference}}}}}")


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("contacts/on_call.phone", "116117"),
        ("contacts/on_call.hours", {"de": "nachts", "en": "at night"}),
        ("ask_history/reached.people", 683950),
    ],
)
def test_a_value_that_stands_elsewhere_is_looked_up_there(project, reference, value):
    refer(project, reference)
    assert project.load().entries["referral/doctor"].values == {"phone": value}


@pytest.mark.parametrize(
    "reference",
    ["contacts/nobody.phone", "contacts/on_call.email", "ask_history/reached.dogs", "ask_history/no.people"],
)
def test_a_reference_to_nothing_is_reported_with_file_and_line(project, reference):
    refer(project, reference)
    with pytest.raises(KnowledgeError) as error:
        project.load()
    message = f'the value "phone" refers to {reference}, which does not exist; correct it'
    assert [str(finding) for finding in error.value.findings] == [f"referral.yml:3: [referral/doctor] {message}"]


def test_a_reference_of_a_door_to_nothing_is_reported_with_file_and_line(project):
    project.edit("knowledge/doors.yml", "contacts/on_call.phone", "contacts/on_call.url")
    with pytest.raises(KnowledgeError, match=r"doors\.yml:2: \[health\] .* contacts/on_call\.url, which does not"):
        project.load()


def test_a_reference_to_a_reference_is_refused_so_that_none_goes_in_circles(project):
    project.edit("knowledge/ask_history.yml", "{year: 1954}", "{year: {from: referral/doctor.phone}}")
    refer(project, "ask_history/opened.year")
    with pytest.raises(KnowledgeError, match="which does not exist"):
        project.load()


def test_contacts_whose_fields_are_taken_over_are_found_in_entries_and_doors(project):
    assert referred_contacts(project.knowledge) == {"on_call"}
    project.edit("knowledge/doors.yml", "{from: contacts/on_call.phone}", '"116117"')
    assert referred_contacts(project.knowledge) == set()
    refer(project, "contacts/on_call.phone")
    assert referred_contacts(project.knowledge) == {"on_call"}


@pytest.mark.parametrize(("file", "key"), [("contacts.yml", "on_call"), ("doors.yml", "health")])
def test_contact_or_door_given_twice_is_not_loaded(project, file, key):
    text = (project.knowledge / file).read_text("utf-8")
    project.write(f"knowledge/{file}", text + text.partition("\n")[2])
    with pytest.raises(KnowledgeError, match=rf'{file}:\d+: .*the id "{key}" is used twice'):
        project.load()


@pytest.mark.parametrize(("entry_id", "date"), [("ask_history/opened", "2024-10"), ("referral/doctor", "2023")])
def test_dates_are_text_even_when_they_look_like_a_number(base, entry_id, date):
    assert base.entries[entry_id].as_of == date


def test_source_without_a_date_has_none(base):
    assert (base.sources["news"].date, base.sources["iom-de-70-jahre"].date) == (None, "2024-10")


@pytest.mark.parametrize(("language", "aliases"), [("de", ("Büro", "Dienststelle")), ("en", ("office",))])
def test_subject_has_aliases_in_every_language(base, language, aliases):
    assert base.subjects["office"].aliases[language] == aliases


def test_files_that_are_no_topics_hold_no_entries(project):
    assert [path.name for path in topic_files(project.knowledge)] == ["ask_history.yml", "referral.yml"]


def test_malformed_knowledge_is_not_loaded(project):
    project.edit("knowledge/referral.yml", "    kind: referral\n", "")
    with pytest.raises(KnowledgeError, match=r'referral\.yml:3: \[doctor\] .*"kind" is missing'):
        project.load()


def test_id_used_twice_in_one_file_is_not_loaded(project):
    line = project.line_of("knowledge/ask_history.yml", "id: reached")
    project.edit("knowledge/ask_history.yml", "id: reached", "id: opened")
    with pytest.raises(
        KnowledgeError, match=rf'ask_history\.yml:{line}: \[ask_history/opened\] the id "opened" is used'
    ):
        project.load()


def test_id_used_twice_in_two_files_of_a_topic_is_not_loaded(project):
    project.write("knowledge/more.yml", (project.knowledge / "referral.yml").read_text("utf-8"))
    with pytest.raises(KnowledgeError, match=r'referral\.yml:3: \[referral/doctor\] the id "doctor" is used twice'):
        project.load()


def test_project_knowledge_is_read_once():
    assert knowledge() is knowledge()


@pytest.mark.slow
def test_reading_knowledge_needs_neither_rasa_nor_spacy():
    code = "import sys, assistant.knowledge; print({'rasa', 'spacy', 'tensorflow'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
