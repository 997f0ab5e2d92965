"""Runs Rasa's validation of domain, rules and training data; fails on any warning.

With `--fail-on-warnings` alone, an unused intent passes (Rasa 3.6.21 returns success after that warning), so this
also reads the warnings that Rasa prints.
"""

from __future__ import annotations

import subprocess
import sys

from assistant.core.paths import ROOT
from assistant.engine.environment import quiet_environment
from assistant.knowledge.examples import examples

# Rasa merges the domain with its own copy of the retrieval intents and then finds duplicates.
MERGED = "The following duplicated intents have been found across multiple domain files"
WARNING = "UserWarning: "


def expected() -> set[str]:
    """Warnings that every project with retrieval intents gets: no rule utters their responses, which are labels."""
    topics = {example.intent.partition("/")[0] for example in examples()}
    return {f"The utterance 'utter_{topic}' is not used in any story or rule." for topic in topics}


def warnings(output: str) -> list[str]:
    """Rasa's warnings about the project, without duplicates and the expected ones."""
    printed = [line.partition(WARNING)[2] for line in output.splitlines() if WARNING in line]
    known = expected()
    return [line for line in dict.fromkeys(printed) if line not in known and not line.startswith(MERGED)]


def begin_quickly() -> subprocess.Popen[str]:
    """Begins the validation of all but the form of the training questions, which takes Rasa most of the time."""
    command = [sys.executable, "-m", "assistant.engine.validation"]
    return subprocess.Popen(
        command, cwd=ROOT, env=quiet_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def ended(process: subprocess.Popen[str]) -> list[str]:
    """What a validation that was begun has found; all that Rasa says if it failed without a warning."""
    output, _ = process.communicate()
    return warnings(output) or ([output] if process.returncode else [])


def main() -> int:
    """Prints Rasa's warnings; returns 1 if there are any or if Rasa fails."""
    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"]
    result = subprocess.run(command, cwd=ROOT, env=quiet_environment(), capture_output=True, text=True)
    found = warnings(result.stdout + result.stderr)
    if found or result.returncode:
        print("\n".join(found) or result.stdout + result.stderr, file=sys.stderr)
        return 1
    print("Rasa found no problems.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
