"""Whether masking is above its floors and leaves the assistant's questions and answers alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, get_args

from assistant.core.languages import ORIGINALS
from assistant.knowledge import knowledge
from assistant.knowledge.examples import examples
from assistant.knowledge.render import cards, filled, render
from assistant.privacy import Span, found
from evaluation.cases import own_files, read, shared_files
from evaluation.masking.figures import ALL, Score, score
from evaluation.masking.table import undocumented
from evaluation.masking.texts import FOLDER, Marked, Part, languages_of, texts
from evaluation.masking.unknown import with_unknown_names
from evaluation.needs import needs_files, read_needs


@lru_cache(maxsize=1)
def expected() -> Mapping[str, Any]:
    """The floors, and the invented personal data that some questions contain on purpose."""
    content: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text("utf-8"))
    return content


def scores() -> dict[tuple[Part, str], Score]:
    """The score of each part in each language."""
    parts = [(part, language) for part in get_args(Part) for language in languages_of(part)]
    return {(part, language): score(texts(language, part), present_rules) for part, language in parts}


def scores_with_unknown_names() -> dict[str, Score]:
    """The score of the held-out part in each language, with names that are on no list."""
    return {la: score(map(with_unknown_names, texts(la, "held-out")), present_rules) for la in ORIGINALS}


def present_rules(case: Marked) -> list[Span]:
    """What is masked in a text."""
    return found(case.text, case.before)


def below_floors(measured: Mapping[tuple[Part, str], Score]) -> Iterator[str]:
    """Scores below a floor and texts that should not have changed, as readable lines."""
    for (part, language), result in measured.items():
        floors = expected()["floors"][part][language]
        for name in ("recall", "precision"):
            value, floor = getattr(result.kinds[ALL], name), floors[name]
            if value < floor:
                yield f"Masking, {part}, {language}: {name} {100 * value:.1f} %, floor {100 * floor:.1f} %."
        if result.changed > floors.get("changed", 0):
            yield f"Masking, {part}, {language}: {result.changed} texts with nothing to mask were changed."


def below_floor_of_names() -> Iterator[str]:
    """Languages in which too few unlisted names are found, as readable lines."""
    for language, result in scores_with_unknown_names().items():
        recall, floor = result.kinds["name"].recall, expected()["invented_names"]
        if recall < floor:
            yield f"Masking, {language}: {100 * recall:.1f} % of invented names found, floor {100 * floor:.1f} %."


def wrongly_masked(questions: Iterable[str]) -> Iterator[str]:
    """Texts in which anything but invented personal data is masked, as readable lines."""
    personal = set(expected()["personal"])
    for text in questions:
        for span in found(text):
            if text[span.start : span.end] not in personal:
                yield f"Masked as {span.kind}: {text[span.start : span.end]!r} in {text!r}"


def own_questions() -> Iterator[str]:
    """Every training question and every scoring question of the project."""
    yield from (example.text for example in examples())
    yield from (turn.text for case in read(own_files()) for turn in case.turns)
    yield from (need.text for case in read_needs(needs_files()) for need in case.needs)


def shared_questions() -> Iterator[str]:
    """The scoring questions next to the project, if there are any."""
    yield from (turn.text for case in read(shared_files()) for turn in case.turns)


def own_words() -> Iterator[str]:
    """Everything the assistant itself says: answers, questions of entries, contacts, doors, phrases."""
    base = knowledge()
    for language in ORIGINALS:
        yield from (render(base, entry, language).text for entry in base.entries.values())
        yield from (entry.question[language] for entry in base.entries.values())
        yield from ("\n".join(map(str, card.values())) for card in cards(base, base.contacts, language))
        yield from (filled(door.words[language], door.values, language) for door in base.doors.values())
        yield from (phrase[language] for phrase in base.phrases.values())


def findings(measured: Mapping[tuple[Part, str], Score]) -> list[str]:
    """Everything wrong with masking."""
    return [
        *below_floors(measured),
        *below_floor_of_names(),
        *undocumented(measured),
        *wrongly_masked([*own_questions(), *shared_questions(), *own_words()]),
    ]
