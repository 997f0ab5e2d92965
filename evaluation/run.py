"""Puts every case to a system and judges its replies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Protocol

from assistant.core.languages import Language
from assistant.core.progress import progress
from evaluation.cases import Case, Turn
from evaluation.figures import Judged, JudgedNeed
from evaluation.judge import Response, judged
from evaluation.languages import JudgedQuestion, Question
from evaluation.languages import judged as judged_question
from evaluation.needs import NeedCase
from evaluation.needs import judged as judged_need


class System(Protocol):
    """Something that answers visitors."""

    name: str

    def answers(self, turns: Sequence[Turn]) -> list[Response]:
        """The replies to the messages of one visitor, in order."""
        ...


def run(system: System, cases: Sequence[Case]) -> list[Judged]:
    """The judgement of every message of every case."""
    return [one for case in progress(list(cases), f"Asking the {system.name}") for one in _judged(system, case)]


def run_needs(system: System, cases: Sequence[NeedCase]) -> list[JudgedNeed]:
    """The judgement of every message of every case of what visitors need."""
    return [one for case in progress(list(cases), "Asking what visitors need") for one in _judged_needs(system, case)]


def run_languages(system: System, questions: Sequence[Question]) -> list[JudgedQuestion]:
    """The judgement of every question in the languages beside the originals."""
    return [_judged_question(system, question) for question in progress(list(questions), "Asking in other languages")]


def _judged_question(system: System, question: Question) -> JudgedQuestion:
    (response,) = system.answers([question])
    press = partial(_pressed, system, question.language)
    return JudgedQuestion(question, response, judged_question(question, response, press))


def _judged(system: System, case: Case) -> Iterator[Judged]:
    for number, (turn, response) in enumerate(zip(case.turns, system.answers(case.turns))):
        yield Judged(
            case, number, turn, response, judged(case, turn, response, partial(_pressed, system, turn.language))
        )


def _judged_needs(system: System, case: NeedCase) -> Iterator[JudgedNeed]:
    for number, (need, response) in enumerate(zip(case.needs, system.answers(case.needs))):
        press = partial(_pressed, system, need.language)
        yield JudgedNeed(case, number, need, response, judged_need(need, response, press))


def _pressed(system: System, language: Language, button: str) -> Response:
    """The reply to a new visitor who sends a button's text."""
    return system.answers([Turn(button, language, None)])[0]
