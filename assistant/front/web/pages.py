"""The public pages: opening, health, API description, demo and the widget's files."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import anyio
import yaml
from anyio.to_thread import run_sync
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

from assistant.core.languages import LANGUAGES
from assistant.front.core.errors import RefusedError, language_of
from assistant.front.core.starters import starters
from assistant.front.operate import metrics
from assistant.front.store import canary, faults
from assistant.front.store.quota import is_full
from assistant.front.web import team
from assistant.front.web.state import Front, front_of
from assistant.knowledge.render import cards

logger = logging.getLogger(__name__)
DESCRIPTION = Path(__file__).with_name("openapi.yml")
PAGE = (
    "default-src 'self'; require-trusted-types-for 'script'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
# For some minutes pages need not ask for the element again; after that they use it once more while they ask.
WIDGET_CACHED = "public, max-age=600, stale-while-revalidate=86400"
# The kinds of file that are worth compressing.
COMPRESSIBLE = (".js", ".mjs", ".css", ".html", ".json", ".svg")
# What ends the tag of a compressed copy.
OF_COMPRESSED = '-gzip"'
OF_WHOLE_FILE = ("content-length", "accept-ranges")
# Whose website leads to people while nobody can be asked here.
OFFICE = "iom_germany"
READINESS_TIMEOUT_SECONDS = 3.0
# How long a result is reused, so that nobody can flood Rasa with checks.
READINESS_TTL_SECONDS = 2.0


async def opening(request: Request) -> Response:
    """What a chat window shows before the first message; stores nothing."""
    front, language = front_of(request), language_of(request)
    (office,) = cards(front.knowledge, [OFFICE], language)
    content = {
        "languages": list(LANGUAGES),
        "language": language,
        "notice": {"retention_days": None if front.settings.only_in_memory else front.settings.retention_days},
        "links": {"privacy": front.settings.privacy, "imprint": front.settings.imprint},
        "contact": {"text": office["name"], "url": office["url"]},
        "starters": [entry.question for entry in starters(front.knowledge, language)],
        "available": not front.notice.closed,
        "announcement": front.notice.announcement(language),
        "team": team.offered(front),
    }
    return JSONResponse(content, headers={"Cache-Control": "public, max-age=30", "Vary": "Accept-Language"})


async def health(_: Request) -> Response:
    """The process is alive."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """Whether a message is really stored, answered, read and deleted; only one check runs at a time.

    A used-up quota is no reason to send visitors elsewhere: all fronts share it, and here they can read and delete.
    """
    front = front_of(request)
    if front.notice.closed:
        # Every message gets the announcement, whatever the state of Rasa.
        return JSONResponse({"status": "closed"})
    async with front.readiness.lock:
        if time.monotonic() - front.readiness.checked_at > READINESS_TTL_SECONDS:
            front.readiness.ready = all(await asyncio.gather(_answers(front), _stores(front)))
            front.readiness.full = front.readiness.ready and await run_sync(is_full, front.engine)
            front.readiness.checked_at = time.monotonic()
    if not front.readiness.ready:
        raise RefusedError("unavailable", retry_after=READINESS_TTL_SECONDS)
    return JSONResponse({"status": "full" if front.readiness.full else "ready"})


async def _stores(front: Front) -> bool:
    """Whether the database takes a message, gives it back and deletes it, in time."""
    try:
        with anyio.fail_after(READINESS_TIMEOUT_SECONDS):
            await run_sync(canary.fly, front.engine, abandon_on_cancel=True)
    except (*faults.PASSING, DBAPIError, canary.CanaryError, TimeoutError) as error:
        faults.count(error)
        metrics.failed("canary")
        logger.error("Not ready: %s.", faults.described(error))
        return False
    return True


async def _answers(front: Front) -> bool:
    offered = starters(front.knowledge, LANGUAGES[0])
    # If each of them is withdrawn, any text will do.
    question = offered[0].question if offered else front.knowledge.phrase("fallback", LANGUAGES[0])
    until = time.time() + READINESS_TIMEOUT_SECONDS
    reply = await front.rasa.ask(front.keys.sender("ready", "ready"), question, {}, until)
    return reply is not None and reply.envelope["kind"] != "error"


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI description of the front."""
    content: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text("utf-8"))
    schemas = content["components"]["schemas"]
    schemas["Language"]["enum"] = list(LANGUAGES)
    schemas["ChosenLanguage"]["enum"] = [*LANGUAGES, None]
    return content


async def openapi(_: Request) -> Response:
    """Serves the description, for clients and their tools."""
    return Response(json.dumps(description(), ensure_ascii=False), media_type="application/json")


class Files(StaticFiles):
    """Files that browsers revalidate on each use unless told otherwise, compressed for those that understand it.

    They are the same for everybody. Nothing that contains what a visitor wrote may be compressed: its length would
    tell of its content (the attack BREACH).
    """

    def __init__(self, folder: Path, headers: dict[str, str]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._headers = {"Cache-Control": "no-cache", **headers}

    async def check_config(self) -> None:
        """Raises RefusedError if the folder does not exist: the widget may not be built yet."""
        if not Path(str(self.directory)).is_dir():
            raise RefusedError("not_found")

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; raises HTTPException if there is none."""
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        if path.endswith(COMPRESSIBLE):
            response.headers.add_vary_header("Accept-Encoding")
            response = await self._compressed(response, Headers(scope=scope))
        if path.endswith((".js", ".mjs")):
            response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return response

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Whether the client has this version of the file, in whichever encoding."""
        tags = request_headers.get("if-none-match", "").replace(OF_COMPRESSED, '"')
        others = {name: value for name, value in request_headers.items() if name != "if-none-match"}
        return super().is_not_modified(
            response_headers, Headers({**others, **({"if-none-match": tags} if tags else {})})
        )

    async def _compressed(self, response: Response, asked: Headers) -> Response:
        """The same file compressed, if the client wants it so; nothing if it has it already."""
        if not isinstance(response, (FileResponse, NotModifiedResponse)) or not takes_gzip(asked):
            return response
        # A copy in another encoding is another copy, so it has another tag.
        response.headers["etag"] = response.headers["etag"].removesuffix('"') + OF_COMPRESSED
        if isinstance(response, NotModifiedResponse):
            return response
        found = Path(response.path).stat()
        body = await run_sync(gzipped, Path(response.path), found.st_mtime_ns, found.st_size)
        kept = {name: value for name, value in response.headers.items() if name not in OF_WHOLE_FILE}
        return Response(body, headers={**kept, "Content-Encoding": "gzip"})


def takes_gzip(asked: Headers) -> bool:
    """Whether a client accepts gzip, and does not ask for a part of the file."""
    named = {part.replace(" ", "").lower() for part in asked.get("accept-encoding", "").split(",")}
    refused = {"gzip;q=0", "gzip;q=0.0", "gzip;q=0.00", "gzip;q=0.000"}
    wanted = any(part == "gzip" or part.startswith("gzip;") for part in named - refused)
    return wanted and "range" not in asked


@lru_cache(maxsize=64)
def gzipped(path: Path, _modified: int, _size: int) -> bytes:
    """A file compressed as much as possible, which happens once for each version of it."""
    return gzip.compress(path.read_bytes(), 9, mtime=0)


class Page(Files):
    """One page of a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, {"Content-Security-Policy": PAGE})
        self._name = name

    async def get_response(self, _: str, scope: Scope) -> Response:
        """The page, whatever its path."""
        return await super().get_response(self._name, scope)
