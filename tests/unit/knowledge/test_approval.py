"""An approval holds for one language, and until anything that is said there changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.core.languages import LANGUAGES
from assistant.knowledge.approval import approval_hash, approved_by_language, approved_only
from assistant.knowledge.check_approvals import stale_approvals
from assistant.knowledge.edit import YamlText
from assistant.knowledge.live import Live
from assistant.knowledge.load import knowledge
from assistant.knowledge.model import Approval
from assistant.knowledge.render import render

ENTRY, FILE = "ask_history/reached", "knowledge/ask_history.yml"
CONTACTS, SOURCES = "knowledge/contacts.yml", "knowledge/sources.yml"


def approve(project, language="de", id_=ENTRY):
    """Writes a valid approval by hand."""
    base = project.load()
    topic, name = id_.split("/")
    item = base.contacts[name] if topic == "contacts" else base.entries[id_]
    file, steps = (CONTACTS, ("contacts", name)) if topic == "contacts" else (FILE, ("entries", name))
    text = YamlText((project.root / file).read_text("utf-8"))
    approval = {"by": "Jane Doe", "on": "2026-01-15", "hash": approval_hash(base, item, language)}
    text.set((*steps, "approved"), {**(text.get(*steps, "approved") or {}), language: approval})
    project.write(file, text.text)


def approved(project, language="de"):
    return language in project.load().entries[ENTRY].approved


def test_an_approval_says_who_when_and_in_which_language(project):
    approve(project, "en")
    base = project.load()
    found = base.entries[ENTRY].approved
    assert {code: (each.by, each.on) for code, each in found.items()} == {"en": ("Jane Doe", "2026-01-15")}
    assert render(base, base.entries[ENTRY], "en").approved == found["en"]
    assert render(base, base.entries[ENTRY], "de").approved is None
    assert project.check() == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (FILE, '"Es waren {people} Menschen."', '"Es sind {people} Menschen."'),
        (FILE, '"Wie vielen wurde geholfen?"', '"Wie vielen hat man geholfen?"'),
        (FILE, '"Das Angebot endete {ended}."', '"Das Angebot endete im Jahr {ended}."'),
        (FILE, "people: 683950", "people: 683951"),
        (FILE, "      as_of: 2025-04", "      as_of: 2025-05"),
        (FILE, "    contacts: [on_call]\n", ""),
        (FILE, 'words: "mehr als 683.950 Menschen"', 'words: "683.950 Menschen"'),
        (CONTACTS, '"116117"', '"116118"'),
        (CONTACTS, 'de: "nachts"', 'de: "abends"'),
        (CONTACTS, "languages: [de, tr]", "languages: [de]"),
        (SOURCES, '"https://example.org/news"', '"https://example.org/other"'),
        (SOURCES, '"News"', '"Neues"'),
    ],
)
def test_any_edit_of_what_is_said_voids_it_and_the_checker_warns(project, file, old, new):
    approve(project)
    assert approved(project)
    project.edit(file, old, new)
    assert not approved(project)
    (finding,) = list(stale_approvals(project.load(), project.knowledge))
    assert (finding.entry, finding.warning, finding.file) == (ENTRY, True, "ask_history.yml")
    project.edit(file, new, old) if new else None
    assert approved(project) is bool(new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"It was {people} people."', '"They were {people} people."'),
        ("review_by: 2028-12\n    related: [ask_history/opened]", "review_by: 2028-11"),
        ("    aspects: [how_many]", "    aspects: [how_many, who]"),
    ],
)
def test_what_is_not_said_in_that_language_voids_nothing(project, old, new):
    approve(project)
    project.edit(FILE, old, new)
    assert approved(project)


def test_a_value_that_stands_elsewhere_counts(project):
    project.edit(
        FILE,
        "values: {people: 683950, ended: 2025}",
        "values: {people: 683950, ended: {from: ask_history/opened.year}}",
    )
    approve(project)
    project.edit(FILE, "values: {year: 1954}", "values: {year: 1955}")
    assert not approved(project)


def test_a_contact_is_approved_by_itself(project):
    approve(project, id_="contacts/on_call")
    assert project.load().contacts["on_call"].approved["de"].by == "Jane Doe"
    project.edit(CONTACTS, '"116117"', '"116118"')
    assert project.load().contacts["on_call"].approved == {}
    assert [finding.entry for finding in stale_approvals(project.load(), project.knowledge)] == ["on_call"]


def test_an_approval_in_the_future_is_a_mistake(project):
    approve(project)
    project.edit(FILE, 'on: "2026-01-15"', 'on: "2026-01-16"')
    assert "approved.de.on: 2026-01-16 has not come yet" in project.finding().message


def test_an_invented_hash_approves_nothing(project):
    approve(project)
    hash_ = project.load().entries[ENTRY].approved["de"].hash
    project.edit(FILE, hash_, "0" * len(hash_))
    assert not approved(project)


def test_what_was_approved_of_a_translation_falls_with_its_original(real):
    entry = real.entries["ask_family/fap_who"]
    before = approval_hash(real, entry, "uk")
    original = replace(entry, answer={**entry.answer, "de": "Anders."})
    assert approval_hash(real, original, "uk") != before
    assert approval_hash(real, replace(entry, answer={**entry.answer, "en": "Other."}), "uk") == before
    assert approval_hash(real, replace(entry, answer={**entry.answer, "uk": "Інше."}), "uk") != before


class TestApprovedOnly:
    """With ASSISTANT_APPROVED_ONLY=1."""

    FACT = "ask_family/fap_who"
    MARK = Approval("Jane Doe", "2026-01-15", "0" * 12)

    def said(self, *approved):
        base = knowledge()
        entry = replace(base.entries[self.FACT], approved=dict.fromkeys(approved, self.MARK))
        return approved_by_language(replace(base, entries={**base.entries, self.FACT: entry}))

    @pytest.mark.parametrize(
        ("approved", "shown"),
        [
            ((), {}),
            (("de",), {"de": "de"}),
            # The other languages get English, as if the text were not translated.
            (("en",), {language: "en" for language in LANGUAGES if language != "de"}),
            # The German text counts, and it stands below each translation that is not approved.
            (("uk",), {}),
            (("de", "uk"), {"de": "de", "uk": "uk"}),
            (("de", "en", "uk"), {**dict.fromkeys(LANGUAGES, "en"), "de": "de", "uk": "uk"}),
        ],
    )
    def test_each_language_has_what_is_approved_there(self, approved, shown):
        said = self.said(*approved)
        found = {code: base.find(self.FACT) for code, base in said.items()}
        assert {code: render(said[code], entry, code).language for code, entry in found.items() if entry} == shown
        assert {code for code, base in said.items() if self.FACT in base.withdrawn} == set(LANGUAGES) - set(shown)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_emergencies_and_small_talk_are_always_there(self, language, real):
        always = {id_ for id_, entry in real.entries.items() if entry.kind in ("crisis", "smalltalk")}
        assert set(self.said()[language].entries) == always
        assert len(always) > 10

    def test_one_language_leads_to_another(self):
        said = self.said()
        assert said["de"].said_in("en") is said["en"]
        assert said["de"].said_in("de") is said["de"]

    @pytest.mark.parametrize(("value", "expected"), [("1", True), ("", False), ("0", False), (None, False)])
    def test_it_is_off_unless_set_to_1(self, value, expected):
        assert approved_only({"ASSISTANT_APPROVED_ONLY": value} if value is not None else {}) is expected

    def test_an_approval_is_in_force_at_once(self, project, tmp_path):
        live = Live(project.knowledge, tmp_path / "none.yml", only_approved=True)
        assert live.current().said_in("de").find(ENTRY) is None
        assert live.current().said_in("de").withdrawn[ENTRY]
        approve(project)
        live.refresh()
        assert live.current().said_in("de").find(ENTRY)
        assert live.current().said_in("en").find(ENTRY) is None
        project.edit(CONTACTS, '"116117"', '"116118"')
        live.refresh()
        assert live.current().said_in("de").find(ENTRY) is None

    def test_otherwise_all_is_said(self, project, tmp_path):
        live = Live(project.knowledge, tmp_path / "none.yml", only_approved=False)
        assert live.current().said_in("de").find(ENTRY)
