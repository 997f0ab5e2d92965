"""Connections to the project's own servers that stay open between requests."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

# Sanic, which Rasa and the action server run on, closes a connection after five seconds of silence;
# nothing must be sent on one that is about to go.
KEPT_SECONDS = 4.0


def kept_session(
    headers: Mapping[str, str] | None = None, auth: aiohttp.BasicAuth | None = None
) -> aiohttp.ClientSession:
    """A session of the running loop: no cookies, no proxy, and no end to a request but what its caller sets."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(keepalive_timeout=KEPT_SECONDS, limit=0),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        auth=auth,
    )
