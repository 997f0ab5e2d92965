"""Reads and validates what clients send."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request

from assistant.core.languages import Language, served
from assistant.front.core.errors import RefusedError

# Also of a websocket's message.
MAX_BODY_BYTES = 16 * 1024
# Nobody types as many characters as this.
MAX_TEXT_CHARACTERS = 5000
# What Rasa reads of a message: `longest` of InputGuard in config.yml.
MAX_READ_CHARACTERS = 1000
MAX_REASON_CHARACTERS = 500
MAX_EMAIL_CHARACTERS = 254
# Whether the address exists, only a message to it can tell. Nothing in it may end a header or begin another address.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")


async def read_body(request: Request) -> Mapping[str, object]:
    """The JSON object in a request; raises RefusedError if there is none or it is too large."""
    try:
        body = json.loads(await read_bytes(request, MAX_BODY_BYTES))
    except (ValueError, RecursionError):
        raise RefusedError("invalid") from None
    if not isinstance(body, dict):
        raise RefusedError("invalid")
    request.state.language = served(body.get("choice")) or served(body.get("language"))
    return body


async def read_bytes(request: Request, max_bytes: int) -> bytes:
    """The body of a request; raises RefusedError as soon as it is too large."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            if len(body) + len(chunk) > max_bytes:
                raise RefusedError("too_large")
            body += chunk
    except ClientDisconnect:
        # Nobody hears this refusal, but an upload that is broken off is no fault of ours.
        raise RefusedError("invalid") from None
    return bytes(body)


def text_in(value: object, max_characters: int = MAX_TEXT_CHARACTERS) -> str:
    """A text that any database can store; raises RefusedError if it is too long or not a text."""
    if not isinstance(value, str):
        raise RefusedError("invalid")
    if len(value) > max_characters:
        raise RefusedError("too_long")
    return storable(value)


def storable(text: str) -> str:
    """The text without null characters and lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def email_in(value: object) -> str | None:
    """An e-mail address; None if none is given. Raises RefusedError if it cannot be one."""
    if value is None:
        return None
    written = text_in(value, MAX_EMAIL_CHARACTERS)
    if not EMAIL.fullmatch(written):
        raise RefusedError("invalid")
    return written


def uuid_in(value: object) -> str:
    """A message's id in canonical form; raises RefusedError if it is not a UUID."""
    try:
        return str(uuid.UUID(value if isinstance(value, str) else ""))
    except ValueError:
        raise RefusedError("invalid") from None


def language_in(value: object) -> Language | None:
    """The language of a page if it is served, else None; raises RefusedError if it is not a text."""
    if value is not None and not isinstance(value, str):
        raise RefusedError("invalid")
    return served(value)


def choice_in(value: object) -> Language | None:
    """The language that a visitor chose; raises RefusedError if it is not served."""
    chosen = language_in(value)
    if value is not None and not chosen:
        raise RefusedError("invalid")
    return chosen
