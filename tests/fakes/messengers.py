"""The real front with every messenger switched on, and people who write to it."""

from __future__ import annotations

import itertools
import subprocess
import time
import uuid

import httpx2
import pytest

from assistant.core.paths import ROOT
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.launch import servers
from tests.fakes.vendors.facebook import FacebookWire
from tests.fakes.vendors.slack import SlackWire
from tests.fakes.vendors.telegram import SECRET, TelegramWire
from tests.fakes.vendors.twilio import SmsWire, TwilioWhatsAppWire
from tests.fakes.vendors.whatsapp import WhatsAppWire
from tests.fakes.vendors.wire import PUBLIC
from tests.support.shared_assistant import LONGEST_START
from tests.support.wait import answers, until

WHATSAPP, TELEGRAM = WhatsAppWire(), TelegramWire()


WIRES = (WHATSAPP, TELEGRAM, FacebookWire(), SlackWire(), SmsWire(), TwilioWhatsAppWire())


LONGEST_ANSWER = 30.0


# Shared, since creating a client takes longer than what is measured with it.
CLIENT = httpx2.Client(timeout=30, limits=httpx2.Limits(max_connections=64))


numbers = itertools.count(1)


class RunningFront:
    """A front in its own process, which can be killed and restarted with the same data."""

    def __init__(self, vendor, rasa_port, data, extra=None):
        self.port, self._rasa_port, self.data = servers.free_port(), rasa_port, data
        settings = {"ASSISTANT_DATA": str(data), "ASSISTANT_SECRET": SECRET, "ASSISTANT_PUBLIC_URL": PUBLIC}
        for wire in WIRES:
            settings.update(wire.environment(vendor.url))
        self._environment = servers.environment({**settings, "LOG_LEVEL": "INFO", **(extra or {})})
        data.mkdir(exist_ok=True, parents=True)
        self.start()

    @property
    def url(self):
        return f"http://{servers.HOST}:{self.port}"

    def start(self):
        with (self.data / "log.txt").open("a") as log:
            command = servers.front_command(self.port, self._rasa_port)
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        ended = self._process.poll
        until(lambda: answers(f"{self.url}/health") or ended() is not None, LONGEST_START, self.logged)
        assert ended() is None, self.logged()

    def kill(self):
        self._process.kill()
        self._process.wait(timeout=30)

    def logged(self):
        return (self.data / "log.txt").read_text("utf-8")

    def kept(self, person):
        """What the front has stored of a person's chat: how far answers were delivered, and the messages."""
        store = Store(database(f"sqlite:///{self.data / 'front.db'}"))
        found = [chat for wire in WIRES for chat, name in store.recipients(wire.name).items() if person in name]
        columns = ("last_sequence", "delivered", "delivered_parts", "in_doubt")
        chats = [[(store.chat(chat) or {}).get(column) for column in columns] for chat in found]
        named = ("sequence", "kind", "state", "accepted_at")
        return [
            (row, [[message[name] for name in named] for message in store.messages_of(chat)])
            for chat, row in zip(found, chats)
        ]


class Person:
    """A person who writes through a messenger."""

    def __init__(self, wire, front, vendor, language="de"):
        self.wire, self._front, self._vendor, self._language = wire, front, vendor, language
        self.name = wire.person(next(numbers))

    def post(self, post):
        """Sends a request to the front as the vendor would; returns the response."""
        return CLIENT.request(
            post.method,
            f"{self._front.url}/webhooks/{self.wire.name}{post.query}",
            content=post.content,
            headers=post.headers,
        )

    def message(self, text, id=None, at=None):  # noqa: A002
        """The webhook request for a message from this person."""
        return self.wire.text(self.name, text, id=id or uuid.uuid4().hex, at=at or time.time(), language=self._language)

    def writes(self, text, **options):
        response = self.post(self.message(text, **options))
        assert response.status_code == 200, response.text
        return response

    def presses(self, sent):
        request = self.wire.choice(self.name, sent, id=uuid.uuid4().hex, at=time.time(), language=self._language)
        assert self.post(request).status_code == 200

    def heard(self):
        """Everything sent to this person so far."""
        return [told for _, _, told in list(self._vendor.taken) if told and told.person == self.name]

    def hears(self, count, seconds=LONGEST_ANSWER):
        """Waits for exactly this many messages and returns them; more is as wrong as fewer."""
        self.waits_for(count, seconds)
        time.sleep(0.3)
        return self.has_heard(count)

    def waits_for(self, count, seconds):
        """Waits until there are at least this many messages."""
        until(lambda: len(self.heard()) >= count, seconds, self._story)

    def has_heard(self, count):
        """The messages; checks that there are exactly this many."""
        heard = self.heard()
        assert len(heard) == count, self._story()
        return heard

    def _story(self):
        """Everything that may explain a missing message."""
        heard = "\n".join(f"  {told.text[:60]!r}" for told in self.heard())
        kept = self._front.kept(self.name)
        return f"{self.name} heard:\n{heard}\nkept: {kept}\nlog: {self._front.logged()[-2000:]}"

    def asks(self, text, **options):
        """Sends a message and waits for one more than before, plus the privacy notice on first contact."""
        before = self.heard()
        self.writes(text, **options)
        return self.hears(len(before) + (1 if before else 2))[-1]


def of_wires(*wires):
    """Runs a test with these vendors only; one is enough where the vendor makes no difference."""
    return pytest.mark.parametrize("wire", wires, indirect=True, ids=named)


def named(wire):
    return wire.name + wire.kind
