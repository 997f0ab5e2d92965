"""The training questions, read without Rasa: of the originals in `data/nlu/<language>/`, of others in `knowledge/`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.core.languages import LANGUAGES, ORIGINALS, Language
from assistant.core.paths import KNOWLEDGE, TRAINING
from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.yaml_lines import read_yaml

FEWEST_QUESTIONS = 10
# The training questions of a language beside the originals, in its folder of `knowledge/`.
FILE = "examples.yml"


@dataclass(frozen=True)
class Example:
    """One training question and the intent it belongs to."""

    language: Language
    file: str
    line: int
    intent: str
    text: str


def examples(folder: Path = TRAINING) -> Iterator[Example]:
    """Every training question of the originals, which Rasa reads too."""
    for language in ORIGINALS:
        for path in sorted((folder / language).glob("*.yml")):
            yield from _examples_of(path, language, f"data/nlu/{language}/{path.name}")


def examples_elsewhere(folder: Path = KNOWLEDGE) -> Iterator[Example]:
    """Every training question of the other languages, which need none."""
    for language in LANGUAGES:
        path = folder / language / FILE
        if path.exists():
            yield from _examples_of(path, language, f"knowledge/{language}/{FILE}")


def _examples_of(path: Path, language: Language, name: str) -> Iterator[Example]:
    """The training questions of one file, under the name it has in a finding; other blocks (lookups) are skipped."""
    try:
        content = read_yaml(path)
        blocks = [block for block in content["nlu"] if "intent" in block]
    except KnowledgeError as error:
        raise KnowledgeError([replace(finding, file=name) for finding in error.findings]) from None
    except (KeyError, TypeError):
        message = 'has no training questions; it needs "nlu:" with "- intent:" blocks'
        raise KnowledgeError([Finding(name, 0, "", message)]) from None
    for block in blocks:
        for offset, line in enumerate(block.get("examples", "").splitlines(), start=2):
            if line.strip().startswith("- "):
                yield Example(language, name, block.line + offset, block["intent"], line.strip()[2:])


def parity_findings(folder: Path = TRAINING) -> list[Finding]:
    """Where the languages differ in files or intents, and questions that appear twice."""
    found = list(examples(folder))
    findings: list[Finding] = []
    intents = {
        language: {(Path(e.file).name, e.intent) for e in found if e.language == language} for language in ORIGINALS
    }
    for language in ORIGINALS:
        others = set().union(*(intents[other] for other in ORIGINALS))
        for file, intent in sorted(others - intents[language]):
            name = f"data/nlu/{language}/{file}"
            findings.append(Finding(name, 0, intent, "has examples only in another language; add them here"))
    return findings + list(_repeated(found))


def elsewhere_findings(folder: Path = KNOWLEDGE, training: Path = TRAINING) -> list[Finding]:
    """Training questions of other languages for intents that the originals lack, and such that appear twice."""
    intents, found = {example.intent for example in examples(training)}, list(examples_elsewhere(folder))
    unknown = {(e.file, e.intent): e for e in reversed(found) if e.intent not in intents}
    message = "there are no such training questions in data/nlu/; correct the intent"
    findings = [Finding(first.file, first.line, first.intent, message) for first in unknown.values()]
    return findings + list(_repeated(found))


def _repeated(found: list[Example]) -> Iterator[Finding]:
    seen: dict[tuple[Language, str], Example] = {}
    for example in found:
        key = (example.language, " ".join(example.text.lower().split()))
        first = seen.setdefault(key, example)
        if first is not example:
            where = f"{first.file}:{first.line}"
            message = f'"{example.text[:60]}" is already in {where} ({first.intent}); remove one'
            yield Finding(example.file, example.line, example.intent, message)


def scarce_findings(entries: dict[str, tuple[str, int]], folder: Path = TRAINING) -> list[Finding]:
    """Entries with too few training questions, and examples for entries that do not exist."""
    found = list(examples(folder))
    counts = Counter((example.intent, example.language) for example in found)
    topics = {entry.partition("/")[0] for entry in entries}
    findings = []
    for entry, (file, line) in entries.items():
        for language in ORIGINALS:
            count = counts[entry, language]
            if count < FEWEST_QUESTIONS:
                where = f"data/nlu/{language}/{entry.partition('/')[0]}.yml"
                message = f"has {count} training questions in {where}; write at least {FEWEST_QUESTIONS}"
                findings.append(Finding(file, line, entry, message))
    for intent in sorted({e.intent for e in found if e.intent.partition("/")[0] in topics} - set(entries)):
        first = next(e for e in found if e.intent == intent)
        findings.append(Finding(first.file, first.line, intent, "there is no such entry in knowledge/; correct the id"))
    return findings
