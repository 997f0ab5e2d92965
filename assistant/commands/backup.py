"""Backs up the front's database while it runs, and restores a backup: see docs/operations.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.core.atomic_files import replace_file
from assistant.front.core.settings import database_url
from assistant.front.store.backup import (
    BackupError,
    current_tombstones,
    restore,
    save,
    save_keys,
)
from assistant.front.store.chat_keys import KeysByName
from assistant.front.store.database_lock import InUseError, exclusively
from assistant.front.store.key_copy import FILE, read_copy
from assistant.front.store.schema import database, vacuum
from assistant.front.store.tombstones import Tombstones, dumped, parsed

NO_LIST = (
    "Nothing was restored: the current database cannot tell which chats were erased since the backup was made. "
    "Pass a saved list with --erased, or --without-list to bring erased chats back."
)


def asked() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, help_ in {
        "save": "copy the database to a new file, and replace the copy of the keys beside it",
        "list": "write the list of erased chats to a file, to be kept elsewhere",
        "keys": "replace the copy of the keys, so that it holds none of a chat erased since",
        "restore": "replace the database with a backup, leaving out chats erased since",
    }.items():
        command = verbs.add_parser(verb, help=help_, description=help_)
        command.add_argument("file", type=Path)
        if verb in ("save", "restore"):
            command.add_argument("--keys", type=Path, help=f"the copy of the keys; by default {FILE} beside the file")
    command.add_argument("--erased", type=Path, action="append", default=[], help="a saved list of erased chats")
    command.add_argument("--without-list", action="store_true", help="restore without knowing what was erased since")
    return parser.parse_args()


def restored(url: str, arguments: argparse.Namespace) -> str:
    """Restores a backup, unless the database is in use; returns what was done, in words."""
    try:
        with exclusively(url):
            return _restored(url, arguments)
    except InUseError as error:
        raise BackupError(f"Nothing was restored: {error}. Stop every front first.") from None


def _restored(url: str, arguments: argparse.Namespace) -> str:
    tombstones = all_tombstones(url, arguments)
    # If this is interrupted, the list is still there for the next attempt.
    aside = arguments.file.with_name(f"{arguments.file.name}.erased")
    replace_file(aside, dumped(tombstones).encode())
    kept, gone = restore(url, arguments.file, tombstones, saved_keys(arguments))
    aside.unlink()
    said = f"Restored {arguments.file}: {kept} chats; {gone} that were erased since were erased again."
    return "\n".join([said, *(f"Traces of erased data may remain on disk: {reason}." for reason in _vacuumed(url))])


def _vacuumed(url: str) -> list[str]:
    """Removes what was erased again from the database's files; returns what prevented that."""
    engine = database(url)
    try:
        return vacuum(engine)
    finally:
        engine.dispose()


def saved_keys(arguments: argparse.Namespace) -> KeysByName | None:
    """The keys in the copy named, or in the one beside the backup; None if there is no copy."""
    copy = arguments.keys or arguments.file.with_name(FILE)
    return read_copy(copy) if arguments.keys or copy.exists() else None


def all_tombstones(url: str, arguments: argparse.Namespace) -> Tombstones:
    """The tombstones in the current database, in the lists given, and left by an interrupted attempt."""
    aside = arguments.file.with_name(f"{arguments.file.name}.erased")
    files = [*arguments.erased, *([aside] if aside.exists() else [])]
    current = current_tombstones(url)
    if current is None and not files and not arguments.without_list:
        raise BackupError(NO_LIST)
    tombstones = dict(current or {})
    for path in files:
        tombstones.update(parsed(path.read_text("utf-8")))
    return tombstones


def main() -> int:
    """Runs the command and reports the result; returns 1 if it failed."""
    arguments, url = asked(), database_url()
    try:
        if arguments.verb == "restore":
            print(restored(url, arguments))
        elif arguments.verb == "save":
            save(url, arguments.file, arguments.keys)
            print(f"Saved the database to {arguments.file}, {arguments.file.stat().st_size} bytes.")
        elif arguments.verb == "keys":
            save_keys(url, arguments.file)
            print(f"Replaced the copy of the keys, {arguments.file}.")
        elif (tombstones := current_tombstones(url)) is None:
            raise BackupError("Nothing was written: the database cannot be read.")
        else:
            replace_file(arguments.file, dumped(tombstones).encode())
            print(f"Wrote the list of erased chats to {arguments.file}.")
    except (BackupError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
