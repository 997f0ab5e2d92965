"""The only list of languages, and the one function that decides which one to answer in."""

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
    """What the text alone says of its language; `clear` only when one word more would not flip it."""

    language: Language | None
    clear: bool

    def as_dict(self) -> dict[str, Any]:
        return {"language": self.language, "clear": self.clear}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        return cls(language=served(data.get("language")), clear=bool(data.get("clear")))


NO_EVIDENCE = Evidence(None, False)


def served(code: object) -> Language | None:
    """The language served for a code such as `de`, `de-AT` or `EN_us`; None where there is none."""
    if not isinstance(code, str):
        return None
    short = code.replace("_", "-").split("-")[0].lower()
    return next((language for language in LANGUAGES if language == short), None)


def hint_of(metadata: object) -> Language | None:
    """The language of the page or of the user's app, from a channel's metadata."""
    if not isinstance(metadata, Mapping):
        return None
    return served(metadata.get("language"))


def choice_of(metadata: object) -> Language | None:
    """The language the visitor chose with a switch, from a channel's metadata."""
    if not isinstance(metadata, Mapping):
        return None
    return served(metadata.get("choice"))


def decide(
    evidence: Evidence,
    wish: Language | None = None,
    conversation: Language | None = None,
    hint: Language | None = None,
) -> tuple[Language, Reason]:
    """The language of the answer and why: wish, clear text, conversation, channel, faint text, default."""
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
