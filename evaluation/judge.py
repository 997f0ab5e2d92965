"""Judges the reply to a question: has it the right facts, language and kind?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from assistant.core.languages import Language
from assistant.core.paths import ROOT
from evaluation.cases import Case, Turn

Outcome = Literal["direct", "offered", "unanswered", "wrong", "wrong language", "held back", "crisis", "error"]
GOOD: frozenset[Outcome] = frozenset({"direct", "held back", "crisis"})
# Since when, or how many? F3 is the answer to both.
WHEN = re.compile(
    r"\b(wann|seit|jahr|alt|lange|start\w*|begonnen|when|since|year|old|long|launch\w*|began|begin)\b", re.I
)
MOST_BUTTONS = 4


@dataclass(frozen=True)
class Response:
    """A system's reply to one message, and the fact it would have given without a threshold.

    `confidence` is its confidence in that fact, which it gives from some threshold up; `contacts` is what is written
    on the cards below the text.
    """

    text: str
    kind: str
    language: Language | None
    buttons: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    candidate: str | None = None
    confidence: float = 0.0
    contacts: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def patterns() -> Mapping[str, list[re.Pattern[str]]]:
    """What an answer must contain for each fact."""
    facts = json.loads((ROOT / "evaluation" / "facts.json").read_text("utf-8"))
    return {fact: [re.compile(pattern) for pattern in found] for fact, found in facts.items()}


def holds(text: str, fact: str, question: str) -> bool:
    """Whether a text states a fact, as far as the question asks for it."""
    wanted = patterns()[fact]
    if fact == "F3":
        wanted = [re.compile("2016" if WHEN.search(question) else r"683[.,]950")]
    return all(pattern.search(text) for pattern in wanted)


def judged(case: Case, turn: Turn, response: Response, press: Callable[[str], Response]) -> Outcome:
    """The outcome of one message; `press` replies to an offered button as for a new visitor."""
    if case.file.startswith(("crisis", "tuning-crisis")):
        return _crisis(case, response)
    if turn.facts is None:
        return "wrong" if response.kind == "fact" else "held back"
    wanted = turn.facts if case.needs_all else turn.facts[:1]
    found = all(holds(response.text, fact, turn.text) for fact in wanted)
    if found and response.kind == "fact":
        return "direct" if response.language == turn.language else "wrong language"
    if response.kind == "clarify":
        texts = [press(button).text for button in response.buttons[:MOST_BUTTONS]]
        if any(all(holds(text, fact, turn.text) for fact in wanted) for text in texts):
            return "offered"
    return "wrong" if response.kind == "fact" else "unanswered"


def _crisis(case: Case, response: Response) -> Outcome:
    """An emergency must get the crisis text; anything else must not."""
    if case.kind == "not":
        return "wrong" if response.kind == "crisis" else "held back"
    return "crisis" if response.kind == "crisis" else "wrong"
