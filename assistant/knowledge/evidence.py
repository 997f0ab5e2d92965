"""Checks against the source text, if available: does it contain the evidence words, is every sentence covered?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from assistant.core.paths import ROOT
from assistant.knowledge.errors import Finding
from assistant.knowledge.load import COVERAGE, raw_entries
from assistant.knowledge.yaml_lines import Located, read_yaml

SEED = "iom-de-70-jahre"
MOST_WORDS = 8
SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\d\.)\s+(?=[A-ZÄÖÜ©])")


def seed_path() -> Path:
    """Where the source text is expected; `ASSISTANT_SEED` overrides it."""
    default = ROOT.parent / "shared" / "seed" / "iom-deutschland-70-jahre.txt"
    return Path(os.environ.get("ASSISTANT_SEED") or default)


def paragraphs(path: Path) -> list[str]:
    """The non-empty lines of the source text; paragraph 1 is the first."""
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; none for a heading."""
    return SENTENCE_END.split(paragraph) if re.search(r"[.!?]", paragraph) else []


def holds(text: str, words: str) -> bool:
    """Whether the text contains all pieces of the evidence (split at "…"), in order."""
    at = 0
    for piece in (piece.strip() for piece in words.split("…")):
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def citations(raw: Located) -> list[Located]:
    """The citations of an entry and of its note."""
    return [*raw.get("sources", ()), *raw.get("note", {}).get("sources", ())]


def length_findings(folder: Path) -> Iterator[Finding]:
    """Evidence that quotes more than it takes to find the place, or too little."""
    for path, entry, raw in raw_entries(folder):
        for citation in citations(raw):
            words = citation.get("words", "")
            if len(words.replace("…", " ").split()) > MOST_WORDS:
                message = f"the evidence has more than {MOST_WORDS} words; shorten it with …"
                yield Finding(path.name, citation.line, entry, message)
            if citation["id"] == SEED and not ("words" in citation and "paragraph" in citation):
                yield Finding(path.name, citation.line, entry, "give the paragraph and words of the source text")


def word_findings(folder: Path, seed: Path) -> Iterator[Finding]:
    """Evidence words missing from the paragraph of the source text that the entry cites."""
    lines = paragraphs(seed)
    for path, entry, raw in raw_entries(folder):
        for citation in citations(raw):
            number = citation.get("paragraph", 0)
            if citation["id"] != SEED or not number:
                continue
            if number > len(lines) or not holds(lines[number - 1], citation.get("words", "")):
                message = f'"{citation.get("words")}" is not in paragraph {number} of the source'
                yield Finding(path.name, citation.line, entry, message)


def coverage_findings(folder: Path, entries: dict[str, tuple[str, int]]) -> Iterator[Finding]:
    """Entries in the coverage map that do not exist or do not cite the paragraph they are listed for."""
    cited = {entry: {c.get("paragraph") for c in raw.get("sources", ())} for _, entry, raw in raw_entries(folder)}
    for row in read_yaml(folder / COVERAGE)["sentences"]:
        for entry in row["entries"]:
            if entry not in entries:
                yield Finding(COVERAGE, row.line, entry, "there is no such entry; correct the id")
            elif row["paragraph"] not in cited[entry]:
                message = f"does not cite paragraph {row['paragraph']}; add it to its sources"
                yield Finding(COVERAGE, row.line, entry, message)


def uncovered_findings(folder: Path, seed: Path) -> Iterator[Finding]:
    """Sentences of the source text that the coverage map lacks, or quotes differently."""
    rows = {(row["paragraph"], row["sentence"]): row for row in read_yaml(folder / COVERAGE)["sentences"]}
    there = {
        (p, s): text
        for p, paragraph in enumerate(paragraphs(seed), start=1)
        for s, text in enumerate(sentences(paragraph), start=1)
    }
    for place in sorted(there.keys() - rows.keys()):
        yield Finding(COVERAGE, 0, "", f"paragraph {place[0]}, sentence {place[1]} is not covered: {there[place][:60]}")
    for place, row in rows.items():
        if place not in there or not holds(there[place], row["words"]):
            yield Finding(
                COVERAGE,
                row.line,
                "",
                f'"{row["words"]}" is not in paragraph {place[0]}, sentence {place[1]}',
            )


def coverage_count(folder: Path) -> int:
    """The number of source sentences in the coverage map."""
    return len(read_yaml(folder / COVERAGE)["sentences"])
