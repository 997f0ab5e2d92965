"""Checks the training questions for what the knowledge's checker cannot: their form, and personal data in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.core.languages import ORIGINALS
from assistant.core.paths import KNOWLEDGE, ROOT, TRAINING
from assistant.knowledge.errors import Finding
from assistant.knowledge.examples import Example, examples, examples_elsewhere
from assistant.knowledge.wording import said, wording
from assistant.knowledge.yaml_lines import Located, read_yaml
from assistant.privacy.masking import found
from assistant.training.fingerprint import fingerprint

# Questions whose names and numbers are made up, one a line.
INVENTED = KNOWLEDGE / "invented.txt"
# The questions that have been read before and hold nothing, by their hashes.
READ = ROOT / ".cache" / "questions-read.txt"
# What decides whether a question holds personal data; after a change to it, every question is read again.
DECIDES = ("assistant/privacy",)
HASH_LETTERS = 16
FIELDS = {"intent", "examples"}


def form_findings(folder: Path = TRAINING, language: str | None = None) -> Iterator[Finding]:
    """Blocks with fields that Rasa would ignore or refuse, and lines that are no training question."""
    for code in ORIGINALS:
        for path in sorted((folder / code).glob("*.yml")):
            for block in read_yaml(path).get("nlu", ()):
                if "intent" in block:
                    yield from _of_block(f"data/nlu/{code}/{path.name}", block, language)


def _of_block(file: str, block: Located, language: str | None) -> Iterator[Finding]:
    intent = str(block["intent"])
    if other := ", ".join(sorted(set(block) - FIELDS)):
        yield Finding(file, block.line, intent, said("bad_block", language, found=other))
    for offset, line in enumerate(str(block.get("examples", "")).splitlines(), start=2):
        if line.strip() and not line.strip().startswith("- "):
            yield Finding(file, block.line + offset, intent, said("bad_example", language, found=line.strip()[:40]))


def personal_findings(
    questions: Iterable[Example] | None = None, read: Path | None = READ, language: str | None = None
) -> list[Finding]:
    """Training questions with what looks like personal data; those that `read` remembers are not read again."""
    invented = set(INVENTED.read_text("utf-8").splitlines()) if INVENTED.exists() else set()
    state = fingerprint(DECIDES)
    known = _known(read, state)
    findings, clean = [], set()
    for question in [*examples(), *examples_elsewhere()] if questions is None else questions:
        hashed = _hash(question.text)
        if hashed in known or question.text in invented:
            continue
        spans = found(question.text)
        clean |= set() if spans else {hashed}
        findings += [_finding(question, span.kind, question.text[span.start : span.end], language) for span in spans]
    if read and clean:
        read.parent.mkdir(parents=True, exist_ok=True)
        read.write_text("\n".join([state, *sorted(known | clean)]) + "\n", "utf-8")
    return findings


def _known(read: Path | None, state: str) -> set[str]:
    lines = read.read_text("utf-8").splitlines() if read and read.exists() else []
    return set(lines[1:]) if lines[:1] == [state] else set()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LETTERS]


def _finding(question: Example, kind: str, text: str, language: str | None) -> Finding:
    words = {word["en"]: word for word in wording()["words"]}
    named = words.get(kind, {}).get(language or "", kind)
    message = said("personal_data", language, question=question.text[:80], kind=named, found=text)
    return Finding(question.file, question.line, question.intent, message)
