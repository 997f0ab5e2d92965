"""The last component: decides whether to answer, to ask back or to hold back, and names the topic for the rules."""

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
from assistant.core.understanding import FACT, KEY, Candidate, Part, Understanding, kind_of
from assistant.nlu.components.entities import EVERYWHERE, ORDINAL, PLACE, SUBJECT, YEAR
from assistant.nlu.components.message_keys import CHOICE, EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING, TROUBLE
from assistant.nlu.components.splitter import ASKING
from assistant.nlu.ranking.head import Ranking

NOTHING = Ranking([], {})
FALLBACK = "nlu_fallback"
CRISIS, FOLLOW_UP, OUT_OF_SCOPE, REFERRAL = "crisis", "follow_up", "out_of_scope", "referral"
ILLEGAL = "out_of_scope/illegal"
# Kinds of message that the last answer may give their meaning.
LEANING = {FACT, FOLLOW_UP, OUT_OF_SCOPE}
ASKS = re.compile(rf"^(?:und |and )?(?:{ASKING})\b", re.I)
LONGEST_ELLIPSIS = 7
# Words beside the questions of a message, such as "bitte".
MOST_BESIDES = 5
# Shorter parts of a message decide nothing alone.
FEWEST_WORDS = 3
# Kinds that a word or two may seem to be only because they are short.
CURT = ("smalltalk", "control")


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which on the gate acts; measured in docs/decisions/0009-gate.md.

    fact: some fact answers. lead: the best fact against the second, else both are asked about.
    other: small talk, a referral or a wish is answered; from alone on, it is so even after an answer
    that would give it another meaning. curt: small talk and wishes of a word or two, together, are.
    part: one of several questions counts. clarify: facts and referrals together are worth asking
    about. context: the last answer decides. beside: a question counts that comes with an answered
    one, if its entry is clear. clear: one entry stands out from all. settled: no name in the message
    changes what it asks. loose: what stands between two commas is a question of its own. crisis: an
    emergency; low, because a miss costs more than a false alarm. crisis_part: a part that is one, torn
    from its context; crisis_part_hinted: the same where the whole message hints at one, from hint on.
    """

    fact: float = 0.55
    lead: float = 0.55
    other: float = 0.4
    curt: float = 0.8
    part: float = 0.3
    beside: float = 0.15
    clear: float = 0.5
    alone: float = 0.8
    clarify: float = 0.15
    context: float = 0.4
    loose: float = 0.7
    settled: float = 0.95
    crisis: float = 0.3
    crisis_part: float = 0.6
    crisis_part_hinted: float = 0.5
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
        """Makes the gate; refuses thresholds that are no probabilities."""
        values = {name: config[name] for name in Thresholds.__dataclass_fields__}
        wrong = {name: v for name, v in values.items() if not (isinstance(v, (int, float)) and 0 <= v <= 1)}
        if wrong:
            raise InvalidConfigException(f"AnswerGate: thresholds lie between 0 and 1, unlike {wrong}.")
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

    def understand(self, message: Message) -> Understanding:
        """What a message means."""
        evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
        trouble, choice = message.get(TROUBLE), message.get(CHOICE)
        if trouble in ("empty", "unreadable") or choice is not None:
            return Understanding(evidence, (), trouble, choice)
        whole = self.part(message)
        # Where a fact answers the whole, its parts are likely to be asked of facts too.
        at = self._at.part if whole.kinds.get(FACT, 0.0) >= self._at.fact else self._at.fact
        given = [(self.part(part, at), part) for part in message.get(PARTS) or ()] or [(whole, message)]
        opened = [part for read, part_of in given for part in self._opened(read, part_of, at)]
        parts = [part for part in opened if part is not whole]
        urgent = self._urgent(whole, [*(read for read, _ in given if read is not whole), *parts])
        if urgent:
            return Understanding(evidence, (whole,), trouble, None, urgent)
        return Understanding(evidence, tuple(self.questions(whole, parts)), trouble)

    def part(self, message: Message, at: float | None = None) -> Part:
        """One text with the decision for it; `at` is the probability from which on a fact answers it."""
        entities = message.get(ENTITIES) or []
        ordinals = [int(e["value"]) for e in entities if e["entity"] == ORDINAL]
        text = message.get(TEXT) or ""
        ranking, in_context = message.get(RANKING) or NOTHING, message.get(IN_CONTEXT) or NOTHING
        part = Part(
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
        return self.decided(part, self._at.fact if at is None else at)

    def decided(self, part: Part, at: float) -> Part:
        """The part with decision, choice and reason."""
        leans = bool(part.in_context) or len(part.text.split()) <= LONGEST_ELLIPSIS
        kinds = part.kinds if leans else _without(part.kinds, FOLLOW_UP)
        if not part.ranking or not kinds:
            return replace(part, decision="unsure", reason="nothing to go by")
        kind = max(kinds, key=lambda name: kinds[name])
        in_context = _without(part.kinds_in_context, FOLLOW_UP).get(FACT, 0.0)
        leaning_kind = kind in LEANING or part.ordinal or kinds[kind] < self._at.alone
        if in_context >= self._at.context and leaning_kind:
            leaning = next(c for c in part.in_context if _is_fact(c))
            return _decide(part, "answer", (leaning.id,), f"in context {in_context:.2f} ≥ {self._at.context}")
        if kinds.get(FACT, 0.0) >= at:
            return self._fact(part, kinds[FACT], at)
        best = part.best_of(kind)
        answerable = kind not in (FACT, OUT_OF_SCOPE) or (best and best.id == ILLEGAL)
        sure, needed = kinds[kind], self._at.other
        if kind in CURT and len(part.text.split()) < FEWEST_WORDS:
            sure, needed = sum(kinds.get(each, 0.0) for each in CURT), self._at.curt
        if best and answerable and sure >= needed:
            return _decide(part, "answer", (best.id,), f"{kind} {sure:.2f} ≥ {needed}")
        return self._held_back(part, kinds, kind)

    def _fact(self, part: Part, sure: float, at: float) -> Part:
        """A fact answers: the best one, or a question back where two are close."""
        facts = [c for c in part.ranking if _is_fact(c)]
        first, second = facts[0], facts[1] if len(facts) > 1 else None
        lead = first.confidence / (first.confidence + (second.confidence if second else 0.0))
        if lead < self._at.lead:
            return _decide(part, "clarify", tuple(c.id for c in facts[:3]), f"lead {lead:.2f} < {self._at.lead}")
        return _decide(part, "answer", (first.id,), f"fact {sure:.2f} ≥ {at}")

    def _held_back(self, part: Part, kinds: Mapping[str, float], kind: str) -> Part:
        """Asks about the nearest facts and referrals, or says openly that nothing answers."""
        near = tuple(c.id for c in part.ranking if _is_fact(c) or c.topic == REFERRAL)[:3]
        weight = kinds.get(FACT, 0.0) + kinds.get(REFERRAL, 0.0)
        if near and weight >= self._at.clarify:
            return _decide(part, "clarify", near, f"facts and referrals {weight:.2f} ≥ {self._at.clarify}")
        best = part.best_of(OUT_OF_SCOPE)
        gap = best.name if best and kind == OUT_OF_SCOPE else ""
        return replace(_decide(part, "unsure", near, f"{kind} {kinds[kind]:.2f}"), gap=gap)

    def _opened(self, part: Part, message: Message, at: float) -> list[Part]:
        """The loose pieces of a part where they are questions of their own, else the part itself."""
        loose = [self.part(piece, at) for piece in message.get(LOOSE) or ()]
        settled = part.best and _is_fact(part.best) and part.best.confidence >= self._at.settled
        if settled and any(_is_mere_name(piece) for piece in loose):
            return [part]
        sure = [p for p in loose if p.decision == "answer" and p.kinds.get(FACT, 0.0) >= self._at.loose]
        besides = sum(len(p.text.split()) for p in loose if p not in sure)
        distinct = len({p.chosen for p in sure}) == len(sure) > 1
        return sure if distinct and besides <= MOST_BESIDES else [part]

    def questions(self, whole: Part, parts: Sequence[Part]) -> list[Part]:
        """The parts that stand for themselves, or the one reading of the whole message that is surest."""
        if self._tells_own_case(whole):
            return [whole]
        before, parts = parts, self._beside_answers(parts)
        answered = [p for p, was in zip(parts, before) if p is not was or self._stands_alone(p)]
        if len({p.chosen for p in answered}) > 1 and (all(map(_asks, parts)) or self._agree(whole, answered)):
            return [p for p in parts if p in answered or (p.decision != "answer" and ASKS.match(p.text))]
        if whole.decision == "answer" or not parts:
            return [whole]
        surest = max((part for part in parts if len(part.text.split()) >= FEWEST_WORDS), key=_sureness, default=whole)
        return [surest if _sureness(surest) > _sureness(whole) else whole]

    def _beside_answers(self, parts: Sequence[Part]) -> list[Part]:
        """The parts, where questions beside an answered one need less evidence: one question comes with another."""
        if not any(self._stands_alone(p) and kind_of(p.chosen[0]) == FACT for p in parts):
            return list(parts)
        return [self._beside(p) if p.decision == "clarify" and _asks(p) else p for p in parts]

    def _beside(self, part: Part) -> Part:
        best = part.best_of(FACT)
        if best is None or best.confidence < self._at.clear or part.kinds.get(FACT, 0.0) < self._at.beside:
            return part
        return _decide(part, "answer", (best.id,), f"beside an answer {part.kinds[FACT]:.2f} ≥ {self._at.beside}")

    def _agree(self, whole: Part, parts: Sequence[Part]) -> bool:
        """Whether the whole says the same as one of its parts, where a story's sentences may mislead."""
        best = whole.best
        clear = best is not None and best.confidence >= self._at.clear
        told = whole.decision == "answer" and kind_of(whole.chosen[0]) == FACT and clear
        return not told or any(part.chosen == whole.chosen for part in parts)

    def _stands_alone(self, part: Part) -> bool:
        """Whether a part is answered, and surely enough to be a question of its own."""
        if part.decision != "answer":
            return False
        id_ = part.chosen[0]
        if id_ in ("control/german", "control/english"):
            return True
        kind = kind_of(id_)
        sure = part.kinds.get(kind, 0.0)
        if kind == FACT:
            sure = max(sure, _without(part.kinds_in_context, FOLLOW_UP).get(FACT, 0.0))
        return kind in (FACT, REFERRAL) and sure >= self._at.part

    def _tells_own_case(self, whole: Part) -> bool:
        referred = whole.decision == "answer" and kind_of(whole.chosen[0]) == REFERRAL
        return referred and whole.kinds.get(REFERRAL, 0.0) >= self._at.part

    def _urgent(self, whole: Part, parts: Sequence[Part]) -> str | None:
        """The crisis text that is due: for the whole message, or for a part of it that is surer."""
        alarm = whole.kinds.get(CRISIS, 0.0)
        at = self._at.crisis_part_hinted if alarm >= self._at.hint else self._at.crisis_part
        alarmed = [whole] if alarm >= self._at.crisis else []
        alarmed += [part for part in parts if part.kinds.get(CRISIS, 0.0) >= at]
        best = max(alarmed, key=lambda part: part.kinds[CRISIS]).best_of(CRISIS) if alarmed else None
        return best.id if best else None


def _sureness(part: Part) -> tuple[int, float]:
    """Orders parts: answers before questions back before nothing; facts and referrals before small talk."""
    order = {"answer": 2, "clarify": 1, "unsure": 0}[part.decision]
    kind = kind_of(part.chosen[0]) if part.chosen else ""
    if order == 2 and kind in ("smalltalk", "control", FOLLOW_UP):
        order = 1
    return order, part.kinds.get(kind, 0.0)


def _decide(part: Part, decision: Any, chosen: tuple[str, ...], reason: str) -> Part:
    return replace(part, decision=decision, chosen=chosen, reason=reason)


def _asks(part: Part) -> bool:
    """Whether a part begins or ends like a question."""
    return bool(ASKS.match(part.text)) or part.text.rstrip().endswith("?")


def _is_mere_name(part: Part) -> bool:
    """Whether a part only names IOM: beside a whole that is clear, it belongs to the same question."""
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
