"""Stands in for Rasa, with a settable time for each answer, and for messengers' APIs: neither is attacked here.

Like Rasa, it works on one message at a time. `python -m benchmarks.attack.stand_in PORT SECONDS`.
"""

from __future__ import annotations

import asyncio
import sys
import time
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from assistant.core.envelope import Envelope, RasaMessage
from assistant.launch.servers import HOST

STEP_SECONDS = 0.05
TEXT = "IOM hat in Deutschland Büros in Berlin und Nürnberg. Ein Satz, wie ihn eine Antwort enthält. " * 3


class StandIn:
    """Answers every question with the same fact, and takes every message that is to be delivered."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._busy = seconds, asyncio.Lock()
        self._seen: dict[str, list[str]] = {"senders": [], "recipients": [], "secrets": []}

    def application(self) -> Starlette:
        """Its routes."""
        return Starlette(
            routes=[
                Route("/", lambda _: PlainTextResponse("ok")),
                Route("/seen/{what}", self._told),
                Route("/pace/{seconds:float}", self._pace, methods=["POST"]),
                Route("/webhooks/rest/webhook", self._answer, methods=["POST"]),
                Route("/webhooks/erase/{sender}", _erase, methods=["DELETE"]),
                Route("/{rest:path}", self._deliver, methods=["POST"]),
            ]
        )

    async def _told(self, request: Request) -> Response:
        lines = (line.encode("unicode_escape").decode() for line in self._seen[request.path_params["what"]])
        return PlainTextResponse("".join(f"{line}\n" for line in lines))

    async def _pace(self, request: Request) -> Response:
        self._seconds = request.path_params["seconds"]
        return PlainTextResponse("ok")

    async def _answer(self, request: Request) -> Response:
        question = await request.json()
        self._seen["senders"].append(question["sender"])
        async with self._busy:
            await self._work()
        return JSONResponse(_reply(question["sender"]))

    async def _work(self) -> None:
        """Takes as long as the pace says, even if that is set meanwhile."""
        began = time.monotonic()
        while (left := began + self._seconds - time.monotonic()) > 0:
            await asyncio.sleep(min(left, STEP_SECONDS))

    async def _deliver(self, request: Request) -> Response:
        """Takes a call to WhatsApp or Telegram; Telegram is told how its requests will be known."""
        body = await request.json()
        if "secret_token" in body:
            self._seen["secrets"].append(body["secret_token"])
        recipient = body.get("to") or body.get("recipient") or body.get("chat_id")
        if recipient and body.get("status") != "read":
            self._seen["recipients"].append(str(recipient))
        id_ = len(self._seen["recipients"])
        return JSONResponse({"ok": True, "result": {"message_id": id_}, "messages": [{"id": f"wamid.{id_}"}]})


async def _erase(_: Request) -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _reply(sender: str) -> list[RasaMessage]:
    envelope: Envelope = {
        "kind": "fact",
        "entries": ["ask_history/founding"],
        "language": "de",
        "as_of": "2024-10",
        "sources": [],
    }
    return [{"recipient_id": sender, "text": TEXT}, {"recipient_id": sender, "custom": {"answer": envelope}}]


def main() -> None:
    """Serves until it is ended."""
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    app = StandIn(seconds).application()
    uvicorn.run(app, host=HOST, port=port, log_level="critical", access_log=False, ws="none")


if __name__ == "__main__":
    main()
