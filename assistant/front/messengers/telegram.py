"""Telegram, through the Bot API (https://core.telegram.org/bots/api)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar
from urllib.parse import urlencode

from starlette.responses import JSONResponse

from assistant.core.gestures import gesture_of
from assistant.core.languages import DEFAULT, LANGUAGES
from assistant.front.messengers.base.connector import Call, Connector, WebhookRequest
from assistant.front.messengers.base.inbound import (
    CAPTION,
    Common,
    InboundKind,
    InboundMessage,
    Payload,
    Reading,
    in_thread,
    thread_of,
)
from assistant.front.messengers.base.layout import Bubble, all_fit, numbered, option_of
from assistant.front.messengers.base.outcomes import ApiResponse, CallResult, Outcome, result_from_status

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
UPDATES = ("message", "edited_message", "callback_query")
COMMANDS: Mapping[str, InboundKind] = {"start": "start", "help": "start", "language": "language", "delete": "delete"}
# The number of a message in our ids; what is pressed or edited has none that could be quoted.
NUMBER = re.compile(rf"\d+:(\d+)(?:{CAPTION})?(?:@\d+)?")
# What Telegram itself writes into a chat, by the field that says so.
SERVICE = frozenset((
    "boost_added", "channel_chat_created", "chat_background_set", "chat_owner_changed", "chat_owner_left",
    "chat_shared", "checklist_tasks_added", "checklist_tasks_done", "connected_website", "delete_chat_photo",
    "direct_message_price_changed", "forum_topic_closed", "forum_topic_created", "forum_topic_edited",
    "forum_topic_reopened", "general_forum_topic_hidden", "general_forum_topic_unhidden", "gift",
    "gift_upgrade_sent", "giveaway_completed", "giveaway_created", "group_chat_created", "left_chat_member",
    "managed_bot_created", "message_auto_delete_timer_changed", "migrate_from_chat_id", "migrate_to_chat_id",
    "new_chat_members", "new_chat_photo", "new_chat_title", "paid_message_price_changed", "passport_data",
    "pinned_message", "poll_option_added", "poll_option_deleted", "proximity_alert_triggered", "refunded_payment",
    "successful_payment", "suggested_post_approval_failed", "suggested_post_approved", "suggested_post_declined",
    "suggested_post_paid", "suggested_post_refunded", "supergroup_chat_created", "unique_gift", "users_shared",
    "video_chat_ended", "video_chat_participants_invited", "video_chat_scheduled", "video_chat_started",
    "web_app_data", "write_access_allowed",
))  # fmt: skip
# Telegram truncates buttons wider than the screen; longer options go into the text, with numbers on the buttons.
MAX_BUTTON_LENGTH, MAX_BUTTONS = 40, 10


class Telegram(Connector):
    """A bot that users write to, in private chats only."""

    name = "telegram"
    secrets = ("token",)
    options: ClassVar[Mapping[str, str]] = {"base_url": "https://api.telegram.org"}
    max_length = 4096
    max_length_with_options = 4096
    addressee = "bot"

    def verify(self, request: WebhookRequest) -> None:
        """Checks the secret that `setWebhook` registered, at this start or, with a former secret, at an earlier one."""
        self._signed(request.headers.get(SECRET_HEADER), *self._derived)

    def read(self, request: WebhookRequest) -> Reading:
        """Reads one update; ignores groups, channels and everything that is not a message or a button."""
        if request.query.get("bot", self._bot) != self._bot:
            return Reading(astray=1)
        update = json.loads(request.body)
        if query := update.get("callback_query"):
            return self._picked(query)
        for kind in ("message", "edited_message"):
            message = update.get(kind)
            if message and message["chat"]["type"] == "private":
                return Reading(tuple(_inbound_messages(message, update["update_id"], kind == "edited_message")))
        return Reading()

    def _picked(self, query: Payload) -> Reading:
        """A button that was pressed; the response ends its loading state."""
        chat = (query.get("message") or {}).get("chat") or {}
        response = JSONResponse({"method": "answerCallbackQuery", "callback_query_id": query["id"]})
        if chat.get("type") != "private":
            return Reading(response=response)
        id_, recipient = in_thread(f"callback:{query['id']}", _topic(query["message"])), str(int(chat["id"]))
        if option := option_of(query.get("data")):
            language = query["from"].get("language_code")
            return Reading((InboundMessage(id_, recipient, option=option, language=language),), response=response)
        return Reading((InboundMessage(id_, recipient, kind="stale"),), response=response)

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:  # noqa: ARG002
        """`sendMessage` as plain text, with an inline keyboard for options."""
        body: dict[str, object] = {"chat_id": int(recipient), "link_preview_options": {"is_disabled": True}}
        body.update(_place(bubble))
        if bubble.options:
            body["reply_markup"] = {"inline_keyboard": self._keyboard(bubble)}
            if not all_fit(bubble.options, MAX_BUTTONS, MAX_BUTTON_LENGTH):
                bubble = numbered(bubble, self._knowledge, ask=False)
        return self._method("sendMessage", {**body, "text": bubble.text})

    def _keyboard(self, bubble: Bubble) -> list[list[dict[str, str]]]:
        """One question per row if they are short, else one row of numbers."""
        if all_fit(bubble.options, MAX_BUTTONS, MAX_BUTTON_LENGTH):
            return [[{"text": option.title, "callback_data": option.token}] for option in bubble.options]
        numbers = enumerate(bubble.options, start=1)
        return [[{"text": str(number), "callback_data": option.token} for number, option in numbers]]

    def supports(self, bubble: Bubble) -> bool:
        """Up to ten options, if their questions fit in the text."""
        whole = numbered(bubble, self._knowledge, ask=False).text
        return len(bubble.options) <= MAX_BUTTONS and self.measure(whole) <= self.max_length

    def interpret(self, response: ApiResponse) -> CallResult:
        """Goes by the status; 429 gives the seconds to wait in the body, 403 means that the user blocked the bot."""
        reason = str(response.body.get("description", ""))[:200]
        waits = (response.body.get("parameters") or {}).get("retry_after")
        if response.status == 429:
            return CallResult(Outcome.LATER, float(waits) if waits else None, affects_all_chats=True, reason=reason)
        if response.status == 403 or "chat not found" in reason:
            return CallResult(Outcome.UNREACHABLE, reason=reason)
        if response.status == 404:
            # The URL contains the token, so there is no such bot.
            return CallResult(Outcome.MISCONFIGURED, reason=reason)
        return result_from_status(response, reason=reason)

    def on_read(self, inbound: InboundMessage) -> Sequence[Call]:
        """Shows a typing indicator, which disappears with the answer."""
        body: dict[str, object] = {"chat_id": int(inbound.recipient), "action": "typing"}
        if topic := thread_of(inbound.id):
            body["message_thread_id"] = int(topic)
        return (self._method("sendChatAction", body),)

    def set_up(self) -> Sequence[Call]:
        """Registers the webhook, and the command menu in every language."""
        menus = [self._method("setMyCommands", self._commands(language)) for language in ("", *LANGUAGES)]
        if not self._public_url:
            return menus
        webhook = {
            "url": self._url(),
            "secret_token": self._derived[0],
            "allowed_updates": list(UPDATES),
        }
        return [self._method("setWebhook", webhook), *menus]

    def _commands(self, language: str) -> dict[str, object]:
        """The menu for users whose app is in a language; if that is empty, for everyone else."""
        shown = language or DEFAULT
        described = {name: self._knowledge.phrase(f"messenger_command_{name}", shown) for name in COMMANDS}
        listed = [{"command": name, "description": text} for name, text in described.items()]
        return {"commands": listed, **({"language_code": language} if language else {})}

    def sample(self) -> WebhookRequest:
        """An update of a kind that is ignored."""
        headers = {SECRET_HEADER: self._derived[0]}
        return WebhookRequest("POST", self._url(), headers, {"bot": self._bot}, json.dumps({"update_id": 0}).encode())

    @property
    def _bot(self) -> str:
        """The bot's number, which is public."""
        return self._settings["token"].partition(":")[0]

    def _url(self) -> str:
        """The webhook's address, which names the bot: all bots of one front are given the same secret."""
        return f"{self._public_url}/webhooks/{self.name}?{urlencode({'bot': self._bot})}"

    def _method(self, name: str, body: Mapping[str, object]) -> Call:
        return Call("POST", f"{self._settings['base_url']}/bot{self._settings['token']}/{name}", json=body)


def _inbound_messages(message: Payload, number: int, edited: bool) -> list[InboundMessage]:
    """The message as one or two: an attachment, and its caption; none if Telegram wrote it itself."""
    recipient, language = str(int(message["chat"]["id"])), (message.get("from") or {}).get("language_code")
    # Dates have a resolution of a second; the number of the update decides the order within it.
    sent_at = message.get("edit_date") or message["date"]
    common: Common = {"recipient": recipient, "language": language, "sent_at": sent_at + number % 10**6 / 10**6}
    id_, topic, text = f"{recipient}:{message['message_id']}", _topic(message), message.get("text")
    if edited:
        return _edited(message, id_, common)
    if text is None:
        return [] if SERVICE & message.keys() else _attached(message, id_, common)
    command = text[1:].split("@")[0].split()[:1] if text.startswith("/") else []
    if command and command[0].lower() in COMMANDS:
        return [InboundMessage(in_thread(id_, topic), text=text, kind=COMMANDS[command[0].lower()], **common)]
    return [InboundMessage(in_thread(id_, topic), text=text, **common)]


def _edited(message: Payload, id_: str, common: Common) -> list[InboundMessage]:
    """An edit; none if there is no text in it, as when a live location moves on."""
    topic, text, caption = _topic(message), message.get("text"), message.get("caption")
    if text is None and caption is None:
        return []
    before = in_thread(id_ if caption is None else f"{id_}{CAPTION}", topic)
    edit = in_thread(f"{id_}:{message.get('edit_date')}", topic)
    return [InboundMessage(edit, kind="edit", text=text or caption or "", edits=before, **common)]


def _attached(message: Payload, id_: str, common: Common) -> list[InboundMessage]:
    """What is no text; photos that are sent together are one."""
    topic, caption = _topic(message), message.get("caption")
    if (drawn := message.get("sticker", message.get("dice"))) is not None:
        emoji = drawn.get("emoji") or ""
        # A sticker says what its emoji says.
        kind: InboundKind = "text" if gesture_of(emoji) else "sticker"
        return [InboundMessage(in_thread(id_, topic), text=emoji, kind=kind, **common)]
    extra = [InboundMessage(in_thread(f"{id_}{CAPTION}", topic), text=caption, **common)] if caption else []
    album = message.get("media_group_id")
    whole = f"{common['recipient']}:album:{album}" if album else id_
    return [InboundMessage(in_thread(whole, topic), kind="media", **common), *extra]


def _topic(message: Payload) -> int | None:
    """The topic of the chat in which a message was written, if the chat has any."""
    return int(message["message_thread_id"]) if message.get("is_topic_message") else None


def _place(bubble: Bubble) -> dict[str, object]:
    """Where a message belongs: in the topic of what it answers, and below that if it has to be quoted."""
    place: dict[str, object] = {}
    if topic := thread_of(bubble.answers):
        place["message_thread_id"] = int(topic)
    if bubble.quotes and (found := NUMBER.fullmatch(bubble.answers)):
        place["reply_parameters"] = {"message_id": int(found[1]), "allow_sending_without_reply": True}
    return place
