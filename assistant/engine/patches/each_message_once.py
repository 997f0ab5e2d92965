"""Answers a message that was answered before with the same answer, and does not store it twice.

The front asks another Rasa process when one dies in the middle of a message, and cannot know how far it got.
"""

from __future__ import annotations

from typing import Any


def apply() -> None:
    """Looks for a message's id in the conversation before the message is interpreted."""
    from rasa.core.processor import MessageProcessor

    from assistant.engine.conversations.idempotency import AlreadyAnsweredError, raise_if_answered

    handle, understand = MessageProcessor.handle_message, MessageProcessor._handle_message_with_tracker

    async def handle_once(self: MessageProcessor, message: Any) -> Any:
        try:
            return await handle(self, message)
        except AlreadyAnsweredError as answered:
            return answered.messages

    async def understand_once(self: MessageProcessor, message: Any, tracker: Any) -> None:
        raise_if_answered(message, tracker)
        await understand(self, message, tracker)

    MessageProcessor.handle_message = handle_once
    MessageProcessor._handle_message_with_tracker = understand_once
