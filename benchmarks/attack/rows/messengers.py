"""Attacks through a messenger's webhook, signed as Meta signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks.attack.findings import Finding, Row, at_most, expected
from benchmarks.attack.front import FRONT, STAND_IN, Front, StandIn, running
from benchmarks.attack.visitor import ORDINARY, Client, Response
from tests.support.wait import until

PEOPLE = 300
# Meta waits for some seconds before it sends a batch again.
LONGEST_ACKNOWLEDGEMENT_SECONDS, ANSWERED_SECONDS = 5.0, 50.0
NUMBER, SECRET = "106540352242922", "the app's secret of an attack"
SETTINGS = {
    "ASSISTANT_WHATSAPP_TOKEN": "a token of an attack",
    "ASSISTANT_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
    "ASSISTANT_WHATSAPP_APP_SECRET": SECRET,
    "ASSISTANT_WHATSAPP_VERIFY_TOKEN": "a word of an attack",
    "ASSISTANT_WHATSAPP_BASE_URL": STAND_IN,
}
TELEGRAM = {
    "ASSISTANT_PUBLIC_URL": FRONT,
    "ASSISTANT_TELEGRAM_TOKEN": "1:a-token-of-an-attack",
    "ASSISTANT_TELEGRAM_BASE_URL": STAND_IN,
}
KNOWN_BY = "X-Telegram-Bot-Api-Secret-Token"
QUIET_SECONDS, MOST_LINES = 5.0, 5
DEPTH = 100_000
# What differs from a text message in form, by what is odd about it.
ODD: Mapping[str, Mapping[str, Any]] = {
    "caption an object": {"type": "image", "image": {"id": "1", "caption": {"a": 1}}},
    "caption a list": {"type": "image", "image": {"id": "1", "caption": ["a"]}},
    "body null": {"text": {"body": None}},
    "body a number": {"text": {"body": 7}},
    "body a surrogate": {"text": {"body": "a\ud800b"}},
    "id a list": {"id": ["wamid.1"]},
    "id null": {"id": None},
    "id a surrogate": {"id": "wamid.\ud800"},
    "sender an object": {"from": {"a": 1}},
    "sender a list": {"from": ["49"]},
    "sender a surrogate": {"from": "49\ud800"},
    "sender with a null character": {"from": "49\0001"},
    "sender of 5,000 digits": {"from": "4" * 5000},
    "time not a number": {"timestamp": "nan"},
    "time without end": {"timestamp": "-inf"},
    "title an object": {
        "type": "interactive",
        "interactive": {"type": "list_reply", "list_reply": {"id": "x", "title": {"a": 1}}},
    },
}


def batch(folder: Path) -> list[Finding]:
    """One request with the messages of 300 people; the front is killed as soon as it has acknowledged it."""
    people = [str(491700000000 + number) for number in range(PEOPLE)]
    with running(folder, extra=SETTINGS) as (front, stand_in):
        acknowledged = posted(front, _update([text_message(person, f"batch.{person}") for person in people]))
        front.kill()
        front.start()
        end = time.monotonic() + ANSWERED_SECONDS
        while len(answered := set(stand_in.seen("recipients"))) < PEOPLE and time.monotonic() < end:
            time.sleep(1)
    return [
        at_most("time to its acknowledgement", acknowledged.seconds, LONGEST_ACKNOWLEDGEMENT_SECONDS, "s"),
        expected("acknowledgement", acknowledged.status, HTTPStatus.OK.value),
        expected("people answered, the front having been killed in between", len(answered), PEOPLE),
    ]


def odd_parts(folder: Path) -> list[Finding]:
    """Signed requests in which one part is not of the form described, beside a message that is."""
    with running(folder, extra={**SETTINGS, **TELEGRAM}) as (front, stand_in):
        statuses = {name: posted(front, _beside(number, odd)).status for number, (name, odd) in enumerate(ODD.items())}
        deep = b'{"object": "whatsapp_business_account", "entry": ' + b"[" * DEPTH + b"]" * DEPTH + b"}"
        statuses[f"{DEPTH:,} brackets"] = posted(front, deep).status
        statuses["Telegram chat without a number"] = _odd_chat(front, stand_in)
        refused = [name for name, status in statuses.items() if not 200 <= status < 500]
        unheard = _unheard(stand_in)
        logged = len(front.logged().splitlines())
        time.sleep(QUIET_SECONDS)
        lines = len(front.logged().splitlines()) - logged
    return [
        Finding("requests answered as a fault", ", ".join(refused) or "none", "none", not refused),
        Finding("people beside them without an answer", ", ".join(unheard) or "none", "none", not unheard),
        at_most(f"lines logged in {QUIET_SECONDS:g} s afterwards", lines, MOST_LINES, "lines"),
    ]


def _odd_chat(front: Front, stand_in: StandIn) -> int:
    """A chat whose id is no number, so that nothing can be delivered to it."""
    (secret, *_) = until(lambda: stand_in.seen("secrets"))
    message = {"message_id": 1, "date": int(time.time()), "chat": {"id": "nobody", "type": "private"}, "text": ORDINARY}
    body = {"update_id": 1, "message": message}
    return Client(front.port).send("POST", "/webhooks/telegram", body, {KNOWN_BY: secret}).status


def _unheard(stand_in: StandIn) -> list[str]:
    end = time.monotonic() + ANSWERED_SECONDS / 2
    while True:
        heard = set(stand_in.seen("recipients"))
        unheard = [name for number, name in enumerate(ODD) if _beside_person(number) not in heard]
        if not unheard or time.monotonic() > end:
            return unheard
        time.sleep(1)


def _beside(number: int, odd: Mapping[str, Any]) -> bytes:
    person = str(491720000000 + number)
    spoilt = {**text_message(person, f"odd.{number}"), **odd}
    return _update([spoilt, text_message(_beside_person(number), f"good.{number}")])


def _beside_person(number: int) -> str:
    return str(491710000000 + number)


def text_message(person: str, id_: str) -> dict[str, Any]:
    """A text message as an update contains it."""
    text = {"body": ORDINARY}
    return {"from": person, "id": f"wamid.{id_}", "timestamp": str(int(time.time())), "type": "text", "text": text}


def _update(messages: list[dict[str, Any]]) -> bytes:
    metadata = {"display_phone_number": "4930123", "phone_number_id": NUMBER}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": messages}
    entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def posted(front: Front, body: bytes) -> Response:
    """A request to the webhook, signed as Meta signs it."""
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature}
    return Client(front.port).send("POST", "/webhooks/whatsapp", body, headers, timeout=60)


ROWS = [
    Row(16, "WhatsApp batch of 300 people", batch, 150),
    Row(20, "signed requests with odd parts", odd_parts, 75),
]
