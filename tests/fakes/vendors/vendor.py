"""A fake of all vendors' APIs at once: accepts what the front sends, or fails on request."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.launch.servers import HOST, free_port


@dataclass(frozen=True)
class Taken:
    """One call that the vendor accepted (answered with 2xx)."""

    method: str
    path: str
    headers: dict
    body: dict
    at: float = field(default_factory=time.time)


@dataclass
class Fault:
    """What the vendor does instead of taking a message: a status, silence, or a connection cut.

    `taken` says whether it takes the message all the same and only its word is lost.
    """

    status: int | None = None
    body: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    hang: float = 0.0
    taken: bool = False


class Vendor:
    """Listens on a free port; `wires` know what each vendor's responses look like."""

    def __init__(self, wires):
        self.port, self.wires = free_port(), wires
        self.taken, self.refused = [], []
        self.faults = {}
        self.start()

    @property
    def url(self):
        return f"http://{HOST}:{self.port}"

    def start(self):
        app = Starlette(routes=[Route("/{path:path}", self._take, methods=["GET", "POST", "PUT", "DELETE"])])
        options = {"log_level": "critical", "log_config": None, "ws": "wsproto", "timeout_graceful_shutdown": 0}
        config = uvicorn.Config(app, HOST, self.port, **options)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    def stop(self):
        self._server.should_exit = True
        self._thread.join(10)

    def fail(self, person, *faults):
        """Makes the next messages to a person fail with these faults, one each."""
        self.faults.setdefault(person, deque()).extend(faults)

    def left(self, person):
        """Faults that have not happened yet."""
        return len(self.faults.get(person, ()))

    async def _take(self, request: Request) -> Response:
        raw = await request.body()
        has_json = "json" in request.headers.get("content-type", "")
        body = json.loads(raw) if has_json else dict(parse_qsl(raw.decode()))
        call = Taken(request.method, request.url.path, dict(request.headers), body)
        wire = next(wire for wire in self.wires if wire.owns(call))
        told = wire.told(call)
        faults = self.faults.get(told.person) if told else None
        fault = faults.popleft() if faults else None
        if fault is None or fault.taken:
            self.taken.append((wire.name, call, told))
        if fault is None:
            status, answer = wire.answer(call)
            return JSONResponse(answer, status)
        self.refused.append((wire.name, told, fault))
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(fault.hang)
        return JSONResponse(fault.body, fault.status or 200, fault.headers)
