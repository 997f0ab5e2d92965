"""Facebook Messenger, by the Messenger Platform (https://developers.facebook.com/docs/messenger-platform)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from assistant.front.messengers.base.connector import Call
from assistant.front.messengers.base.inbound import Arrival, Reading
from assistant.front.messengers.base.layout import Bubble, all_fit, numbered, option_of
from assistant.front.messengers.base.outcomes import Said
from assistant.front.messengers.meta import Meta, Part, confirmed, received

START = "start"
MOST_REPLIES, LONGEST_REPLY = 13, 20
# A link that Facebook shows as a card: the person wrote a text.
CARD = "fallback"


class Facebook(Meta):
    """A page that people write to."""

    name = "facebook"
    secrets = ("page_token", "app_secret", "verify_token")
    longest = 2000
    longest_with_options = 2000
    subject = "page"
    access = "page_token"

    def parts(self, entry: Mapping[str, Any]) -> Iterator[Part]:
        """What is meant for us; what stands in `standby` is for the people who have the chat just now."""
        yield from ((self._item, item) for item in entry.get("messaging") or ())

    def _item(self, item: Mapping[str, Any]) -> Reading:
        """One event; reactions, and word that something was read or delivered, are passed over."""
        message = item.get("message") or {}
        if message.get("is_echo"):
            return confirmed(message.get("metadata"))
        if not {"message", "postback", "message_edit"} & set(item):
            return Reading()
        common = {"recipient": item["sender"]["id"], "sent_at": item["timestamp"] / 1000}
        if postback := item.get("postback"):
            return received(_pressed(postback, common))
        if edit := item.get("message_edit"):
            return received(Arrival(f"{edit['mid']}:edit:{edit.get('num_edit')}", kind="edit", **common))
        return received(*_arrivals(message, common))

    def takes(self, bubble: Bubble) -> bool:
        """Up to thirteen, with room for their questions in the text."""
        whole = numbered(bubble, self._knowledge, ask=False).text
        return len(bubble.options) <= MOST_REPLIES and self.measure(whole) <= self.longest

    def call(self, recipient: str, bubble: Bubble, key: str) -> Call:
        """A text with quick replies: questions where they are short, else numbers."""
        message: dict[str, Any] = {"metadata": key}
        if bubble.options:
            short = all_fit(bubble.options, MOST_REPLIES, LONGEST_REPLY)
            message["quick_replies"] = _quick_replies(bubble, short)
            bubble = bubble if short else numbered(bubble, self._knowledge, ask=False)
        message["text"] = bubble.text
        return self._send(recipient, {"messaging_type": "RESPONSE", "message": message})

    def on_reading(self, arrival: Arrival) -> Sequence[Call]:
        """Seen, and typing, which ends by itself with the answer."""
        actions = ("mark_seen", "typing_on")
        return tuple(self._send(arrival.recipient, {"sender_action": action}) for action in actions)

    def language_call(self, recipient: str) -> Call | None:
        """The person's profile, as far as Meta shows it."""
        return self._graph("GET", f"{quote(recipient, safe='')}?fields=locale")

    def language_in(self, said: Said) -> str | None:
        """The language of the profile."""
        locale = said.body.get("locale")
        return locale if isinstance(locale, str) else None

    def set_up(self) -> Sequence[Call]:
        """The button with which a person begins, and what it sends."""
        return (self._graph("POST", "me/messenger_profile", {"get_started": {"payload": START}}),)

    def _send(self, recipient: str, body: Mapping[str, Any]) -> Call:
        return self._graph("POST", "me/messages", {"recipient": {"id": recipient}, **body})


def _arrivals(message: Mapping[str, Any], common: Mapping[str, Any]) -> list[Arrival]:
    """The message, in one or two: a picture, and what is written beside it."""
    id_, text = message["mid"], message.get("text")
    option = option_of((message.get("quick_reply") or {}).get("payload"))
    if option:
        return [Arrival(id_, option=option, **common)]
    cards = all(one.get("type") == CARD for one in message.get("attachments") or ())
    if text is not None and cards:
        return [Arrival(id_, text=text, **common)]
    beside = [Arrival(f"{id_}:caption", text=text, **common)] if text else []
    return [Arrival(id_, kind="media", **common), *beside]


def _pressed(postback: Mapping[str, Any], common: Mapping[str, Any]) -> Arrival:
    """A button that was pressed; of somebody else's buttons, what is written on it."""
    id_ = postback.get("mid") or f"postback:{common['recipient']}:{common['sent_at']}"
    payload, title = postback.get("payload"), postback.get("title")
    if payload == START:
        return Arrival(id_, kind="start", **common)
    if option := option_of(payload):
        return Arrival(id_, option=option, **common)
    return Arrival(id_, text=title or "", kind="text" if title else "stale", **common)


def _quick_replies(bubble: Bubble, short: bool) -> list[dict[str, str]]:
    numbers = enumerate(bubble.options, start=1)
    titled = [(option.title if short else str(number), option.token) for number, option in numbers]
    return [{"content_type": "text", "title": title, "payload": token} for title, token in titled]
