"""Makes `data/generated/` from the knowledge: `make data`; with --check, compares only."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import yaml

from assistant.core.languages import DEFAULT
from assistant.core.paths import ROOT
from assistant.knowledge import knowledge
from assistant.knowledge.examples import examples

RESPONSES = ROOT / "data" / "generated" / "responses.yml"
HEAD = (
    "# Made by `make data` from knowledge/ and data/nlu/; edit those. Rasa wants one response for each\n"
    "# retrieval intent; what visitors read is rendered from knowledge/ when they ask.\n"
)


def responses() -> str:
    """Rasa's responses, one for each retrieval intent of the training questions."""
    base = knowledge()
    intents = sorted({example.intent for example in examples()})
    named = {
        f"utter_{intent}": [{"text": entry.question[DEFAULT] if (entry := base.find(intent)) else intent}]
        for intent in intents
    }
    content = {"version": "3.1", "responses": named}
    return HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=200)


def main() -> int:
    """Writes the generated files, or says which are stale (exit code 1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    return check(RESPONSES, responses()) if arguments.check else write(RESPONSES, responses())


def check(path: Path, content: str) -> int:
    """1 when a generated file is not what it would be now."""
    if path.exists() and path.read_text("utf-8") == content:
        print("Generated files are up to date.")
        return 0
    print(f"{path.relative_to(ROOT)} is stale; run `make data` and commit it.", file=sys.stderr)
    return 1


def write(path: Path, content: str) -> int:
    """Writes a generated file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    print(f"Wrote {path.relative_to(ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
