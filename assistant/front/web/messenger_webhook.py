"""The webhook that messengers call: verifies the caller, stores the messages and acknowledges them at once."""

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
from assistant.front.messengers.base.connector import Connector, ForgedError, WebhookRequest
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.wording import LANGUAGE_COMMAND, wants_deletion
from assistant.front.operate import metrics
from assistant.front.web.state import Front, front_of

logger = logging.getLogger(__name__)
# Meta batches up to a thousand messages in three megabytes.
MAX_BODY_BYTES = 3 * 1024 * 1024
# Anything older is not a messenger's retry but a replay of an old request.
MAX_AGE_SECONDS = 7 * 86400.0


class Webhook(HTTPEndpoint):
    """`/webhooks/<messenger>`; 404 for messengers that are off."""

    async def get(self, request: Request) -> Response:
        return await receive(request)

    async def post(self, request: Request) -> Response:
        return await receive(request)


async def receive(request: Request) -> Response:
    """Stores the messages of a verified request, has them answered, and responds to the messenger."""
    front = front_of(request)
    connector = front.messengers.connectors.get(request.path_params["messenger"])
    if connector is None:
        raise RefusedError("not_found")
    incoming = await _incoming(request, front)
    try:
        connector.verify(incoming)
    except ForgedError:
        # Forgers are rate-limited; the messenger itself, which calls for many users, is not.
        await front.limits.count("requests", address_of(request))
        raise RefusedError("forbidden") from None
    try:
        reading = connector.read(incoming)
    except (ValueError, LookupError, TypeError, AttributeError):
        logger.warning("%s sent something unreadable, which is ignored.", connector.name)
        return Response()
    for inbound in sorted(reading.messages, key=lambda inbound: inbound.sent_at or 0.0):
        await accept(front, connector, inbound)
    for receipt in reading.receipts:
        await front.messengers.confirm(connector.name, receipt.key)
    return reading.response or Response()


async def accept(front: Front, connector: Connector, inbound: InboundMessage) -> None:
    """Stores one message, unless it is a duplicate or a replay of an old one."""
    now = time.time()
    if inbound.sent_at is not None and now - inbound.sent_at > MAX_AGE_SECONDS:
        logger.warning("%s: ignored a message more than a week old.", connector.name)
        return
    dated = replace(inbound, sent_at=inbound.sent_at or now)
    admitted = await admit(front, connector.name, classified(front, dated))
    if admitted is None:
        return
    admitted = await masked(admitted, front.keys.sender(connector.name, inbound.recipient))
    chat = await run_sync(front.messengers.message_store.receive, connector.name, admitted, front.keys.new_chat(), now)
    if chat is None:
        logger.info("%s: ignored a duplicate message.", connector.name)
        return
    metrics.accepted(connector.name)
    front.messengers.mark_read(connector, inbound)
    front.worker.wake(chat)


def classified(front: Front, inbound: InboundMessage) -> InboundMessage:
    """The message with a text that can be stored, and its kind if that follows from the text."""
    text = storable(inbound.text[:MAX_TEXT_CHARACTERS])
    if inbound.kind != "text" or inbound.option:
        return replace(inbound, text=text)
    if wants_deletion(text, front.knowledge):
        return replace(inbound, text=text, kind="delete")
    if text.strip().lower() == LANGUAGE_COMMAND:
        return replace(inbound, text=text, kind="language")
    return replace(inbound, text=text, kind="text" if text.strip() else "empty")


async def admit(front: Front, channel: str, inbound: InboundMessage) -> InboundMessage | None:
    """The message, or if the user writes too much, one to be answered with a request to wait; None if one was sent."""
    # The limits may be counted in Redis, so not by the number or account itself.
    who = front.keys.sender(channel, inbound.recipient)
    if inbound.kind == "delete" or await front.limits.allows("session", who):
        return inbound
    if await front.limits.allows("warnings", who):
        return replace(inbound, kind="too_many")
    logger.warning("%s: ignored a message from a user over the rate limit.", channel)
    return None


async def masked(inbound: InboundMessage, who: str | None = None) -> InboundMessage:
    """The message with personal data masked; a choice that we offered contains none."""
    if inbound.option:
        return inbound
    text = await without_personal_data(inbound.text, None, served(inbound.language), chat=who)
    return replace(inbound, text=text)


async def _incoming(request: Request, front: Front) -> WebhookRequest:
    address = urlsplit(str(request.url))
    query = f"?{address.query}" if address.query else ""
    return WebhookRequest(
        method=request.method,
        url=f"{front.settings.public_url or f'{address.scheme}://{address.netloc}'}{address.path}{query}",
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
        body=await read_bytes(request, MAX_BODY_BYTES),
    )
