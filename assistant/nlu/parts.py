"""Where the components keep what they find on a Rasa message; a message may have parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rasa.shared.nlu.training_data.message import Message

TROUBLE = "trouble"
CHOICE = "choice"
EVIDENCE = "evidence"
PARTS = "parts"
RANKING = "ranking"
IN_CONTEXT = "in_context"


def with_parts(messages: Iterable[Message]) -> Iterator[Message]:
    """Every message, and after each its parts where it was split."""
    for message in messages:
        yield message
        yield from message.get(PARTS) or ()
