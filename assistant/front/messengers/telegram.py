"""Telegram, by the Bot API (https://core.telegram.org/bots/api)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from starlette.responses import JSONResponse

from assistant.core.languages import LANGUAGES
from assistant.front.messengers.base.connector import Call, Connector, Incoming
from assistant.front.messengers.base.inbound import Arrival, Kind, Reading
from assistant.front.messengers.base.layout import Bubble, all_fit, numbered, option_of
from assistant.front.messengers.base.outcomes import Outcome, Said, Verdict, general_verdict

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
UPDATES = ("message", "edited_message", "callback_query")
COMMANDS: Mapping[str, Kind] = {"start": "start", "help": "start", "delete": "delete"}
# Commands by which a person chooses a language, with the phrase that says so in words.
LANGUAGE_COMMANDS = {"deutsch": "de", "english": "en"}
# A button wider than a phone is cut; then numbers stand in the text, and on the buttons.
LONGEST_BUTTON, MOST_BUTTONS = 40, 8


class Telegram(Connector):
    """A bot that people write to in private; groups are not its place."""

    name = "telegram"
    secrets = ("token",)
    options: ClassVar[Mapping[str, str]] = {"base_url": "https://api.telegram.org"}
    longest = 4096
    longest_with_options = 4096

    def verify(self, request: Incoming) -> None:
        """The header that `setWebhook` asked for."""
        self._signed(request.headers.get(SECRET_HEADER), self._settings["derived"])

    def read(self, request: Incoming) -> Reading:
        """One update; messages of groups and channels, and what people do without words, are passed over."""
        update = json.loads(request.body)
        if query := update.get("callback_query"):
            return self._picked(query)
        for kind in ("message", "edited_message"):
            message = update.get(kind)
            if message and message["chat"]["type"] == "private":
                return Reading(tuple(_arrivals(message, update["update_id"], kind == "edited_message")))
        return Reading()

    def _picked(self, query: Mapping[str, Any]) -> Reading:
        """A button that was pressed; the answer to the request ends its waiting state."""
        chat = (query.get("message") or {}).get("chat") or {}
        ended = JSONResponse({"method": "answerCallbackQuery", "callback_query_id": query["id"]})
        if chat.get("type") != "private":
            return Reading(response=ended)
        option = option_of(query.get("data"))
        language = query["from"].get("language_code")
        arrival = Arrival(f"callback:{query['id']}", str(chat["id"]), option=option, language=language)
        return Reading((arrival if option else Arrival(arrival.id, arrival.recipient, kind="stale"),), response=ended)

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:  # noqa: ARG002
        """`sendMessage`, as plain text, with an inline keyboard."""
        body: dict[str, Any] = {"chat_id": int(recipient), "link_preview_options": {"is_disabled": True}}
        if bubble.options:
            body["reply_markup"] = {"inline_keyboard": self._keyboard(bubble)}
            if not all_fit(bubble.options, MOST_BUTTONS, LONGEST_BUTTON):
                bubble = numbered(bubble, self._knowledge, ask=False)
        return self._method("sendMessage", {**body, "text": bubble.text})

    def _keyboard(self, bubble: Bubble) -> list[list[dict[str, str]]]:
        """One question a row where they are short, else one row of numbers."""
        if all_fit(bubble.options, MOST_BUTTONS, LONGEST_BUTTON):
            return [[{"text": option.title, "callback_data": option.token}] for option in bubble.options]
        numbers = enumerate(bubble.options, start=1)
        return [[{"text": str(number), "callback_data": option.token} for number, option in numbers]]

    def takes(self, bubble: Bubble) -> bool:
        """Up to eight, with room for their questions in the text."""
        whole = numbered(bubble, self._knowledge, ask=False).text
        return len(bubble.options) <= MOST_BUTTONS and self.measure(whole) <= self.longest

    def judge(self, said: Said) -> Verdict:
        """By status; 429 names its seconds in the body, 403 is a person who blocked the bot."""
        reason = str(said.body.get("description", ""))[:200]
        waits = (said.body.get("parameters") or {}).get("retry_after")
        if said.status == 429:
            return Verdict(Outcome.LATER, float(waits) if waits else None, whole=True, reason=reason)
        if said.status == 403 or "chat not found" in reason:
            return Verdict(Outcome.UNREACHABLE, reason=reason)
        if said.status == 404:
            # The address holds the token: no such bot.
            return Verdict(Outcome.MISCONFIGURED, reason=reason)
        return general_verdict(said, reason=reason)

    def on_reading(self, arrival: Arrival) -> Sequence[Call]:
        """Typing, which ends by itself with the answer."""
        return (self._method("sendChatAction", {"chat_id": int(arrival.recipient), "action": "typing"}),)

    def set_up(self) -> Sequence[Call]:
        """Webhook, and the commands menu in every language."""
        menus = [self._method("setMyCommands", self._commands(language)) for language in ("", *LANGUAGES)]
        if not self._public_url:
            return menus
        webhook = {
            "url": f"{self._public_url}/webhooks/{self.name}",
            "secret_token": self._settings["derived"],
            "allowed_updates": list(UPDATES),
        }
        return [self._method("setWebhook", webhook), *menus]

    def _commands(self, language: str) -> dict[str, Any]:
        """The menu for people whose app speaks a language; for all others where it is none."""
        told = language or "en"
        names = (*COMMANDS, *LANGUAGE_COMMANDS)
        described = {name: self._knowledge.phrases[f"messenger_command_{name}"] for name in names}
        listed = [{"command": name, "description": texts[told]} for name, texts in described.items()]  # type: ignore[index]
        return {"commands": listed, **({"language_code": language} if language else {})}

    def sample(self) -> Incoming:
        """An update of a kind that is passed over."""
        headers = {SECRET_HEADER: self._settings["derived"]}
        return Incoming("POST", self._url(), headers, {}, json.dumps({"update_id": 0}).encode())

    def _url(self) -> str:
        return f"{self._public_url}/webhooks/{self.name}"

    def _method(self, name: str, body: Mapping[str, Any]) -> Call:
        return Call("POST", f"{self._settings['base_url']}/bot{self._settings['token']}/{name}", json=body)


def _arrivals(message: Mapping[str, Any], number: int, edited: bool) -> list[Arrival]:
    """The message, in one or two: a picture, and what is written under it."""
    recipient, language = str(message["chat"]["id"]), (message.get("from") or {}).get("language_code")
    # Updates are numbered, dates go by seconds: what comes in the wrong order is told by both.
    sent_at = message.get("edit_date") or message["date"]
    common: dict[str, Any] = {"recipient": recipient, "language": language, "sent_at": sent_at + number % 10**6 / 10**6}
    id_, text = f"{recipient}:{message['message_id']}", message.get("text")
    if edited:
        return [Arrival(f"{id_}:{message.get('edit_date')}", kind="edit", **common)]
    if text is None:
        under = [Arrival(f"{id_}:caption", text=message["caption"], **common)] if message.get("caption") else []
        return [Arrival(id_, kind="media", **common), *under]
    command = text[1:].split("@")[0].split()[:1] if text.startswith("/") else []
    if command and command[0].lower() in COMMANDS:
        return [Arrival(id_, text=text, kind=COMMANDS[command[0].lower()], **common)]
    if command and command[0].lower() in LANGUAGE_COMMANDS:
        return [Arrival(id_, text=text, kind="language", choice=LANGUAGE_COMMANDS[command[0].lower()], **common)]
    return [Arrival(id_, text=text, **common)]
