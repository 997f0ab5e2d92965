"""The last component: decides whether to answer, ask for clarification or hold back; names the topic for the rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.languages import Evidence
from assistant.core.understanding import FACT, KEY, Candidate, MessagePart, Understanding, kind_of
from assistant.nlu.components.entities import EVERYWHERE, ORDINAL, PLACE, SUBJECT, YEAR
from assistant.nlu.components.message_keys import CHOICE, EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING, TROUBLE
from assistant.nlu.components.splitter import ASKING
from assistant.nlu.ranking.head import Ranking

NOTHING = Ranking([], {})
FALLBACK = "nlu_fallback"
CRISIS, FOLLOW_UP, OUT_OF_SCOPE, REFERRAL = "crisis", "follow_up", "out_of_scope", "referral"
ILLEGAL = "out_of_scope/illegal"
# Kinds of message whose meaning may come from the last answer.
CONTEXTUAL_KINDS = {FACT, FOLLOW_UP, OUT_OF_SCOPE}
ASKS = re.compile(rf"^(?:und |and )?(?:{ASKING})\b", re.I)
# Longer messages count as follow-ups only if they were ranked in the context of the last answer.
MOST_ELLIPSIS_WORDS = 7
# How many words a message may have besides its questions, such as "bitte".
MOST_OTHER_WORDS = 5
# Shorter parts of a message decide nothing on their own.
FEWEST_WORDS = 3
# Kinds that a word or two may be mistaken for merely because they are short.
CURT_KINDS = ("smalltalk", "control")


@dataclass(frozen=True)
class Thresholds:
    """The lowest probabilities at which the gate acts; measured in docs/decisions/0009-gate.md."""

    # Some fact answers the message.
    fact: float = 0.55
    # The best fact's share of the best two; below it, the visitor is asked which one is meant.
    lead: float = 0.55
    # Small talk, a referral or a request is answered.
    other: float = 0.4
    # The same for messages of a word or two, with small talk and requests added up.
    curt: float = 0.8
    # One of several questions counts.
    part: float = 0.3
    # A question next to an answered one counts, if its entry is clear.
    beside: float = 0.15
    # One entry stands out from all others.
    clear: float = 0.5
    # Small talk, a referral or a request stands even after an answer that would change its meaning.
    alone: float = 0.8
    # Facts and referrals together are worth asking about.
    clarify: float = 0.15
    # The last answer decides which fact is meant.
    context: float = 0.4
    # Text between two commas is a question of its own.
    loose: float = 0.7
    # A name in the message does not change what it asks.
    settled: float = 0.95
    # An emergency; low, because a miss costs more than a false alarm.
    crisis: float = 0.3
    # A part of the message, taken out of its context, is an emergency.
    crisis_part: float = 0.6
    # The same if the whole message hints at one.
    crisis_part_hinted: float = 0.5
    # The whole message hints at an emergency.
    hint: float = 0.02


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
        """Makes the gate; rejects thresholds that are not probabilities."""
        values = {name: config[name] for name in Thresholds.__dataclass_fields__}
        wrong = {name: v for name, v in values.items() if not (isinstance(v, (int, float)) and 0 <= v <= 1)}
        if wrong:
            raise InvalidConfigException(f"AnswerGate: thresholds must lie between 0 and 1, not {wrong}.")
        return cls(Thresholds(**values))

    def __init__(self, thresholds: Thresholds) -> None:
        self._judge = Judge(thresholds)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets understanding, intent and intent ranking of every message."""
        for message in messages:
            understanding = self._judge.understand(message)
            message.set(KEY, understanding.as_dict(), add_to_output=True)
            name, confidence = intent_of(understanding)
            intent = {"name": name, "confidence": confidence}
            message.set(INTENT, intent, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [intent], add_to_output=True)
        return messages


def intent_of(understanding: Understanding) -> tuple[str, float]:
    """The topic for the rules, and the gate's confidence in it."""
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
    """The gate's decisions, independent of Rasa's graph."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds

    def understand(self, message: Message) -> Understanding:
        """What a message means."""
        evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
        trouble, choice = message.get(TROUBLE), message.get(CHOICE)
        if trouble in ("empty", "unreadable") or choice is not None:
            return Understanding(evidence, (), trouble, choice)
        whole = self.part(message)
        # If a fact answers the whole message, its parts probably ask for facts too.
        asks_for_facts = whole.kinds.get(FACT, 0.0) >= self._thresholds.fact
        fact_threshold = self._thresholds.part if asks_for_facts else self._thresholds.fact
        proposed = [(self.part(part, fact_threshold), part) for part in message.get(PARTS) or ()] or [(whole, message)]
        opened = [piece for part, source in proposed for piece in self._opened(part, source, fact_threshold)]
        parts = [part for part in opened if part is not whole]
        urgent = self._urgent(whole, [*(part for part, _ in proposed if part is not whole), *parts])
        if urgent:
            return Understanding(evidence, (whole,), trouble, None, urgent)
        return Understanding(evidence, tuple(self.questions(whole, parts)), trouble)

    def part(self, message: Message, fact_threshold: float | None = None) -> MessagePart:
        """One text with the decision for it; a fact answers it from `fact_threshold` up."""
        entities = message.get(ENTITIES) or []
        ordinals = [int(e["value"]) for e in entities if e["entity"] == ORDINAL]
        text = message.get(TEXT) or ""
        ranking, in_context = message.get(RANKING) or NOTHING, message.get(IN_CONTEXT) or NOTHING
        part = MessagePart(
            text=text,
            ranking=_candidates(ranking),
            kinds=ranking.kinds,
            in_context=_candidates(in_context),
            kinds_in_context=in_context.kinds,
            subjects=tuple(dict.fromkeys(e["value"] for e in entities if e["entity"] == SUBJECT)),
            places=tuple(dict.fromkeys(e["value"] for e in entities if e["entity"] == PLACE)),
            years=tuple(dict.fromkeys(e["value"] for e in entities if e["entity"] == YEAR)),
            ordinal=ordinals[0] if ordinals else None,
        )
        return self.decided(part, self._thresholds.fact if fact_threshold is None else fact_threshold)

    def decided(self, part: MessagePart, fact_threshold: float) -> MessagePart:
        """The part with decision, choice and reason."""
        may_be_follow_up = bool(part.in_context) or len(part.text.split()) <= MOST_ELLIPSIS_WORDS
        kinds = part.kinds if may_be_follow_up else _without(part.kinds, FOLLOW_UP)
        if not part.ranking or not kinds:
            return replace(part, decision="unsure", reason="nothing to go by")
        kind = max(kinds, key=lambda name: kinds[name])
        return (
            self._from_context(part, kinds, kind)
            or self._from_fact(part, kinds, fact_threshold)
            or self._from_other(part, kinds, kind)
            or self._withheld(part, kinds, kind)
        )

    def _from_context(self, part: MessagePart, kinds: Mapping[str, float], kind: str) -> MessagePart | None:
        """The fact that the last answer makes likely, if there is one."""
        probability = _without(part.kinds_in_context, FOLLOW_UP).get(FACT, 0.0)
        context_may_override = kind in CONTEXTUAL_KINDS or part.ordinal or kinds[kind] < self._thresholds.alone
        if probability < self._thresholds.context or not context_may_override:
            return None
        best = next(c for c in part.in_context if _is_fact(c))
        return _decide(part, "answer", (best.id,), f"in context {probability:.2f} ≥ {self._thresholds.context}")

    def _from_fact(self, part: MessagePart, kinds: Mapping[str, float], threshold: float) -> MessagePart | None:
        """The best fact, or a clarifying question if two are close, if some fact answers the part."""
        probability = kinds.get(FACT, 0.0)
        if probability < threshold:
            return None
        facts = [c for c in part.ranking if _is_fact(c)]
        first, second = facts[0], facts[1] if len(facts) > 1 else None
        lead = first.confidence / (first.confidence + (second.confidence if second else 0.0))
        if lead < self._thresholds.lead:
            return _decide(
                part, "clarify", tuple(c.id for c in facts[:3]), f"lead {lead:.2f} < {self._thresholds.lead}"
            )
        return _decide(part, "answer", (first.id,), f"fact {probability:.2f} ≥ {threshold}")

    def _from_other(self, part: MessagePart, kinds: Mapping[str, float], kind: str) -> MessagePart | None:
        """Small talk, a referral, a request or another text that is not a fact, if it is likely enough."""
        best = part.best_of(kind)
        answerable = kind not in (FACT, OUT_OF_SCOPE) or (best and best.id == ILLEGAL)
        probability, threshold = kinds[kind], self._thresholds.other
        if kind in CURT_KINDS and len(part.text.split()) < FEWEST_WORDS:
            probability, threshold = sum(kinds.get(each, 0.0) for each in CURT_KINDS), self._thresholds.curt
        if best and answerable and probability >= threshold:
            return _decide(part, "answer", (best.id,), f"{kind} {probability:.2f} ≥ {threshold}")
        return None

    def _withheld(self, part: MessagePart, kinds: Mapping[str, float], kind: str) -> MessagePart:
        """A clarifying question about the nearest facts and referrals, or no answer if these are unlikely."""
        near = tuple(c.id for c in part.ranking if _is_fact(c) or c.topic == REFERRAL)[:3]
        probability, threshold = kinds.get(FACT, 0.0) + kinds.get(REFERRAL, 0.0), self._thresholds.clarify
        if near and probability >= threshold:
            return _decide(part, "clarify", near, f"facts and referrals {probability:.2f} ≥ {threshold}")
        best = part.best_of(OUT_OF_SCOPE)
        gap = best.name if best and kind == OUT_OF_SCOPE else ""
        return replace(_decide(part, "unsure", near, f"{kind} {kinds[kind]:.2f}"), gap=gap)

    def _opened(self, part: MessagePart, message: Message, fact_threshold: float) -> list[MessagePart]:
        """The loose pieces of a part if they are questions of their own, otherwise the part itself."""
        loose = [self.part(piece, fact_threshold) for piece in message.get(LOOSE) or ()]
        settled = part.best and _is_fact(part.best) and part.best.confidence >= self._thresholds.settled
        if settled and any(_is_mere_name(piece) for piece in loose):
            return [part]
        questions = [p for p in loose if p.decision == "answer" and p.kinds.get(FACT, 0.0) >= self._thresholds.loose]
        other_words = sum(len(p.text.split()) for p in loose if p not in questions)
        distinct = len({p.chosen for p in questions}) == len(questions) > 1
        return questions if distinct and other_words <= MOST_OTHER_WORDS else [part]

    def questions(self, whole: MessagePart, parts: Sequence[MessagePart]) -> list[MessagePart]:
        """The parts that are questions of their own; failing that, the whole message or its clearest part."""
        if self._tells_own_case(whole):
            return [whole]
        before, parts = parts, self._promoted(parts)
        answered = [p for p, previous in zip(parts, before) if p is not previous or self._stands_alone(p)]
        if len({p.chosen for p in answered}) > 1 and (all(map(_asks, parts)) or self._agree(whole, answered)):
            return [p for p in parts if p in answered or (p.decision != "answer" and ASKS.match(p.text))]
        if whole.decision == "answer" or not parts:
            return [whole]
        clearest = max((part for part in parts if len(part.text.split()) >= FEWEST_WORDS), key=_clarity, default=whole)
        return [clearest if _clarity(clearest) > _clarity(whole) else whole]

    def _promoted(self, parts: Sequence[MessagePart]) -> list[MessagePart]:
        """The parts, with less evidence required of questions next to an answered one."""
        if not any(self._stands_alone(p) and kind_of(p.chosen[0]) == FACT for p in parts):
            return list(parts)
        return [self._beside_answer(p) if p.decision == "clarify" and _asks(p) else p for p in parts]

    def _beside_answer(self, part: MessagePart) -> MessagePart:
        best = part.best_of(FACT)
        probability, threshold = part.kinds.get(FACT, 0.0), self._thresholds.beside
        if best is None or best.confidence < self._thresholds.clear or probability < threshold:
            return part
        return _decide(part, "answer", (best.id,), f"beside an answer {probability:.2f} ≥ {threshold}")

    def _agree(self, whole: MessagePart, parts: Sequence[MessagePart]) -> bool:
        """Whether some part gets the answer of the whole, if that is a clear fact: a story's sentences may mislead."""
        best = whole.best
        clear = best is not None and best.confidence >= self._thresholds.clear
        answered = whole.decision == "answer" and kind_of(whole.chosen[0]) == FACT and clear
        return not answered or any(part.chosen == whole.chosen for part in parts)

    def _stands_alone(self, part: MessagePart) -> bool:
        """Whether a part is answered, with enough confidence to be a question of its own."""
        if part.decision != "answer":
            return False
        id_ = part.chosen[0]
        if id_ in ("control/german", "control/english"):
            return True
        kind = kind_of(id_)
        probability = part.kinds.get(kind, 0.0)
        if kind == FACT:
            probability = max(probability, _without(part.kinds_in_context, FOLLOW_UP).get(FACT, 0.0))
        return kind in (FACT, REFERRAL) and probability >= self._thresholds.part

    def _tells_own_case(self, whole: MessagePart) -> bool:
        """Whether the message is about the visitor's own case, which a referral answers as a whole."""
        referred = whole.decision == "answer" and kind_of(whole.chosen[0]) == REFERRAL
        return referred and whole.kinds.get(REFERRAL, 0.0) >= self._thresholds.part

    def _urgent(self, whole: MessagePart, parts: Sequence[MessagePart]) -> str | None:
        """The crisis text to show, for the whole message or for the part most likely to be an emergency."""
        probability = whole.kinds.get(CRISIS, 0.0)
        limits = self._thresholds
        part_threshold = limits.crisis_part_hinted if probability >= limits.hint else limits.crisis_part
        emergencies = [whole] if probability >= limits.crisis else []
        emergencies += [part for part in parts if part.kinds.get(CRISIS, 0.0) >= part_threshold]
        best = max(emergencies, key=lambda part: part.kinds[CRISIS]).best_of(CRISIS) if emergencies else None
        return best.id if best else None


def _clarity(part: MessagePart) -> tuple[int, float]:
    """Sort key: answers before clarifying questions before neither; facts and referrals before small talk."""
    order = {"answer": 2, "clarify": 1, "unsure": 0}[part.decision]
    kind = kind_of(part.chosen[0]) if part.chosen else ""
    if order == 2 and kind in ("smalltalk", "control", FOLLOW_UP):
        order = 1
    return order, part.kinds.get(kind, 0.0)


def _decide(part: MessagePart, decision: Any, chosen: tuple[str, ...], reason: str) -> MessagePart:
    return replace(part, decision=decision, chosen=chosen, reason=reason)


def _asks(part: MessagePart) -> bool:
    """Whether a part begins or ends like a question."""
    return bool(ASKS.match(part.text)) or part.text.rstrip().endswith("?")


def _is_mere_name(part: MessagePart) -> bool:
    """Whether a part only names IOM: it then belongs to the question of the whole message, if that is clear."""
    names_iom = bool(part.subjects) and set(part.subjects) <= EVERYWHERE
    return names_iom and len(part.text.split()) <= FEWEST_WORDS and not ASKS.match(part.text)


def _is_fact(candidate: Candidate) -> bool:
    return candidate.kind == FACT


def _without(kinds: Mapping[str, float], kind: str) -> dict[str, float]:
    """The probabilities with one kind ruled out."""
    rest = 1.0 - kinds.get(kind, 0.0)
    return {name: share / rest for name, share in kinds.items() if name != kind} if rest > 0 else {}


def _candidates(ranking: Ranking) -> tuple[Candidate, ...]:
    return tuple(Candidate(id_, confidence) for id_, confidence in ranking.entries)
