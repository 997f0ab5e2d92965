"""Rasa's own validation of domain, rules and training data; fails on every warning.

`--fail-on-warnings` alone lets an intent pass that nothing uses (Rasa 3.6.21 returns success after
that warning), so the warnings it prints are read as well.
"""

from __future__ import annotations

import subprocess
import sys

from assistant.core.paths import ROOT
from assistant.engine.environment import quiet_environment
from assistant.knowledge.examples import examples

# Rasa merges the domain with its own copy of the retrieval intents and then finds them twice.
MERGED = "The following duplicated intents have been found across multiple domain files"
WARNING = "UserWarning: "


def expected() -> set[str]:
    """Warnings that every project with retrieval intents gets: their responses are labels, no rule utters them."""
    topics = {example.intent.partition("/")[0] for example in examples()}
    return {f"The utterance 'utter_{topic}' is not used in any story or rule." for topic in topics}


def complaints(output: str) -> list[str]:
    """Rasa's warnings about the project, each once, without the expected ones."""
    said = [line.partition(WARNING)[2] for line in output.splitlines() if WARNING in line]
    known = expected()
    return [line for line in dict.fromkeys(said) if line not in known and not line.startswith(MERGED)]


def main() -> int:
    """1 where Rasa warns or fails; prints what it said."""
    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"]
    result = subprocess.run(command, cwd=ROOT, env=quiet_environment(), capture_output=True, text=True)
    found = complaints(result.stdout + result.stderr)
    if found or result.returncode:
        print("\n".join(found) or result.stdout + result.stderr, file=sys.stderr)
        return 1
    print("Rasa finds nothing to complain about.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
