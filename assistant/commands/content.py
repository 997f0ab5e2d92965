"""Checks what editors write, and brings the generated files up to date: `make content`. For code: `make check`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from assistant.commands import data, validate
from assistant.commands.questions import form_findings, personal_findings
from assistant.core.paths import ROOT
from assistant.knowledge import Finding, KnowledgeError, knowledge
from assistant.knowledge.check import check
from assistant.knowledge.examples import examples
from assistant.knowledge.wording import editors_language, in_words, said
from assistant.knowledge.yaml_lines import keep_files
from assistant.staff import corrections
from assistant.staff.refusals import of_corrections
from assistant.training.model import model_path, usual_minutes

VECTORS = (sys.executable, "-m", "assistant.commands.vectors")


def findings() -> list[Finding]:
    """What the checker says of the knowledge and the form of the training questions."""
    found = check()
    try:
        return [*found, *form_findings(language=editors_language())]
    except KnowledgeError:
        # The checker has named the file that cannot be read.
        return found


def correction_findings() -> list[Finding]:
    """What is wrong with the corrections of answers."""
    try:
        kept = corrections.read(corrections.FILE, editors_language())
    except KnowledgeError as error:
        return error.findings
    return of_corrections(kept, {*knowledge().entries, *knowledge().withdrawn}, ROOT, editors_language())


def main() -> int:
    """Prints what is not in order; returns 1 if any of it is more than a warning."""
    keep_files()
    begun = time.monotonic()
    if wrong := _report(findings()):
        return _stopped(wrong)
    data.write(data.files())
    rasa = validate.begin_quickly()
    vectors = subprocess.Popen(VECTORS, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wrong = _report([*personal_findings(language=editors_language()), *correction_findings()])
    wrong += _rasa(validate.ended(rasa))
    said_of_vectors, _ = vectors.communicate()
    if vectors.returncode:
        print(said_of_vectors, file=sys.stderr)
        return 1
    if wrong:
        return _stopped(wrong)
    entries, questions = len(knowledge().entries), sum(1 for _ in examples())
    print(said("in_order", entries=entries, questions=questions, seconds=round(time.monotonic() - begun)))
    print(said("nothing_to_train") if model_path().exists() else said("to_train", minutes=usual_minutes()))
    return 0


def _report(found: Sequence[Finding]) -> int:
    """Prints findings, the mistakes last, where they are seen; returns how many are mistakes."""
    for finding in sorted(found, key=lambda each: (not each.warning, each)):
        print(in_words(finding), file=sys.stderr)
    return sum(not finding.warning for finding in found)


def _rasa(warnings: Sequence[str]) -> int:
    if warnings:
        print("\n".join([said("rasa_complains"), *(f"  {warning}" for warning in warnings)]), file=sys.stderr)
    return len(warnings)


def _stopped(count: int) -> int:
    print(said("not_in_order", count=count), file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
