"""The last component: decides whether to answer, to ask back or to hold back, and names the topic for the rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.dialogue.conversation import SLOT, Conversation
from assistant.languages import Evidence
from assistant.nlu.entities import ORDINAL, PLACE, SUBJECT, YEAR
from assistant.nlu.parts import CHOICE, EVIDENCE, IN_CONTEXT, PARTS, RANKING, TROUBLE
from assistant.nlu.splitter import ASKING
from assistant.understanding import KEY, Candidate, Part, Understanding

FALLBACK = "nlu_fallback"
CRISIS, FOLLOW_UP, OUT_OF_SCOPE = "crisis", "follow_up", "out_of_scope"
OPENS_FOLLOW_UP = re.compile(
    r"^(?:ja |yes |ok |okay |sorry,? |danke[.,]? |thanks[.,]? )?"
    r"(?:und|and|aber|but|auch|also|wie ist es mit|was ist mit|wie sieht es mit|what about|how about|or|oder)\b",
    re.I,
)
ASKS = re.compile(rf"^(?:und |and )?(?:{ASKING})\b", re.I)
LONGEST_ELLIPSIS = 7


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which on the gate acts; measured in docs/decisions/0009-gate.md.

    answer: one entry is said. part: one of several questions is answered. clarify: the best
    candidates together are worth asking about. context: the last answer decides. crisis: the sum
    over all crisis texts; low, because a miss costs more than a false alarm.
    """

    answer: float = 0.4
    part: float = 0.5
    clarify: float = 0.4
    context: float = 0.5
    crisis: float = 0.5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class AnswerGate(IntentClassifier, GraphComponent):
    """Writes the Understanding of a message and sets its intent."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The thresholds, by name."""
        return {name: field.default for name, field in Thresholds.__dataclass_fields__.items()}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AnswerGate:
        """Makes the gate; refuses thresholds that are no probabilities."""
        values = {name: config[name] for name in Thresholds.__dataclass_fields__}
        wrong = {name: v for name, v in values.items() if not (isinstance(v, (int, float)) and 0 <= v <= 1)}
        if wrong:
            raise InvalidConfigException(f"AnswerGate: thresholds lie between 0 and 1, unlike {wrong}.")
        return cls(Thresholds(**values))

    def __init__(self, thresholds: Thresholds) -> None:
        self._judge = Judge(thresholds)

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Sets understanding, intent and intent ranking of every message."""
        conversation = Conversation.from_slot(tracker.get_slot(SLOT) if tracker else None)
        for message in messages:
            understanding = self._judge.understand(message, conversation.entry is not None)
            message.set(KEY, understanding.as_dict(), add_to_output=True)
            name, confidence = intent_of(understanding)
            intent = {"name": name, "confidence": confidence}
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)
        return messages


def intent_of(understanding: Understanding) -> tuple[str, float]:
    """The topic that the rules see, and how sure the gate is of it."""
    if understanding.urgent:
        return CRISIS, 1.0
    if understanding.choice is not None:
        return "control", 1.0
    for part in understanding.parts:
        if part.decision != "unsure" and part.chosen:
            confidence = max((c.confidence for c in part.ranking if c.id == part.chosen[0]), default=1.0)
            return part.chosen[0].partition("/")[0], confidence
    return FALLBACK, 1.0


class Judge:
    """The gate's decisions, apart from Rasa's messages."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._at = thresholds

    def understand(self, message: Message, has_context: bool) -> Understanding:
        """What a message means, given whether something was answered before."""
        evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
        trouble, choice = message.get(TROUBLE), message.get(CHOICE)
        if trouble in ("empty", "unreadable") or choice is not None:
            return Understanding(evidence, (), trouble, choice)
        whole = self.part(message, has_context)
        parts = [self.part(part, has_context) for part in message.get(PARTS) or ()]
        urgent = self._urgent([whole, *parts])
        if urgent:
            return Understanding(evidence, (whole,), trouble, None, urgent)
        return Understanding(evidence, tuple(self.questions(whole, parts)), trouble)

    def part(self, message: Message, has_context: bool) -> Part:
        """One text with the decision for it."""
        entities = message.get(ENTITIES) or []
        ordinals = [int(e["value"]) for e in entities if e["entity"] == ORDINAL]
        text = message.get(TEXT) or ""
        part = Part(
            text=text,
            ranking=_candidates(message.get(RANKING)),
            in_context=_candidates(message.get(IN_CONTEXT)),
            subjects=tuple(dict.fromkeys(e["value"] for e in entities if e["entity"] == SUBJECT)),
            places=tuple(dict.fromkeys(e["value"] for e in entities if e["entity"] == PLACE)),
            years=tuple(dict.fromkeys(e["value"] for e in entities if e["entity"] == YEAR)),
            ordinal=ordinals[0] if ordinals else None,
            elliptical=has_context and is_elliptical(text),
        )
        return self.decided(part, has_context)

    def decided(self, part: Part, has_context: bool) -> Part:
        """The part with decision, choice and reason."""
        leans = has_context or len(part.text.split()) <= LONGEST_ELLIPSIS
        ranking = part.ranking if leans else _without(part.ranking, FOLLOW_UP)
        if not ranking:
            return replace(part, decision="unsure", reason="nothing to go by")
        best = ranking[0]
        known = [c for c in ranking if c.topic not in (OUT_OF_SCOPE, FOLLOW_UP)]
        if best.confidence >= self._at.answer and best.topic != OUT_OF_SCOPE:
            return _decide(part, "answer", (best.id,), f"{best.confidence:.2f} ≥ {self._at.answer}")
        if best.id == "out_of_scope/illegal" and best.confidence >= self._at.answer:
            return _decide(part, "answer", (best.id,), "asks for illegal help")
        leaning = part.in_context[0] if part.in_context else None
        if leaning and _is_fact(leaning) and leaning.confidence >= self._at.context and _may_lean(part):
            return _decide(part, "answer", (leaning.id,), f"in context {leaning.confidence:.2f}")
        near = tuple(c.id for c in known if _is_fact(c) or c.topic == "referral")
        weight = sum(c.confidence for c in known[:2] if _is_fact(c) or c.topic == "referral")
        if near and weight >= self._at.clarify:
            return _decide(part, "clarify", near[:3], f"best two {weight:.2f} ≥ {self._at.clarify}")
        return _decide(part, "unsure", near, f"best {best.id} {best.confidence:.2f}")

    def questions(self, whole: Part, parts: Sequence[Part]) -> list[Part]:
        """The parts that stand for themselves, or the one reading of the whole message that is surest."""
        if self._tells_own_case(whole):
            return [whole]
        answered = [p for p in parts if p.decision == "answer" and self._stands_alone(p)]
        if len({p.chosen for p in answered}) > 1:
            return [p for p in parts if p in answered or (p.decision != "answer" and ASKS.match(p.text))]
        if whole.decision == "answer" or not parts:
            return [whole]
        surest = max(parts, key=_sureness)
        return [surest if _sureness(surest) > _sureness(whole) else whole]

    def _stands_alone(self, part: Part) -> bool:
        id_ = part.chosen[0]
        if id_ in ("control/german", "control/english"):
            return True
        candidate = next((c for c in (*part.ranking, *part.in_context) if c.id == id_), None)
        sure = candidate is not None and candidate.confidence >= self._at.part
        return sure and id_.partition("/")[0] not in ("smalltalk", "control")

    def _tells_own_case(self, whole: Part) -> bool:
        best = whole.best
        return best is not None and best.topic == "referral" and best.confidence >= self._at.part

    def _urgent(self, parts: Sequence[Part]) -> str | None:
        for part in parts:
            alarms = [c for c in part.ranking if c.topic == CRISIS]
            if alarms and sum(c.confidence for c in alarms) >= self._at.crisis:
                return alarms[0].id
        return None


def is_elliptical(text: str) -> bool:
    """Whether a text looks as if it leans on what was said before."""
    return len(text.split()) <= LONGEST_ELLIPSIS and bool(OPENS_FOLLOW_UP.match(text))


def _may_lean(part: Part) -> bool:
    best = part.best
    return best is None or best.topic != OUT_OF_SCOPE or part.elliptical


def _sureness(part: Part) -> tuple[int, float]:
    """Orders parts: answers before questions back before nothing; facts and referrals before small talk."""
    order = {"answer": 2, "clarify": 1, "unsure": 0}[part.decision]
    chosen = part.chosen[0] if part.chosen else ""
    if order == 2 and chosen.startswith(("smalltalk/", "control/", "follow_up/")):
        order = 1
    return order, part.best.confidence if part.best else 0.0


def _decide(part: Part, decision: Any, chosen: tuple[str, ...], reason: str) -> Part:
    return replace(part, decision=decision, chosen=chosen, reason=reason)


def _is_fact(candidate: Candidate) -> bool:
    return candidate.topic.startswith("ask_")


def _without(ranking: tuple[Candidate, ...], topic: str) -> tuple[Candidate, ...]:
    kept = [candidate for candidate in ranking if candidate.topic != topic]
    total = sum(candidate.confidence for candidate in kept)
    lost = sum(candidate.confidence for candidate in ranking) - total
    scale = (total + lost) / total if total > 0 else 1.0
    return tuple(Candidate(c.id, round(min(1.0, c.confidence * scale), 4)) for c in kept)


def _candidates(ranking: Sequence[tuple[str, float]] | None) -> tuple[Candidate, ...]:
    return tuple(Candidate(id_, confidence) for id_, confidence in ranking or ())
