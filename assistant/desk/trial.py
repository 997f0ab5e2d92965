"""One message put to the running Rasa, after those before it, in a conversation that is erased at once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.core.envelope import Envelope
from assistant.front.rasa.client import Rasa, RasaReply
from assistant.staff.corrections import outcome

# What a person waits for an answer, and what the messages before it may take as well.
PATIENCE_SECONDS = 15.0
MOST_BEFORE, MOST_CHARACTERS = 8, 1000


@dataclass(frozen=True)
class Trial:
    """A message, those before it, and what each of these was answered with; the reply is the last one's."""

    text: str
    before: tuple[str, ...]
    answered_before: tuple[tuple[str, ...], ...]
    reply: RasaReply

    @property
    def envelope(self) -> Envelope:
        return self.reply.envelope

    @property
    def answered(self) -> tuple[str, ...]:
        """What the message was answered with, as corrections name it."""
        return outcome(self.envelope)


def new_sender() -> str:
    """A name for a conversation that nobody else has."""
    return f"desk-{secrets.token_hex(8)}"


async def tried(addresses: Sequence[str], text: str, before: Sequence[str]) -> Trial | None:
    """The trial of a message; None if the assistant does not answer.

    No channel tells a language, so that it goes as it does when corrections are tried.
    """
    sender = new_sender()
    rasa, until = Rasa(addresses), time.time() + PATIENCE_SECONDS
    try:
        replies = [await rasa.ask(sender, each, {}, until) for each in (*before, text)]
        given = [reply for reply in replies if reply is not None]
        if len(given) < len(replies):
            return None
        *earlier, last = given
        return Trial(text, tuple(before), tuple(outcome(reply.envelope) for reply in earlier), last)
    finally:
        await rasa.erase(sender)
        await rasa.close()


async def shortest(addresses: Sequence[str], trial: Trial) -> tuple[str, ...]:
    """The fewest of the messages before after which the same answer comes."""
    for count in range(len(trial.before)):
        tail = trial.before[len(trial.before) - count :]
        again = await tried(addresses, trial.text, tail)
        if again and again.answered == trial.answered:
            return tail
    return trial.before
