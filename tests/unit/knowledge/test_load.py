"""From the files of a folder to entries, sources and subjects."""

import subprocess
import sys

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge import KnowledgeError, knowledge
from assistant.knowledge.load import topic_files
from assistant.knowledge.model import Citation, Note, Scope


def test_entries_bear_topic_and_id(base):
    assert list(base.entries) == ["ask_history/opened", "ask_history/reached", "referral/doctor"]


def test_one_subject_and_several_are_read_alike(base):
    assert base.entries["ask_history/opened"].subjects == ("office",)
    assert base.entries["ask_history/reached"].subjects == ("help", "office")


def test_optional_fields_are_empty_when_not_given(base):
    entry = base.entries["referral/doctor"]
    assert (entry.subjects, entry.aspects, entry.note, entry.scope, entry.related) == ((), (), None, Scope(), ())


def test_evidence_is_read_with_paragraph_and_words(base):
    assert base.entries["ask_history/reached"].citations == (
        Citation("iom-de-70-jahre", 2, "mehr als 683.950 Menschen"),
        Citation("news"),
    )


def test_note_has_text_sources_and_date_of_its_own(base):
    text = {"de": "Das Angebot endete {ended}.", "en": "The service ended in {ended}."}
    assert base.entries["ask_history/reached"].note == Note(text, (Citation("news"),), "2025-04")


def test_scope_has_years_and_places(base):
    assert base.entries["ask_history/reached"].scope == Scope(2016, 2024, ("germany",))


@pytest.mark.parametrize(("entry_id", "date"), [("ask_history/opened", "2024-10"), ("referral/doctor", "2023")])
def test_dates_are_text_even_when_they_look_like_a_number(base, entry_id, date):
    assert base.entries[entry_id].as_of == date


def test_source_without_a_date_has_none(base):
    assert (base.sources["news"].date, base.sources["iom-de-70-jahre"].date) == (None, "2024-10")


@pytest.mark.parametrize(("language", "aliases"), [("de", ("Büro", "Dienststelle")), ("en", ("office",))])
def test_subject_has_aliases_in_every_language(base, language, aliases):
    assert base.subjects["office"].aliases[language] == aliases


def test_files_of_sources_subjects_phrases_and_coverage_hold_no_entries(project):
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
