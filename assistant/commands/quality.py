"""Writes the desk's report for the public, a file that needs no other; see docs/desk.md."""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from assistant.commands.stores import refuse_without_storage
from assistant.core.atomic_files import replace_file
from assistant.desk.quality_view import public_file
from assistant.desk.texts import languages
from assistant.front.core.settings import database_url
from assistant.front.store.schema import PATIENT_SECONDS, NewerSchemaError, database
from assistant.front.store.tallies import Tallies

# For everybody, since it is meant to be published.
MODE = 0o644


def main() -> int:
    """Writes the file; returns 1 if the front's counts or the file cannot be reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--days", type=int, default=90, help="how many, up to today")
    parser.add_argument("--language", choices=languages(), default=languages()[0])
    arguments = parser.parse_args()
    refuse_without_storage(os.environ)
    today = datetime.datetime.now(datetime.timezone.utc).date()
    since = today - datetime.timedelta(days=max(arguments.days, 1) - 1)
    try:
        rows = Tallies(database(database_url(), PATIENT_SECONDS)).rows(since.isoformat())
        written = public_file(rows, since, today, arguments.language)
        replace_file(arguments.file, written.encode(), MODE)
    except (SQLAlchemyError, NewerSchemaError, OSError) as error:
        print(f"Nothing was written: {type(error).__name__}.", file=sys.stderr)
        return 1
    print(f"{arguments.file}: {since} to {today}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
