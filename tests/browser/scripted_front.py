"""A scripted front: prepared answers, and every fault that a network or a server can have."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from assistant.core.languages import LANGUAGES
from assistant.core.paths import ROOT
from assistant.launch.servers import free_port

Event = dict[str, Any]
Answer = Callable[[str, str], Event | None]
POLICY = "default-src 'self'; require-trusted-types-for 'script'"
WIDGET = ROOT / "widget"
TICK = 0.02


@dataclass
class Script:
    """What the front does next; tests change it as they go."""

    answer: Answer = field(default=lambda text, language: None)
    # Answers are held back while this is set.
    answers_held: bool = False
    # Seconds before the front acknowledges a message.
    receipt_delay: float = 0.0
    # Seconds before the front says that a chat is open.
    opening_delay: float = 0.0
    # Streams that a proxy buffers: open, but nothing gets through.
    streams_held: bool = False
    # The connection that carries events is cut, and stays cut.
    events_cut: bool = False
    refuse_post: Callable[[str], tuple[int, Event] | None] = field(default=lambda text: None)
    refuse_delete: bool = False
    # Seconds before each further judgement arrives; none where the list is empty.
    feedback_delays: list[float] = field(default_factory=list)
    refuse_reason: bool = False
    # What entries say in a language, outside of a chat; none where it is None.
    entries: Callable[[list[str], str], Event | None] = field(default=lambda entries, language: None)
    announcement: str | None = None
    available: bool = True
    # None: nothing is stored beyond the chat.
    retention_days: int | None = 30
    # When people are at work who can be asked; None: nobody can be.
    team: list[Event] | None = None
    # What the front says to a question to people.
    team_reply: Callable[[Event], tuple[int, Event]] = field(
        default=lambda question: (201, {"emergency": False, "expires_at": None})
    )
    policy: str = POLICY


@dataclass
class Chat:
    """One chat, in memory."""

    events: list[Event] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)
    feedback: list[Event] = field(default_factory=list)
    # The ids of messages that have no answer yet, in order.
    waiting: list[str] = field(default_factory=list)

    def add(self, type_: str, **data: Any) -> int:
        sequence = len(self.events) + 1
        self.events.append({"sequence": sequence, "type": type_, "at": now().isoformat(), **data})
        return sequence


class ScriptedFront:
    """Runs in its own thread; chats survive a restart, as they do with the real one."""

    def __init__(self, port: int | None = None) -> None:
        self.port = port or free_port()
        self.script = Script()
        self.chats: dict[str, Chat] = {}
        self.requests: list[tuple[str, str]] = []
        self.posts: list[Event] = []
        self.to_team: list[Event] = []
        self._streams: set[int] = set()
        self.pages: dict[str, str] = {}
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def open_streams(self) -> int:
        """The number of this test's open streams; one of an earlier test may end late."""
        return len(self._streams)

    @property
    def api_requests(self) -> list[tuple[str, str]]:
        """The requests but those for files, which a browser loads when it has time."""
        return [request for request in self.requests if request[1].startswith("/api")]

    def start(self) -> None:
        config = uvicorn.Config(
            self._application(),
            port=self.port,
            log_level="critical",
            log_config=None,
            timeout_graceful_shutdown=0,
            lifespan="off",
            ws="none",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(TICK)

    def stop(self) -> None:
        assert self._server
        assert self._thread
        self._server.should_exit = True
        self._thread.join(10)

    def reset(self) -> None:
        """Restores the state before the first test."""
        self.script = Script()
        self.chats, self.requests, self.posts, self.to_team, self.pages = {}, [], [], [], {}
        self._streams = set()

    def _application(self) -> Starlette:
        routes = [
            Route("/api/opening", self._opening),
            Route("/api/topics", self._topics),
            Route("/api/answers", self._answers),
            Route("/api/chat", self._open_chat, methods=["POST"]),
            Route("/api/chat", self._delete, methods=["DELETE"]),
            Route("/api/chat", self._export),
            Route("/api/chat/messages", self._post, methods=["POST"]),
            Route("/api/chat/events", self._events),
            Route("/api/chat/feedback", self._feedback, methods=["POST"]),
            Route("/api/chat/team", self._team, methods=["POST"]),
            Route("/pages/{name}", self._page),
            Route("/", self._demo),
            *(Route(f"/{language}", self._demo) for language in ("en", "uk", "ar")),
            Mount("/widget", StaticFiles(directory=WIDGET / "dist")),
            Mount("/demo", StaticFiles(directory=WIDGET / "demo")),
            Mount("/hosts", StaticFiles(directory=Path(__file__).parent / "hosts")),
        ]
        cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
        application = Starlette(routes=routes, middleware=[cors])
        application.middleware_stack = self._recorded(application.build_middleware_stack())
        return application

    def _recorded(self, application: Any) -> Any:
        async def recorded(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                self.requests.append((scope["method"], scope["path"]))
            await application(scope, receive, send)

        return recorded

    async def _demo(self, request: Request) -> Response:
        name = f"{request.url.path.strip('/') or 'index'}.html"
        return self._html((WIDGET / "demo" / name).read_text("utf-8"))

    async def _page(self, request: Request) -> Response:
        return self._html(self.pages[request.path_params["name"]])

    def _html(self, markup: str) -> Response:
        return HTMLResponse(markup, headers={"Content-Security-Policy": self.script.policy})

    async def _opening(self, request: Request) -> Response:
        language = request.query_params["language"]
        home = "https://germany.iom.int"
        return JSONResponse(
            {
                "languages": list(LANGUAGES),
                "language": language,
                "notice": {"retention_days": self.script.retention_days},
                "links": {"privacy": f"{home}/privacy", "imprint": f"{home}/imprint"},
                "contact": {"text": "IOM", "url": home},
                "starters": STARTERS.get(language, STARTERS["en"]),
                "available": self.script.available,
                "announcement": self.script.announcement,
                "team": None if self.script.team is None else {"hours": self.script.team},
            }
        )

    async def _topics(self, request: Request) -> Response:
        language = request.query_params["language"]
        questions = [{"entry": "a/b", "text": text} for text in STARTERS.get(language, STARTERS["en"])]
        titles = {"de": ["Familie", "Geld"]}.get(language, ["Family", "Money"])
        topics = [{"id": title.lower(), "title": title, "questions": questions} for title in titles]
        return JSONResponse({"language": language, "topics": topics})

    async def _answers(self, request: Request) -> Response:
        said = self.script.entries(request.query_params["entries"].split(","), request.query_params["language"])
        if said is None:
            return JSONResponse({"error": {"code": "not_found", "text": "…", "retry_after": None}}, 404)
        return JSONResponse({"answer": said})

    async def _open_chat(self, _: Request) -> Response:
        token = uuid.uuid4().hex
        self.chats[token] = Chat()
        await asyncio.sleep(self.script.opening_delay)
        return JSONResponse({"token": token, "expires_at": (now() + timedelta(days=30)).isoformat()}, 201)

    async def _post(self, request: Request) -> Response:
        body = await request.json()
        chat = self._chat(request)
        if chat is None:
            return gone()
        refusal = self.script.refuse_post(body["text"])
        if refusal:
            return JSONResponse({"error": refusal[1]}, refusal[0])
        if body["id"] not in chat.ids:
            self.posts.append(body)
            chat.ids[body["id"]] = chat.add("visitor", id=body["id"], text=body["text"])
            self._pending = asyncio.create_task(self._answer(chat, body, self.script))
        receipt = JSONResponse({"id": body["id"], "sequence": chat.ids[body["id"]]}, 202)
        await asyncio.sleep(self.script.receipt_delay)
        return receipt

    async def _answer(self, chat: Chat, body: Event, script: Script) -> None:
        await asyncio.sleep(0)
        chat.waiting.append(body["id"])
        # Like the real front, one message of a chat after the other.
        while script.answers_held or chat.waiting[0] != body["id"]:
            await asyncio.sleep(TICK)
        event = script.answer(body["text"], body["choice"] or body["language"])
        if event:
            chat.add("assistant", reply_to=body["id"], **event)
        chat.waiting.pop(0)

    async def _events(self, request: Request) -> Response:
        chat = self._chat(request)
        if chat is None:
            return gone()
        if self.script.events_cut:
            return JSONResponse({"error": {"code": "unavailable", "text": "…", "retry_after": None}}, 503)
        after = int(request.query_params.get("after", 0))
        if "text/event-stream" in request.headers["accept"]:
            return StreamingResponse(self._stream(request, chat, after), media_type="text/event-stream")
        wait = time.monotonic() + float(request.query_params.get("wait", 0))
        while not (new := chat.events[after:]) and time.monotonic() < wait and not await self._leaving(request):
            await asyncio.sleep(TICK)
        return JSONResponse({"events": new})

    async def _stream(self, request: Request, chat: Chat, after: int) -> AsyncIterator[str]:
        streams = self._streams
        streams.add(id(request))
        try:
            async for told in self._told(request, chat, after):
                yield told
        finally:
            streams.discard(id(request))

    async def _told(self, request: Request, chat: Chat, after: int) -> AsyncIterator[str]:
        yield "" if self.script.streams_held else ": open\n\n"
        while not await self._leaving(request):
            if not self.script.streams_held:
                for event in chat.events[after:]:
                    after = event["sequence"]
                    yield f"event: message\nid: {after}\ndata: {json.dumps(event)}\n\n"
            await asyncio.sleep(TICK)

    async def _leaving(self, request: Request) -> bool:
        gone_away = self._chat(request) is None or await request.is_disconnected()
        return gone_away or self.script.events_cut or bool(self._server and self._server.should_exit)

    async def _feedback(self, request: Request) -> Response:
        chat = self._chat(request)
        if chat is None:
            return gone()
        feedback = await request.json()
        if self.script.refuse_reason and feedback["reason"]:
            return Response(status_code=500)
        if self.script.feedback_delays:
            await asyncio.sleep(self.script.feedback_delays.pop(0))
        chat.feedback.append(feedback)
        return Response(status_code=204)

    async def _team(self, request: Request) -> Response:
        if self._chat(request) is None:
            return gone()
        self.to_team.append(await request.json())
        status, said = self.script.team_reply(self.to_team[-1])
        return JSONResponse(said, status)

    async def _export(self, request: Request) -> Response:
        chat = self._chat(request)
        if chat is None:
            return gone()
        if request.query_params["format"] == "text":
            return Response("\n".join(str(event) for event in chat.events), media_type="text/plain")
        return JSONResponse({"events": chat.events})

    async def _delete(self, request: Request) -> Response:
        if self.script.refuse_delete:
            return JSONResponse({"error": {"code": "unavailable", "text": "…", "retry_after": None}}, 503)
        return Response(status_code=204) if self.chats.pop(token_of(request), None) else gone()

    def _chat(self, request: Request) -> Chat | None:
        return self.chats.get(token_of(request))


STARTERS = {
    "de": ["Was ist die IOM?", "Wie vielen Menschen hat das Familienhilfeprogramm geholfen?"],
    "en": ["What is IOM?", "How many people has the Family Assistance Programme helped?"],
}
TEXT = {
    "de": "Seit 2016 hat das Familienhilfeprogramm (FAP) mehr als 683.950 Menschen geholfen.",
    "en": "Since 2016, the Family Assistance Programme (FAP) has helped more than 683,950 people.",
}
SOURCE = {
    "title": "70 Jahre IOM in Deutschland",
    "url": "https://germany.iom.int/de/70-jahre-iom-deutschland",
    "publisher": "IOM Deutschland",
}


def part(text: str, kind: str = "fact", question: str | None = None, **more: Any) -> Event:
    """One part of an answer, with source and date if it is a fact."""
    evidence = {"as_of": "2024-10", "as_of_text": "Oktober 2024", "sources": [SOURCE]} if kind == "fact" else {}
    return {
        "text": text,
        "question": question,
        "entry": None,
        "kind": kind,
        "as_of": None,
        **NOTHING,
        **evidence,
        **more,
    }


NOTHING: Event = {
    "as_of_text": None,
    "note_as_of": None,
    "note_as_of_text": None,
    "approved_on": None,
    "approved_on_text": None,
    "sources": [],
    "contacts": [],
}
APPROVED = {"approved_on": "2026-05-01", "approved_on_text": "1. Mai 2026"}
CONTACT = {
    "name": "Familienhilfeprogramm (FAP)",
    "purpose": "Fragen zum Familiennachzug",
    "phone": "+49 30 2902245500",
    "email": "info.fap.de@iom.int",
    "url": "https://germany.iom.int/family-assistance-programme-fap",
    "address": "Straße 1, 10117 Berlin",
    "hours": "Mo–Fr 9–12 Uhr",
    "cost": "kostenlos",
    "languages": ["de", "ar"],
}


def answer(
    *parts: Event, language: str = "de", heading: str | None = None, suggestions: list[str] | None = None
) -> Event:
    """An answer with these parts; its kind is that of the first."""
    kind = parts[0]["kind"]
    return {
        "kind": kind,
        "language": language,
        "parts": list(parts),
        "heading": heading,
        "suggestions": suggestions or [],
        "answer": {"kind": kind},
    }


def a_fact(text: str = "", language: str = "de") -> Event:
    """The usual answer."""
    heading = {"de": "Dazu passt:", "en": "Related:"}[language]
    return answer(part(TEXT[language]), language=language, heading=heading, suggestions=STARTERS[language][:1])


def echo(text: str, language: str) -> Event:
    """Repeats the question, so that a test can tell which answer belongs to it."""
    return answer(part(f"Echo {text}"), language=language)


def gone() -> Response:
    return JSONResponse({"error": {"code": "unknown_session", "text": "…", "retry_after": None}}, 401)


def token_of(request: Request) -> str:
    return request.headers.get("authorization", "").removeprefix("Bearer ")


def now() -> datetime:
    return datetime.now(timezone.utc)
