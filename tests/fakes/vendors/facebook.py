"""Facebook Messenger as tests see it."""

from __future__ import annotations

from tests.fakes.vendors.meta import VERSION, MetaWire, error
from tests.fakes.vendors.wire import Told

TOKEN, PAGE, APP_SECRET, VERIFY = "EAApagetoken0123", "110011001100", "page-secret-of-tests", "verify-facebook"
LOCALES = {"de": "de_DE", "en": "en_GB"}
FILE = {"payload": {"url": "https://example.org/a"}}
MEDIA = {
    **{kind: {"attachments": [{"type": kind, **FILE}]} for kind in ("image", "audio", "video", "file", "template")},
    "location": {"attachments": [{"type": "location", "payload": {"coordinates": {"lat": 52.5, "long": 13.4}}}]},
    "unsupported": {"is_unsupported": True},
}


def update(*entries):
    """A request with several entries, each of several events."""
    told = [{"id": PAGE, "time": 1760000000000, "messaging": list(entry)} for entry in entries]
    return {"object": "page", "entry": told}


def event(person, at, **content):
    return {"sender": {"id": person}, "recipient": {"id": PAGE}, "timestamp": int(at * 1000), **content}


class FacebookWire(MetaWire):
    name = "facebook"
    token, app_secret = TOKEN, APP_SECRET

    def __init__(self):
        self._languages = {}

    def environment(self, vendor_url):
        return {
            "ASSISTANT_FACEBOOK_PAGE_TOKEN": TOKEN,
            "ASSISTANT_FACEBOOK_APP_SECRET": APP_SECRET,
            "ASSISTANT_FACEBOOK_VERIFY_TOKEN": VERIFY,
            "ASSISTANT_FACEBOOK_BASE_URL": vendor_url,
        }

    def person(self, number):
        return str(7000000000000000 + number)

    def message(self, person, id, at, **content):  # noqa: A002
        """One message, as an update contains it."""
        return event(person, at, message={"mid": f"m_{id}", **content})

    def _post(self, person, id, at, **content):  # noqa: A002
        return self.signed(update([self.message(person, id, at, **content)]))

    def text(self, person, text, *, id, at, language="de"):  # noqa: A002
        self._languages[person] = language
        return self._post(person, id, at, text=text)

    def choice(self, person, sent, *, id, at, language="de"):  # noqa: A002
        return self._post(person, id, at, text="…", quick_reply={"payload": sent})

    def start(self, person, *, at):
        """The user presses the button that starts a chat."""
        return self.signed(update([event(person, at, postback={"title": "Los geht’s", "payload": "start"})]))

    def media(self, person, *, id, at, language="de"):  # noqa: A002
        return [(kind, self._post(person, id + kind, at, **content)) for kind, content in MEDIA.items()]

    def edited(self, person, text, *, id, at):  # noqa: A002
        edit = {"mid": f"m_{id}", "text": text, "num_edit": 1}
        return self.signed(update([event(person, at, message_edit=edit)]))

    def bundle(self, posts, person):
        """Two entries, so that both loops are exercised."""
        told = [self.message(person, id_, at, text=text) for id_, text, at in posts]
        return self.signed(update(told[: len(told) // 2], told[len(told) // 2 :]))

    def echo(self, person, key):
        """The echo of one of our messages."""
        message = {"mid": "m_ours", "is_echo": True, "app_id": 1, "text": "…", "metadata": key}
        told = {"sender": {"id": PAGE}, "recipient": {"id": person}, "timestamp": 1760000000000, "message": message}
        return self.signed(update([told]))

    def receipt(self, call):
        return self.echo(call.body["recipient"]["id"], call.body["message"]["metadata"])

    def told(self, call):
        if call.path != f"/{VERSION}/me/messages" or "sender_action" in call.body:
            return None
        message = call.body["message"]
        assert call.body["messaging_type"] == "RESPONSE"
        assert 1 <= len(message["text"]) <= 2000
        assert 1 <= len(message["metadata"]) <= 1000
        replies = message.get("quick_replies", [])
        assert len(replies) <= 13
        assert all(reply["content_type"] == "text" and 1 <= len(reply["title"]) <= 20 for reply in replies)
        choices = tuple((reply["title"], reply["payload"]) for reply in replies)
        return Told(call.body["recipient"]["id"], message["text"], choices)

    def answer(self, call):
        if call.method == "GET":
            person = call.path.rpartition("/")[2]
            return 200, {"locale": LOCALES[self._languages.get(person, "de")], "id": person}
        if call.path.endswith("/messenger_profile"):
            return 200, {"result": "success"}
        return 200, {"recipient_id": call.body["recipient"]["id"], "message_id": "m_ours"}

    def too_many(self):
        # Meta does not report every limit with status 429.
        return 400, error(613), {"Retry-After": "1"}

    def refusal(self):
        return 400, error(100)

    def blocked(self):
        return 400, error(551, 1545041)

    def longest(self):
        return 2000
