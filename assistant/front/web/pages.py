"""The public pages: opening, health, description, demo and the widget's files."""

from __future__ import annotations

import json
import re
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from assistant.core.languages import LANGUAGES
from assistant.front.core.errors import RefusedError, language_of
from assistant.front.core.starters import starters
from assistant.front.rasa.client import envelope_of
from assistant.front.web.state import Front, front_of

DESCRIPTION = Path(__file__).with_name("openapi.yml")
PAGE = (
    "default-src 'self'; require-trusted-types-for 'script'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'self'; object-src 'none'"
)
ADDRESS = re.compile(r"https://\S+")
LONGEST_PROOF = 3.0
# Asked of Rasa at most this often, whoever calls.
PROOF_LASTS = 2.0


async def opening(request: Request) -> Response:
    """What a chat window shows before anything is said; stores nothing."""
    front, language = front_of(request), language_of(request)
    person = front.knowledge.phrase("human", language)
    content = {
        "languages": list(LANGUAGES),
        "language": language,
        "notice": {"retention_days": None if front.settings.only_in_memory else front.settings.retention_days},
        "links": {"privacy": front.settings.privacy, "imprint": front.settings.imprint},
        "contact": {"text": front.knowledge.phrase("contact", language), "url": ADDRESS.findall(person)[0]},
        "starters": [entry.question for entry in starters(front.knowledge, language)],
        "available": not front.notice.closed,
        "announcement": front.notice.announcement(language),
    }
    return JSONResponse(content, headers={"Cache-Control": "public, max-age=30", "Vary": "Accept-Language"})


async def health(_: Request) -> Response:
    """The process lives."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """A question really gets an answer; one is asked at a time, however many want to know."""
    front = front_of(request)
    if front.notice.closed:
        # Every message gets the announcement, whatever Rasa does.
        return JSONResponse({"status": "closed"})
    async with front.proof.lock:
        if time.monotonic() - front.proof.at > PROOF_LASTS:
            front.proof.answered = await _answers(front)
            front.proof.at = time.monotonic()
    if not front.proof.answered:
        raise RefusedError("unavailable", retry_after=PROOF_LASTS)
    return JSONResponse({"status": "ready"})


async def _answers(front: Front) -> bool:
    question = starters(front.knowledge, LANGUAGES[0])[0].question
    said = await front.rasa.ask(front.keys.sender("ready", "ready"), question, {}, time.time() + LONGEST_PROOF)
    return said is not None and envelope_of(said)["kind"] != "error"


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI description of the front."""
    content: dict[str, Any] = yaml.safe_load(DESCRIPTION.read_text("utf-8"))
    return content


async def openapi(_: Request) -> Response:
    """The description, for clients and their tools."""
    return Response(json.dumps(description(), ensure_ascii=False), media_type="application/json")


class Files(StaticFiles):
    """Files that browsers ask for again each time, and are told when nothing changed."""

    def __init__(self, folder: Path, headers: dict[str, str]) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._headers = {"Cache-Control": "no-cache", **headers}

    async def check_config(self) -> None:
        """Raises RefusedError as long as the folder is not there: the widget may not be built yet."""
        if not Path(str(self.directory)).is_dir():
            raise RefusedError("not_found")

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; raises HTTPException where there is none."""
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        if path.endswith((".js", ".mjs")):
            response.headers["Content-Type"] = "text/javascript; charset=utf-8"
        return response


class Page(Files):
    """One page of a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, {"Content-Security-Policy": PAGE})
        self._name = name

    async def get_response(self, _: str, scope: Scope) -> Response:
        """The page, whatever its path."""
        return await super().get_response(self._name, scope)
