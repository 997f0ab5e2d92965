"""Slack as tests see it; requests are signed, and blocks measured, by Slack's own library."""

from __future__ import annotations

import json
import time
from urllib.parse import urlencode

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock
from slack_sdk.signature import SignatureVerifier

from tests.fakes.vendors.telegram import number_of
from tests.fakes.vendors.wire import Post, Told, Wire

TOKEN = "xoxb-1-1-testtesttesttest"  # noqa: S105
SIGNING_SECRET = "5" * 32
OURS = "U0THEBOT"
LOCALES = {"de": "de-DE", "en": "en-GB"}
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class SlackWire(Wire):
    name = "slack"
    gives_receipts = True

    def __init__(self):
        self._languages = {}

    def environment(self, vendor_url):
        return {
            "ASSISTANT_SLACK_BOT_TOKEN": TOKEN,
            "ASSISTANT_SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "ASSISTANT_SLACK_BASE_URL": f"{vendor_url}/api",
        }

    def person(self, number):
        return f"U{number:09}"

    def signed(self, body, at, content=JSON):
        stamp = str(int(at))
        signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=stamp, body=body)
        headers = {"Content-Type": content, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        return Post(body.encode(), headers)

    def event(self, event, *, id, at):  # noqa: A002
        body = {
            "token": "verification",
            "team_id": "T1",
            "api_app_id": "A1",
            "type": "event_callback",
            "event_id": f"Ev{number_of(id)}",
            "event_time": int(at),
            "authorizations": [{"team_id": "T1", "user_id": OURS, "is_bot": True}],
            "event": event,
        }
        return self.signed(json.dumps(body), at)

    def _message(self, person, text, *, id, at, **more):  # noqa: A002
        marked = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        event = {"type": "message", "channel": home(person), "channel_type": "im", "user": person, "text": marked}
        return {**event, "ts": stamp_of(id, at), "team": "T1", **more}

    def text(self, person, text, *, id, at, language="de"):  # noqa: A002
        self._languages[person] = language
        return self.event(self._message(person, text, id=id, at=at), id=id, at=at)

    def choice(self, person, sent, *, id, at, language="de"):  # noqa: A002
        action = {
            "type": "button",
            "action_id": sent,
            "block_id": f"options.{person}",
            "value": sent,
            "text": {"type": "plain_text", "text": "…"},
            "action_ts": stamp_of(id, at),
        }
        payload = {
            "type": "block_actions",
            "user": {"id": person},
            "channel": {"id": home(person), "name": "directmessage"},
            "container": {"type": "message", "message_ts": "1.000001", "channel_id": home(person)},
            "message": {"ts": "1.000001", "bot_id": "B1", "user": OURS},
            "actions": [action],
            "trigger_id": id,
        }
        return self.signed(urlencode({"payload": json.dumps(payload)}), at, FORM)

    def command(self, person, channel, *, id, at, command="/delete-my-data"):  # noqa: A002
        fields = {"command": command, "text": "", "user_id": person, "channel_id": channel, "trigger_id": id}
        return self.signed(urlencode({"token": "verification", **fields}), at, FORM)

    def media(self, person, *, id, at, language="de"):  # noqa: A002
        self._languages[person] = language
        kinds = {"picture": "image/png", "voice": "audio/webm", "file": "application/pdf"}
        posts = []
        for kind, mimetype in kinds.items():
            file = {"id": "F1", "mimetype": mimetype}
            more = {"id": id + kind, "at": at, "subtype": "file_share", "files": [file], "upload": False}
            posts.append((kind, self.event(self._message(person, "", **more), id=id + kind, at=at)))
        return posts

    def edited(self, person, text, *, id, at):  # noqa: A002
        message = {"type": "message", "user": person, "text": text, "ts": stamp_of(id, at)}
        event = {
            "type": "message",
            "subtype": "message_changed",
            "channel": home(person),
            "channel_type": "im",
            "ts": stamp_of(id + "changed", at),
            "message": {**message, "edited": {"user": person, "ts": f"{at:.6f}"}},
            "previous_message": {**message, "text": "…"},
        }
        return self.event(event, id=id + "changed", at=at)

    def mention(self, person, text, channel, *, id, at, **more):  # noqa: A002
        self._languages[person] = "de"
        event = {"type": "app_mention", "channel": channel, "user": person, "text": text, "ts": stamp_of(id, at)}
        return self.event({**event, **more}, id=id, at=at)

    def forged(self, post):
        headers, stamp = post.headers, "X-Slack-Request-Timestamp"
        old = self.signed(post.content.decode(), time.time() - 301)
        return [
            ("no signature", Post(post.content, {k: v for k, v in headers.items() if k != "X-Slack-Signature"})),
            ("no time", Post(post.content, {k: v for k, v in headers.items() if k != stamp})),
            ("wrong signature", Post(post.content, {**headers, "X-Slack-Signature": "v0=" + "0" * 64})),
            ("no hash", Post(post.content, {**headers, "X-Slack-Signature": "v0="})),
            ("another time", Post(post.content, {**headers, stamp: str(int(headers[stamp]) + 1)})),
            ("a time that is none", Post(post.content, {**headers, stamp: "now"})),
            ("another body", Post(post.content + b" ", headers)),
            ("six minutes ago", old),
        ]

    def owns(self, call):
        return call.path.startswith("/api/")

    def told(self, call):
        assert call.headers["authorization"] == f"Bearer {TOKEN}"
        if call.path != "/api/chat.postMessage":
            return None
        assert call.headers["content-type"] == "application/json; charset=utf-8"
        assert call.body["unfurl_links"] is call.body["unfurl_media"] is False
        section, *rest = Block.parse_all(call.body["blocks"])
        for block in (section, *rest):
            block.validate_json()
        assert isinstance(section, SectionBlock)
        assert 0 < len(section.text.text) <= SectionBlock.text_max_length
        assert section.text.text == call.body["text"]
        assert all(isinstance(block, ActionsBlock) and block.block_id for block in rest)
        choices = tuple((element.text.text, element.value) for block in rest for element in block.elements)
        return Told(reader(call.body), read(section.text.text), choices)

    def answer(self, call):
        if call.path == "/api/users.info":
            assert call.body["include_locale"] == "true"
            return 200, {"ok": True, "user": {"locale": LOCALES[self._languages[call.body["user"]]]}}
        return 200, {"ok": True, "channel": call.body["channel"], "ts": "1.000001"}

    def receipt(self, call):
        person = reader(call.body)
        event = self._message(OURS, "", id="own", at=time.time(), bot_id="B1", app_id="A1")
        return self.event({**event, "channel": home(person), "blocks": call.body["blocks"]}, id="own", at=time.time())

    def too_many(self):
        return 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"}

    def refusal(self):
        return 200, {"ok": False, "error": "invalid_blocks"}

    def blocked(self):
        return 200, {"ok": False, "error": "user_disabled"}

    def longest(self):
        return int(SectionBlock.text_max_length)


def home(person):
    """The channel in which a user writes to the app privately."""
    return f"D{person[1:]}"


def reader(body):
    """Who reads a message: one user in private, or everybody in a thread."""
    private = body["channel"].startswith("D")
    # In private, too, people may write in threads.
    assert private or "thread_ts" in body
    return f"U{body['channel'][1:]}" if private else f"{body['channel']}/{body['thread_ts']}"


def read(text):
    """A text as Slack shows it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def stamp_of(id, at):  # noqa: A002
    """Slack's id of a message: its timestamp, unique within a channel."""
    return f"{at:.3f}{number_of(id) % 1000:03}"
