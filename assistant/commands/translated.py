"""Shows how far each translation is, or records that texts are up to date with their originals: `make translated`."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from assistant.core.languages import LANGUAGES, ORIGINALS, SERVED, Language
from assistant.core.paths import KNOWLEDGE
from assistant.knowledge.errors import KnowledgeError
from assistant.knowledge.load import load
from assistant.knowledge.model import KnowledgeBase
from assistant.knowledge.parity import Original, originals
from assistant.knowledge.translations import Translations, fingerprint, is_current, read

OF = re.compile(r'^(\s*of:\s*)"?[0-9a-f]{8}"?\s*$')
CURRENT, STALE, MISSING, APPROVED = COLUMNS = ("current", "stale", "missing", "approved")


def main() -> int:
    """Prints the table, or writes hashes; returns 1 if a named text does not exist."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=[code for code in LANGUAGES if code not in ORIGINALS])
    parser.add_argument(
        "texts", nargs="*", help="ids such as ask_family/fap_steps or phrases/stop; `all` for every one"
    )
    arguments = parser.parse_args()
    try:
        wanted = originals(KNOWLEDGE)
        if not arguments.language:
            return show(wanted)
        return record(KNOWLEDGE, arguments.language, wanted, arguments.texts)
    except KnowledgeError as error:
        print(error, file=sys.stderr)
        return 1


def show(wanted: Sequence[Original]) -> int:
    """Prints how many texts of each language are current, stale, missing and approved."""
    approved = approvals(load(KNOWLEDGE))
    print(f"{'':14}" + "".join(f"{name:>10}" for name in COLUMNS))
    for language in LANGUAGES:
        if language not in ORIGINALS:
            counts = counted(wanted, read(KNOWLEDGE, language)) | {APPROVED: approved[language]}
            print(f"{SERVED[language].name:14}" + "".join(f"{counts[name]:>10}" for name in COLUMNS))
    return 0


def counted(wanted: Sequence[Original], translations: Translations) -> dict[str, int]:
    """How many originals have a current, a stale or no translation."""
    counts = dict.fromkeys((CURRENT, STALE, MISSING), 0)
    for original in wanted:
        found = translations.of(original.kind, original.id)
        if found is None:
            counts[MISSING] += bool(original.texts())
            continue
        counts[CURRENT if is_current(found, original.raw) else STALE] += 1
    return counts


def approvals(base: KnowledgeBase) -> Counter[Language]:
    """How many entries and contacts are approved in each language, by approvals that still hold."""
    return Counter(
        language for items in (base.entries, base.contacts) for item in items.values() for language in item.approved
    )


def record(folder: Path, language: Language, wanted: Sequence[Original], named: Sequence[str]) -> int:
    """Writes the hash of the present original to each named text of a language; returns 1 if one is unknown."""
    translations = read(folder, language)
    known = {name_of(original): original for original in wanted}
    chosen = list(known) if list(named) == ["all"] else list(named)
    if unknown := [name for name in chosen if name not in known]:
        print(f"There is no such text: {', '.join(unknown)}. Ids look like {next(iter(known))}.", file=sys.stderr)
        return 1
    if not chosen:
        print("Name the texts that are up to date, or `all`.", file=sys.stderr)
        return 1
    changed = sum(_record(folder, translations, known[name]) for name in chosen)
    print(f"Recorded {changed} texts of {SERVED[language].name} as up to date.")
    return 0


def name_of(original: Original) -> str:
    """What a text is called here: an entry by its id, others with their list in front."""
    return original.id if original.kind == "entries" else f"{original.kind}/{original.id}"


def _record(folder: Path, translations: Translations, original: Original) -> bool:
    """Replaces the hash in the file, if it differs."""
    found = translations.of(original.kind, original.id)
    if found is None or is_current(found, original.raw):
        return False
    return _replace(folder / translations.language / original.file, found.line, fingerprint(original.raw, found))


def _replace(path: Path, line: int, fresh: str) -> bool:
    """Replaces the hash on a line (from 1); False if there is none."""
    lines = path.read_text("utf-8").splitlines()
    if not OF.match(lines[line - 1]):
        return False
    lines[line - 1] = OF.sub(rf'\g<1>"{fresh}"', lines[line - 1])
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
