"""Answers that staff found wrong, with what would have been right: `tests/corrections.yml`, which every release runs.

- language: de
  before:
  - Wer bezahlt das Familienhilfeprogramm?
  text: Wo ist der Hauptsitz der IOM?
  not: ask_organisation/budget_cuts
  want: ask_iom/headquarters
  by: Anna Beispiel
  on: "2026-11-29"
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from assistant.core.envelope import Envelope, parts_of
from assistant.core.languages import LANGUAGES, Language
from assistant.core.paths import ROOT
from assistant.knowledge.errors import Finding, KnowledgeError
from assistant.knowledge.yaml_lines import read_yaml
from assistant.staff.texts import WRITTEN, said

NAME = "tests/corrections.yml"
FILE = ROOT / NAME
# What a reply is if no entry answers: it says that nothing is known, or asks which entry is meant.
NOTHING, ASKED_BACK = "nothing", "asked_back"
WITHOUT_ENTRY = {"fallback": NOTHING, "clarify": ASKED_BACK}
# What may take the place of an entry in `not`; in `want`, only `nothing` may.
KINDS = (NOTHING, ASKED_BACK, "control", "referral", "smalltalk")
NEEDED, OPTIONAL = ("language", "text", "not", "by", "on"), ("before", "want")
LISTS = ("before", "not")


@dataclass(frozen=True)
class Correction:
    """A message, those before it in the same chat, what it must not be answered with, and what it must.

    `want` is an entry, `nothing`, or None if nobody has said what would be right.
    """

    language: Language
    text: str
    wrong: tuple[str, ...]
    by: str
    on: str
    want: str | None = None
    before: tuple[str, ...] = ()
    line: int = 0

    def as_case(self) -> Mapping[str, object]:
        """The case as the file holds it."""
        wrong = self.wrong[0] if len(self.wrong) == 1 else list(self.wrong)
        before: dict[str, object] = {"before": list(self.before)} if self.before else {}
        want: dict[str, object] = {"want": self.want} if self.want else {}
        who = {"by": self.by, "on": self.on}
        return {"language": self.language, **before, "text": self.text, "not": wrong, **want, **who}


def outcome(envelope: Envelope) -> tuple[str, ...]:
    """What a reply answers with: entries, or, of answers without one, `nothing`, `asked_back` or their kind."""
    answers = [(part["entry"], part["kind"]) for part in parts_of(envelope)]
    return tuple(dict.fromkeys(entry or WITHOUT_ENTRY.get(kind, kind) for entry, kind in answers))


def fault(correction: Correction, envelope: Envelope) -> str | None:
    """What is wrong with a reply to a corrected message; None if it is as it should be."""
    answered = outcome(envelope)
    told = f"it answers {', '.join(answered)}"
    if again := [each for each in answered if each in correction.wrong]:
        return f"{told}, and {again[0]} is the old mistake"
    if correction.want == NOTHING and any(map(is_entry, answered)):
        return f"{told}, and should say that nothing is known"
    if correction.want not in (None, NOTHING, *answered):
        return f"{told}, not {correction.want}"
    if envelope["language"] != correction.language:
        return f"it answers in {envelope['language']}, not in {correction.language}"
    return None


def is_entry(answered: str) -> bool:
    """Whether something answered or wanted is an entry."""
    return "/" in answered


def read(path: Path = FILE, language: str = WRITTEN) -> list[Correction]:
    """The corrections in a file, none if it is missing.

    Raises KnowledgeError if their form is wrong; its findings are in the language given.
    """
    if not path.exists():
        return []
    try:
        content = read_yaml(path) or []
    except KnowledgeError as error:
        raise KnowledgeError([replace(finding, file=NAME) for finding in error.findings]) from None
    if not isinstance(content, list):
        raise KnowledgeError([Finding(NAME, 1, "", said("no_list", language))])
    if found := [finding for case in content for finding in _form(case, language)]:
        raise KnowledgeError(found)
    return [_correction(case) for case in content]


def _form(case: Any, language: str) -> Iterator[Finding]:
    """What is wrong with the form of a case."""
    if not isinstance(case, dict):
        yield Finding(NAME, 1, "", said("no_list", language))
        return
    line = getattr(case, "line", 0)
    if missing := [name for name in NEEDED if name not in case]:
        yield Finding(NAME, line, "", said("field_missing", language, fields=", ".join(missing)))
    if unknown := sorted(set(case) - {*NEEDED, *OPTIONAL}):
        known = ", ".join((*NEEDED, *OPTIONAL))
        yield Finding(NAME, line, "", said("field_unknown", language, fields=", ".join(unknown), known=known))
    if wrong := [name for name in (*NEEDED, *OPTIONAL) if name in case and not _fits(name, case[name])]:
        yield Finding(NAME, line, "", said("field_no_text", language, fields=", ".join(wrong)))
        return
    if case.get("language", LANGUAGES[0]) not in LANGUAGES:
        yield Finding(NAME, line, "", said("language_unknown", language, found=case["language"]))
    if "on" in case and not _is_day(case["on"]):
        yield Finding(NAME, line, "", said("no_day", language, found=case["on"]))


def _fits(name: str, value: object) -> bool:
    """Whether a field has a text, or, where several may stand, a list of texts."""
    values = value if isinstance(value, list) and name in LISTS else [value]
    listed = name != "before" or isinstance(value, list)
    return listed and bool(values) and all(isinstance(each, str) and each.strip() for each in values)


def _is_day(text: str) -> bool:
    try:
        return bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _correction(case: Any) -> Correction:
    wrong = (case["not"],) if isinstance(case["not"], str) else tuple(case["not"])
    before = tuple(case.get("before", ()))
    return Correction(
        case["language"],
        case["text"],
        wrong,
        case["by"],
        case["on"],
        case.get("want"),
        before,
        getattr(case, "line", 0),
    )


def entry_findings(
    corrections: Sequence[Correction], entries: Collection[str], language: str = WRITTEN
) -> Iterator[Finding]:
    """Corrections that name an entry that does not exist, or want what they call wrong."""
    for each in corrections:
        named = {*each.wrong} - {*KINDS} | ({each.want} - {NOTHING} if each.want else set())
        for unknown in sorted(named - {*entries}):
            yield Finding(NAME, each.line, "", said("no_entry", language, entry=unknown))
        if each.want in each.wrong:
            yield Finding(NAME, each.line, "", said("wanted_and_wrong", language, entry=each.want))


def is_kept(correction: Correction, kept: Collection[Correction]) -> bool:
    """Whether there is such a case already, whoever noted it and whenever."""
    return any(
        (each.text, each.before, each.want) == (correction.text, correction.before, correction.want) for each in kept
    )


def added(text: str, correction: Correction) -> str:
    """The text of the file with one more case at its end; all else stays as it is."""
    written = yaml.safe_dump([correction.as_case()], allow_unicode=True, sort_keys=False, width=1000)
    # YAML 1.1 takes `on` for a truth value, so that it would be written in quotes.
    written = written.replace("  'on': ", "  on: ")
    kept = [line for line in text.splitlines() if line.strip() != "[]"]
    return "\n".join([*kept, written])


def shortest_before(before: Sequence[str], same: Callable[[Sequence[str]], bool]) -> tuple[str, ...]:
    """The fewest of the last messages after which the same answer comes, or all of them if it comes after no part."""
    tails = (before[len(before) - count :] for count in range(len(before)))
    return next((tuple(tail) for tail in tails if same(tail)), tuple(before))
