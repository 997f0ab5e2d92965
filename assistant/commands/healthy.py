"""Checks for readiness probes that Rasa really answers: `python -m assistant.commands.healthy --port 5005`.

Rasa returns 200 on `/` even when every message fails, so this asks it a question.
"""

from __future__ import annotations

import argparse
import sys
import threading

from assistant.core.envelope import last_envelope
from assistant.launch import servers

# Always the same sender, so that probes leave only one conversation behind.
SENDER = "readiness-probe"
QUESTION = "Was ist die IOM?"
TIMEOUT_SECONDS = 5.0


def fault_of(messages: object) -> str | None:
    """What is wrong with a reply, in a few words; None if it ends with an answer that is not an apology."""
    envelope = last_envelope(messages)
    if envelope is None:
        return "the reply does not end with an answer"
    return "the reply is an apology" if envelope["kind"] == "error" else None


def fault(port: int, seconds: float = TIMEOUT_SECONDS) -> str | None:
    """Why the Rasa server on a local port does not answer in time; None if it does."""
    found = [f"no reply within {seconds:g} s"]

    def asking() -> None:
        try:
            found.append(fault_of(servers.ask(QUESTION, port, SENDER, timeout=seconds)) or "")
        except (OSError, ValueError) as error:
            found.append(f"no reply: {type(error).__name__}")

    # urllib's timeout restarts with every byte received, so a trickling server could block it for ever.
    asker = threading.Thread(target=asking, daemon=True)
    asker.start()
    asker.join(seconds)
    return found[-1] or None


def main() -> int:
    """Returns 0 if a question got an answer; otherwise 1, with the reason on standard error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=servers.PORT)
    parser.add_argument("--seconds", type=float, default=TIMEOUT_SECONDS)
    arguments = parser.parse_args()
    reason = fault(arguments.port, arguments.seconds)
    if reason:
        print(f"Rasa on port {arguments.port} does not answer: {reason}.", file=sys.stderr)
    return 1 if reason else 0


if __name__ == "__main__":
    sys.exit(main())
