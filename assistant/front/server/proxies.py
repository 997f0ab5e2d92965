"""Which proxies are believed, and what they say of the request that they pass on."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware, _TrustedHosts

from assistant.front.core.limits import ip_address_in


class TrustedProxies(_TrustedHosts):
    """The addresses and networks of the proxies that the operator trusts, however their addresses are written."""

    def __contains__(self, host: str | None) -> bool:
        return super().__contains__(str(ip_address_in(host) or host) if host else host)


class BehindProxy(ProxyHeadersMiddleware):
    """Believes trusted proxies about the client, the scheme and the host that was asked for."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        super().__init__(app, [])  # type: ignore[arg-type]
        self.trusted_hosts = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Passes the request on as the proxy received it."""
        client = scope.get("client")
        if scope["type"] in ("http", "websocket") and client and client[0] in self.trusted_hosts:
            scope["headers"] = _with_host_asked_for(scope)
        await super().__call__(scope, receive, send)  # type: ignore[arg-type]


def _with_host_asked_for(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers, with the host that the proxy was asked for.

    The last one named: a proxy may add to what it was sent, which anybody can write.
    """
    headers: list[tuple[bytes, bytes]] = list(scope["headers"])
    host = ",".join(Headers(scope=scope).getlist("x-forwarded-host")).rpartition(",")[2].strip()
    if not host:
        return headers
    return [(b"host", host.encode("latin-1")), *(one for one in headers if one[0] != b"host")]
