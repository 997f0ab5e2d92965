"""The keys under which components store their findings on a Rasa message, which may have parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rasa.shared.nlu.training_data.message import Message

TROUBLE = "trouble"
CHOICE = "choice"
SIGNAL = "signal"
EVIDENCE = "evidence"
PARTS = "parts"
LOOSE = "loose"
RANKING = "ranking"
IN_CONTEXT = "in_context"


def with_parts(messages: Iterable[Message]) -> Iterator[Message]:
    """Every message, each followed by its parts and loose pieces."""
    for message in messages:
        yield message
        yield from with_parts(message.get(LOOSE) or ())
        yield from with_parts(message.get(PARTS) or ())
