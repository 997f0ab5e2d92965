"""What staff learn from answers: counts of them all, and the questions that were not answered well.

Nothing here may keep a visitor from an answer: what fails is logged and left out. See docs/decisions/0033-record.md.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from anyio.to_thread import run_sync
from sqlalchemy.engine import Engine

from assistant.core.languages import LANGUAGES
from assistant.core.why import Why
from assistant.front.answering.outcomes import Ending, endings, offered_in, reason_of, tallies_of, topic_of
from assistant.front.core.events import AssistantContent, AssistantEvent, Event, VisitorEvent
from assistant.front.operate import metrics
from assistant.front.store import faults
from assistant.front.store.chats import TEXT, Store, WaitingMessage
from assistant.front.store.rows import FeedbackRow, MessageRow
from assistant.front.store.tallies import Outcome, Tallies, Tally, release_of
from assistant.front.store.unanswered import Unanswered, UnansweredRow, day_of
from assistant.knowledge import KnowledgeBase
from assistant.privacy import has_placeholder

logger = logging.getLogger(__name__)
# The menu item by which visitors reject all that was offered, which is no question.
NONE_OF_THESE = "clarify_none"
# What is rated badly for reasons that no editor can do anything about, and what is never listed at all.
NOT_LISTED = ("error", "crisis")


@dataclass(frozen=True)
class Rated:
    """An answer that a visitor has rated, the question that it answers, and what is kept of that in the inbox."""

    answer: AssistantEvent
    question: VisitorEvent
    message: MessageRow

    def tallies(self, outcome: Outcome) -> list[Tally]:
        """What to count of it, for each entry that was given."""
        release = release_of(self.message["model"] or "", self.message["knowledge"] or "")
        entries = dict.fromkeys(part["entry"] or "" for part in self.answer["parts"])
        named = [entry for entry in entries if entry] or [""]
        return [Tally(release, self.answer["language"], topic_of(entry), entry, outcome) for entry in named]


class Record:
    """Writes the counts, and the questions that staff should see."""

    def __init__(self, engine: Engine, store: Store, knowledge: KnowledgeBase) -> None:
        self._store, self._knowledge = store, knowledge
        self._unanswered, self._tallies = Unanswered(engine), Tallies(engine)

    async def answered(self, message: WaitingMessage, sequence: int, data: AssistantContent, why: Why | None) -> None:
        """Records the answer to a message of a chat, which is stored as the event with that sequence."""
        with _unhindered():
            await run_sync(self._answered, message, sequence, data, why)

    async def counted(self, text: str, data: AssistantContent, why: Why | None) -> None:
        """Counts the answer to a text outside of a stored chat."""
        with _unhindered():
            await run_sync(self._count, self._endings(text, data, why), data["language"], why)

    async def rate(self, chat: str, sequence: int, helpful: bool, reason: str | None) -> bool:
        """Stores a visitor's feedback on an answer and records it; returns False if there is no such answer.

        Raises StorageFullError.
        """
        rows, now = await run_sync(self._store.feedback_of, chat), time.time()
        before = next((row for row in rows if row["sequence"] == sequence), None)
        if not await run_sync(self._store.rate, chat, sequence, helpful, reason, now):
            return False
        if before is None or before["helpful"] != helpful:
            with _unhindered():
                await run_sync(self._rated, chat, sequence, helpful, before, now)
        return True

    def listed(self, chat: str) -> list[UnansweredRow]:
        """The questions of a chat that staff can see, for its export."""
        return self._unanswered.of(chat)

    def _answered(self, message: WaitingMessage, sequence: int, data: AssistantContent, why: Why | None) -> None:
        found = self._endings(message.text, data, why)
        self._count(found, data["language"], why)
        self._take_up(message, data)
        if any(ending.outcome == "crisis" for ending in found):
            self._unanswered.drop_texts(message.chat)
        elif message.kind == TEXT and (reason := reason_of(found, data, why)):
            entry = next((ending.entry for ending in found if ending.outcome != "answered" and ending.entry), None)
            row = UnansweredRow(
                chat=message.chat,
                sequence=message.sequence,
                answer=sequence,
                at=message.accepted_at,
                language=data["language"],
                reason=reason,
                text=_kept(message.text, self._store.events_after(message.chat, 0) or ()),
                topic=topic_of(entry) if entry else None,
                entry=entry,
                why=why,
                model=why["model"] if why else None,
                knowledge=why["knowledge"] if why else None,
            )
            self._unanswered.add(row)

    def _endings(self, text: str, data: AssistantContent, why: Why | None) -> list[Ending]:
        rejections = {self._knowledge.phrase(NONE_OF_THESE, language) for language in LANGUAGES}
        return [Ending("other")] if text.strip() in rejections else endings(data, why)

    def _count(self, found: list[Ending], language: str, why: Why | None) -> None:
        counted = tallies_of(found, language, why)
        topics = {topic_of(entry) for entry in (*self._knowledge.entries, *self._knowledge.withdrawn)}
        for tally in counted:
            topic = tally.topic if not tally.topic or tally.topic in topics else metrics.OTHER
            metrics.ended(tally.outcome, topic, tally.language)
        self._tallies.count(counted, day_of(time.time()))

    def _take_up(self, message: WaitingMessage, data: AssistantContent) -> None:
        """Takes the question before off the list if what was offered for it has been accepted."""
        asked = self._unanswered.last_asked_back(message.chat, message.sequence)
        if asked and offered_in(asked.why) & {part["entry"] for part in data["parts"]}:
            self._unanswered.remove(asked.key, "asked_back")

    def _rated(self, chat: str, sequence: int, helpful: bool, before: FeedbackRow | None, now: float) -> None:
        events = self._store.events_after(chat, 0) or []
        rated = _rated_in(events, self._store.messages_of(chat), sequence)
        if not rated:
            return
        self._tallies.count(rated.tallies("helpful" if helpful else "unhelpful"), day_of(now))
        for tally in rated.tallies("unhelpful" if helpful else "helpful") if before else ():
            self._tallies.take_back(tally, day_of(before["at"]) if before else "")
        if helpful:
            self._unanswered.remove((chat, rated.question["sequence"]), "rated_badly")
        elif rated.answer["kind"] not in NOT_LISTED:
            entry = next((part["entry"] for part in rated.answer["parts"] if part["entry"]), None)
            row = UnansweredRow(
                chat=chat,
                sequence=rated.question["sequence"],
                answer=sequence,
                at=rated.message["accepted_at"],
                language=rated.answer["language"],
                reason="rated_badly",
                text=_kept(rated.question["text"], events),
                topic=topic_of(entry) if entry else None,
                entry=entry,
                model=rated.message["model"],
                knowledge=rated.message["knowledge"],
            )
            self._unanswered.add(row)


def _kept(text: str, events: Sequence[Event]) -> str | None:
    """What is kept of a question: nothing if something in it is masked, or if there is an emergency in the chat."""
    urgent = any(event["type"] == "assistant" and event["kind"] == "crisis" for event in events)
    return None if urgent or has_placeholder(text) else text.strip() or None


def _rated_in(events: Sequence[Event], inbox: Sequence[MessageRow], sequence: int) -> Rated | None:
    """The answer with that sequence, and what it answers; None if it answers nothing that is still there."""
    for answer in events:
        if answer["type"] != "assistant" or answer["sequence"] != sequence:
            continue
        for question in events:
            if question["type"] != "visitor" or question["id"] != answer["reply_to"]:
                continue
            row = next((row for row in inbox if row["sequence"] == question["sequence"]), None)
            return Rated(answer, question, row) if row else None
    return None


@contextmanager
def _unhindered() -> Iterator[None]:
    """Lets nothing but a line in the log come of what fails: the visitor has their answer already."""
    try:
        yield
    except faults.PASSING as error:
        faults.count(error)
        logger.error("An answer was not recorded for staff: %s.", faults.described(error))
    except Exception:
        metrics.failed("background_task")
        logger.exception("An answer was not recorded for staff.")
