"""The visitor gets an apology if the action server gives no answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from assistant.core.conversation import SLOT, Conversation
from assistant.core.languages import LANGUAGES, Evidence
from assistant.core.understanding import KEY, Understanding
from assistant.engine.patches import apology_for_silence
from assistant.engine.patches.apology import apology, is_reply
from assistant.knowledge import knowledge
from assistant.launch.servers import free_port

NONSENSE = [
    "{}",
    "[]",
    '"text"',
    "not JSON",
    '{"events": "many"}',
    '{"events": [{"event": "nonsense"}]}',
    '{"responses": [{}]}',
]


@asynccontextmanager
async def action_server(body: str | None, status: str = "200 OK") -> AsyncIterator[str]:
    """The address of a server that gives every request this response; None: it never responds."""
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if body is None:
            await over.wait()
        else:
            head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n{body}".encode())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhook"
    finally:
        over.set()
        server.close()
        await server.wait_closed()


def asked(domain, language="de", clear=True, metadata=None, **conversation):
    """A conversation in which a question has just been asked."""
    understanding = Understanding(Evidence(language, clear)).as_dict()
    message = UserUttered("?", parse_data={"text": "?", KEY: understanding}, metadata=metadata)
    slot = SlotSet(SLOT, Conversation(**conversation).as_slot())
    return DialogueStateTracker.from_events("visitor", [ActionExecuted("action_listen"), slot, message], domain.slots)


async def run(url, tracker, domain):
    """The events that Rasa gets from running the action."""
    action = RemoteAction("action_answer", EndpointConfig(url))
    return await action.run(CollectingOutputChannel(), None, tracker, domain)


def envelope(events):
    """The answer envelope at the end of the events."""
    return events[-1].data["custom"]["answer"]


def is_apology(events, language):
    """Whether the events are an apology in a language, and nothing else."""
    return events[0].text == knowledge().phrase("error", language) and envelope(events)["kind"] == "error"


@pytest.fixture
def patched(stock):
    """Applies the patch to Rasa."""
    apology_for_silence.apply()


@pytest.fixture
def nowhere():
    """An address at which nothing listens."""
    return f"http://127.0.0.1:{free_port()}/webhook"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_action_server_away_is_apologized_for(patched, nowhere, domain, language):
    events = await run(nowhere, asked(domain, language), domain)
    assert is_apology(events, language)
    assert envelope(events)["language"] == language


async def test_action_server_that_hangs_is_apologized_for_in_time(patched, domain):
    started = time.perf_counter()
    async with action_server(None) as url:
        events = await run(url, asked(domain), domain)
    assert is_apology(events, "de")
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize("body", NONSENSE)
async def test_nonsense_is_apologized_for(patched, domain, body):
    async with action_server(body) as url:
        assert is_apology(await run(url, asked(domain, "en"), domain), "en")


@pytest.mark.parametrize("status", ["500 Internal Server Error", "404 Not Found", "400 Bad Request"])
async def test_error_is_apologized_for(patched, domain, status):
    async with action_server('{"error": "x", "action_name": "action_answer"}', status) as url:
        assert is_apology(await run(url, asked(domain), domain), "de")


async def test_missing_address_is_apologized_for(patched, domain):
    action = RemoteAction("action_answer", None)
    assert is_apology(await action.run(CollectingOutputChannel(), None, asked(domain), domain), "de")


async def test_reply_passes_as_it_is(patched, domain):
    body = json.dumps({"events": [{"event": "slot", "name": SLOT, "value": None}], "responses": [{"text": "1954"}]})
    async with action_server(body) as url:
        events = await run(url, asked(domain), domain)
    assert [type(event) for event in events] == [BotUttered, SlotSet]
    assert events[0].text == "1954"


async def test_rasa_still_fails_by_itself_where_the_server_is_away(stock, nowhere, domain):
    with pytest.raises(RasaException, match="Couldn't connect"):
        await run(nowhere, asked(domain), domain)


async def test_rasa_is_still_content_with_silence_by_itself(stock, domain):
    async with action_server("{}") as url:
        assert await run(url, asked(domain), domain) == []


async def test_rasa_would_still_wait_for_minutes_by_itself():
    from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT

    assert DEFAULT_REQUEST_TIMEOUT > 10 * apology_for_silence.TIMEOUT_SECONDS


@pytest.mark.parametrize(
    ("about", "language"),
    [
        ({"language": "en", "clear": True}, "en"),
        ({"language": "en", "clear": False}, "en"),
        ({"language": None, "clear": False}, "en"),
        ({"language": None, "clear": False, "metadata": {"language": "en-GB"}}, "en"),
        ({"language": "de", "clear": True, "wish": "en"}, "en"),
    ],
)
def test_apology_is_in_the_language_of_the_conversation(domain, about, language):
    assert is_apology(apology(asked(domain, **about), "rest"), language)


def test_apology_before_any_message_is_in_the_default_language(domain):
    tracker = DialogueStateTracker.from_events("visitor", [], domain.slots)
    assert is_apology(apology(tracker, "rest"), "en")


def test_apology_in_the_shell_is_plain_text(domain):
    (event,) = apology(asked(domain), "cmdline")
    assert event.text == knowledge().phrase("error", "de")
    assert "custom" not in event.data


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], False),
        ([SlotSet("a", 1)], False),
        ([BotUttered()], False),
        ([BotUttered("")], False),
        ([BotUttered("1954")], True),
        ([BotUttered(data={"custom": {"answer": {}}})], True),
        ([SlotSet("a", 1), BotUttered("1954")], True),
    ],
)
def test_reply_is_what_says_something(events, expected):
    assert is_reply(events) == expected
