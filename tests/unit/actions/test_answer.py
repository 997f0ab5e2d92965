"""The action with the SDK's own tracker and dispatcher, without a server."""

from __future__ import annotations

import json
import logging

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import Answer
from assistant.core.conversation import SLOT
from assistant.core.languages import ORIGINALS
from assistant.core.understanding import KEY
from assistant.knowledge.live import live
from tests.unit.dialogue.conftest import after, always, asking, message, phrase, related

FAP = "ask_figures/fap_reached"
BROKEN = {"evidence": "no such thing"}


@pytest.fixture(autouse=True)
def _no_debug(monkeypatch):
    monkeypatch.delenv("ASSISTANT_DEBUG", raising=False)


def understood(part=None, **found):
    """Parse data of a message after a JSON round trip."""
    return json.loads(json.dumps(message(part or asking(FAP), **found).as_dict()))


async def run(data, channel="rest", slot=None, metadata=None):
    """What the action sends, and the events it returns."""
    latest = {"text": "?", KEY: data, "metadata": metadata or {}}
    events = [{"event": "user", "input_channel": channel}, {"event": "action", "name": "action_listen"}]
    tracker = Tracker("someone", {SLOT: slot}, latest, events, False, None, {}, None)
    dispatcher = CollectingDispatcher()
    returned = await Answer().run(dispatcher, tracker, {})
    return dispatcher.messages, returned


def answer_of(messages):
    """The envelope; checks that there is exactly one and that it comes last."""
    found = [one["custom"]["answer"] for one in messages if one["custom"]]
    assert len(found) == 1
    assert messages[-1]["custom"]
    return found[0]


def said(messages):
    """All texts sent."""
    return "\n".join(one["text"] for one in messages if one["text"])


def test_the_action_has_the_name_of_the_domain():
    assert Answer().name() == "action_answer"


@pytest.mark.parametrize(("language", "number"), [("de", "683.950"), ("en", "683,950")])
async def test_a_fact_is_sent_with_its_envelope(language, number):
    messages, _ = await run(understood(language=language))
    assert number in said(messages)
    answer = answer_of(messages)
    assert (answer["kind"], answer["entries"], answer["language"]) == ("fact", [FAP], language)


async def test_the_conversation_is_remembered_in_its_slot():
    _, events = await run(understood(language="en"))
    assert [(event["event"], event["name"]) for event in events] == [("slot", SLOT)]
    assert (events[0]["value"]["entries"], events[0]["value"]["language"]) == ([FAP], "en")


async def test_the_slot_can_be_stored_as_json():
    _, events = await run(understood())
    assert json.loads(json.dumps(events)) == events


async def test_what_was_told_is_read_from_the_slot():
    messages, _ = await run(understood(asking("control/more")), slot=after(FAP).as_slot())
    assert answer_of(messages)["entries"] == [related(FAP)]


@pytest.mark.parametrize("hint", ["de", "en-GB"])
async def test_the_language_of_the_page_is_the_hint(hint):
    messages, _ = await run(understood(), metadata={"language": hint})
    assert answer_of(messages)["language"] == hint[:2]


@pytest.mark.parametrize("slot", [None, "rubbish", 7, {"entries": "x", "language": ["de"]}])
async def test_rubbish_in_the_slot_does_no_harm(slot):
    messages, _ = await run(understood(), slot=slot)
    assert answer_of(messages)["kind"] == "fact"


@pytest.mark.parametrize("language", ORIGINALS)
async def test_an_error_becomes_an_apology(language, caplog):
    before = after(FAP, language=language).as_slot()
    messages, events = await run(BROKEN, slot=before)
    assert said(messages) == phrase("error", language)
    nothing = {"kind": "error", "entries": [], "language": language, "as_of": None, "sources": []}
    assert always(answer_of(messages)) == nothing
    assert events[0]["value"] == before


async def test_an_apology_heeds_the_wish():
    messages, _ = await run(BROKEN, slot={"language": "de", "wish": "en"})
    assert answer_of(messages)["language"] == "en"


async def test_an_error_is_logged_with_its_cause(caplog):
    with caplog.at_level(logging.ERROR):
        await run(BROKEN)
    assert [record.exc_info is not None for record in caplog.records] == [True]


async def test_an_apology_shows_no_cause():
    messages, _ = await run(BROKEN, channel="cmdline")
    assert said(messages) == phrase("error", "en")


async def test_an_apology_heeds_the_language_of_the_page():
    messages, _ = await run(BROKEN, metadata={"language": "en"})
    assert answer_of(messages)["language"] == "en"


async def test_a_reply_that_cannot_be_sent_becomes_an_apology():
    messages, _ = await run(understood(asking("control/repeat")), slot={"said": ["ask_data/gone"]})
    assert answer_of(messages)["kind"] in ("error", "control", "fallback")


async def test_a_terminal_gets_text_and_no_envelope():
    messages, _ = await run(understood(), channel="cmdline")
    assert [bool(one["custom"]) for one in messages] == [False]
    assert "As of: October 2024" in said(messages)


async def test_staff_in_a_terminal_are_told_what_an_answer_is_made_of(monkeypatch):
    monkeypatch.setenv("ASSISTANT_DEBUG", "1")
    data = understood()
    messages, _ = await run(data, channel="cmdline")
    assert messages[-1]["custom"]["understanding"] == data
    assert messages[-1]["custom"]["answer"]["entries"] == [FAP]


@pytest.mark.parametrize("value", ["0", "", "true"])
async def test_without_the_switch_nothing_of_it_is_sent(value, monkeypatch):
    monkeypatch.setenv("ASSISTANT_DEBUG", value)
    messages, _ = await run(understood(), channel="cmdline")
    assert not any(one["custom"] for one in messages)


@pytest.mark.parametrize("channel", ["rest", "slack", None])
async def test_visitors_are_told_nothing_of_it(channel, monkeypatch):
    monkeypatch.setenv("ASSISTANT_DEBUG", "1")
    messages, _ = await run(understood(), channel=channel)
    assert "understanding" not in str(messages)
    assert answer_of(messages)["kind"] == "fact"


async def test_staff_get_the_apology_too(monkeypatch):
    monkeypatch.setenv("ASSISTANT_DEBUG", "1")
    messages, _ = await run(BROKEN, channel="cmdline")
    assert phrase("error", "en") in said(messages)


async def test_the_language_chosen_with_a_switch_outranks_the_pages():
    slot = {"language": "de", "entries": [FAP]}
    messages, events = await run(understood(), slot=slot, metadata={"language": "de", "choice": "en"})
    assert answer_of(messages)["language"] == "en"
    assert events[0]["value"]["choice"] == "en"


async def test_the_reasons_are_beside_the_envelope_without_the_words():
    messages, _ = await run(understood(asking(FAP, text="Wie viele Menschen?", reason="0.90 ≥ 0.3")))
    why = messages[-1]["custom"]["why"]
    assert [(one["decision"], one["reason"]) for one in why["parts"]] == [("answer", "0.90 ≥ 0.3")]
    assert why["knowledge"] == live().version
    assert "Menschen" not in json.dumps(why)


async def test_the_shell_has_them_only_where_they_were_asked_for():
    messages, _ = await run(understood(), channel="cmdline")
    assert [bool(one["custom"]) for one in messages] == [False]


async def test_an_apology_has_no_reasons():
    messages, _ = await run(BROKEN)
    assert messages[-1]["custom"].keys() == {"answer"}
