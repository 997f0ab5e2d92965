"""The languages served, and the one function that decides which of them to answer in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from assistant.core.paths import KNOWLEDGE

# A code listed in knowledge/languages.yml.
Language = str
Reason = Literal["wish", "clear", "conversation", "script", "hint", "weak", "default"]


@dataclass(frozen=True)
class ServedLanguage:
    """A language served: its code, its own name, and its locale in CLDR."""

    code: Language
    name: str
    locale: str


def _served_languages() -> dict[Language, ServedLanguage]:
    """The languages of the list, by code."""
    listed = yaml.safe_load((KNOWLEDGE / "languages.yml").read_text("utf-8"))["languages"]
    return {item["code"]: ServedLanguage(**item) for item in listed}


SERVED: Mapping[Language, ServedLanguage] = _served_languages()
LANGUAGES: tuple[Language, ...] = tuple(SERVED)
# Codes of languages that are not served but recognised: there is a sentence in each that says which ones are.
RECOGNISED: frozenset[str] = frozenset(
    yaml.safe_load((KNOWLEDGE / "other_languages.yml").read_text("utf-8"))["sentences"]
)
# The languages in which everything is written first, and whose training questions Rasa reads.
ORIGINALS: tuple[Language, ...] = ("de", "en")
DEFAULT: Language = "en"


@dataclass(frozen=True)
class Evidence:
    """What the text alone says about its language.

    `clear` only if one more word would not change it; `script` if even the letters rule out German and English.
    `other` is the code of a language that is clearly meant and not served.
    """

    language: Language | None
    clear: bool
    script: bool = False
    other: str | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether the text is in another language than the originals."""
        return self.other is not None or self.language not in (None, *ORIGINALS)

    def as_dict(self) -> dict[str, Any]:
        return {"language": self.language, "clear": self.clear, "script": self.script, "other": self.other}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        other = data.get("other")
        return cls(
            language=served(data.get("language")),
            clear=bool(data.get("clear")),
            script=bool(data.get("script")),
            other=other if isinstance(other, str) else None,
        )


NO_EVIDENCE = Evidence(None, False)


def served(code: object) -> Language | None:
    """The language served for a code such as `de`, `de-AT` or `EN_us`, or None."""
    if not isinstance(code, str):
        return None
    short = code.replace("_", "-").split("-")[0].lower()
    # Dari is written as Farsi is; one text serves both.
    short = "fa" if short == "prs" else short
    return short if short in SERVED else None


def hint_of(metadata: object) -> Language | None:
    """The language of the page or of the visitor's app, from the channel's metadata."""
    if not isinstance(metadata, Mapping):
        return None
    return served(metadata.get("language"))


def choice_of(metadata: object) -> Language | None:
    """The language the visitor selected with a switch, from the channel's metadata."""
    if not isinstance(metadata, Mapping):
        return None
    return served(metadata.get("choice"))


def decide(
    evidence: Evidence,
    wish: Language | None = None,
    conversation: Language | None = None,
    hint: Language | None = None,
) -> tuple[Language, Reason]:
    """The language to answer in, and why: request, clear text, conversation, script, channel, weak text, default."""
    if wish:
        return wish, "wish"
    if evidence.clear and evidence.language:
        return evidence.language, "clear"
    if conversation:
        return conversation, "conversation"
    if evidence.script and evidence.language:
        return evidence.language, "script"
    if hint:
        return hint, "hint"
    if evidence.language:
        return evidence.language, "weak"
    return DEFAULT, "default"
