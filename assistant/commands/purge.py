"""Erases chats that were silent for as long as they may be kept, wherever something of them is: `make purge`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Mapping

from assistant.commands.stores import Stores, refuse_without_storage, stores
from assistant.front.core.settings import MAX_RETENTION_DAYS, SECONDS_PER_DAY, whole_number
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.store.retention import SEEN_SECONDS, erase_silent, expired_counts

NAMES = {
    "chats": "chats",
    "events": "messages and answers",
    "messages": "entries of the inbox",
    "feedback": "feedback",
    "seen": "fingerprints of messengers' messages",
    "conversations": "conversations of Rasa",
}


def found(stores: Stores, before: float) -> dict[str, int]:
    """How much there is of each kind to erase."""
    senders = [stores.keys.sender("web", chat) for chat in stores.store.silent_since(before)]
    return {**expired_counts(stores.engine, before), "conversations": stores.kept.count(senders, before)}


def purge(stores: Stores, before: float) -> list[str]:
    """Erases what was silent since, everywhere; what could not be done now, as sentences."""
    erase_silent(stores.store, stores.keys, before)
    stores.store.erase_orphans()
    MessageStore(stores.engine, frozenset()).forget_seen(time.time() - SEEN_SECONDS)
    for sender in stores.kept.forget(stores.store.pending_erasures(), before):
        stores.store.add_pending_erasure(sender)
    left = stores.forgotten()
    hindered = [f"{left} conversations: Rasa is away; the front tells it as soon as it is back."] if left else []
    return [*hindered, *(f"Bytes of what was erased may be left: {reason}." for reason in stores.vacuum())]


def told(counts: Mapping[str, int], days: int, erased: bool) -> str:
    """What was found, a line for each kind."""
    head = f"Silent for more than {days} days, {'erased' if erased else 'to be erased'}:"
    return "\n".join([head, *(f"  {counts[name]:>8} {words}" for name, words in NAMES.items())])


def _days(written: str) -> int:
    try:
        return whole_number(written, "a number of days", 0, MAX_RETENTION_DAYS)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main() -> int:
    """Erases and says how much; with --dry-run only says it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=_days, help="of silence; else what ASSISTANT_RETENTION_DAYS says, or 30")
    parser.add_argument("--dry-run", action="store_true", help="say only what would be erased")
    arguments = parser.parse_args()
    refuse_without_storage(os.environ, code=0)
    opened = stores()
    days = opened.settings.retention_days if arguments.days is None else arguments.days
    before = time.time() - days * SECONDS_PER_DAY
    counts = found(opened, before)
    hindered = [] if arguments.dry_run else purge(opened, before)
    print("\n".join([told(counts, days, not arguments.dry_run), *hindered]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
