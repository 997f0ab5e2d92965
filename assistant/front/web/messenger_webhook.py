"""The address that messengers call: proves who calls, keeps what came in, says so at once."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from assistant.core.languages import served
from assistant.front.core.errors import RefusedError
from assistant.front.core.limits import address_of
from assistant.front.core.masking import without_personal_data
from assistant.front.core.parsing import MAX_TEXT_CHARACTERS, read_bytes, storable
from assistant.front.messengers.base.connector import Connector, ForgedError, Incoming
from assistant.front.messengers.base.inbound import Arrival
from assistant.front.messengers.base.wording import wants_deletion
from assistant.front.operate import metrics
from assistant.front.web.state import Front, front_of

logger = logging.getLogger(__name__)
# Meta bundles up to a thousand messages in three megabytes.
MAX_BODY_BYTES = 3 * 1024 * 1024
# What was sent longer ago is no retry of a messenger but somebody's copy of an old request.
MAX_AGE_SECONDS = 7 * 86400.0


class Webhook(HTTPEndpoint):
    """`/webhooks/<messenger>`; 404 for those that are off."""

    async def get(self, request: Request) -> Response:
        return await receive(request)

    async def post(self, request: Request) -> Response:
        return await receive(request)


async def receive(request: Request) -> Response:
    """Keeps all messages of a verified request, wakes who answers them, and answers the messenger."""
    front = front_of(request)
    connector = front.messengers.connectors.get(request.path_params["messenger"])
    if connector is None:
        raise RefusedError("not_found")
    incoming = await _incoming(request, front)
    try:
        connector.verify(incoming)
    except ForgedError:
        # Whoever guesses is counted; the messenger itself, which speaks for many people, is not.
        await front.limits.count("requests", address_of(request))
        raise RefusedError("forbidden") from None
    try:
        reading = connector.read(incoming)
    except (ValueError, LookupError, TypeError, AttributeError):
        logger.warning("%s sent something that cannot be read; it is passed over.", connector.name)
        return Response()
    for arrival in sorted(reading.arrivals, key=lambda arrival: arrival.sent_at or 0.0):
        await keep(front, connector, arrival)
    for receipt in reading.receipts:
        await front.messengers.confirm(connector.name, receipt.key)
    return reading.response or Response()


async def keep(front: Front, connector: Connector, arrival: Arrival) -> None:
    """Keeps one message, unless it came before or is somebody's copy of an old one."""
    now = time.time()
    if arrival.sent_at is not None and now - arrival.sent_at > MAX_AGE_SECONDS:
        logger.warning("%s: a message of more than a week ago is passed over.", connector.name)
        return
    dated = replace(arrival, sent_at=arrival.sent_at or now)
    admitted = await admit(front, connector.name, understood(front, dated))
    if admitted is None:
        return
    admitted = await masked(admitted)
    chat = await run_sync(front.messengers.message_store.receive, connector.name, admitted, front.keys.new_chat(), now)
    if chat is None:
        logger.info("%s: a message that came before is passed over.", connector.name)
        return
    metrics.accepted(connector.name)
    front.messengers.mark_read(connector, arrival)
    front.worker.wake(chat)


def understood(front: Front, arrival: Arrival) -> Arrival:
    """The message with a text that can be kept, and its kind where the text alone tells it."""
    text = storable(arrival.text[:MAX_TEXT_CHARACTERS])
    if arrival.kind == "language" and (choice := served(arrival.choice)):
        return replace(arrival, text=front.knowledge.phrase("messenger_wish", choice), kind="text")
    if arrival.kind != "text" or arrival.option:
        return replace(arrival, text=text)
    if wants_deletion(text, front.knowledge):
        return replace(arrival, text=text, kind="delete")
    return replace(arrival, text=text, kind="text" if text.strip() else "empty")


async def admit(front: Front, channel: str, arrival: Arrival) -> Arrival | None:
    """The message, or one that asks for patience where a person writes too much; None once they were asked."""
    # Others may count it, in Redis: not by the number or account.
    who = front.keys.sender(channel, arrival.recipient)
    if arrival.kind == "delete" or await front.limits.allows("session", who):
        return arrival
    if await front.limits.allows("warnings", who):
        return replace(arrival, kind="too_many")
    logger.warning("%s: somebody writes more than may be answered.", channel)
    return None


async def masked(arrival: Arrival) -> Arrival:
    """The message as it may be kept; a choice that was offered is none of a person's own words."""
    if arrival.option:
        return arrival
    languages = served(arrival.choice), served(arrival.language)
    return replace(arrival, text=await without_personal_data(arrival.text, *languages))


async def _incoming(request: Request, front: Front) -> Incoming:
    address = urlsplit(str(request.url))
    query = f"?{address.query}" if address.query else ""
    return Incoming(
        method=request.method,
        url=f"{front.settings.public_url or f'{address.scheme}://{address.netloc}'}{address.path}{query}",
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await read_bytes(request, MAX_BODY_BYTES),
    )
