"""The desk's own words: every file of `texts/` is a section, with texts by key and language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from assistant.core.languages import Language

FOLDER = Path(__file__).with_name("texts")
COMMON = "common"
Texts = Mapping[str, Mapping[Language, str]]


@cache
def section(name: str) -> Texts:
    """The texts of a section."""
    texts: Texts = yaml.safe_load((FOLDER / f"{name}.yml").read_text("utf-8"))
    return texts


@cache
def languages() -> tuple[Language, ...]:
    """The languages in which the desk can be read, the first of them by default."""
    return tuple(section(COMMON)["language_name"])


@dataclass(frozen=True)
class Words:
    """The words of one page in one language; a key that the page's section lacks is looked up in the common one."""

    language: Language
    page: str = COMMON

    def __contains__(self, key: object) -> bool:
        return key in section(self.page)

    def __call__(self, key: str, **values: object) -> str:
        """A text with its {names} filled in."""
        own = section(self.page)
        text = (own if key in own else section(COMMON))[key]
        return text[self.language].format(**values)


def preferred(accepted: str) -> Language:
    """The language to answer in, by an Accept-Language header."""
    ranked: list[tuple[float, str]] = []
    for part in accepted.split(","):
        code, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), code.split("-")[0].lower()))
        except ValueError:
            continue
    return next((code for _, code in sorted(ranked, key=lambda each: each[0]) if code in languages()), languages()[0])
