"""The webhook that messengers call: verifies the caller, stores the request as it is and acknowledges it at once."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response

from assistant.front.core.errors import RefusedError
from assistant.front.core.limits import address_of
from assistant.front.core.parsing import read_bytes
from assistant.front.messengers.base.connector import ForgedError, WebhookRequest
from assistant.front.messengers.base.inbound import UNREADABLE
from assistant.front.web.state import Front, front_of

# Meta batches up to a thousand messages in three megabytes.
MAX_BODY_BYTES = 3 * 1024 * 1024


class Webhook(HTTPEndpoint):
    """`/webhooks/<messenger>`; 404 for messengers that are off."""

    async def get(self, request: Request) -> Response:
        return await receive(request)

    async def post(self, request: Request) -> Response:
        return await receive(request)


async def receive(request: Request) -> Response:
    """Stores a verified request, has it processed, and acknowledges it at once."""
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
    request.state.caller_is_proven = True
    if request.method == "POST":
        await front.intake.take(connector, incoming)
    try:
        return connector.response_to(incoming) or Response()
    except UNREADABLE:
        return Response()


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
