"""Refusals of requests, each with a polite message in the visitor's language."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Literal

from starlette.requests import Request
from starlette.responses import JSONResponse

from assistant.core.languages import DEFAULT, Language, served
from assistant.knowledge import knowledge

Code = Literal[
    "too_long", "too_large", "invalid", "too_many", "unknown_session", "forbidden", "unavailable", "not_found"
]
STATUS: Mapping[Code, int] = {
    "too_long": 400,
    "too_large": 413,
    "invalid": 400,
    "too_many": 429,
    "unknown_session": 401,
    "forbidden": 403,
    "unavailable": 503,
    "not_found": 404,
}


class RefusedError(Exception):
    """Ends a request with an error that clients can show; `retry_after` is in seconds."""

    def __init__(self, code: Code, retry_after: float | None = None) -> None:
        super().__init__(code)
        self.code, self.retry_after = code, retry_after


def refused(refusal: RefusedError, language: Language) -> JSONResponse:
    """The response to a refused request."""
    seconds = None if refusal.retry_after is None else max(1, math.ceil(refusal.retry_after))
    text = knowledge().phrase(f"front_{refusal.code}", language)
    headers = {"Retry-After": str(seconds)} if seconds else {}
    if refusal.code == "unknown_session":
        headers["WWW-Authenticate"] = "Bearer"
    error = {"code": refusal.code, "text": text, "retry_after": seconds}
    return JSONResponse({"error": error}, STATUS[refusal.code], headers)


def language_of(request: Request) -> Language:
    """The visitor's language, from the request's body, its query or the browser, in this order."""
    return next(languages_of(request), DEFAULT)


def languages_of(request: Request) -> Iterator[Language]:
    """The languages served that the request's body, its query or the browser names, in this order."""
    in_body = getattr(request.state, "language", None)
    accepted = (part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))
    candidates = (in_body, request.query_params.get("language"), *accepted)
    return (language for code in candidates if (language := served(code)))
