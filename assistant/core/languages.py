"""The languages served, and the one function that decides which of them to answer in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Language = Literal["de", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "de"

Reason = Literal["wish", "clear", "conversation", "hint", "weak", "default"]


@dataclass(frozen=True)
class Evidence:
    """What the text alone says about its language; `clear` only if one more word would not change it."""

    language: Language | None
    clear: bool

    def as_dict(self) -> dict[str, Any]:
        return {"language": self.language, "clear": self.clear}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        return cls(language=served(data.get("language")), clear=bool(data.get("clear")))


NO_EVIDENCE = Evidence(None, False)


def served(code: object) -> Language | None:
    """The language served for a code such as `de`, `de-AT` or `EN_us`, or None."""
    if not isinstance(code, str):
        return None
    short = code.replace("_", "-").split("-")[0].lower()
    return next((language for language in LANGUAGES if language == short), None)


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
    """The language to answer in, and why: request, clear text, conversation, channel, weak text, default."""
    if wish:
        return wish, "wish"
    if evidence.clear and evidence.language:
        return evidence.language, "clear"
    if conversation:
        return conversation, "conversation"
    if hint:
        return hint, "hint"
    if evidence.language:
        return evidence.language, "weak"
    return DEFAULT, "default"
