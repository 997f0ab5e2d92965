"""WhatsApp, by Meta's Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api)."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from assistant.front.messengers.base.connector import Call
from assistant.front.messengers.base.inbound import Arrival, Reading
from assistant.front.messengers.base.layout import Bubble, Option, all_fit, cut, option_of
from assistant.front.messengers.base.outcomes import Outcome
from assistant.front.messengers.meta import Meta, Part, confirmed, received

logger = logging.getLogger(__name__)
# What people do without words, and what WhatsApp tells about them.
SILENT = frozenset({"reaction", "system", "revoke"})
MOST_BUTTONS, LONGEST_BUTTON = 3, 20
MOST_ROWS, LONGEST_ROW, LONGEST_DESCRIPTION = 10, 24, 72


class WhatsApp(Meta):
    """A number that people write to; groups are not its place."""

    name = "whatsapp"
    secrets = ("token", "phone_number_id", "app_secret", "verify_token")
    longest = 4096
    # Meta's manual allows 4096 over a list, its own OpenAPI 1024 over lists and buttons alike.
    longest_with_options = 1024
    subject = "whatsapp_business_account"
    access = "token"
    # No such number, or none of this token's.
    for_operator: ClassVar[frozenset[tuple[int, int]]] = frozenset({(100, 33)})

    def parts(self, entry: Mapping[str, Any]) -> Iterator[Part]:
        """Messages and receipts of our number; an account may have others."""
        for change in entry.get("changes") or ():
            value = change.get("value") or {}
            number = (value.get("metadata") or {}).get("phone_number_id")
            if change.get("field") == "messages" and number == self._settings["phone_number_id"]:
                yield from ((self._heard, message) for message in value.get("messages") or ())
                yield from ((self._told, status) for status in value.get("statuses") or ())

    def _heard(self, message: Mapping[str, Any]) -> Reading:
        silent = message["type"] in SILENT or message.get("group_id")
        return Reading() if silent else received(*_arrivals(message))

    def _told(self, status: Mapping[str, Any]) -> Reading:
        """A receipt, also where delivery failed for good; a failure for the moment leaves room for another try."""
        errors = status.get("errors") or ()
        for error in errors:
            logger.warning("%s: a message was not delivered, code %s", self.name, error.get("code"))
        if any(self.outcome(error) is Outcome.LATER for error in errors):
            return Reading()
        return confirmed(status.get("biz_opaque_callback_data"))

    def takes(self, bubble: Bubble) -> bool:
        """As buttons, or as a list that shows every question in full."""
        return _are_buttons(bubble.options) or all_fit(bubble.options, MOST_ROWS, LONGEST_DESCRIPTION)

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """A text, a text over buttons, or a text over a list."""
        # People who have a user name write without their number; then an id of Meta's stands for it.
        to = {"to": recipient} if recipient.isdigit() else {"recipient": recipient}
        head = {"messaging_product": "whatsapp", "recipient_type": "individual", **to}
        return self._messages({**head, **self._content(bubble), "biz_opaque_callback_data": key})

    def _content(self, bubble: Bubble) -> dict[str, Any]:
        if not bubble.options:
            return {"type": "text", "text": {"body": bubble.text, "preview_url": False}}
        as_buttons = _are_buttons(bubble.options)
        action = _buttons(bubble.options) if as_buttons else self._list(bubble)
        kind = "button" if as_buttons else "list"
        return {"type": "interactive", "interactive": {"type": kind, "body": {"text": bubble.text}, "action": action}}

    def _list(self, bubble: Bubble) -> dict[str, Any]:
        rows = [_row(number, option) for number, option in enumerate(bubble.options, start=1)]
        opener = self._knowledge.phrase("messenger_choose", bubble.language)
        return {"button": cut(opener, LONGEST_BUTTON), "sections": [{"rows": rows}]}

    def on_reading(self, arrival: Arrival) -> Sequence[Call]:
        """Two blue ticks, and typing, which ends by itself with the answer."""
        if not arrival.mark:
            return ()
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": arrival.mark}
        return (self._messages({**read, "typing_indicator": {"type": "text"}}),)

    def _messages(self, body: Mapping[str, Any]) -> Call:
        return self._graph("POST", f"{self._settings['phone_number_id']}/messages", body)


def _arrivals(message: Mapping[str, Any]) -> list[Arrival]:
    """The message, in one or two: a picture, and what is written under it."""
    kind, id_ = message["type"], message["id"]
    common: dict[str, Any] = {
        "recipient": message.get("from") or message["from_user_id"],
        "sent_at": float(message["timestamp"]),
    }
    content = message.get(kind)
    if kind == "edit" or (kind == "unsupported" and (content or {}).get("type") == "edit"):
        return [Arrival(id_, kind="edit", **common)]
    if kind == "request_welcome":
        return [Arrival(id_, kind="start", **common)]
    common["mark"] = id_
    if kind == "text":
        return [Arrival(id_, text=message["text"]["body"], **common)]
    if kind in ("interactive", "button"):
        return [_picked(message, common)]
    caption = content.get("caption") if isinstance(content, Mapping) else None
    under = [Arrival(f"{id_}:caption", text=caption, **{**common, "mark": None})] if caption else []
    return [Arrival(id_, kind="media", **common), *under]


def _picked(message: Mapping[str, Any], common: Mapping[str, Any]) -> Arrival:
    """A choice of ours that was picked; of somebody else's buttons, what is written on them."""
    content = message[message["type"]]
    reply = content if message["type"] == "button" else content[content["type"]]
    if option := option_of(reply.get("id") or reply.get("payload")):
        return Arrival(message["id"], option=option, **common)
    written = reply.get("title") or reply.get("text")
    return Arrival(message["id"], text=written or "", kind="text" if written else "stale", **common)


def _are_buttons(options: Sequence[Option]) -> bool:
    """Whether options fit on buttons, which must not read alike."""
    return all_fit(options, MOST_BUTTONS, LONGEST_BUTTON) and len({one.title for one in options}) == len(options)


def _buttons(options: Sequence[Option]) -> dict[str, Any]:
    return {"buttons": [{"type": "reply", "reply": {"id": one.token, "title": one.title}} for one in options]}


def _row(number: int, option: Option) -> dict[str, str]:
    """The beginning of a question, with its number so that no two read alike; below it the whole."""
    titled = f"{number}. {option.title}"
    row = {"id": option.token, "title": cut(titled, LONGEST_ROW)}
    return row if row["title"] == titled else {**row, "description": option.title}
