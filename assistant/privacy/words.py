"""The words in `words.yml`, `words_of_other_languages.yml` and the lists of given names, read once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from assistant.core.languages import LANGUAGES
from assistant.privacy.text import Phrases

FOLDER = Path(__file__).parent
FILES = ("words.yml", "words_of_other_languages.yml")
# In C, where it has been built: ten times as fast.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Words:
    """Phrases that introduce personal data, and words that rule it out."""

    phrases: dict[str, Phrases]
    given_names: frozenset[str]
    unmistakable: frozenset[str]
    in_context: frozenset[str]
    ordinary: frozenset[str]
    no_names: frozenset[str]
    no_name_endings: tuple[str, ...]
    noun_endings: tuple[str, ...]
    peoples: tuple[str, ...]
    particles: frozenset[str]
    after_names: frozenset[str]
    no_name_before: frozenset[str]
    institutions: frozenset[str]
    conjunctions: frozenset[str]
    titles: frozenset[str]
    titles_behind: frozenset[str]
    degrees: frozenset[str]
    possessives: frozenset[str]
    german_possessives: frozenset[str]
    german: frozenset[str]
    english: frozenset[str]
    accounts: tuple[str, ...]
    at_words: tuple[str, ...]
    dot_words: tuple[str, ...]
    hyphen_words: tuple[str, ...]
    digits: frozenset[str]
    months: tuple[str, ...]
    street_endings: tuple[str, ...]
    no_streets: frozenset[str]
    towns: frozenset[str]
    public: dict[str, list[str]]

    def may_be_name(self, lower: str) -> bool:
        """Whether a word, which may be hyphenated, is neither an everyday word nor a country or language."""
        last = lower.rpartition("-")[2]
        if lower in self.no_names or (last != lower and last in self.no_names):
            return False
        if not last.endswith(self.no_name_endings):
            return True
        return not any(last.endswith(ending) and len(last) > len(ending) + 1 for ending in self.no_name_endings)


# How each key of the files is kept; the others are read by name.
PHRASES = (
    "introductions", "capital_introductions", "weak_introductions", "fields", "relations", "own_relations", "lists",
    "roles", "naming", "closings", "weak_closings", "births", "no_person", "papers", "phones", "homes",
)  # fmt: skip
SETS = (
    "particles", "after_names", "no_name_before", "institutions", "conjunctions", "titles", "titles_behind", "degrees",
    "possessives", "german_possessives", "german", "english", "no_streets", "towns", "digits",
)  # fmt: skip
TUPLES = (
    "no_name_endings", "noun_endings", "peoples", "street_endings", "accounts", "at_words", "dot_words",
    "hyphen_words", "months",
)  # fmt: skip
ROLES = ("relations", "own_relations", "lists", "roles")
LABELS = ("fields", "births", "papers", "phones", "homes")


@lru_cache(maxsize=1)
def words() -> Words:
    """The words in the project's files."""
    raw = _read()
    listed = frozenset(raw["given_names"].split())
    unmistakable, in_context = _listed("given_names.txt"), _listed("given_names_in_context.txt")
    no_names = frozenset(raw["no_names"].split()) | _places_and_languages() | _listed("cities.txt") | _labels(raw)
    no_names |= _roles(raw) - listed
    return Words(
        phrases={name: Phrases(raw[name]) for name in PHRASES},
        given_names=listed | unmistakable | in_context,
        unmistakable=(listed | unmistakable) - in_context - no_names,
        in_context=in_context - listed,
        ordinary=_listed("ordinary_words.txt") | _parts_of_countries(),
        no_names=no_names,
        public=raw["public"],
        **{name: frozenset(word.rstrip(".") for word in raw[name]) for name in SETS},  # type: ignore[arg-type]
        **{name: tuple(raw[name]) for name in TUPLES},  # type: ignore[arg-type]
    )


def _read() -> dict[str, Any]:
    """The words of all files, those under the same key joined."""
    whole: dict[str, Any] = {}
    for name in FILES:
        for key, value in yaml.load((FOLDER / name).read_text("utf-8"), LOADER).items():  # noqa: S506
            separator = " " if isinstance(value, str) else []
            whole[key] = whole[key] + separator + value if key in whole else value
    return whole


def _listed(file: str) -> frozenset[str]:
    lines = (FOLDER / file).read_text("utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


def _parts_of_countries() -> frozenset[str]:
    """The words of countries' names: "Burkina", "Faso"."""
    names = (name for language in LANGUAGES for name in Locale.parse(language).territories.values())
    return frozenset(word for name in names for word in name.lower().replace("-", " ").split())


def _labels(raw: dict[str, Any]) -> frozenset[str]:
    """The words of forms: "Nachname Vorname Geburtsdatum" names nobody."""
    labels = (label for key in LABELS for label in raw[key])
    return frozenset(label.rstrip(".") for label in labels if " " not in label)


def _roles(raw: dict[str, Any]) -> frozenset[str]:
    """The words for relatives and roles: "Guardian here" names nobody."""
    return frozenset(role for key in ROLES for role in raw[key] if " " not in role)


def _places_and_languages() -> frozenset[str]:
    """Countries, languages, months and days of one word, from CLDR: "St. Pierre" must not rule out Pierre."""
    names: list[str] = []
    for language in LANGUAGES:
        locale = Locale.parse(language)
        names += [str(name) for table in (locale.territories, locale.languages) for name in table.values()]
        names += [str(name) for table in (locale.months, locale.days) for name in table["format"]["wide"].values()]
    return frozenset(name.lower() for name in names if " " not in name and len(name) > 2)
