"""The words in `words.yml`, read once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale

from assistant.core.languages import LANGUAGES
from assistant.privacy.text import Phrases

FILE = Path(__file__).with_name("words.yml")


@dataclass(frozen=True)
class Words:
    """Phrases that introduce personal data, and words that rule it out."""

    phrases: dict[str, Phrases]
    given_names: frozenset[str]
    no_names: frozenset[str]
    no_name_endings: tuple[str, ...]
    particles: frozenset[str]
    after_names: frozenset[str]
    titles: frozenset[str]
    degrees: frozenset[str]
    possessives: frozenset[str]
    street_endings: tuple[str, ...]
    no_streets: frozenset[str]
    towns: frozenset[str]
    public: dict[str, list[str]]

    def may_be_name(self, lower: str) -> bool:
        """Whether a word, which may be hyphenated, is neither an everyday word nor a country or language."""
        last = lower.rpartition("-")[2]
        if lower in self.no_names or (last != lower and last in self.no_names):
            return False
        return not any(last.endswith(ending) and len(last) > len(ending) + 1 for ending in self.no_name_endings)


PHRASES = ("introductions", "weak_introductions", "fields", "relations", "roles", "naming", "closings")
MORE_PHRASES = ("weak_closings", "births", "no_person", "papers", "phones", "homes")


@lru_cache(maxsize=1)
def words() -> Words:
    """The words in the project's file."""
    raw: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return Words(
        phrases={name: Phrases(raw[name]) for name in (*PHRASES, *MORE_PHRASES)},
        given_names=frozenset(raw["given_names"].split()),
        no_names=frozenset(raw["no_names"].split()) | _places_and_languages(),
        no_name_endings=tuple(raw["no_name_endings"]),
        particles=frozenset(raw["particles"]),
        after_names=frozenset(raw["after_names"]),
        titles=frozenset(word.rstrip(".") for word in raw["titles"]),
        degrees=frozenset(word.rstrip(".") for word in raw["degrees"]),
        possessives=frozenset(raw["possessives"]),
        street_endings=tuple(raw["street_endings"]),
        no_streets=frozenset(raw["no_streets"]),
        towns=frozenset(raw["towns"]),
        public=raw["public"],
    )


def _places_and_languages() -> frozenset[str]:
    """Countries, languages, months and days of one word, from CLDR: "St. Pierre" must not rule out Pierre."""
    names: list[str] = []
    for language in LANGUAGES:
        locale = Locale.parse(language)
        names += [str(name) for table in (locale.territories, locale.languages) for name in table.values()]
        names += [str(name) for table in (locale.months, locale.days) for name in table["format"]["wide"].values()]
    return frozenset(name.lower() for name in names if " " not in name and len(name) > 2)
