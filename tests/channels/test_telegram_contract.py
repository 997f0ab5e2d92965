"""What the Telegram connector sends, checked against a third-party description of the Bot API."""

from __future__ import annotations

import json
import re

import pytest

from assistant.core.languages import LANGUAGES
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import WebhookRequest
from assistant.front.messengers.base.inbound import InboundMessage
from assistant.front.messengers.base.layout import Bubble, Option, bubbles
from assistant.front.messengers.registry import configured, made
from assistant.front.messengers.telegram import SERVICE
from assistant.knowledge import knowledge
from tests.channels.prism_server import DESCRIPTIONS
from tests.fakes.long_answers import TEXTS, a_long_answer
from tests.fakes.vendors.telegram import TOKEN, TelegramWire
from tests.fakes.vendors.wire import PUBLIC

DESCRIPTION = DESCRIPTIONS / "telegram.json"
LIMIT = re.compile(r"(\d+)-(\d+) (characters|bytes)")
BASIC = {"Integer": int, "String": str, "Boolean": bool, "True": bool, "Float": float}
METHOD = re.compile(rf"/bot{TOKEN}/(\w+)$")
TITLES = {
    "none": [],
    "short": ["Wer?", "Keine davon"],
    "long": ["Wie vielen Menschen hat das Familienhilfeprogramm (FAP) der IOM seit 2016 geholfen?", "Keine davon"],
    "eight": ["Frage?"] * 8,
    "nine": ["Frage?"] * 9,
}


@pytest.fixture(scope="module")
def api():
    """Methods and types of the Bot API, which a third party extracted from its manual."""
    return json.loads(DESCRIPTION.read_text("utf-8"))


@pytest.fixture(scope="module")
def telegram():
    settings = configured(TelegramWire().environment("https://api.telegram.org"))
    return made(settings, knowledge(), PUBLIC, Keys(b"x" * 32))["telegram"]


def faults(api, fields, given, where):
    """The faults of an object: unknown or missing fields, values of the wrong type or length."""
    known = {field["name"]: field for field in fields}
    yield from (f"{where}: unknown {name}" for name in given.keys() - known.keys())
    yield from (f"{where}: missing {name}" for name, f in known.items() if f["required"] and name not in given)
    for name in given.keys() & known.keys():
        yield from wrong(api, known[name], given[name], f"{where}.{name}")


def wrong(api, field, value, where):
    told = [list(of_type(api, kind, value, where)) for kind in field["types"]]
    if all(told):
        yield from told[0]
    limit = LIMIT.search(field["description"])
    if limit and isinstance(value, str):
        size = len(value.encode()) if limit[3] == "bytes" else len(value)
        if not int(limit[1]) <= size <= int(limit[2]):
            yield f"{where}: {size} {limit[3]}"


def of_type(api, kind, value, where):
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            yield f"{where}: no list"
            return
        for number, one in enumerate(value):
            yield from of_type(api, kind.removeprefix("Array of "), one, f"{where}[{number}]")
    elif kind in BASIC:
        if not isinstance(value, BASIC[kind]) or (kind == "Integer" and isinstance(value, bool)):
            yield f"{where}: no {kind}"
    elif not isinstance(value, dict):
        yield f"{where}: no {kind}"
    else:
        yield from faults(api, api["types"][kind].get("fields", []), value, where)


def judged(api, method, body):
    return list(faults(api, api["methods"][method]["fields"], body, method))


def all_right(api, call):
    method = METHOD.search(call.url)[1]
    assert judged(api, method, json.loads(json.dumps(call.json))) == []
    return method


@pytest.mark.parametrize("titles", TITLES.values(), ids=TITLES.keys())
@pytest.mark.parametrize("text", ["Was möchten Sie wissen?", *TEXTS.values()], ids=["plain", *TEXTS])
def test_every_message_is_as_described(text, titles, api, telegram):
    told = bubbles(a_long_answer(text=text, offers=titles), knowledge(), telegram.max_length, telegram.measure)
    for bubble in [*told[:-1], *telegram.laid_out(told[-1])]:
        assert all_right(api, telegram.call("700001", bubble, "key")) == "sendMessage"


def test_what_is_set_up_is_as_described(api, telegram):
    assert [all_right(api, call) for call in telegram.set_up()] == [
        "setWebhook",
        *["setMyCommands"] * (1 + len(LANGUAGES)),
    ]
    webhook, *menus = telegram.set_up()
    assert webhook.json["url"] == f"{PUBLIC}/webhooks/telegram?bot=123456"
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", webhook.json["secret_token"])
    assert [menu.json.get("language_code") for menu in menus] == [None, *LANGUAGES]
    commands = [one["command"] for one in menus[0].json["commands"]]
    assert commands == ["start", "help", "language", "delete"]
    german, english, *_ = ({one["description"] for one in menu.json["commands"]} for menu in menus[1:])
    assert not german & english


@pytest.mark.parametrize("id_", ["700001:3", "700001:3@77"], ids=["chat", "topic"])
def test_typing_is_as_described(id_, api, telegram):
    (typing,) = telegram.on_read(InboundMessage(id_, "700001"))
    assert all_right(api, typing) == "sendChatAction"


def test_an_answer_in_a_topic_that_quotes_is_as_described(api, telegram):
    call = telegram.call("700001", Bubble("Gut", "de", answers="700001:3@77", quotes=True), "key")
    assert all_right(api, call) == "sendMessage"
    assert (call.json["message_thread_id"], call.json["reply_parameters"]["message_id"]) == (77, 3)


def test_what_telegram_itself_writes_is_known_by_every_field_that_says_so(api):
    fields = api["types"]["Message"]["fields"]
    named = {field["name"] for field in fields if "ervice message" in field["description"]}
    known = {field["name"] for field in fields}
    assert len(named) > 40
    assert named - SERVICE == set()
    assert SERVICE - known == set()


def test_a_pressed_button_is_answered_as_described(api, telegram):
    person = {"id": 7, "is_bot": False, "first_name": "A"}
    query = {"id": "9", "from": person, "chat_instance": "1", "data": "o2.1"}
    query["message"] = {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"}}
    body = json.dumps({"update_id": 1, "callback_query": query}).encode()
    reading = telegram.read(WebhookRequest("POST", PUBLIC, {}, {}, body))
    answer = json.loads(reading.response.body)
    assert judged(api, answer.pop("method"), answer) == []
    assert reading.messages[0].option == (2, 1)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"chat_id": 7}, "missing text"),
        ({"chat_id": 7, "text": ""}, "0 characters"),
        ({"chat_id": 7, "text": "x" * 4097}, "4097 characters"),
        ({"chat_id": 7.5, "text": "x"}, "chat_id"),
        ({"chat_id": 7, "text": "x", "nonsense": 1}, "unknown nonsense"),
        (
            {
                "chat_id": 7,
                "text": "x",
                "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "x" * 65}]]},
            },
            "65 bytes",
        ),
    ],
)
def test_the_judge_judges(body, fault, api):
    assert any(fault in one for one in judged(api, "sendMessage", body))


def test_buttons_bear_their_questions_or_numbers_that_stand_in_the_text(telegram):
    options = tuple(Option(title, f"o2.{place}") for place, title in enumerate(TITLES["long"]))
    body = telegram.call("7", Bubble("Was?", "de", options), "key").json
    assert [button["text"] for row in body["reply_markup"]["inline_keyboard"] for button in row] == ["1", "2"]
    assert f"1. {TITLES['long'][0]}" in body["text"]
