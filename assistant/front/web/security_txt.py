"""Whom to tell about a vulnerability of this front: `/.well-known/security.txt` (RFC 9116)."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from assistant.front.core.errors import RefusedError
from assistant.front.web.state import front_of

PATH = "/.well-known/security.txt"
# How long a copy of it may be relied on; the RFC advises less than a year.
VALID_DAYS = 90


async def security_txt(request: Request) -> Response:
    """The operator's contact; not found if none is set."""
    settings = front_of(request).settings
    if not settings.security_contact:
        raise RefusedError("not_found")
    expires = (datetime.now(timezone.utc) + timedelta(days=VALID_DAYS)).replace(microsecond=0)
    lines = [f"Contact: {settings.security_contact}", f"Expires: {expires.isoformat().replace('+00:00', 'Z')}"]
    if settings.public_url:
        lines.append(f"Canonical: {settings.public_url}{PATH}")
    lines.append("Preferred-Languages: de, en")
    return PlainTextResponse("\n".join([*lines, ""]), headers={"Cache-Control": "public, max-age=3600"})
