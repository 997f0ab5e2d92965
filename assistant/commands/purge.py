"""Erases chats past their retention from every store: `make purge`."""

from __future__ import annotations

import argparse
import math
import os
import sys
import time
from collections.abc import Mapping

from assistant.commands.stores import Stores, refuse_without_storage, stores
from assistant.front.core.settings import MAX_RETENTION_DAYS, SECONDS_PER_DAY, whole_number
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.store import brake
from assistant.front.store.chat_keys import MAX_ORPHANS
from assistant.front.store.retention import SEEN_SECONDS, drop_queued, expired_counts, purge_with_consent, senders_of

LABELS = {
    "chats": "chats",
    "events": "messages and answers",
    "messages": "inbox entries",
    "feedback": "feedback",
    "unanswered": "questions listed for staff",
    "team_questions": "questions to the team",
    "seen": "fingerprints of messengers' messages",
    "conversations": "Rasa conversations",
    "webhooks": "unprocessed webhook requests",
}


def found(stores: Stores, before: float) -> dict[str, int]:
    """How many rows of each kind there are to erase."""
    silent = stores.store.silent_since(before)
    senders = [sender for chat in silent for sender in senders_of(stores.store, stores.keys, chat)]
    return {**expired_counts(stores.engine, before), "conversations": stores.conversations.count(senders, before)}


def purge(stores: Stores, before: float, with_consent: bool = False) -> list[str]:
    """Erases chats silent since then from every store; returns sentences on what could not be done now.

    Only with an operator's consent, keys go too that may be those of chats which the database has lost.
    """
    purge_with_consent(stores.engine, stores.store, stores.keys, before)
    stores.store.erase_orphans(math.inf if with_consent else MAX_ORPHANS)
    drop_queued(stores.engine, before)
    MessageStore(stores.engine, frozenset()).forget_seen(time.time() - SEEN_SECONDS)
    for sender in stores.conversations.forget(stores.store.pending_erasures(), before):
        stores.store.add_pending_erasure(sender)
    left = stores.erase_in_rasa()
    pending = [f"{left} conversations: Rasa is away; the front erases them as soon as it is back."] if left else []
    return [*pending, *(f"Traces of erased data may remain on disk: {reason}." for reason in stores.vacuum())]


def summary(counts: Mapping[str, int], days: int, erased: bool) -> str:
    """What was found, a line for each kind."""
    head = f"Silent for more than {days} days, {'erased' if erased else 'to be erased'}:"
    return "\n".join([head, *(f"  {counts[name]:>8} {label}" for name, label in LABELS.items())])


def doubt(stores: Stores, days: int, before: float) -> str | None:
    """Why this is not to be erased without consent; None if it may be."""
    if days < stores.settings.retention_days:
        return f"Chats silent for only {days} days would be erased; they are promised {stores.settings.retention_days}."
    try:
        brake.check(stores.engine, before)
    except brake.StoppedError as stop:
        return str(stop)
    return None


def consented(doubt: str) -> bool:
    """Asks at a terminal; elsewhere nobody can answer."""
    print(doubt, file=sys.stderr)
    if sys.stdin.isatty():
        return input("Erase them all the same? Write yes: ").strip().lower() == "yes"
    print("Nothing was erased. To erase them all the same, pass --yes (make purge YES=1).", file=sys.stderr)
    return False


def _days(written: str) -> int:
    try:
        return whole_number(written, "a number of days", 0, MAX_RETENTION_DAYS)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def main() -> int:
    """Erases and reports how much; with --dry-run, only reports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=_days, help="of silence; by default ASSISTANT_RETENTION_DAYS, or 30")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")
    parser.add_argument("--yes", action="store_true", help="erase without asking for confirmation")
    arguments = parser.parse_args()
    refuse_without_storage(os.environ, code=0)
    opened = stores()
    days = opened.settings.retention_days if arguments.days is None else arguments.days
    before = time.time() - days * SECONDS_PER_DAY
    counts = found(opened, before)
    asked_back = None if arguments.dry_run or arguments.yes else doubt(opened, days, before)
    if asked_back:
        print(summary(counts, days, erased=False))
        if not consented(asked_back):
            return 1
    pending = [] if arguments.dry_run else purge(opened, before, arguments.yes)
    print("\n".join([summary(counts, days, not arguments.dry_run), *pending]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
