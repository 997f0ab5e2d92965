"""Closes the chat or posts an announcement while the assistant runs: see docs/operations.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from assistant.core.languages import LANGUAGES
from assistant.front.core.settings import notice_path
from assistant.front.operate.notice import State, read, state_of, write


def described(state: State) -> str:
    """A state in words."""
    closed = "The chat is closed: every message gets the announcement." if state.closed else "The chat is open."
    texts = [f"  {language}: {text}" for language, text in state.announcement.items()]
    default = "the default in knowledge/phrases.yml" if state.closed else "none"
    return "\n".join([closed, "Announcement:", *texts] if texts else [closed, f"Announcement: {default}."])


def wanted() -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="instead of ASSISTANT_NOTICE_FILE")
    parser.add_argument("--closed", action="store_true", help="close the chat: no more questions are answered")
    for language in LANGUAGES:
        parser.add_argument(f"--{language}", metavar="TEXT", help=f"the announcement in language {language}")
    parser.add_argument("--clear", action="store_true", help="open the chat again and announce nothing")
    return parser.parse_args()


def main() -> int:
    """Writes the file, or shows it if there is nothing to write; returns 1 if it cannot."""
    asked = wanted()
    path: Path = asked.file or notice_path()
    texts = {language: text for language in LANGUAGES if (text := getattr(asked, language)) is not None}
    if asked.clear and (asked.closed or texts):
        sys.exit("--clear cannot be combined with other options.")
    writes = asked.clear or asked.closed or bool(texts)
    try:
        if writes:
            write(path, state_of({"closed": asked.closed, "announcement": texts}))
        print(f"{path}{' was written; a running assistant picks it up within two seconds.' if writes else ''}")
        print(described(read(path)))
    except (OSError, ValueError) as error:
        print(f"{path} could not be {'written' if writes else 'read'}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
