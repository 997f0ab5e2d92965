"""Slack's connector: reading requests, laying out answers, classifying outcomes."""

from __future__ import annotations

import json
import time
import uuid

import pytest
from slack_sdk.models.blocks import Block
from slack_sdk.signature import SignatureVerifier

from assistant.core.languages import LANGUAGES
from assistant.front.messengers.base.connector import ForgedError, WebhookRequest
from assistant.front.messengers.base.inbound import InboundMessage, Receipt
from assistant.front.messengers.base.layout import Bubble, Option
from assistant.front.messengers.base.outcomes import ApiResponse, Outcome
from assistant.front.messengers.base.wording import wants_deletion
from assistant.front.messengers.slack import Slack, plain
from assistant.knowledge import knowledge
from tests.fakes.vendors.slack import SIGNING_SECRET, TOKEN, SlackWire, home, stamp_of

PERSON, OTHER, CHANNEL = "U000000001", "U000000002", "C0GENERAL"
PRIVATE = f"{home(PERSON)}/{PERSON}/"
AT = 1700000000.0
KEY = "0123456789abcdef.3.0"
wire = SlackWire()


@pytest.fixture
def slack():
    settings = {
        "bot_token": TOKEN,
        "signing_secret": SIGNING_SECRET,
        "base_url": "https://slack.com/api",
        "team_id": "",
    }
    return Slack(settings, knowledge(), "https://chat.example.org")


def incoming(post):
    headers = {name.lower(): value for name, value in post.headers.items()}
    return WebhookRequest("POST", "https://chat.example.org/webhooks/slack", headers, {}, post.content)


def received(slack, post):
    return slack.read(incoming(post)).messages


def message(**changes):
    event = {"type": "message", "channel": home(PERSON), "channel_type": "im", "user": PERSON, "text": "Hallo"}
    return wire.event({**event, "ts": "1700000000.000100", **changes}, id="a", at=AT)


def changed(**changes):
    now = {"type": "message", "user": PERSON, "text": "neu", "edited": {"user": PERSON, "ts": "1700000001.000000"}}
    event = {"subtype": "message_changed", "message": {**now, **changes}, "previous_message": {"text": "alt"}}
    return message(user=None, **event)


def test_a_text_is_read(slack):
    told = InboundMessage(
        f"{home(PERSON)}:{stamp_of('a', AT)}", PRIVATE, text="a < b & c", sent_at=float(stamp_of("a", AT))
    )
    assert received(slack, wire.text(PERSON, "a < b & c", id="a", at=AT)) == (told,)


@pytest.mark.parametrize(
    ("marked", "read"),
    [
        ("<@U0THEBOT> Wer leitet die IOM?", "Wer leitet die IOM?"),
        ("Wer, <@U0THEBOT|iom>, leitet die IOM?", "Wer, , leitet die IOM?"),
        ("Was heißt <https://iom.int/a?b=1&amp;c=2>?", "Was heißt https://iom.int/a?b=1&c=2?"),
        ("Siehe <https://iom.int|iom.int>", "Siehe iom.int"),
        ("<mailto:a@example.org|a@example.org>", "a@example.org"),
        ("in <#C1|general> oder <#C2>", "in #general oder #C2"),
        ("<!here> Hallo <!subteam^S1|@alle>", "Hallo @alle"),
        ("1 &lt; 2 &amp;amp; 3", "1 < 2 &amp; 3"),
        ("<<<>>> < a", "<<<>>> < a"),
    ],
)
def test_markup_is_taken_off(marked, read):
    assert plain(marked) == read


def test_a_mention_is_answered_in_its_thread(slack):
    (first,) = received(slack, wire.mention(PERSON, "<@U0THEBOT> Hallo", CHANNEL, id="a", at=AT))
    assert first.recipient == f"{CHANNEL}/{PERSON}/{stamp_of('a', AT)}"
    assert (first.text, first.kind) == ("Hallo", "text")
    (later,) = received(slack, wire.mention(PERSON, "Und?", CHANNEL, id="b", at=AT, thread_ts=stamp_of("a", AT)))
    assert later.recipient == first.recipient
    (other,) = received(slack, wire.mention(OTHER, "Und?", CHANNEL, id="c", at=AT, thread_ts=stamp_of("a", AT)))
    assert other.recipient != first.recipient


def test_a_mention_alone_is_a_beginning(slack):
    (inbound,) = received(slack, wire.mention(PERSON, "<@U0THEBOT>", CHANNEL, id="a", at=AT))
    assert inbound.kind == "start"


def test_a_mention_and_its_message_are_one(slack):
    same = {"id": "a", "at": AT}
    (mention,) = received(slack, wire.mention(PERSON, "Hallo", home(PERSON), **same))
    assert received(slack, wire.text(PERSON, "Hallo", **same)) == (mention,)


def test_a_file_and_what_is_written_beside_it_are_two(slack):
    picture, text = received(slack, message(subtype="file_share", files=[{"id": "F1"}], text="Was ist das?"))
    assert (picture.kind, text.kind, text.text) == ("media", "text", "Was ist das?")
    assert picture.id != text.id
    assert [one.kind for one in received(slack, message(subtype="file_share", files=[{"id": "F1"}], text=""))] == [
        "media"
    ]
    mention = wire.mention(PERSON, "<@U0THEBOT>", CHANNEL, id="a", at=AT, files=[{"id": "F1"}])
    assert [one.kind for one in received(slack, mention)] == ["media"]


def test_a_changed_message_is_an_edit_each_time(slack):
    (edit,) = received(slack, changed())
    assert (edit.kind, edit.recipient, edit.sent_at) == ("edit", PRIVATE, 1700000001.0)
    post = wire.event({"type": "none"}, id="a", at=AT)
    assert edit.id == f"edit:{json.loads(post.content)['event_id']}"


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B1"},
        {"edited": None},
        {"text": "alt", "attachments": [{"from_url": "https://iom.int"}]},
        {"subtype": "tombstone"},
        {"user": None},
    ],
)
def test_what_no_person_changed_is_passed_over(changes, slack):
    assert received(slack, changed(**changes)) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_id": "B1"},
        {"bot_id": "B1", "subtype": "bot_message", "user": None},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"channel": CHANNEL, "channel_type": "channel"},
        {"channel": "G1", "channel_type": "mpim"},
        {"user": None},
        {"type": "reaction_added"},
        {"type": "app_home_opened"},
        {"type": "app_mention", "bot_id": "B1"},
    ],
)
def test_what_concerns_nobody_is_passed_over(changes, slack):
    assert received(slack, message(**changes)) == ()


def test_our_own_message_is_a_receipt(slack):
    blocks = slack.call(PRIVATE, Bubble("Gut", "de", (Option("Wer?", "o3.0"),)), KEY).json["blocks"]
    assert slack.read(incoming(message(bot_id="B1", blocks=blocks))).receipts == (Receipt(KEY),)
    assert slack.read(incoming(message(bot_id="B1", blocks=[{"type": "divider"}]))).receipts == ()
    assert slack.read(incoming(message(blocks=blocks))).receipts == ()


def test_a_button_is_an_option(slack):
    (inbound,) = received(slack, wire.choice(PERSON, "o3.1", id="a", at=AT))
    assert (inbound.recipient, inbound.option, inbound.kind) == (PRIVATE, (3, 1), "text")


def picked(channel=CHANNEL, thread="1.000002", user=PERSON, value="o3.1", **payload):
    action = {"value": value, "block_id": f"options.{PERSON}", "action_ts": "1700000000.1"}
    whole = {"type": "block_actions", "user": {"id": user}, "channel": {"id": channel}, "actions": [action]}
    message = {"ts": "1.000009", **({"thread_ts": thread} if thread else {})}
    return wire.signed("payload=" + json.dumps({**whole, "message": message, **payload}), AT, "application/x-www-form")


@pytest.mark.parametrize(
    ("changes", "recipient", "kind"),
    [
        ({}, f"{CHANNEL}/{PERSON}/1.000002", "text"),
        ({"thread": None}, f"{CHANNEL}/{PERSON}/1.000009", "text"),
        ({"user": OTHER}, f"{CHANNEL}/{OTHER}/1.000002", "stale"),
        ({"value": "/restart"}, f"{CHANNEL}/{PERSON}/1.000002", "stale"),
        ({"value": None}, f"{CHANNEL}/{PERSON}/1.000002", "stale"),
    ],
)
def test_a_button_in_a_channel_is_its_readers_own(changes, recipient, kind, slack):
    (inbound,) = received(slack, picked(**changes))
    assert (inbound.recipient, inbound.kind) == (recipient, kind)
    assert (inbound.option == (3, 1)) == (kind == "text")


def test_other_interactions_are_passed_over(slack):
    assert received(slack, picked(type="view_submission")) == ()


def test_the_command_deletes_in_private(slack):
    (inbound,) = received(slack, wire.command(PERSON, home(PERSON), id="t1", at=AT))
    assert (inbound.recipient, inbound.sent_at) == (PRIVATE, AT)
    assert wants_deletion(inbound.text, knowledge())
    assert received(slack, wire.command(PERSON, home(PERSON), id="t1", at=AT, command="/giphy")) == ()


def test_the_command_tells_in_a_channel_where_to_write(slack):
    reading = slack.read(incoming(wire.command(PERSON, CHANNEL, id="t1", at=AT)))
    told = json.loads(reading.response.body)
    assert reading.messages == ()
    assert told["response_type"] == "ephemeral"
    assert told["text"].splitlines() == [knowledge().phrase("messenger_slack_command", one) for one in LANGUAGES]


def test_the_challenge_is_answered(slack):
    post = wire.signed(json.dumps({"type": "url_verification", "challenge": "abc"}), AT)
    assert json.loads(slack.read(incoming(post)).response.body) == {"challenge": "abc"}


def test_only_slack_is_believed(slack):
    post = wire.text(PERSON, "Hallo", id="a", at=time.time())
    slack.verify(incoming(post))
    for _, forged in wire.forged(post):
        with pytest.raises(ForgedError):
            slack.verify(incoming(forged))


@pytest.mark.parametrize("stamp", ["1" * 400, "1e9", "", "٣", "-1"])
def test_odd_times_are_refused(stamp, slack):
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": "v0=ä"}
    with pytest.raises(ForgedError):
        slack.verify(WebhookRequest("POST", "", headers, {}, b"\xff"))


def test_the_sample_is_believed_and_holds_nothing(slack):
    slack.verify(slack.sample())
    reading = slack.read(slack.sample())
    assert (reading.messages, reading.receipts, reading.response) == ((), (), None)


def options(*titles):
    return tuple(Option(title, f"o3.{place}") for place, title in enumerate(titles))


def test_a_message_is_escaped_and_marked_with_its_key(slack):
    call = slack.call(PRIVATE, Bubble("a < b & c > d *e*", "de"), KEY)
    (section,) = call.json["blocks"]
    assert section["block_id"] == KEY
    assert section["text"] == {"type": "mrkdwn", "text": call.json["text"]}
    assert call.json["text"] == "a &lt; b &amp; c &gt; d *e*"
    assert call.json["channel"] == home(PERSON)
    assert "thread_ts" not in call.json
    assert TOKEN not in repr(call)


def test_an_answer_to_a_mention_goes_to_its_thread(slack):
    assert slack.call(f"{CHANNEL}/{PERSON}/1.000002", Bubble("Gut", "de"), KEY).json["thread_ts"] == "1.000002"


def test_short_questions_stand_on_the_buttons(slack):
    (bubble,) = slack.laid_out(Bubble("Gut", "de", options("Wer?", "Was?")))
    section, actions = slack.call(PRIVATE, bubble, KEY).json["blocks"]
    assert section["text"]["text"] == "Gut"
    assert [(one["text"]["text"], one["value"]) for one in actions["elements"]] == [("Wer?", "o3.0"), ("Was?", "o3.1")]


def test_long_questions_stand_in_the_text_with_numbers_on_the_buttons(slack):
    (bubble,) = slack.laid_out(Bubble("Gut", "de", options("Wer?", "W" * 31)))
    section, actions = slack.call(PRIVATE, bubble, KEY).json["blocks"]
    assert section["text"]["text"] == f"Gut\n1. Wer?\n2. {'W' * 31}"
    assert [(one["text"]["text"], one["value"]) for one in actions["elements"]] == [("1", "o3.0"), ("2", "o3.1")]


@pytest.mark.parametrize("count", [1, 25])
@pytest.mark.parametrize("title", ["?", "W" * 30, "W" * 31, "&" * 30])
def test_slack_takes_the_blocks(title, count, slack):
    *_, bubble = slack.laid_out(Bubble("Gut", "de", options(*[title] * count)))
    for block in Block.parse_all(slack.call(PRIVATE, bubble, KEY).json["blocks"]):
        block.validate_json()


def test_more_questions_than_buttons_become_numbers(slack):
    (bubble,) = slack.laid_out(Bubble("Gut", "de", options(*["Wer?"] * 26)))
    assert bubble.options == ()
    assert "26. Wer?" in bubble.text


def test_length_is_measured_as_it_is_sent(slack):
    assert slack.measure("a & b 🙂") == len("a &amp; b ") + 2
    pieces = slack.laid_out(Bubble("a & b. " * 600, "de", options("W" * 40)))
    assert len(pieces) > 1
    for piece in pieces:
        for block in Block.parse_all(slack.call(PRIVATE, piece, KEY).json["blocks"]):
            block.validate_json()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"ok": True, "ts": "1.2"}, Outcome.ACCEPTED),
        (429, {"ok": False, "error": "ratelimited"}, Outcome.LATER),
        (500, {}, Outcome.LATER),
        (503, {}, Outcome.LATER),
        (401, {}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "ratelimited"}, Outcome.LATER),
        (200, {"ok": False, "error": "internal_error"}, Outcome.LATER),
        (200, {"ok": False, "error": "fatal_error"}, Outcome.LATER),
        (200, {"ok": False, "error": "service_unavailable"}, Outcome.LATER),
        (200, {"ok": False, "error": "request_timeout"}, Outcome.LATER),
        (200, {"ok": False, "error": "invalid_auth"}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "not_authed"}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "token_revoked"}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "token_expired"}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "account_inactive"}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "missing_scope"}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "no_permission"}, Outcome.MISCONFIGURED),
        (200, {"ok": False, "error": "channel_not_found"}, Outcome.UNREACHABLE),
        (200, {"ok": False, "error": "is_archived"}, Outcome.UNREACHABLE),
        (200, {"ok": False, "error": "not_in_channel"}, Outcome.UNREACHABLE),
        (200, {"ok": False, "error": "user_disabled"}, Outcome.UNREACHABLE),
        (200, {"ok": False, "error": "cannot_dm_bot"}, Outcome.UNREACHABLE),
        (200, {"ok": False, "error": "messages_tab_disabled"}, Outcome.UNREACHABLE),
        (200, {"ok": False, "error": "invalid_blocks"}, Outcome.REFUSED),
        (200, {"ok": False, "error": "msg_too_long"}, Outcome.REFUSED),
        (200, {"ok": False, "error": "something_new"}, Outcome.REFUSED),
        (200, {"ok": False}, Outcome.REFUSED),
    ],
)
def test_the_result(status, body, outcome, slack):
    result = slack.interpret(ApiResponse(status, {}, body))
    assert result.outcome is outcome
    assert not result.affects_all_chats
    assert result.reason == body.get("error", "")


@pytest.mark.parametrize("status", [200, 429])
def test_slack_says_how_long_to_wait(status, slack):
    response = ApiResponse(status, {"retry-after": "30"}, {"ok": False, "error": "ratelimited"})
    assert slack.interpret(response).retry_seconds == 30


def test_the_language_is_asked_for(slack):
    call = slack.language_call(f"{CHANNEL}/{PERSON}/1.000002")
    assert call.form == {"user": PERSON, "include_locale": "true"}
    assert PERSON not in call.url
    assert slack.language_in(ApiResponse(200, {}, {"ok": True, "user": {"locale": "de-DE"}})) == "de-DE"
    assert slack.language_in(ApiResponse(200, {}, {"ok": False, "error": "missing_scope"})) is None
    assert slack.language_in(ApiResponse(200, {}, {"ok": True, "user": {"locale": 7}})) is None


def test_signatures_are_slacks_own(slack):
    sample = slack.sample()
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(sample.body, dict(sample.headers))
    assert not SignatureVerifier(uuid.uuid4().hex).is_valid_request(sample.body, dict(sample.headers))
