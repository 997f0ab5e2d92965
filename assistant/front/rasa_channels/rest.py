"""Rasa's own REST channel, for websites that have a Rasa widget already: same addresses, same messages.

Nothing is kept here. A client names its conversation by itself, so who guesses a name continues it:
what can be read that way are public facts. No name reaches a chat of the web API.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.core.languages import choice_of, hint_of
from assistant.front.core.limits import address_of
from assistant.front.core.masking import without_personal_data
from assistant.front.core.parsing import read_body, text_in
from assistant.front.operate import metrics
from assistant.front.rasa.answers import apology_messages, control_messages
from assistant.front.rasa.apology import language_of_apology
from assistant.front.rasa.client import Message, envelope_of
from assistant.front.web.state import Front, front_of

LONGEST_SENDER = 255


async def status(_: Request) -> Response:
    """What Rasa's channel says of itself."""
    return JSONResponse({"status": "ok"})


async def webhook(request: Request) -> Response:
    """Rasa's messages for a text; an apology in time where there are none."""
    front, body = front_of(request), await read_body(request)
    name = text_in(body.get("sender", ""), LONGEST_SENDER)
    await front.limits.count("address", address_of(request))
    text, metadata = text_in(body.get("message")), metadata_in(body.get("metadata"))
    text = await without_personal_data(text, metadata.get("choice"), metadata.get("language"))
    # Without a name, every message is a conversation of its own, not one that all share.
    sender = front.keys.sender("rest", name or front.keys.new_chat())
    await front.limits.count("session", sender)
    metrics.accepted("rest")
    begun = time.time()
    said = await _said(front, sender, text, metadata)
    metrics.answered("rest", envelope_of(said), begun)
    return JSONResponse(addressed(said, name))


async def _said(front: Front, sender: str, text: str, metadata: Mapping[str, str]) -> list[Message]:
    """Rasa's messages, or what is said in place of them."""
    shut = front.notice.closed
    until = time.time() + front.settings.answer_timeout_seconds
    said = None if shut else await front.rasa.ask(sender, text, metadata, until)
    shut = shut or front.notice.closed
    if said and not shut:
        return said
    language = await run_sync(language_of_apology, text, metadata.get("choice"), None, metadata.get("language"))
    if shut:
        return control_messages(front.notice.text_while_closed(language), language)
    metrics.failed("apology")
    return apology_messages(front.knowledge, language)


def metadata_in(value: object) -> Mapping[str, str]:
    """Of a client's metadata the two languages, and nothing else."""
    named = {"language": hint_of(value), "choice": choice_of(value)}
    return {key: language for key, language in named.items() if language}


def addressed(messages: list[Message], name: str) -> list[dict[str, Any]]:
    """The messages to the name the client gave, not to the one that Rasa knows."""
    return [{**message, "recipient_id": name} for message in messages]
