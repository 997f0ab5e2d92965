"""Precision and recall of masking, by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from assistant.privacy.text import Span
from evaluation.masking.texts import MARK_KINDS, Mark, Marked

ALL = "all"
MASKED_AS = {"handle": "name"}


@dataclass
class Figures:
    """Counts for one kind: marked spans and those masked, masked spans and those that should be."""

    marked: int = 0
    hit: int = 0
    masked: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        """The share of marked spans whose letters and digits are all masked, as any kind; 0 to 1."""
        return self.hit / self.marked if self.marked else 1.0

    @property
    def precision(self) -> float:
        """The share of masked spans whose letters and digits are all marked as that kind; 0 to 1."""
        return self.right / self.masked if self.masked else 1.0


@dataclass
class Score:
    """Figures by kind and overall, the mistakes, and the texts that should not have changed but did."""

    kinds: dict[str, Figures] = field(default_factory=lambda: {kind: Figures() for kind in (*MARK_KINDS, ALL)})
    wrong: list[str] = field(default_factory=list)
    clean: int = 0
    changed: int = 0


def score(texts: Iterable[Marked], find: Callable[[Marked], Sequence[Span]]) -> Score:
    """Judges what `find` finds in texts."""
    result = Score()
    for marked in texts:
        _judge(result, marked, find(marked))
    return result


def _judge(result: Score, case: Marked, spans: Sequence[Span]) -> None:
    if not case.spans:
        result.clean += 1
        result.changed += bool(spans)
    for mark in case.spans:
        good = _letters(case.text, [mark]) <= _letters(case.text, spans)
        _count(result, mark, marked=1, hit=int(good))
        if not good:
            result.wrong.append(f"{case.id} missed {mark.kind}: {case.text[mark.start : mark.end]!r} in {case.text!r}")
    for span in spans:
        same = [marked for marked in case.spans if span.kind in (marked.kind, MASKED_AS.get(marked.kind))]
        good = _letters(case.text, [span]) <= _letters(case.text, same)
        _count(result, span, masked=1, right=int(good))
        if not good:
            result.wrong.append(f"{case.id} wrong {span.kind}: {case.text[span.start : span.end]!r} in {case.text!r}")


def _count(result: Score, span: Span | Mark, **counts: int) -> None:
    for figures in (result.kinds[span.kind], result.kinds[ALL]):
        for name, value in counts.items():
            setattr(figures, name, getattr(figures, name) + value)


def _letters(text: str, spans: Iterable[Span | Mark]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end) if text[place].isalnum()}
