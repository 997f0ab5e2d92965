"""Middleware that knows under which names the front may be asked, and the pages of which origins may ask it."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.front.core.errors import RefusedError
from assistant.front.core.limits import ip_address_in
from assistant.front.core.refusal_log import refusals
from assistant.front.core.settings import Settings
from assistant.front.web.middleware import PROBES, refuse

HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:(?P<port>\d{1,5}))?")
PUBLIC_FILES = "/widget/"
DEFAULT_PORTS = {"http": "80", "https": "443"}


class KnownHosts:
    """Refuses requests for a host that is not ours.

    A foreign name can lead here by DNS (rebinding), and its pages would then be of our origin. No such name can be an
    address or a name without a dot, so these are always ours.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        own = (urlsplit(settings.public_url).hostname, f"{socket.gethostname()}.local".lower())
        self._hosts = {*settings.hosts, *(name for name in own if name)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"] not in PROBES:
            named = Headers(scope=scope).getlist("host")
            if len(named) != 1 or not self._known(named[0].lower()):
                refusals.note(
                    "Refused a request for the host %r. If the assistant is reached by this name, set "
                    "ASSISTANT_PUBLIC_URL to its address or list the name in ASSISTANT_HOSTS; if a proxy in between "
                    "changes the name, list the proxy in ASSISTANT_TRUSTED_PROXIES and have it send X-Forwarded-Host.",
                    ", ".join(named[:2]),
                )
                await refuse(RefusedError("forbidden"), scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _known(self, host: str) -> bool:
        found = HOST.fullmatch(host)
        if not found:
            return False
        name = found["name"].rstrip(".")
        return name in self._hosts or "." not in name.strip("[]") or ip_address_in(name.strip("[]")) is not None


class KnownOrigins:
    """Refuses requests from pages of any origin but our own and the allowed ones.

    Our own is the host that was asked for, which is known to be ours, and the public address, in case a proxy asks
    for another host. The element's files are the same for everybody, so any page may read them: only so can the
    element say what is wrong where it may not ask.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._origins = app, settings.origins
        public = urlsplit(settings.public_url)
        self._public = (public.netloc.lower(),) if public.netloc else ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not is_public_file(scope):
            headers = Headers(scope=scope)
            hosts = (headers.get("host", "").lower(), *self._public)
            for origin in headers.getlist("origin")[:2]:
                if not self._allowed(origin.lower(), hosts):
                    refusals.note(
                        "Refused a page of the origin %r. If this is the assistant's own page, set "
                        "ASSISTANT_PUBLIC_URL to its address; if it may use the assistant, list it in "
                        "ASSISTANT_ORIGINS.",
                        origin,
                    )
                    await refuse(RefusedError("forbidden"), scope, receive, send)
                    return
        await self._app(scope, receive, send)

    def _allowed(self, origin: str, hosts: tuple[str, ...]) -> bool:
        return origin in self._origins or any(same_host(origin, host) for host in hosts)


def from_own_page(headers: Headers, public_url: str = "") -> bool:
    """Whether the browser says that a page of ours sent a form; every browser names the origin of a form."""
    origins, hosts = headers.getlist("origin"), headers.getlist("host")
    own = [host.lower() for host in (*hosts, urlsplit(public_url).netloc) if host]
    if len(origins) != 1 or len(hosts) != 1 or not any(same_host(origins[0].lower(), host) for host in own):
        return False
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"


def is_public_file(scope: Scope) -> bool:
    """Whether a request only reads one of the element's files."""
    return scope.get("method") in ("GET", "HEAD") and scope["path"].startswith(PUBLIC_FILES)


def same_host(origin: str, host: str) -> bool:
    """Whether an origin is that of a host, whichever of the two spells out the default port."""
    scheme, separator, netloc = origin.partition("://")
    default = DEFAULT_PORTS.get(scheme)
    if not separator or default is None:
        return False
    asked, own = HOST.fullmatch(netloc), HOST.fullmatch(host)
    if not asked or not own:
        return False
    return asked["name"] == own["name"] and (asked["port"] or default) == (own["port"] or default)
