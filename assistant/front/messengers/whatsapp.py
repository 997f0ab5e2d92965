"""WhatsApp, through Meta's Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from assistant.front.messengers.base.connector import Call
from assistant.front.messengers.base.inbound import CAPTION, Common, InboundMessage, Payload, Reading, act_of
from assistant.front.messengers.base.layout import Bubble, Option, all_fit, cut, option_of
from assistant.front.messengers.base.outcomes import Outcome
from assistant.front.messengers.meta import Item, Meta, confirmed, received

logger = logging.getLogger(__name__)
# Reactions and notifications, which need no answer.
IGNORED_TYPES = frozenset({"reaction", "system", "revoke"})
MAX_BUTTONS, MAX_BUTTON_LENGTH = 3, 20
MAX_ROWS, MAX_ROW_LENGTH, MAX_DESCRIPTION_LENGTH = 10, 24, 72


class WhatsApp(Meta):
    """A number that users write to, in private chats only."""

    name = "whatsapp"
    secrets = ("token", "phone_number_id", "app_secret", "verify_token")
    max_length = 4096
    # Meta's manual allows 4096 with a list, but its OpenAPI description only 1024 with lists or buttons.
    max_length_with_options = 1024
    subject = "whatsapp_business_account"
    access = "token"
    addressee = "phone number"
    # No such number, or not one that this token may use.
    operator_errors: ClassVar[frozenset[tuple[int, int]]] = frozenset({(100, 33)})

    def items(self, entry: Payload) -> Iterator[Item]:
        """Messages and receipts for our number; an account may have others."""
        for change in entry.get("changes") or ():
            value = change.get("value") or {}
            number = (value.get("metadata") or {}).get("phone_number_id")
            if change.get("field") != "messages":
                continue
            if number != self._settings["phone_number_id"]:
                yield (lambda _: Reading(astray=1)), value
            else:
                yield from ((self._message, message) for message in value.get("messages") or ())
                yield from ((self._status, status) for status in value.get("statuses") or ())

    def _message(self, message: Payload) -> Reading:
        ignored = message["type"] in IGNORED_TYPES or message.get("group_id")
        return Reading() if ignored else received(*_inbound_messages(message))

    def _status(self, status: Payload) -> Reading:
        """A receipt, even if delivery failed permanently; none after a temporary failure, so that it is retried."""
        errors = status.get("errors") or ()
        for error in errors:
            logger.warning("%s: a message was not delivered, code %s", self.name, error.get("code"))
        if any(self.outcome(error) is Outcome.LATER for error in errors):
            return Reading()
        return confirmed(status.get("biz_opaque_callback_data"))

    def supports(self, bubble: Bubble) -> bool:
        """As buttons, or as a list that shows every question in full."""
        return _fit_buttons(bubble.options) or all_fit(bubble.options, MAX_ROWS, MAX_DESCRIPTION_LENGTH)

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """A text, alone, with buttons or with a list."""
        # Users with a user name may hide their number; then Meta gives an id instead.
        to = {"to": recipient} if recipient.isdigit() else {"recipient": recipient}
        head: dict[str, object] = {"messaging_product": "whatsapp", "recipient_type": "individual", **to}
        if bubble.quotes:
            head["context"] = {"message_id": act_of(bubble.answers)}
        return self._messages({**head, **self._content(bubble), "biz_opaque_callback_data": key})

    def _content(self, bubble: Bubble) -> dict[str, object]:
        if not bubble.options:
            return {"type": "text", "text": {"body": bubble.text, "preview_url": False}}
        as_buttons = _fit_buttons(bubble.options)
        action = _buttons(bubble.options) if as_buttons else self._list(bubble)
        kind = "button" if as_buttons else "list"
        return {"type": "interactive", "interactive": {"type": kind, "body": {"text": bubble.text}, "action": action}}

    def _list(self, bubble: Bubble) -> dict[str, object]:
        rows = [_row(number, option) for number, option in enumerate(bubble.options, start=1)]
        opener = self._knowledge.phrase("messenger_choose", bubble.language)
        return {"button": cut(opener, MAX_BUTTON_LENGTH), "sections": [{"rows": rows}]}

    def on_read(self, inbound: InboundMessage) -> Sequence[Call]:
        """Shows blue ticks and a typing indicator, which disappears with the answer."""
        if not inbound.mark:
            return ()
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": inbound.mark}
        return (self._messages({**read, "typing_indicator": {"type": "text"}}),)

    def _messages(self, body: Mapping[str, object]) -> Call:
        return self._graph("POST", f"{self._settings['phone_number_id']}/messages", body)


def _inbound_messages(message: Payload) -> list[InboundMessage]:
    """The message as one or two: an attachment, and its caption."""
    kind, id_ = message["type"], message["id"]
    common: Common = {
        "recipient": message.get("from") or message["from_user_id"],
        "sent_at": float(message["timestamp"]),
    }
    content = message.get(kind)
    if kind == "edit" or (kind == "unsupported" and (content or {}).get("type") == "edit"):
        return [_edited(message, common)]
    if kind == "request_welcome":
        return [InboundMessage(id_, kind="start", **common)]
    common["mark"] = id_
    if kind == "text":
        return [InboundMessage(id_, text=message["text"]["body"], **common)]
    if kind in ("interactive", "button"):
        return [_picked(message, common)]
    if kind == "sticker":
        return [InboundMessage(id_, kind="sticker", **common)]
    caption = content.get("caption") if isinstance(content, Mapping) else None
    sender, sent_at = common["recipient"], common["sent_at"]
    extra = [InboundMessage(f"{id_}{CAPTION}", sender, text=caption, sent_at=sent_at)] if caption else []
    return [InboundMessage(id_, kind="media", **common), *extra]


def _edited(message: Payload, common: Common) -> InboundMessage:
    """An edit, with the text or caption as it is now, if WhatsApp gives it."""
    edit = message.get("edit") or {}
    now, before = edit.get("message") or {}, edit.get("original_message_id")
    content = now.get(now.get("type")) or {}
    if "caption" in content:
        before = before and f"{before}{CAPTION}"
    text = content.get("body") or content.get("caption") or ""
    return InboundMessage(message["id"], text=text, kind="edit", edits=before, **common)


def _picked(message: Payload, common: Common) -> InboundMessage:
    """A choice that was picked; if it is not one of ours, its label as text."""
    content = message[message["type"]]
    reply = content if message["type"] == "button" else content[content["type"]]
    if option := option_of(reply.get("id") or reply.get("payload")):
        return InboundMessage(message["id"], option=option, **common)
    label = reply.get("title") or reply.get("text")
    return InboundMessage(message["id"], text=label or "", kind="text" if label else "stale", **common)


def _fit_buttons(options: Sequence[Option]) -> bool:
    """Whether options fit on buttons, whose labels must differ."""
    return all_fit(options, MAX_BUTTONS, MAX_BUTTON_LENGTH) and len({one.title for one in options}) == len(options)


def _buttons(options: Sequence[Option]) -> dict[str, object]:
    return {"buttons": [{"type": "reply", "reply": {"id": one.token, "title": one.title}} for one in options]}


def _row(number: int, option: Option) -> dict[str, str]:
    """A row with a number, which makes titles unique, and the start of the question; the description has all of it."""
    titled = f"{number}. {option.title}"
    row = {"id": option.token, "title": cut(titled, MAX_ROW_LENGTH)}
    return row if row["title"] == titled else {**row, "description": option.title}
