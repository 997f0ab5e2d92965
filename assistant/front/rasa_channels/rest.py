"""Rasa's own REST channel, for websites that already have a Rasa widget: same paths, same messages.

Nothing is stored here. Clients name their own conversations, so anyone who guesses a name can continue one, but can
read only public facts that way. No name leads to a chat of the web API.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from assistant.core.envelope import RasaMessage
from assistant.core.languages import choice_of, hint_of
from assistant.front.core.channels import REST
from assistant.front.core.errors import RefusedError
from assistant.front.core.fair import lane_of
from assistant.front.core.limits import address_of, count_stored
from assistant.front.core.masking import until_stored, without_personal_data
from assistant.front.core.parsing import read_body, text_in
from assistant.front.operate import metrics
from assistant.front.rasa.client import envelope_of
from assistant.front.web.asking import reply_to
from assistant.front.web.state import front_of

MAX_SENDER_CHARACTERS = 255


async def status(_: Request) -> Response:
    """The health check of Rasa's channel."""
    return JSONResponse({"status": "ok"})


async def webhook(request: Request) -> Response:
    """Rasa's reply to a text, or an apology if there is none in time."""
    front, body, lane = front_of(request), await read_body(request), lane_of(address_of(request))
    name = text_in(body.get("sender", ""), MAX_SENDER_CHARACTERS)
    if name != body.get("sender", ""):
        # What cannot be stored is left out of a text, which would make two names one.
        raise RefusedError("invalid")
    # Without a name, each message is a conversation of its own, not one shared by everyone.
    sender = front.keys.sender("rest", name or front.keys.new_chat())
    await front.limits.count("address", address_of(request))
    await front.limits.count("session", sender)
    text, metadata = text_in(body.get("message")), metadata_in(body.get("metadata"))
    chat, languages = name and sender, (metadata.get("choice"), metadata.get("language"))
    with until_stored(chat):
        async with front.turns.held(lane):
            text = await without_personal_data(text, *languages, chat=chat)
        count_stored(front.budgets, address_of(request), text)
    metrics.accepted(REST)
    started = time.time()
    reply = await reply_to(front, sender, text, metadata, lane)
    envelope = envelope_of(reply)
    metrics.answered(REST, envelope["kind"], envelope.get("language"), started)
    return JSONResponse(addressed(reply, name))


def metadata_in(value: object) -> Mapping[str, str]:
    """The two languages in a client's metadata, and nothing else."""
    named = {"language": hint_of(value), "choice": choice_of(value)}
    return {key: language for key, language in named.items() if language}


def addressed(messages: list[RasaMessage], name: str) -> list[RasaMessage]:
    """The messages addressed to the client's own name, not to Rasa's."""
    return [{**message, "recipient_id": name} for message in messages]
