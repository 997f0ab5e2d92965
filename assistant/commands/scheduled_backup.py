"""Backs up as a job: `python -m assistant.commands.scheduled_backup /backups`, every hour; see docs/operations.md.

Replaces the copy of the keys and writes the list of erased chats each time, so that no copy can be read longer than an
hour for a chat that was erased; copies the database once the newest copy is old enough, and deletes copies that are
older than chats may be.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.core.atomic_files import replace_file
from assistant.front.core.settings import SECONDS_PER_DAY, Settings, settings_from
from assistant.front.store.backup import BackupError, current_tombstones, save, save_keys
from assistant.front.store.key_copy import FILE as KEYS_FILE
from assistant.front.store.tombstones import dumped

SECONDS_PER_HOUR = 3600.0
LIST = "erased"
COPIES = "front-*.backup"
# A job that starts a little earlier than the day before must not skip a day.
TOLERANCE_SECONDS = 600.0


def copies(folder: Path) -> list[Path]:
    """The copies in a folder, oldest first."""
    return sorted(folder.glob(COPIES), key=lambda path: path.stat().st_mtime)


def back_up(settings: Settings, folder: Path, every_hours: float, now: float) -> Iterator[str]:
    """Does what is due, and says what was done."""
    tombstones = current_tombstones(settings.database)
    if tombstones is None:
        raise BackupError("Nothing was written: the database cannot be read.")
    # First, since it refuses where the database is not the one that the copies are of.
    save_keys(settings.database, folder / KEYS_FILE)
    yield f"Replaced the copy of the keys, {folder / KEYS_FILE}."
    replace_file(folder / LIST, dumped(tombstones).encode())
    yield f"Wrote the list of {len(tombstones)} erased chats to {folder / LIST}."
    found = copies(folder)
    due_at = found[-1].stat().st_mtime + every_hours * SECONDS_PER_HOUR - TOLERANCE_SECONDS if found else now
    if due_at <= now:
        target = folder / time.strftime("front-%Y-%m-%dT%H%M%SZ.backup", time.gmtime(now))
        save(settings.database, target)
        yield f"Saved the database to {target}, {target.stat().st_size} bytes."
    for old in copies(folder)[:-1]:
        if old.stat().st_mtime < now - settings.retention_days * SECONDS_PER_DAY:
            old.unlink()
            yield f"Deleted {old}, older than {settings.retention_days} days."


def main() -> int:
    """Runs the job; returns 1 if something was due and could not be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where copies and list are kept, not on the database's disk")
    parser.add_argument("--every-hours", type=float, default=24.0, help="how often a copy is due")
    arguments = parser.parse_args()
    try:
        for line in back_up(settings_from(), arguments.folder, arguments.every_hours, time.time()):
            print(line, flush=True)
    except (BackupError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
