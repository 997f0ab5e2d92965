"""What stands before every page: safe headers, the login, the language, and the check of forms."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.desk.csrf import FIELD, Csrf
from assistant.desk.errors import RefusedError
from assistant.desk.forms import MAX_BYTES, form_in
from assistant.desk.login import Login
from assistant.desk.texts import languages, preferred
from assistant.desk.view import STATIC_PATH, error_page
from assistant.front.core.errors import RefusedError as FrontRefusedError
from assistant.front.core.parsing import read_bytes

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With no-referrer, browsers would hide from us where a form comes from.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}
READING = ("GET", "HEAD")
LANGUAGE_COOKIE = "desk_language"
# To whoever has not logged in, the desk shows nothing of itself.
NOBODY = "The desk can only be reached through its login. Ask the operator for its address.\n"


class SafeHeaders:
    """Adds security headers to every response; no page may set others, and only files of ours may be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = headers.get("Cache-Control") if scope["path"].startswith(STATIC_PATH) else None
                headers.update(HEADERS if kept is None else {**HEADERS, "Cache-Control": kept})
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


class SignedIn:
    """Lets in whom the login proxy names; the name is `request.state.user`."""

    def __init__(self, app: ASGIApp, login: Login) -> None:
        self._app, self._login = app, login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        user = self._login.user(scope) if scope["type"] == "http" else None
        if user is None:
            await PlainTextResponse(NOBODY, 403)(scope, receive, send)
            return
        scope.setdefault("state", {})["user"] = user
        await self._app(scope, receive, send)


class InLanguage:
    """Finds the language of the pages: asked for by `?language=`, remembered, or the browser's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        asked, kept = request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE)
        usual = preferred(request.headers.get("accept-language", ""))
        chosen = asked in languages()
        scope["state"]["language"] = next(code for code in (asked, kept, usual) if code in languages())

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and chosen:
                cookie = f"{LANGUAGE_COOKIE}={asked}; Path=/; HttpOnly; SameSite=Strict"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, sending)


class CheckedForms:
    """Reads every form before any page does, and refuses one that our pages did not send."""

    def __init__(self, app: ASGIApp, csrf: Csrf) -> None:
        self._app, self._csrf = app, csrf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in READING:
            request = Request(scope, receive)
            try:
                form = form_in(await read_bytes(request, MAX_BYTES), request.headers.get("content-type", ""))
                self._csrf.check(form.one(FIELD), scope["state"]["user"], Headers(scope=scope))
            except FrontRefusedError:
                await error_page(request, RefusedError(413, "too_large"))(scope, receive, send)
                return
            except RefusedError as refusal:
                await error_page(request, refusal)(scope, receive, send)
                return
            scope["state"]["form"] = form
        await self._app(scope, receive, send)
