"""WhatsApp as tests see it; updates are verified and read by pywa before they are sent."""

from __future__ import annotations

import threading

import pywa

from tests.fakes.vendors.meta import VERSION, MetaWire, error
from tests.fakes.vendors.wire import Told

TOKEN, NUMBER, APP_SECRET, VERIFY = "EAAtesttoken0123", "106540352242922", "app-secret-of-tests", "verify-whatsapp"
SIGHT = {"mime_type": "image/jpeg", "sha256": "a", "id": "1"}
MEDIA = {
    "image": SIGHT,
    "audio": {"mime_type": "audio/ogg", "sha256": "a", "id": "1", "voice": True},
    "video": {**SIGHT, "mime_type": "video/mp4"},
    "document": {**SIGHT, "mime_type": "application/pdf", "filename": "a.pdf"},
    "location": {"latitude": 52.5, "longitude": 13.4},
    "contacts": [{"name": {"formatted_name": "A"}, "phones": [{"phone": "+49 1"}]}],
}
UNSUPPORTED = [{"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}]


def contact(person):
    return {"profile": {"name": "A"}, "wa_id": person, "user_id": f"DE.{person}"}


def value(**held):
    metadata = {"display_phone_number": "4930123", "phone_number_id": NUMBER}
    return {"messaging_product": "whatsapp", "metadata": metadata, **held}


def update(*values):
    """A request with several changes."""
    changes = [{"field": "messages", "value": one} for one in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}


class Reader:
    """Reads an update through pywa's public API."""

    def __init__(self):
        self._client = pywa.WhatsApp(NUMBER, TOKEN, app_secret=APP_SECRET, skip_duplicate_updates=False)
        self._read, self._lock = [], threading.Lock()
        for listen in ("message", "callback_button", "callback_selection", "edited_message", "message_status"):
            getattr(self._client, f"on_{listen}")(lambda _, read: self._read.append(read))

    def read(self, post):
        """What pywa makes of a request with one message."""
        with self._lock:
            self._read.clear()
            assert self._client.webhook_update_validator(post.content, post.headers["X-Hub-Signature-256"]) is None
            assert self._client.webhook_update_handler(post.content) == ("ok", 200)
            (read,) = self._read
            return read


class WhatsAppWire(MetaWire):
    name = "whatsapp"
    token, app_secret = TOKEN, APP_SECRET

    def __init__(self):
        self._reader = Reader()

    def environment(self, vendor_url):
        return {
            "ASSISTANT_WHATSAPP_TOKEN": TOKEN,
            "ASSISTANT_WHATSAPP_PHONE_NUMBER_ID": NUMBER,
            "ASSISTANT_WHATSAPP_APP_SECRET": APP_SECRET,
            "ASSISTANT_WHATSAPP_VERIFY_TOKEN": VERIFY,
            "ASSISTANT_WHATSAPP_BASE_URL": vendor_url,
        }

    def person(self, number):
        return str(491700000000 + number)

    def message(self, person, kind, content, *, id, at):  # noqa: A002
        """One message, as an update contains it."""
        told = {"from": person, "id": f"wamid.{id}", "timestamp": str(int(at)), "type": kind, kind: content}
        return told if kind != "unsupported" else {**told, "errors": UNSUPPORTED}

    def _post(self, person, kind, content, *, id, at):  # noqa: A002
        told = self.message(person, kind, content, id=id, at=at)
        if kind in ("interactive", "button"):
            told["context"] = {"from": "4930123", "id": "wamid.before"}
        return self.signed(update(value(contacts=[contact(person)], messages=[told])))

    def text(self, person, text, *, id, at, language="de"):  # noqa: A002
        post = self._post(person, "text", {"body": text}, id=id, at=at)
        assert self._reader.read(post).text == text
        return post

    def choice(self, person, sent, *, id, at, language="de", kind="list_reply"):  # noqa: A002
        post = self._post(person, "interactive", {"type": kind, kind: {"id": sent, "title": "…"}}, id=id, at=at)
        assert self._reader.read(post).data == sent
        return post

    def media(self, person, *, id, at, language="de"):  # noqa: A002
        kinds = {**MEDIA, "unsupported": {"type": "poll"}}
        posts = {kind: self._post(person, kind, content, id=id + kind, at=at) for kind, content in kinds.items()}
        assert all(self._reader.read(post).type.value == kind for kind, post in posts.items())
        return list(posts.items())

    def edited(self, person, text, *, id, at):  # noqa: A002
        message = {"type": "text", "text": {"body": text}}
        content = {"original_message_id": f"wamid.{id}", "message": message}
        post = self._post(person, "edit", content, id=f"{id}.edit", at=at)
        assert self._reader.read(post).message.text == text
        return post

    def bundle(self, posts, person):
        """Two changes, so that both loops are exercised."""
        told = [self.message(person, "text", {"body": text}, id=id_, at=at) for id_, text, at in posts]
        halves = [told[: len(told) // 2], told[len(told) // 2 :]]
        return self.signed(update(*(value(contacts=[contact(person)], messages=half) for half in halves)))

    def status(self, person, key, status="sent", **more):
        """A status report on one of our messages."""
        told = {"id": "wamid.ours", "status": status, "timestamp": "1760000000", "recipient_id": person, **more}
        tracked = {**told, "biz_opaque_callback_data": key}
        return self.signed(update(value(contacts=[contact(person)], statuses=[tracked])))

    def receipt(self, call):
        key = call.body["biz_opaque_callback_data"]
        post = self.status(call.body["to"], key)
        assert self._reader.read(post).tracker == key
        return post

    def told(self, call):
        if "status" in call.body:
            assert call.body["message_id"].startswith("wamid.")
            return None
        assert call.path == f"/{VERSION}/{NUMBER}/messages"
        text, choices = shown(call.body)
        return Told(call.body["to"], text, choices)

    def answer(self, call):
        if "status" in call.body:
            return 200, {"success": True}
        contacts = [{"input": call.body["to"], "wa_id": call.body["to"]}]
        return 200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": "wamid.ours"}]}

    def too_many(self):
        return 429, error(130429), {"Retry-After": "1"}

    def refusal(self):
        return 400, error(131009)

    def blocked(self):
        return 400, error(131026)

    def longest(self):
        return 4096


def shown(body):
    """Text and choices of an outgoing message; checks that each is within Meta's limits."""
    assert 1 <= len(body["biz_opaque_callback_data"]) <= 512
    if body["type"] == "text":
        assert 1 <= len(body["text"]["body"]) <= 4096
        return body["text"]["body"], ()
    interactive = body["interactive"]
    text, action = interactive["body"]["text"], interactive["action"]
    assert 1 <= len(text) <= 1024
    if interactive["type"] == "button":
        replies = [button["reply"] for button in action["buttons"]]
        assert 1 <= len(replies) <= 3
        assert all(1 <= len(reply["title"]) <= 20 and len(reply["id"]) <= 256 for reply in replies)
        return text, tuple((reply["title"], reply["id"]) for reply in replies)
    rows = [row for section in action["sections"] for row in section["rows"]]
    assert 1 <= len(rows) <= 10
    assert 1 <= len(action["button"]) <= 20
    assert all(1 <= len(row["title"]) <= 24 and len(row["id"]) <= 200 for row in rows)
    assert all(1 <= len(row.get("description", "-")) <= 72 for row in rows)
    assert len({row["title"] for row in rows}) == len(rows)
    return text, tuple((row.get("description", row["title"]), row["id"]) for row in rows)
