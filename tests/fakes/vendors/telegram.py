"""Telegram as tests see it; updates are read by python-telegram-bot before they are sent."""

from __future__ import annotations

import itertools
import json

from telegram import Update, constants

from assistant.front.core.tokens import Keys
from tests.fakes.vendors.wire import Post, Told, Wire

TOKEN = "123456:AAFtesttesttesttesttesttesttesttest"  # noqa: S105
SECRET = "test" * 10
MEDIA = {
    "photo": {"photo": [{"file_id": "a", "file_unique_id": "a", "width": 9, "height": 9}]},
    "voice": {"voice": {"file_id": "a", "file_unique_id": "a", "duration": 3}},
    "location": {"location": {"latitude": 52.5, "longitude": 13.4}},
    "contact": {"contact": {"phone_number": "1", "first_name": "A"}},
}


class TelegramWire(Wire):
    name = "telegram"
    tells_language = True

    def environment(self, vendor_url):
        return {"ASSISTANT_TELEGRAM_TOKEN": TOKEN, "ASSISTANT_TELEGRAM_BASE_URL": vendor_url}

    def person(self, number):
        return str(700000 + number)

    def _message(self, person, id, at, language, **content):  # noqa: A002
        user = {"id": int(person), "is_bot": False, "first_name": "A", "language_code": language}
        chat = {"id": int(person), "type": "private", "first_name": "A"}
        return {"message_id": number_of(id), "date": int(at), "from": user, "chat": chat, **content}

    def _post(self, update):
        assert Update.de_json(update, None).update_id == update["update_id"]
        secret = Keys(SECRET.encode()).derived("telegram")[0]
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret}
        return Post(json.dumps(update).encode(), headers)

    def _update(self, id, at, **content):  # noqa: A002
        # Telegram numbers updates in the order in which people wrote.
        return self._post({"update_id": int(at * 1000) % 10**9, **content})

    def text(self, person, text, *, id, at, language="de"):  # noqa: A002
        return self._update(id, at, message=self._message(person, id, at, language, text=text))

    def choice(self, person, sent, *, id, at, language="de"):  # noqa: A002
        message = self._message(person, "1", at, language, text="…")
        query = {
            "id": str(number_of(id)),
            "from": message["from"],
            "chat_instance": "1",
            "data": sent,
            "message": message,
        }
        return self._update(id, at, callback_query=query)

    def media(self, person, *, id, at, language="de"):  # noqa: A002
        return [
            (kind, self._update(id + kind, at, message=self._message(person, id + kind, at, language, **content)))
            for kind, content in MEDIA.items()
        ]

    def edited(self, person, text, *, id, at):  # noqa: A002
        message = self._message(person, id, at, "de", text=text, edit_date=int(at) + 1)
        return self._update(id, at, edited_message=message)

    def forged(self, post):
        without = {k: v for k, v in post.headers.items() if not k.startswith("X-")}
        return [
            ("no secret", Post(post.content, without)),
            ("wrong secret", Post(post.content, {**without, "X-Telegram-Bot-Api-Secret-Token": "0" * 64})),
            ("empty secret", Post(post.content, {**without, "X-Telegram-Bot-Api-Secret-Token": ""})),
        ]

    def owns(self, call):
        return call.path.startswith(f"/bot{TOKEN}/")

    def told(self, call):
        if not call.path.endswith("/sendMessage"):
            return None
        rows = (call.body.get("reply_markup") or {}).get("inline_keyboard", [])
        choices = tuple((button["text"], button["callback_data"]) for row in rows for button in row)
        assert len(call.body["text"]) <= constants.MessageLimit.MAX_TEXT_LENGTH
        assert all(1 <= len(sent.encode()) <= 64 for _, sent in choices)
        return Told(str(call.body["chat_id"]), call.body["text"], choices)

    def answer(self, call):
        return 200, {"ok": True, "result": True}

    def too_many(self):
        return 429, {"ok": False, "error_code": 429, "parameters": {"retry_after": 1}}, {}

    def refusal(self):
        return 400, {"ok": False, "error_code": 400, "description": "Bad Request: BUTTON_DATA_INVALID"}

    def blocked(self):
        return 403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}

    def longest(self):
        return int(constants.MessageLimit.MAX_TEXT_LENGTH)


_numbers: dict[str, int] = {}
_next_number = itertools.count(1)


def number_of(id):  # noqa: A002
    """A stable, unique number for a test's id: a repeated one is ignored as a duplicate."""
    return _numbers.setdefault(str(id), next(_next_number))
