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
from dataclasses import asdict
from typing import TypedDict

from assistant.commands.stores import Stores, stores
from assistant.engine.conversations.table import URL_VARIABLE
from assistant.front.core.events import moment
from assistant.front.core.secret import OLD_VARIABLE, VARIABLE
from assistant.front.messengers.registry import CONNECTORS
from assistant.front.messengers.twilio import SEPARATOR, WHATSAPP
from assistant.front.store.retention import queued_requests, senders_of
from assistant.front.store.unanswered import Unanswered

UNKNOWN = 1
QUEUED = (
    "{} requests of this messenger have not been processed yet and may hold something from this person. The front "
    "does that within seconds of its start; run this again then."
)
Readable = dict[str, object]
# Internal identifiers, which are of no use to a person.
INTERNAL = ("id", "chat", "sender_id", "former_name")
TIMES = ("at", "created_at", "last_at", "heard_at", "accepted_at", "sent_at")


class KeptChat(TypedDict):
    """Everything kept about one chat."""

    chat: Readable
    events: list[Readable]
    inbox: list[Readable]
    feedback: list[Readable]
    unanswered: list[Readable]
    team: list[Readable]
    rasa: list[Readable]


def chats_of(stores: Stores, token: str | None, messenger: str | None, address: str | None) -> list[str]:
    """The chats of a person; none if the token or address is unknown."""
    if token is not None:
        chat = stores.keys.chat_of(token.strip())
        return [chat] if chat and _anything_kept(stores, chat) else []
    wanted = plain(str(address))
    found = stores.store.recipients(str(messenger)).items()
    return [chat for chat, recipient in found if wanted in map(plain, names_in(str(messenger), recipient))]


def _anything_kept(stores: Stores, chat: str) -> bool:
    """Whether anything is left of a chat, even if its row is gone: an erasure may have been interrupted."""
    store, senders = stores.store, stores.keys.senders(chat)
    here = store.chat(chat) or store.events_after(chat, 0) or store.messages_of(chat) or store.feedback_of(chat)
    listed = Unanswered(stores.engine).of(chat)
    asked = stores.team.of(chat)
    return bool(here or listed or asked or stores.conversations.count(senders, 0.0) or stores.pending([chat]))


def unknown(stores: Stores, token: str | None) -> list[str]:
    """What to say if no chat was found, which means that nothing is kept only if nothing is in doubt."""
    if token is not None and not stores.keys.chat_of(token.strip()):
        return [
            "This token cannot be read, so it is not known whether anything is kept. Either it is incomplete, or it "
            f"was signed with a secret that was replaced: add that secret to {OLD_VARIABLE} and try again."
        ]
    pending = len(stores.store.pending_erasures()) if token is None else 0
    doubts = [f"Conversations of erased chats that Rasa has yet to erase: {pending}."] if pending else []
    doubts += in_doubt(stores) if token is None else []
    if not doubts:
        return ["Nothing is kept about this person: no chat has this token or address."]
    return ["No chat has this address.", *doubts]


def in_doubt(stores: Stores) -> list[str]:
    """A sentence on conversations of which nobody can say whose they are, if there are any."""
    if not (number := stores.unclaimed()):
        return []
    return [
        f"Rasa's database also holds conversations of no chat known here ({number}); one may be this person's. If "
        f"{VARIABLE} was replaced, conversations from before are found only with the old one in {OLD_VARIABLE}; the "
        f"purge erases them in any case {stores.settings.retention_days} days after they were last written."
    ]


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


def not_read(stores: Stores) -> list[str]:
    """A sentence on what an export lacks if Rasa's database is not named."""
    if stores.conversations.named:
        return []
    return [f"Rasa's conversations were not read: {URL_VARIABLE} is not set. Without it they are in memory only."]


def erase(stores: Stores, chats: Sequence[str]) -> list[str]:
    """Erases these chats everywhere; returns sentences on what was found and what could not be done now."""
    lines, unchecked = [], _unchecked(stores, chats)
    for chat in chats:
        counts = {"messages and answers": len(stores.store.events_after(chat, 0) or ())}
        counts["feedback"] = len(stores.store.feedback_of(chat))
        counts["questions listed for staff"] = len(Unanswered(stores.engine).of(chat))
        counts["questions to the team"] = len(stores.team.of(chat))
        counts["Rasa conversations in the database"] = _erase(stores, chat)
        lines.append("Erased a chat: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + ".")
    stores.erase_in_rasa()
    left, doubts = stores.pending(chats), [*unchecked, *in_doubt(stores)]
    done = "Erased in Rasa what is known to be this person's." if doubts else "Erased in Rasa."
    lines.append("Rasa is away; the front erases it there as soon as it is back." if left else done)
    return [*lines, *doubts, *(f"Traces of erased data may remain on disk: {reason}." for reason in stores.vacuum())]


def _unchecked(stores: Stores, chats: Sequence[str]) -> list[str]:
    """A sentence if Rasa may know chats by names that are not known here, and its database cannot be looked into."""
    several = [chat for chat in chats if len(senders_of(stores.store, stores.keys, chat)) > 1]
    if stores.conversations.named or not several:
        return []
    return [
        f"A chat may have begun under an earlier version, and {URL_VARIABLE} is not set: if a secret of that time is "
        f"missing from {OLD_VARIABLE} and Rasa has a database, a conversation may be left there until the purge."
    ]


def _erase(stores: Stores, chat: str) -> int:
    """Erases a chat, or what is left of one; returns how many conversations there were in Rasa's database."""
    senders = senders_of(stores.store, stores.keys, chat)
    if not stores.store.erase(chat, *senders):
        stores.store.erase_orphans()
        for sender in senders:
            stores.store.add_pending_erasure(sender)
    return len(stores.conversations.forget(senders))


def _chat(stores: Stores, chat: str) -> KeptChat:
    found = [stores.conversations.read(sender) for sender in senders_of(stores.store, stores.keys, chat)]
    return {
        "chat": _readable(stores.store.chat(chat) or {}),
        "events": [_readable(event) for event in stores.store.events_after(chat, 0) or ()],
        "inbox": [_readable(row) for row in stores.store.messages_of(chat)],
        "feedback": [_readable(row) for row in stores.store.feedback_of(chat)],
        "unanswered": [_readable(vars(row)) for row in Unanswered(stores.engine).of(chat)],
        "team": [_readable(asdict(question)) for question in stores.team.of(chat)],
        "rasa": [_readable(conversation) for conversation in found if conversation],
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
        print("\n".join(unknown(opened, token)), file=sys.stderr)
        return UNKNOWN
    if arguments.task == "export":
        print(json.dumps(export(opened, chats), ensure_ascii=False, indent=2))
        for line in (*not_read(opened), *in_doubt(opened)):
            print(line, file=sys.stderr)
    else:
        print("\n".join(erase(opened, chats)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
