"""The assistant as a system to score: the trained model and the dialogue in this process, without servers."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.conversation import SLOT
from assistant.core.envelope import Contact
from assistant.core.understanding import FACT, KEY, Understanding
from assistant.dialogue import Conversation, respond
from assistant.dialogue.present import messages
from assistant.dialogue.reply import Reply
from assistant.knowledge import knowledge
from evaluation.cases import Turn
from evaluation.judge import Response


@dataclass(frozen=True)
class Exchange:
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

    def ask(self, text: str, conversation: Conversation) -> Exchange:
        """The understanding of one message and the reply to it."""
        tracker = DialogueStateTracker(uuid.uuid4().hex, self._slots)
        tracker.update(SlotSet(SLOT, conversation.as_slot()))
        parsed = asyncio.run(self._processor.parse_message(UserMessage(text), tracker))
        understanding = Understanding.from_dict(parsed[KEY])
        return Exchange(understanding, respond(understanding, conversation, knowledge()))

    def answers(self, turns: Sequence[Turn]) -> list[Response]:
        """The replies to the messages of one visitor, in order."""
        conversation, responses = Conversation(), []
        for turn in turns:
            exchange = self.ask(turn.text, conversation)
            conversation = exchange.reply.conversation
            responses.append(as_response(exchange))
        return responses


def as_response(exchange: Exchange) -> Response:
    """A reply in the form the judge expects."""
    reply = exchange.reply
    facts = [(part.kinds.get(FACT, 0.0), part.best_of(FACT)) for part in exchange.understanding.parts]
    best = max(((share, fact) for share, fact in facts if fact), default=None, key=lambda pair: pair[0])
    return Response(
        text="\n".join(message["text"] for message in messages(reply, knowledge(), "rest") if "text" in message),
        kind=reply.kind,
        language=reply.language,
        buttons=reply.buttons,
        entries=tuple(answer.entry for answer in reply.answers if answer.entry),
        candidate=best[1].id if best else None,
        confidence=best[0] if best else 0.0,
        contacts=tuple(text for answer in reply.answers for contact in answer.contacts for text in written(contact)),
    )


def written(contact: Contact) -> Iterator[str]:
    """Every text on a contact's card."""
    for value in contact.values():
        yield from [value] if isinstance(value, str) else cast("list[str]", value)
