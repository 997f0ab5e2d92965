"""Asks Rasa one question outside of a stored chat, and always gets a reply."""

from __future__ import annotations

import time
from collections.abc import Mapping

from anyio.to_thread import run_sync

from assistant.core.envelope import RasaMessage
from assistant.front.operate import metrics
from assistant.front.rasa.answers import apology_messages, assistant_event, control_messages
from assistant.front.rasa.apology import language_of_apology
from assistant.front.web.state import Front


async def reply_to(front: Front, sender: str, text: str, metadata: Mapping[str, str], lane: str) -> list[RasaMessage]:
    """Rasa's reply, or the front's own message in its place: an apology, or that the chat is closed."""
    closed = front.notice.closed
    until = time.time() + front.settings.answer_timeout_seconds
    reply = None if closed else await front.rasa.ask(sender, text, metadata, until, lane=lane)
    closed = closed or front.notice.closed
    if reply and not closed:
        await front.record.counted(text, assistant_event(reply.messages, ""), reply.why)
        return reply.messages
    language = await run_sync(language_of_apology, text, metadata.get("choice"), None, metadata.get("language"))
    if closed:
        return control_messages(front.notice.text_while_closed(language), language)
    metrics.failed("apology")
    return apology_messages(front.knowledge, language)
