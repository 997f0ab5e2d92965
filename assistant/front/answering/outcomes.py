"""What became of the questions in a message, as staff count them, and why one of them was not answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.core.envelope import AnswerKind
from assistant.core.why import Why, WhyPart
from assistant.front.core.events import AssistantContent, EventPart
from assistant.front.store.tallies import Outcome, Tally, release_of
from assistant.front.store.unanswered import Reason

OUTCOMES: dict[AnswerKind, Outcome] = {
    "fact": "answered",
    "referral": "answered",
    "clarify": "asked_back",
    "fallback": "held_back",
    "crisis": "crisis",
}
UNMET: tuple[Outcome, ...] = ("asked_back", "held_back")
# A less likely entry is nearest only by chance.
LEAST_NEAR = 0.06


@dataclass(frozen=True)
class Ending:
    """How one question ended: with which entry, or near which."""

    outcome: Outcome
    entry: str = ""

    @property
    def topic(self) -> str:
        return topic_of(self.entry)


def endings(data: AssistantContent, why: Why | None) -> list[Ending]:
    """How the questions of a message ended; one without a question has one ending, `other`."""
    if _asks_nothing(why):
        return [Ending("other", _first_entry(data))]
    near = _near_unanswered(why)
    found = [_ending(part, near) for part in data["parts"]]
    questions = [ending for ending in found if ending.outcome != "other"]
    return questions or found[:1] or [Ending(OUTCOMES.get(data["kind"], "other"))]


def tallies_of(found: list[Ending], language: str, why: Why | None) -> list[Tally]:
    """What to count of endings."""
    release = release_of(why["model"], why["knowledge"]) if why else ""
    return [Tally(release, language, ending.topic, ending.entry, ending.outcome) for ending in found]


def reason_of(found: list[Ending], data: AssistantContent, why: Why | None) -> Reason | None:
    """Why staff should see a question; None if all that was asked is answered.

    An answer is held back where something of it is known: an entry that does not quite fit or is withdrawn, or near
    ones that are offered.
    """
    outcomes = {ending.outcome for ending in found}
    if "asked_back" in outcomes:
        return "asked_back"
    if "held_back" not in outcomes:
        return None
    unanswered = [part for part in data["parts"] if _outcome(part) == "held_back"]
    given = any(part["entry"] for part in unanswered)
    offered = data["kind"] == "fallback" and bool(data["suggestions"])
    decided = len(unanswered) == 1 and [part["decision"] for part in (why or {"parts": []})["parts"]] == ["answer"]
    return "held_back" if given or offered or decided else "nothing"


def offered_in(why: Why | None) -> set[str]:
    """The entries that a visitor who is asked back may choose from."""
    return {entry for part in _parts(why) for entry, _ in part["nearest"]}


def topic_of(entry: str) -> str:
    """The topic that an entry belongs to; empty if there is no entry."""
    return entry.partition("/")[0]


def _ending(part: EventPart, near: Iterator[str]) -> Ending:
    outcome = _outcome(part)
    return Ending(outcome, part["entry"] or (next(near, "") if outcome in UNMET else ""))


def _outcome(part: EventPart) -> Outcome:
    """How the question ended that a part belongs to; a referral of no entry admits that none is known."""
    if part["kind"] == "referral" and not part["entry"]:
        return "held_back"
    return OUTCOMES.get(part["kind"], "other")


def _first_entry(data: AssistantContent) -> str:
    return next((part["entry"] for part in data["parts"] if part["entry"]), "") or ""


def _asks_nothing(why: Why | None) -> bool:
    """Whether a message only chooses what was offered, or holds nothing to read."""
    return why is not None and not why["parts"]


def _near_unanswered(why: Why | None) -> Iterator[str]:
    """The nearest entry of each question without an answer, or of the only question."""
    parts = _parts(why)
    for part in parts:
        if part["decision"] != "answer" or len(parts) == 1:
            likely = [entry for entry, probability in part["nearest"][:1] if probability >= LEAST_NEAR]
            yield likely[0] if likely else ""


def _parts(why: Why | None) -> list[WhyPart]:
    return why["parts"] if why else []
