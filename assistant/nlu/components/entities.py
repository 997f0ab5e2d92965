"""Finds what a message mentions: subjects of the knowledge, places, years, "the first"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypedDict

import spacy
from babel import Locale
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.language import Language as Pipeline
from spacy.matcher.levenshtein import levenshtein_compare
from spacy.tokens import Doc, Token

from assistant.core.languages import LANGUAGES, ORIGINALS, Evidence, Language
from assistant.core.words import Words, all_words
from assistant.knowledge import KnowledgeBase, knowledge
from assistant.knowledge.model import Subject
from assistant.knowledge.render import LOCALES
from assistant.nlu.components.message_keys import EVIDENCE, with_parts

SUBJECT, PLACE, YEAR, ORDINAL = "subject", "place", "year", "ordinal"
# "2021–2022" is one token to spaCy; replacing the dash with a space keeps all offsets.
SPAN_OF_YEARS = re.compile(r"(?<=\d)[–/-](?=\d)")
# Shorter words are too similar to others to allow for one typo, or two.
ONE_TYPO_FROM_LETTERS, TWO_TYPOS_FROM_LETTERS = 6, 14
# Size of the cache that remembers which words are typos.
CACHED_WORDS = 20_000
WITHOUT_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
ORDINALS = {
    1: ("erste", "ersten", "erstes", "erstere", "ersteren", "ersteres", "first", "former"),
    2: ("zweite", "zweiten", "zweites", "letztere", "letzteren", "letzteres", "second", "latter"),
    3: ("dritte", "dritten", "drittes", "third"),
}


class Entity(TypedDict):
    """An entity as Rasa keeps it."""

    entity: str
    value: str
    start: int
    end: int


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class KnowledgeEntities(GraphComponent, EntityExtractorMixin):
    """spaCy rulers over the names in `knowledge/subjects.yml` and the territories of CLDR."""

    @staticmethod
    def required_packages() -> list[str]:
        """What has to be installed for it."""
        return ["spacy", "babel"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KnowledgeEntities:
        """Makes the extractor from the knowledge; fails if it has no subjects."""
        base = knowledge()
        if not base.subjects:
            raise InvalidConfigException("KnowledgeEntities: knowledge/subjects.yml has no subjects.")
        return cls(base)

    def __init__(self, base: KnowledgeBase) -> None:
        self._marker = EntityMarker(base)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds entities to messages and their parts."""
        for message in messages:
            evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
            for part in with_parts([message]):
                found = self.add_extractor_name(self._entities(part.get(TEXT) or "", evidence))
                part.set(ENTITIES, part.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def _entities(self, text: str, evidence: Evidence) -> list[Entity]:
        ordinary = all_words().get(evidence.language or "", Words()).get("not_places", ())
        return [
            {
                "entity": span.label_,
                "value": span.ent_id_ or span.text,
                "start": span.start_char,
                "end": span.end_char,
            }
            for span in self._marker.of(text, evidence.elsewhere).ents
            if span.label_ != PLACE or span.text.lower() not in ordinary
        ]


# The attributes of one token, as spaCy matches them: a word, or a condition on it.
TokenPattern = Mapping[str, str | Mapping[str, str]]


class _AnyEntity(TypedDict):
    label: str
    pattern: str | list[TokenPattern]


class EntityPattern(_AnyEntity, total=False):
    """A pattern of spaCy's entity ruler: a name as it is, or token by token."""

    id: str


class EntityMarker:
    """Marks subjects, places, years and ordinals, allowing for typos in long words of the originals.

    Names in other languages are looked for only in texts in these: many an ordinary word is a name elsewhere.
    Comparing every word with every name costs ten times as much as looking names up, so it is done only if some word
    nearly matches a word of a name.
    """

    def __init__(self, base: KnowledgeBase) -> None:
        self._exact, self._forgiving = ruler(base, forgiving=False), ruler(base, forgiving=True)
        self._elsewhere = ruler(base, forgiving=False, languages=LANGUAGES)
        self._words = long_words(self._exact, base)
        self._cached_is_typo = lru_cache(maxsize=CACHED_WORDS)(self._is_typo)

    def of(self, text: str, elsewhere: bool = False) -> Doc:
        """The text, in an original or `elsewhere`, as a spaCy document with its entities."""
        plain = SPAN_OF_YEARS.sub(" ", text)
        if elsewhere:
            return self._elsewhere(plain)
        doc = self._exact(plain)
        return self._forgiving(plain) if any(self._cached_is_typo(token.lower_) for token in doc) else doc

    def _is_typo(self, word: str) -> bool:
        """Whether a word is nearly, but not exactly, a word of some name."""
        if word in self._words:
            return False
        nearly = (name for name, typos in self._words.items() if levenshtein_compare(word, name, typos))
        return len(word) >= ONE_TYPO_FROM_LETTERS - 1 and any(nearly)


def long_words(nlp: Pipeline, base: KnowledgeBase) -> dict[str, int]:
    """The words of subjects' names in which typos are allowed, and how many."""
    tokens = [
        token for subject in base.subjects.values() for name in spellings(subject) for token in nlp.make_doc(name)
    ]
    return {token.lower_: typos_allowed(token) for token in tokens if typos_allowed(token)}


def typos_allowed(token: Token) -> int:
    """How many wrong letters a word may have and still count as this one."""
    return 2 if len(token) >= TWO_TYPOS_FROM_LETTERS else 1 if len(token) >= ONE_TYPO_FROM_LETTERS else 0


def spellings(subject: Subject, languages: Sequence[Language] = ORIGINALS) -> list[str]:
    """The names of a subject in some languages, with and without umlauts."""
    aliases = {alias for language in languages for alias in subject.aliases.get(language, ())}
    return sorted(aliases | {alias.translate(WITHOUT_UMLAUTS) for alias in aliases})


def ruler(base: KnowledgeBase, forgiving: bool, languages: Sequence[Language] = ORIGINALS) -> Pipeline:
    """A pipeline that marks exact names or, if `forgiving`, names with typos in long words."""
    nlp = spacy.blank("xx")
    entity_ruler = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    patterns: list[EntityPattern] = [
        *_subject_patterns(nlp, base, forgiving, languages),
        *_place_patterns(base, languages),
        *_ordinal_patterns(),
    ]
    patterns.append({"label": YEAR, "pattern": [{"TEXT": {"REGEX": r"^(1[89]|20)\d\d$"}}]})
    entity_ruler.add_patterns(patterns)  # type: ignore[attr-defined]
    return nlp


def _subject_patterns(
    nlp: Pipeline, base: KnowledgeBase, forgiving: bool, languages: Sequence[Language]
) -> list[EntityPattern]:
    patterns: list[EntityPattern] = []
    for subject in base.subjects.values():
        for name in spellings(subject, languages):
            doc = nlp.make_doc(name)
            # A name without room for typos is looked up as a whole.
            pattern: str | list[TokenPattern] = _spelt(doc) if forgiving and any(map(typos_allowed, doc)) else name
            patterns.append({"label": SUBJECT, "pattern": pattern, "id": subject.id})
    return patterns


def _place_patterns(base: KnowledgeBase, languages: Sequence[Language]) -> list[EntityPattern]:
    """Countries and territories, except those whose name is also a subject's alias."""
    taken = {alias.lower() for subject in base.subjects.values() for alias in spellings(subject, languages)}
    listed = [(code, name) for code, name in places(tuple(languages)) if name.lower() not in taken]
    return [{"label": PLACE, "pattern": name, "id": code} for code, name in listed]


def _ordinal_patterns() -> list[EntityPattern]:
    return [
        {"label": ORDINAL, "pattern": word, "id": str(number)} for number, words in ORDINALS.items() for word in words
    ]


def _spelt(doc: Doc) -> list[TokenPattern]:
    """A token pattern that allows one typo in long words and two in very long ones."""
    allowed = {token.lower_: f"FUZZY{typos}" for token in doc if (typos := typos_allowed(token))}
    return [{"LOWER": {allowed[word]: word} if (word := token.lower_) in allowed else word} for token in doc]


@lru_cache(maxsize=2)
def places(languages: tuple[Language, ...] = ORIGINALS) -> tuple[tuple[str, str], ...]:
    """The code and name of every country and territory but Germany, in some languages, from CLDR."""
    found = {
        (code, name)
        for language in languages
        for code, name in Locale.parse(LOCALES[language]).territories.items()
        if len(code) == 2 and code not in ("DE", "ZZ", "EU", "UN", "EZ", "QO", "XA", "XB")
    }
    return tuple(sorted(found))
