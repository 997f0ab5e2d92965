"""The assistant as a system to score: the trained model and the dialogue in this process, without servers."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.conversation import SLOT
from assistant.core.understanding import FACT, KEY, Understanding
from assistant.dialogue import Conversation, respond
from assistant.dialogue.reply import Reply
from assistant.knowledge import knowledge
from evaluation.cases import Turn
from evaluation.judge import Said


@dataclass(frozen=True)
class Heard:
    """A message's understanding by the model, and the dialogue's reply."""

    understanding: Understanding
    reply: Reply


class Assistant:
    """Answers as the servers do; the caller keeps the conversation."""

    name = "assistant"

    def __init__(self, model: Path) -> None:
        domain = Domain.load(str(Path(__file__).parents[1] / "domain.yml"))
        self._slots = domain.slots
        self._processor = MessageProcessor(
            model_path=str(model),
            tracker_store=InMemoryTrackerStore(domain),
            lock_store=InMemoryLockStore(),
            generator=NaturalLanguageGenerator.create(None, domain),
        )

    def hear(self, text: str, conversation: Conversation) -> Heard:
        """The understanding of one message and the reply to it."""
        tracker = DialogueStateTracker(uuid.uuid4().hex, self._slots)
        tracker.update(SlotSet(SLOT, conversation.as_slot()))
        parsed = asyncio.run(self._processor.parse_message(UserMessage(text), tracker))
        understanding = Understanding.from_dict(parsed[KEY])
        return Heard(understanding, respond(understanding, conversation, knowledge()))

    def answers(self, turns: Sequence[Turn]) -> list[Said]:
        """The replies to the messages of one visitor, in order."""
        conversation, said = Conversation(), []
        for turn in turns:
            heard = self.hear(turn.text, conversation)
            conversation = heard.reply.conversation
            said.append(as_said(heard))
        return said


def as_said(heard: Heard) -> Said:
    """A reply in the form the judge expects."""
    reply = heard.reply
    facts = [(part.kinds.get(FACT, 0.0), part.best_of(FACT)) for part in heard.understanding.parts]
    best = max(((sure, fact) for sure, fact in facts if fact), default=None, key=lambda pair: pair[0])
    return Said(
        text="\n".join(answer.full_text for answer in reply.answers),
        kind=reply.kind,
        language=reply.language,
        buttons=reply.buttons,
        entries=tuple(answer.entry for answer in reply.answers if answer.entry),
        candidate=best[1].id if best else None,
        confidence=best[0] if best else 0.0,
    )
