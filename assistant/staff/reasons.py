"""Says in plain words why a message was answered as it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from babel import Locale
from babel.numbers import format_decimal, format_percent

from assistant.core.envelope import Envelope
from assistant.core.languages import Language
from assistant.core.understanding import Candidate, Decision, MessagePart, Understanding
from assistant.core.why import Why, WhyPart
from assistant.knowledge import KnowledgeBase, render
from assistant.knowledge.model import localised
from assistant.knowledge.render import place_name
from assistant.staff.nearest import Near
from assistant.staff.texts import is_known, said

SHOWN = 3
# What is less likely than this is not named.
LEAST_SHARE = 0.01
NUMBER = r"(\d+(?:\.\d+)?)"
# What the gate writes as its reason, and the text that says the same in words.
REASONS = (
    (re.compile(rf"in context {NUMBER} ≥ {NUMBER}"), "reason_context"),
    (re.compile(rf"together {NUMBER} ≥ {NUMBER}"), "reason_asked_back"),
    (re.compile(rf"together {NUMBER}"), "reason_held_back"),
    (re.compile(rf"{NUMBER} ≥ {NUMBER}"), "reason_answered"),
    (re.compile(rf"{NUMBER}, beside another question"), "reason_beside"),
    (re.compile("nothing to go by"), "reason_nothing"),
)


@dataclass(frozen=True)
class Judged:
    """One question of a message and what was decided about it; what is not known of it is left out."""

    decision: Decision
    reason: str
    gap: str = ""
    likely: tuple[Candidate, ...] = ()
    in_context: tuple[Candidate, ...] = ()
    text: str = ""
    subjects: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    kinds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Understood:
    """What was made of a message: the language of the reply, its questions, and what they were answered with.

    `clear` says whether the text alone tells its language; None if that is not known.
    """

    text: str
    language: Language
    answered: tuple[str, ...]
    questions: tuple[Judged, ...]
    clear: bool | None = None
    trouble: str = ""
    urgent: str = ""
    choice: int | None = None


@dataclass(frozen=True)
class Row:
    """A label, a short figure, and what belongs to it, line by line; one line may be the id of an entry."""

    label: str
    lines: tuple[str, ...]
    figure: str = ""
    entry: str = ""


def understood(text: str, understanding: Understanding, language: Language, answered: tuple[str, ...]) -> Understood:
    """What the pipeline made of a message, and what was answered, in which language."""
    return Understood(
        text=text,
        language=language,
        answered=answered,
        questions=tuple(map(_judged, understanding.parts)),
        clear=understanding.evidence.clear,
        trouble=understanding.trouble or "",
        urgent=understanding.urgent or "",
        choice=understanding.choice,
    )


def understood_from_why(text: str, why: Why | None, envelope: Envelope, answered: tuple[str, ...]) -> Understood:
    """The same from the reasons that Rasa sends with each reply, which hold less: no words, and three entries."""
    urgent = ", ".join(answered) if envelope["kind"] == "crisis" else ""
    questions = tuple(_judged_from_why(part) for part in (why["parts"] if why else ()))
    return Understood(text=text, language=envelope["language"], answered=answered, questions=questions, urgent=urgent)


def _judged_from_why(part: WhyPart) -> Judged:
    likely = tuple(Candidate(entry, probability) for entry, probability in part["nearest"])
    return Judged(decision=part["decision"], reason=part["reason"], gap=part["gap"], likely=likely)


def _judged(part: MessagePart) -> Judged:
    return Judged(
        decision=part.decision,
        reason=part.reason,
        gap=part.gap,
        likely=part.ranking[:SHOWN],
        in_context=part.in_context[:SHOWN],
        text=part.text,
        subjects=part.subjects,
        places=part.places,
        years=part.years,
        kinds=part.kinds,
    )


def _worth_naming(candidates: tuple[Candidate, ...], least: int) -> list[Candidate]:
    """The candidates that are likely at all, and so many at least, the likeliest first."""
    return [each for number, each in enumerate(candidates) if number < least or each.confidence >= LEAST_SHARE]


@dataclass(frozen=True)
class Reasons:
    """Words for reasons, in the language of whoever reads them; `nearest` finds training questions."""

    knowledge: KnowledgeBase
    language: str
    nearest: Callable[[str], Sequence[Near]]

    def rows(self, found: Understood) -> list[Row]:
        """Why a message was answered as it was, and the training questions nearest to each of its questions."""
        rows = [self._row("label_language", self._language(found))]
        for each in ("trouble", "urgent", "choice"):
            if (value := getattr(found, each)) not in ("", None):
                key = f"trouble_{value}" if each == "trouble" else each
                rows.append(self._row("label_decision", self._text(key, value=value)))
        for number, question in enumerate(found.questions, 1):
            if not question.text and len(found.questions) > 1:
                rows.append(
                    self._row("label_question", self._text("one_of", number=number, count=len(found.questions)))
                )
            rows += self._question(question, decided=not found.urgent and found.choice is None)
            if question.text:
                rows += self._nearest(question.text)
        if not any(question.text for question in found.questions):
            rows += self._nearest(found.text)
        return [*rows, *(self._entry_row("label_answered", id_) for id_ in found.answered)]

    def named(self, answered: str) -> str:
        """In a word or two, what a message was answered with."""
        return self._entry(answered)[0]

    def _question(self, question: Judged, decided: bool) -> Iterator[Row]:
        if question.text:
            yield self._row("label_question", question.text)
        if named := self._named(question):
            yield self._row("label_named", ", ".join(named))
        if kinds := self._kinds(question.kinds):
            yield self._row("label_kind", kinds)
        if decided:
            yield self._row("label_decision", self._decision(question))
        for label, candidates in (("label_likely", question.likely), ("label_context", question.in_context)):
            for each in _worth_naming(candidates, least=1 if decided else 0):
                yield self._entry_row(label, each.id, self._percent(each.confidence))

    def _row(self, label: str, *lines: str) -> Row:
        return Row(self._text(label), lines)

    def _entry_row(self, label: str, id_: str, figure: str = "") -> Row:
        return Row(self._text(label), self._entry(id_), figure, self._known(id_))

    def _known(self, id_: str) -> str:
        """The id, if it is that of an entry."""
        return id_ if id_ in self.knowledge.entries or id_ in self.knowledge.withdrawn else ""

    def _text(self, key: str, **values: object) -> str:
        return said(key, self.language, **values)

    def _language(self, found: Understood) -> str:
        name = Locale.parse(found.language).get_language_name(self.language) or found.language
        key = {True: "language_clear", False: "language_unclear", None: "language_only"}[found.clear]
        return self._text(key, name=name)

    def _named(self, question: Judged) -> list[str]:
        """The subjects, places and years that a question names."""
        subjects = [self.knowledge.subjects[id_].name for id_ in question.subjects if id_ in self.knowledge.subjects]
        places = [place_name(code, self.language) for code in question.places]
        return [*(localised(name, self.language) for name in subjects), *places, *question.years]

    def _kinds(self, kinds: Mapping[str, float]) -> str:
        likely = sorted(kinds.items(), key=lambda pair: -pair[1])[:SHOWN]
        return ", ".join(
            f"{self._text(f'kind_{kind}')} {self._percent(share)}" for kind, share in likely if share >= LEAST_SHARE
        )

    def _decision(self, question: Judged) -> str:
        """The gate's reason in words; as the gate writes it, if there are none for it."""
        found = ((pattern.fullmatch(question.reason), key) for pattern, key in REASONS)
        match, key = next(((match, key) for match, key in found if match), (None, ""))
        if match is None:
            return question.reason
        figures = dict(zip(("likely", "least"), (self._percent(float(each)) for each in match.groups())))
        gap = self._text("gap", gap=self._text(f"gap_{question.gap}")) if is_known(f"gap_{question.gap}") else ""
        return " ".join(text for text in (self._text(key, **figures), gap) if text)

    def _entry(self, id_: str) -> tuple[str, ...]:
        """An entry's question and id, or a word for what is no entry."""
        if entry := self.knowledge.find(id_) or self.knowledge.withdrawn.get(id_):
            return (*([question] if (question := render(self.knowledge, entry, self.language).question) else []), id_)
        topic, _, name = id_.partition("/")
        key = f"gap_{name}" if topic == "out_of_scope" else f"answered_{id_}" if not name else f"kind_{topic}"
        return (self._text(key), id_) if is_known(key) else (id_,)

    def _nearest(self, text: str) -> Iterator[Row]:
        for near in self.nearest(text) if text.strip() else ():
            example = near.example
            lines = (example.text, example.intent, f"{example.file}:{example.line}")
            figure = format_decimal(near.similarity, "0.00", locale=self.language)
            yield Row(self._text("label_nearest"), lines, figure, self._known(example.intent))

    def _percent(self, share: float) -> str:
        return str(format_percent(share, "#,##0 %" if self.language != "en" else "#,##0%", locale=self.language))
