"""Facebook Messenger, through the Messenger Platform (https://developers.facebook.com/docs/messenger-platform)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar
from urllib.parse import quote

from assistant.front.messengers.base.connector import Call
from assistant.front.messengers.base.inbound import CAPTION, Common, InboundMessage, Payload, Reading
from assistant.front.messengers.base.layout import Bubble, all_fit, numbered, option_of
from assistant.front.messengers.base.outcomes import ApiResponse
from assistant.front.messengers.meta import Item, Meta, confirmed, received

START = "start"
MAX_REPLIES, MAX_REPLY_LENGTH = 13, 20
# The thumb beside the field in which people write, in its three sizes.
THUMBS, THUMB = frozenset({369239263222822, 369239343222814, 369239383222810}), "👍"
# A link that Facebook shows as a card; the user wrote a text.
CARD = "fallback"


class Facebook(Meta):
    """A page that people write to."""

    name = "facebook"
    secrets = ("page_token", "app_secret", "verify_token")
    # The page's id, so that what is written to other pages of the app is not answered.
    options: ClassVar[Mapping[str, str]] = {**Meta.options, "page_id": ""}
    max_length = 2000
    max_length_with_options = 2000
    subject = "page"
    access = "page_token"
    addressee = "page"

    def items(self, entry: Payload) -> Iterator[Item]:
        """The events meant for us; those in `standby` are for humans who have taken over the chat."""
        if self._settings["page_id"] not in ("", str(entry.get("id"))):
            yield (lambda _: Reading(astray=1)), entry
            return
        yield from ((self._item, item) for item in entry.get("messaging") or ())

    def _item(self, item: Payload) -> Reading:
        """Reads one event; ignores reactions and notifications of reading or delivery."""
        message = item.get("message") or {}
        if message.get("is_echo"):
            return confirmed(message.get("metadata"))
        if not {"message", "postback", "message_edit"} & set(item):
            return Reading()
        common: Common = {"recipient": item["sender"]["id"], "sent_at": item["timestamp"] / 1000}
        if postback := item.get("postback"):
            return received(_pressed(postback, common))
        if edit := item.get("message_edit"):
            return received(_edited(edit, common))
        return received(*_inbound_messages(message, common))

    def supports(self, bubble: Bubble) -> bool:
        """Up to thirteen options, if their questions fit in the text."""
        whole = numbered(bubble, self._knowledge, ask=False).text
        return len(bubble.options) <= MAX_REPLIES and self.measure(whole) <= self.max_length

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """A text with quick replies: the questions if they are short, else numbers."""
        message: dict[str, object] = {"metadata": key}
        if bubble.options:
            short = all_fit(bubble.options, MAX_REPLIES, MAX_REPLY_LENGTH)
            message["quick_replies"] = _quick_replies(bubble, short)
            bubble = bubble if short else numbered(bubble, self._knowledge, ask=False)
        message["text"] = bubble.text
        return self._send(recipient, {"messaging_type": "RESPONSE", "message": message})

    def on_read(self, inbound: InboundMessage) -> Sequence[Call]:
        """Marks the message as seen and shows a typing indicator, which disappears with the answer."""
        actions = ("mark_seen", "typing_on")
        return tuple(self._send(inbound.recipient, {"sender_action": action}) for action in actions)

    def language_call(self, recipient: str) -> Call | None:
        """Asks for the user's profile, as far as Meta shows it."""
        return self._graph("GET", f"{quote(recipient, safe='')}?fields=locale")

    def language_in(self, response: ApiResponse) -> str | None:
        """The language in the profile."""
        locale = response.body.get("locale")
        return locale if isinstance(locale, str) else None

    def set_up(self) -> Sequence[Call]:
        """Registers the "Get started" button and its payload."""
        return (self._graph("POST", "me/messenger_profile", {"get_started": {"payload": START}}),)

    def _send(self, recipient: str, body: Mapping[str, object]) -> Call:
        return self._graph("POST", "me/messages", {"recipient": {"id": recipient}, **body})


def _inbound_messages(message: Payload, common: Common) -> list[InboundMessage]:
    """The message as one or two: an attachment, and its accompanying text."""
    id_, text = message["mid"], message.get("text")
    option = option_of((message.get("quick_reply") or {}).get("payload"))
    if option:
        return [InboundMessage(id_, option=option, **common)]
    attachments = message.get("attachments") or ()
    stickers = [(one.get("payload") or {}).get("sticker_id") for one in attachments]
    if text is None and stickers and all(stickers):
        thumbs = THUMBS.issuperset(stickers)
        return [InboundMessage(id_, text=THUMB if thumbs else "", kind="text" if thumbs else "sticker", **common)]
    cards = all(one.get("type") == CARD for one in attachments)
    if text is not None and cards:
        return [InboundMessage(id_, text=text, **common)]
    extra = [InboundMessage(f"{id_}{CAPTION}", text=text, **common)] if text else []
    return [InboundMessage(id_, kind="media", **common), *extra]


def _edited(edit: Payload, common: Common) -> InboundMessage:
    """An edit, with the text as it is now."""
    id_, text = edit["mid"], edit.get("text") or ""
    return InboundMessage(f"{id_}:edit:{edit.get('num_edit')}", text=text, kind="edit", edits=id_, **common)


def _pressed(postback: Payload, common: Common) -> InboundMessage:
    """A button that was pressed; if it is not one of ours, its label as text."""
    id_ = postback.get("mid") or f"postback:{common['recipient']}:{common['sent_at']}"
    payload, title = postback.get("payload"), postback.get("title")
    if payload == START:
        return InboundMessage(id_, kind="start", **common)
    if option := option_of(payload):
        return InboundMessage(id_, option=option, **common)
    return InboundMessage(id_, text=title or "", kind="text" if title else "stale", **common)


def _quick_replies(bubble: Bubble, short: bool) -> list[dict[str, str]]:
    numbers = enumerate(bubble.options, start=1)
    titled = [(option.title if short else str(number), option.token) for number, option in numbers]
    return [{"content_type": "text", "title": title, "payload": token} for title, token in titled]
