"""Whatever is sent, the visitor gets an orderly, polite answer, and the next message works."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid

import pytest

from assistant.launch import servers
from tests.support.replies import envelope, text_of

pytestmark = pytest.mark.slow

BAD = {
    "empty": "",
    "blank": "   \n\t ",
    "no-break space": "\u00a0\u3000",
    "very long": "Wie viele Menschen " * 5300,
    "one long word": "a" * 100_000,
    "control characters": "Was\x00 ist\x08 FAP\x7f?\x1b[31m",
    "lone surrogate": "Was ist FAP \ud83d?",
    "emoji": "😀🇩🇪",
    "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "link": "[click](javascript:alert(1))",
    "restart": "/restart",
    "session start": "/session_start",
    "intent with slot": '/ask_history{"x":1}',
    "intent by name": "/crisis/danger",
    "action by name": "/action_answer",
    "yaml": "!!python/object/apply:os.system ['ls']",
    "template": "{{7*7}} {conversation} ${HOME} %(name)s",
    "sql": "'; DROP TABLE events; --",
    "repeated marks": "?" * 5000,
    "right to left": "\u202eطلب\u202c مساعدة",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_bad_text_is_answered_and_the_next_message_works(text, say):
    sender = uuid.uuid4().hex
    begun = time.monotonic()
    first = envelope(say(text, sender))
    assert time.monotonic() - begun < 3
    # A request for help in Arabic is an emergency.
    assert first["kind"] in {"fallback", "fact", "clarify", "control", "smalltalk", "referral", "crisis"}
    second = say("Wann wurde die IOM gegründet?", sender)
    assert envelope(second)["entries"] == ["ask_history/founding"]


@pytest.mark.parametrize("text", ["/restart", '/ask_history{"x":1}', "/back"])
def test_no_text_is_a_command(text, say):
    sender = uuid.uuid4().hex
    say("Was ist das Familienhilfeprogramm?", sender)
    say(text, sender)
    assert envelope(say("Und wer bezahlt das?", sender))["entries"] == ["ask_programmes/fap_funding"]


def test_long_text_is_read_at_its_beginning_and_says_so(say):
    reply = say("When did IOM get its present name? " + "x y z " * 20_000)
    assert "1989" in text_of(reply)
    assert "beginning" in text_of(reply)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"message": null}', b'{"message": ["a"]}', b'{"message": 7}'])
def test_a_body_that_is_no_message_leaks_nothing(body, assistant_port, say):
    url = f"http://{servers.HOST}:{assistant_port}/webhooks/rest/webhook"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            said = reply.read().decode()
    except urllib.error.HTTPError as error:
        said = error.read().decode()
    assert "Traceback" not in said
    assert "latest_message" not in said
    assert envelope(say("Hallo"))["kind"] == "smalltalk"


def test_metadata_names_the_page_language(assistant_port):
    body = json.dumps({"sender": uuid.uuid4().hex, "message": "FAP", "metadata": {"language": "en-GB"}}).encode()
    url = f"http://{servers.HOST}:{assistant_port}/webhooks/rest/webhook"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert envelope(json.load(reply))["language"] == "en"
