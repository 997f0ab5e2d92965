"""Exports or erases everything kept about one person, by a web chat's token or an address in a messenger.

`python -m assistant.commands.person export --token -` reads the token from standard input, where other processes
cannot see it.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TypedDict

from assistant.commands.stores import Stores, stores
from assistant.front.core.events import moment
from assistant.front.messengers.registry import CONNECTORS
from assistant.front.messengers.twilio import SEPARATOR, WHATSAPP
from assistant.front.store.retention import queued_requests

UNKNOWN = 1
QUEUED = (
    "{} requests of this messenger have not been processed yet and may hold something from this person. The front "
    "does that within seconds of its start; run this again then."
)
Readable = dict[str, object]
# Internal identifiers, which are of no use to a person.
INTERNAL = ("id", "chat")
TIMES = ("at", "created_at", "last_at", "heard_at", "accepted_at", "sent_at")


class KeptChat(TypedDict):
    """Everything kept about one chat."""

    chat: Readable
    events: list[Readable]
    inbox: list[Readable]
    feedback: list[Readable]
    rasa: Readable | None


def chats_of(stores: Stores, token: str | None, messenger: str | None, address: str | None) -> list[str]:
    """The chats of a person; none if the token or address is unknown."""
    if token is not None:
        chat = stores.keys.chat_of(token.strip())
        return [chat] if chat and stores.store.chat(chat) else []
    wanted = plain(str(address))
    found = stores.store.recipients(str(messenger)).items()
    return [chat for chat, recipient in found if wanted in map(plain, names_in(str(messenger), recipient))]


def names_in(messenger: str, recipient: str) -> tuple[str, ...]:
    """The addresses by which the person behind a recipient may be looked up: the whole, or only the person's part."""
    if messenger == "slack":
        return recipient, recipient.split("/")[1]
    return recipient, recipient.partition(SEPARATOR)[0].removeprefix(WHATSAPP)


def plain(address: str) -> str:
    """An address without spaces and punctuation."""
    return re.sub(r"[\s()+]|(?<=\d)-(?=\d)", "", address)


def export(stores: Stores, chats: Sequence[str]) -> dict[str, list[KeptChat]]:
    """Everything kept about these chats."""
    return {"chats": [_chat(stores, chat) for chat in chats]}


def erase(stores: Stores, chats: Sequence[str]) -> list[str]:
    """Erases these chats everywhere; returns sentences on what was found and what could not be done now."""
    lines = []
    for chat in chats:
        counts = {"messages and answers": len(stores.store.events_after(chat, 0) or ())}
        counts["feedback"] = len(stores.store.feedback_of(chat))
        sender = stores.keys.sender("web", chat)
        stores.store.erase(chat, sender)
        counts["Rasa conversations in the database"] = len(stores.conversations.forget([sender]))
        lines.append("Erased a chat: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
    left = stores.erase_in_rasa()
    lines.append("Erased in Rasa." if not left else "Rasa is away; the front erases it there as soon as it is back.")
    return [*lines, *(f"Traces of erased data may remain on disk: {reason}." for reason in stores.vacuum())]


def _chat(stores: Stores, chat: str) -> KeptChat:
    conversation = stores.conversations.read(stores.keys.sender("web", chat))
    if conversation:
        conversation.pop("sender_id", None)
    return {
        "chat": _readable(stores.store.chat(chat) or {}),
        "events": [_readable(event) for event in stores.store.events_after(chat, 0) or ()],
        "inbox": [_readable(row) for row in stores.store.messages_of(chat)],
        "feedback": [_readable(row) for row in stores.store.feedback_of(chat)],
        "rasa": conversation,
    }


def _readable(row: Mapping[str, object]) -> Readable:
    """A row without internal identifiers, with readable times."""
    kept = {name: value for name, value in row.items() if name not in INTERNAL}
    return {
        name: moment(value) if name in TIMES and isinstance(value, (int, float)) else value
        for name, value in kept.items()
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=("export", "erase"))
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--token", help="token of the web chat; - reads it from standard input")
    who.add_argument("--messenger", choices=sorted(CONNECTORS))
    parser.add_argument("--address", help="the number or account in the messenger, such as 4915…")
    arguments = parser.parse_args()
    if bool(arguments.messenger) != bool(arguments.address):
        parser.error("--messenger and --address must be used together")
    return arguments


def main() -> int:
    """Exports as JSON, or erases; returns 1 if the token or address is unknown."""
    arguments = _arguments()
    token = sys.stdin.read() if arguments.token == "-" else arguments.token  # noqa: S105 - where to read it
    opened = stores()
    chats = chats_of(opened, token, arguments.messenger, arguments.address)
    if arguments.messenger and (queued := queued_requests(opened.engine, arguments.messenger)):
        print(QUEUED.format(queued), file=sys.stderr)
    if not chats:
        print("Nothing is kept about this person: no chat has this token or address.", file=sys.stderr)
        return UNKNOWN
    if arguments.task == "export":
        print(json.dumps(export(opened, chats), ensure_ascii=False, indent=2))
    else:
        print("\n".join(erase(opened, chats)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
