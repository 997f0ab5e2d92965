"""The extractor finds subjects, places, years and ordinals, in any spelling."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.languages import ORIGINALS, Evidence
from assistant.knowledge import knowledge
from assistant.nlu.components.entities import ORDINAL, PLACE, SUBJECT, YEAR, EntityMarker, KnowledgeEntities
from assistant.nlu.components.message_keys import EVIDENCE, PARTS

SLIPS = ("Familienhilfeprogram", "Family Asistance Programme", "humanitaere Aufnahme", "Resetlement", "Rückkehrberatng")


@lru_cache(maxsize=1)
def marks() -> EntityMarker:
    """The rulers for the knowledge, created once."""
    return EntityMarker(knowledge())


def found(text: str, label: str, elsewhere: bool = False) -> list[str]:
    """The values of one kind of entity in a text, which may be in a language other than the originals."""
    return [span.ent_id_ or span.text for span in marks().of(text, elsewhere).ents if span.label_ == label]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Was ist FAP?", "fap"),
        ("was ist fap", "fap"),
        ("What is the Family Assistance Programme?", "fap"),
        ("What is the Family Assistance Program?", "fap"),
        ("Erzähl mir vom Familienhilfeprogramm", "fap"),
        ("Wo ist das Büro in Berlin?", "berlin_office"),
        ("Was macht IOM Deutschland?", "iom_germany"),
        ("Vereinten Nationen", "united_nations"),
    ],
)
def test_alias_names_its_subject(text, subject):
    assert found(text, SUBJECT) == [subject]


def test_names_are_compared_letter_by_letter_only_where_a_word_is_nearly_one(monkeypatch):
    compared: list[str] = []
    forgiving = marks()._forgiving
    monkeypatch.setattr(marks(), "_forgiving", lambda text: compared.append(text) or forgiving(text))
    for text in ("Was ist das Familienhilfeprogramm?", "Wer leitet die IOM?", "Familienhilfeprogram", "Resetlement"):
        marks().of(text)
    assert compared == ["Familienhilfeprogram", "Resetlement"]


@pytest.mark.parametrize(
    "text", [*SLIPS, "Global Data Institute und Familienhilfprogramm", "Wann wurde die IOM gegründet?"]
)
def test_nothing_is_lost_by_it(text):
    def seen(doc):
        return [(span.label_, span.ent_id_, span.start_char, span.end_char) for span in doc.ents]

    assert seen(marks().of(text)) == seen(marks()._forgiving(text))


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Familienhilfeprogram", "fap"),
        ("Familienhilfprogramm", "fap"),
        ("Family Asistance Programme", "fap"),
        ("Global Data Institut", "gdi"),
        ("humanitaere Aufnahme", "humanitarian_admission"),
        ("Resetlement", "resettlement"),
        ("Rückkehrberatng", "return_counselling"),
    ],
)
def test_one_slip_in_a_long_name_is_forgiven(text, subject):
    assert found(text, SUBJECT) == [subject]


@pytest.mark.parametrize("text", ["FAB", "ICN", "GDT", "IOW", "Photon"])
def test_short_names_are_taken_literally(text):
    assert found(text, SUBJECT) == []


ALIASES = [
    (subject.id, alias, language not in ORIGINALS)
    for subject in knowledge().subjects.values()
    for language, names in subject.aliases.items()
    for alias in names
]
PLACES_FIRST = ("South Korea", "Südkorea")


def test_names_in_other_languages_are_not_looked_for_in_german_and_english():
    assert found("возз'єднання сім'ї", SUBJECT, elsewhere=True) == ["family_reunification"]
    assert found("возз'єднання сім'ї", SUBJECT) == []
    assert found("Лівані Ліван", PLACE, elsewhere=True) == ["LB"]


def test_every_alias_leads_to_its_subject():
    lost = {alias for subject, alias, elsewhere in ALIASES if subject not in found(alias, SUBJECT, elsewhere)}
    assert lost - {*PLACES_FIRST, "Integration"} == set()


def test_integration_is_not_taken_for_reintegration():
    assert found("Integration", SUBJECT) == ["social_inclusion"]


@pytest.mark.parametrize("alias", PLACES_FIRST)
def test_alias_that_is_a_country_leads_to_its_subject(alias):
    assert found(alias, SUBJECT) == ["korea_visa"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Was ist mit Syrien?", ["SY"]),
        ("What about Syria?", ["SY"]),
        ("Afghanistan und Ukraine", ["AF", "UA"]),
        ("in der Türkei", ["TR"]),
        ("people from the United States", ["US"]),
        ("Papua New Guinea", ["PG"]),
        ("syria", ["SY"]),
    ],
)
def test_countries_are_found_in_both_languages(text, places):
    assert found(text, PLACE) == places


@pytest.mark.parametrize("text", ["Deutschland", "Germany", "man fragt sich", "the man", "in der EU"])
def test_germany_and_common_words_are_no_places(text):
    assert found(text, PLACE) == []


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("seit 2016?", ["2016"]),
        ("between 1951 and 1989", ["1951", "1989"]),
        ("2016-2024", ["2016", "2024"]),
        ("12345 Berlin", []),
        ("1799 oder 2101", []),
        ("2016 Euro und 20166", ["2016"]),
        ("1954–2024", ["1954", "2024"]),
    ],
)
def test_years_are_found(text, years):
    assert found(text, YEAR) == years


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("das erste", "1"), ("the first one", "1"), ("ersteres", "1"), ("the former", "1"),
        ("die zweite bitte", "2"), ("second", "2"), ("das letztere", "2"), ("the latter", "2"),
        ("das dritte", "3"), ("third please", "3"),
    ],
)  # fmt: skip
def test_ordinals_are_found_in_both_languages(text, ordinal):
    assert found(text, ORDINAL) == ([ordinal] if ordinal else [])


def test_entity_says_what_where_and_who_found_it(made):
    message = made(KnowledgeEntities).process([Message({TEXT: "Was ist FAP?"})])[0]
    assert message.get(ENTITIES) == [
        {"entity": "subject", "value": "fap", "start": 8, "end": 11, "extractor": "KnowledgeEntities"}
    ]


def test_parts_have_entities_of_their_own(made):
    part = Message({TEXT: "in Syrien"})
    made(KnowledgeEntities).process([Message({TEXT: "FAP", PARTS: [part]})])
    assert [entity["value"] for entity in part.get(ENTITIES)] == ["SY"]


def test_knowledge_without_subjects_is_refused(made, monkeypatch):
    monkeypatch.setattr("assistant.nlu.components.entities.knowledge", lambda: replace(knowledge(), subjects={}))
    with pytest.raises(InvalidConfigException, match=r"subjects\.yml"):
        made(KnowledgeEntities)


@pytest.mark.parametrize(
    ("language", "text", "places"),
    [
        ("fa", "کمک مالی برای بازگشت", []),
        ("tr", "mali destek var mı", []),
        ("uk", "для того, щоб", []),
        ("fr", "un retour au Mali", ["ML"]),
        ("tr", "Suriye için mali destek", ["SY"]),
    ],
)
def test_an_ordinary_word_of_the_visitors_language_is_no_country(language, text, places, made):
    message = Message({TEXT: text, EVIDENCE: Evidence(language, True).as_dict()})
    entities = made(KnowledgeEntities).process([message])[0].get(ENTITIES)
    assert [entity["value"] for entity in entities if entity["entity"] == PLACE] == places
