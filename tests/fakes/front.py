"""A front in this process with a scripted Rasa, and a visitor."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn

from assistant.dialogue.present import messages
from assistant.front.core.budgets import Budgets
from assistant.front.core.settings import Caps
from assistant.front.rasa.transport import NotListeningError, Reply
from assistant.front.server.run import server_config
from assistant.knowledge import knowledge
from assistant.launch.servers import HOST as LOOPBACK
from assistant.launch.servers import free_port
from tests.support.wait import until
from tests.unit.dialogue.conftest import asking, message, reply_to

HOST = "front.test"
HERE = f"http://{HOST}"


ENTRY = "ask_history/founding"


AWAY = NotListeningError("away")


def fact(language="de", entry=ENTRY, buttons=()):
    """Rasa's reply when it states a fact."""
    reply = replace(reply_to(message(asking(entry), language=language)), buttons=tuple(buttons))
    said = messages(reply, knowledge(), "rest")
    # Rasa's REST channel sends anything but text as `custom`.
    named = [{"custom": one["json_message"]} if "json_message" in one else one for one in said]
    return [{"recipient_id": "secret", **one} for one in named]


def enveloped(kind, entries=(), language="de", as_of=None):
    """The message that ends a reply."""
    answer = {"kind": kind, "entries": list(entries), "language": language, "as_of": as_of, "sources": []}
    return {"recipient_id": "secret", "custom": {"answer": answer}}


class FakeRasa:
    """Answers `reply(body)` after `slow` seconds; an exception is raised, a number is sent as the status."""

    def __init__(self):
        self.asked, self.erased, self.slow = [], [], 0.0
        self.reply = lambda body: fact(body["metadata"].get("language", "de"))

    async def send(self, method, url, body=None):
        if method == "DELETE":
            self.erased.append(url.rpartition("/")[2])
            return Reply(204, b"")
        asked = json.loads(body)
        self.asked.append(asked)
        await asyncio.sleep(self.slow)
        said = self.reply(asked)
        if isinstance(said, Exception):
            raise said
        return Reply(said, b"") if isinstance(said, int) else Reply(200, json.dumps(said).encode())

    async def close(self):
        """Does nothing, since nothing is open."""

    @property
    def texts(self):
        return [body["message"] for body in self.asked]


class Visitor:
    """A visitor with their own chat."""

    def __init__(self, client, language="de"):
        self.client = client
        self.token = client.post("/api/chat", json={"language": language}).json()["token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def post(self, text, id=None, language="de", choice=None):  # noqa: A002
        body = {"id": id or str(uuid.uuid4()), "text": text, "language": language, "choice": choice}
        return self.client.post("/api/chat/messages", json=body, headers=self.headers)

    def events(self, after=0, wait=0):
        response = self.client.get(f"/api/chat/events?after={after}&wait={wait}", headers=self.headers)
        assert response.status_code == 200, response.text
        return response.json()["events"]

    def answer_to(self, text, seconds=10, **options):
        """Sends a message and waits for its answer."""
        posted = self.post(text, **options)
        assert posted.status_code == 202, posted.text
        id_ = posted.json()["id"]
        return until(lambda: next((event for event in self.events() if event.get("reply_to") == id_), None), seconds)


@contextmanager
def served(app, budgets=None, proxies="") -> Iterator[str]:
    """Serves an application on a real port, as the front is served; yields its address."""
    port = free_port()
    config = server_config(app, LOOPBACK, port, budgets or Budgets(Caps()), proxies)
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
