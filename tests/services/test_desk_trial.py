"""What the desk's page "Try" leaves behind with the real Rasa: nothing."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from assistant.desk import trial
from assistant.desk.trial import shortest, tried
from assistant.launch import servers
from tests.support.replies import envelope

pytestmark = pytest.mark.slow

FIRST, LEANING = "Was ist das Familienhilfeprogramm?", "Und wer bezahlt das?"


def test_a_conversation_is_erased_after_its_answer(assistant_port, monkeypatch):
    sender = f"desk-{uuid.uuid4().hex}"
    monkeypatch.setattr(trial, "new_sender", lambda: sender)
    addresses = (f"http://{servers.HOST}:{assistant_port}",)
    together = asyncio.run(tried(addresses, LEANING, (FIRST,)))
    assert together.answered == ("ask_programmes/fap_funding",)
    assert together.reply.why["parts"]
    alone = envelope(servers.ask(LEANING, assistant_port, uuid.uuid4().hex))
    after = envelope(servers.ask(LEANING, assistant_port, sender))
    assert after["entries"] == alone["entries"] != ["ask_programmes/fap_funding"]


def test_only_the_messages_that_the_answer_needs_are_kept(assistant_port):
    addresses = (f"http://{servers.HOST}:{assistant_port}",)
    found = asyncio.run(tried(addresses, LEANING, ("Hallo", FIRST)))
    assert asyncio.run(shortest(addresses, found)) == (FIRST,)


def test_an_assistant_that_is_away_is_no_answer(monkeypatch):
    monkeypatch.setattr(trial, "PATIENCE_SECONDS", 1.0)
    assert asyncio.run(tried((f"http://{servers.HOST}:{servers.free_port()}",), FIRST, ())) is None
