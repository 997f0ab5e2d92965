"""Saves the front's database while it runs, and puts a saved one back: see docs/operations.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.commands.channels import running
from assistant.front.core.settings import FRONT_PORT, database_url
from assistant.front.store.backup import BackupError, present_list, restore, save, write_list
from assistant.front.store.tombstones import Erased, read, written

NO_LIST = (
    "Nothing was restored: the present database cannot tell which chats were erased since the copy was made. "
    "Name a saved list by --erased, or say --without-list to bring erased chats back."
)


def asked() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, told in {
        "save": "copy the database into a new file",
        "list": "write the list of erased chats into a file, to be kept elsewhere",
        "restore": "put a copy in the database's place, without what was erased since",
    }.items():
        one = verbs.add_parser(verb, help=told, description=told)
        one.add_argument("file", type=Path)
    one.add_argument("--erased", type=Path, action="append", default=[], help="a saved list of erased chats")
    one.add_argument("--without-list", action="store_true", help="although nobody knows what was erased since")
    one.add_argument("--port", type=int, default=FRONT_PORT, help="of the front, which must not run")
    return parser.parse_args()


def put_back(url: str, arguments: argparse.Namespace) -> str:
    """Restores; what was done, in words."""
    if running(arguments.port):
        raise BackupError("Nothing was restored: the front is running. Stop it first.")
    listed = listed_in(url, arguments)
    # Should this be broken off, the list is still there for the next try.
    aside = arguments.file.with_name(f"{arguments.file.name}.erased")
    write_list(written(listed), aside)
    kept, gone = restore(url, arguments.file, listed)
    aside.unlink()
    return f"Restored {arguments.file}: {kept} chats; {gone} that were erased since were erased again."


def listed_in(url: str, arguments: argparse.Namespace) -> Erased:
    """All that is known to be erased: by the present database, by the lists named, by a try that was broken off."""
    aside = arguments.file.with_name(f"{arguments.file.name}.erased")
    files = [*arguments.erased, *([aside] if aside.exists() else [])]
    present = present_list(url)
    if present is None and not files and not arguments.without_list:
        raise BackupError(NO_LIST)
    listed = dict(present or {})
    for path in files:
        listed.update(read(path.read_text("utf-8")))
    return listed


def main() -> int:
    """Does what is asked and says so; 1 where it could not."""
    arguments, url = asked(), database_url()
    try:
        if arguments.verb == "restore":
            print(put_back(url, arguments))
        elif arguments.verb == "save":
            save(url, arguments.file)
            print(f"Saved the database in {arguments.file}, {arguments.file.stat().st_size} bytes.")
        elif (listed := present_list(url)) is None:
            raise BackupError("Nothing was written: the database cannot be read.")
        else:
            write_list(written(listed), arguments.file)
            print(f"Wrote the list of erased chats to {arguments.file}.")
    except (BackupError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
