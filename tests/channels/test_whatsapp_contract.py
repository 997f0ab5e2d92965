"""What the WhatsApp connector sends, validated by Prism against Meta's own OpenAPI description."""

from __future__ import annotations

import copy
import json

import httpx2
import jsonschema
import pytest

from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.layout import Bubble, Option
from assistant.front.messengers.registry import configured, made
from assistant.knowledge import knowledge
from tests.channels.prism_server import DESCRIPTIONS, prism
from tests.fakes.vendors.whatsapp import NUMBER, WhatsAppWire

# All in one worker: otherwise each would start Prism.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prism")]

DESCRIPTION = DESCRIPTIONS / "whatsapp.json"
LONGEST_CALL = 30
QUESTION = "Wie vielen Menschen hat das Familienhilfeprogramm bisher geholfen?"
TITLES = {
    "text": [],
    "one button": ["Keine davon"],
    "three buttons": ["Geschichte", "Büros 🏢", "x" * 20],
    "list of one": [QUESTION],
    "list of ten": [f"{QUESTION[:-4]}{number:03}?" for number in range(9)] + ["Keine davon"],
    "list at its widest": ["x" * 72] * 10,
    "numbers": ["x" * 73, "y" * 300],
}
OUR_MARK = "biz_opaque_callback_data"


@pytest.fixture(scope="module")
def description():
    """Meta's description of the Cloud API."""
    return json.loads(DESCRIPTION.read_text("utf-8"))


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """The address of a mock server that refuses whatever the description does not allow."""
    with prism(DESCRIPTION.name, tmp_path_factory.mktemp("prism"), "--errors") as url:
        yield url


@pytest.fixture(scope="module")
def connector(judge):
    """The connector, with the mock server in Meta's place."""
    settings = configured(WhatsAppWire().environment(judge))
    return made(settings, knowledge(), "https://chat.example.org", Keys(b"x" * 32))["whatsapp"]


def calls(connector, titles, language="de", text="Was möchten Sie wissen?"):
    """The calls for an answer that offers these questions."""
    options = tuple(Option(title, f"o7.{place}") for place, title in enumerate(titles))
    bubbles = connector.laid_out(Bubble(text, language, options))
    return [connector.call("491700000001", bubble, "chat.7.0") for bubble in bubbles]


def said(call, body):
    """The mock server's verdict on a body: its status, and where it violates the description."""
    response = httpx2.request(
        call.method, call.url, json=body, headers=dict(call.headers), timeout=LONGEST_CALL, trust_env=False
    )
    return response.status_code, response.json().get("validation", [])


def without_mark(call):
    return {name: value for name, value in call.json.items() if name != OUR_MARK}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", TITLES)
def test_every_kind_of_message_is_as_described(kind, language, connector):
    for call in calls(connector, TITLES[kind], language):
        assert said(call, without_mark(call)) == (200, [])


def test_a_long_answer_is_as_described(connector):
    sent = calls(connector, TITLES["list of ten"], text="Ein Satz mit Wörtern und 🙂. " * 120)
    assert len(sent) > 1
    assert [said(call, without_mark(call))[0] for call in sent] == [200] * len(sent)


def test_an_answer_that_quotes_is_as_described(connector):
    for titles in (TITLES["text"], TITLES["list of one"]):
        options = tuple(Option(title, f"o7.{place}") for place, title in enumerate(titles))
        bubble = Bubble("Gut", "de", options, answers="wamid.a:caption", quotes=True)
        call = connector.call("491700000001", bubble, "chat.7.0")
        assert call.json["context"] == {"message_id": "wamid.a"}
        assert said(call, without_mark(call)) == (200, [])


def spoilt(connector, kind, change):
    """One of our bodies after a change that makes it invalid."""
    call = calls(connector, TITLES[kind])[0]
    body = copy.deepcopy(without_mark(call))
    change(body["interactive"])
    return said(call, body)[0]


def test_the_judge_refuses_what_is_not_as_described(connector):
    def buttons(interactive):
        interactive["action"]["buttons"].append(interactive["action"]["buttons"][0])

    def rows(interactive):
        interactive["action"]["sections"][0]["rows"].append({"id": "o7.10", "title": "Elf"})

    def title(interactive):
        interactive["action"]["buttons"][0]["reply"]["title"] = "x" * 21

    def row(interactive):
        interactive["action"]["sections"][0]["rows"][0]["title"] = "x" * 25

    def below(interactive):
        interactive["action"]["sections"][0]["rows"][0]["description"] = "x" * 73

    def body(interactive):
        interactive["body"]["text"] = "x" * 1025

    assert spoilt(connector, "three buttons", lambda _: None) == 200
    wrong = [("three buttons", buttons), ("one button", title), ("three buttons", body)]
    wrong += [("list of ten", rows), ("list of ten", row), ("list of ten", below), ("list of ten", body)]
    assert [spoilt(connector, kind, change) for kind, change in wrong] == [422] * len(wrong)


def test_the_description_does_not_know_our_mark_in_messages(connector, description):
    """It allows it for calls only, though Meta's manual allows it for messages too, and pywa sends it as we do."""
    for_calls = description["components"]["schemas"]["CallRequestPayload"]["properties"][OUR_MARK]
    assert (for_calls["type"], for_calls["maxLength"]) == ("string", 512)
    call = calls(connector, TITLES["text"])[0]
    status, wrong = said(call, call.json)
    assert status == 422
    assert any(OUR_MARK in one["message"] for one in wrong)


def test_the_description_contradicts_itself_on_read_marks(connector, description):
    """It refuses its own example, which looks like ours, with and without the typing indicator."""
    inbound = InboundMessage("wamid.a", "491700000001", mark="wamid.a")
    (call,) = connector.on_read(inbound)
    path = description["paths"]["/{Version}/{Phone-Number-ID}/messages"]["post"]
    examples = path["requestBody"]["content"]["application/json"]["examples"]
    theirs = examples["Send typing indicator and read receipt"]["value"]
    assert call.json == {**theirs, "message_id": "wamid.a"}
    assert call.url.endswith(f"/v23.0/{NUMBER}/messages")
    plain = {name: value for name, value in call.json.items() if name != "typing_indicator"}
    assert [said(call, body)[0] for body in (theirs, call.json, plain)] == [422] * 3
    # Its schema for read marks, which it never refers to, allows ours.
    shape = description["components"]["schemas"]["MarkMessageRequestPayload"]
    for body in (call.json, plain):
        jsonschema.validate(body, shape)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"status": "read"}, shape)


def test_the_description_does_not_know_people_without_a_number(connector):
    """It dates from 2025 and they were introduced in 2026; pywa writes to them in the same way."""
    call = connector.call("DE.123", Bubble("Guten Tag", "de"), "chat.7.0")
    status, wrong = said(call, without_mark(call))
    assert status == 422
    assert any("'recipient'" in one["message"] for one in wrong)
