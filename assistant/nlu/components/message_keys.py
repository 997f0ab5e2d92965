"""Where the components keep what they find on a Rasa message; a message may have parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rasa.shared.nlu.training_data.message import Message

TROUBLE = "trouble"
CHOICE = "choice"
EVIDENCE = "evidence"
PARTS = "parts"
LOOSE = "loose"
RANKING = "ranking"
IN_CONTEXT = "in_context"


def with_parts(messages: Iterable[Message]) -> Iterator[Message]:
    """Every message, and after each its parts and loose pieces where it was split."""
    for message in messages:
        yield message
        yield from with_parts(message.get(LOOSE) or ())
        yield from with_parts(message.get(PARTS) or ())
