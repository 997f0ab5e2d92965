"""Persistent connections to the project's own servers."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

# Sanic, which Rasa and the action server run on, closes a connection after five idle seconds;
# no request may be sent on one that is about to close.
KEPT_SECONDS = 4.0


def kept_session(
    headers: Mapping[str, str] | None = None, auth: aiohttp.BasicAuth | None = None
) -> aiohttp.ClientSession:
    """A session for the running loop: no cookies, no proxy, and no timeout except the caller's."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS, limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        auth=auth,
    )
