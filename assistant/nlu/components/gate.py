"""The last component: decides whether to answer, ask for clarification or hold back; names the topic for the rules."""

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
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.core.gestures import Gesture, gesture_of
from assistant.core.languages import Evidence
from assistant.core.understanding import (
    ENTRIES,
    EVERYWHERE,
    FACT,
    KEY,
    LANGUAGE_REQUEST,
    REFERRAL,
    Candidate,
    MessagePart,
    Understanding,
    kind_of,
)
from assistant.core.words import all_words, any_of
from assistant.knowledge import knowledge
from assistant.nlu.components.entities import ORDINAL, PLACE, SUBJECT, YEAR
from assistant.nlu.components.message_keys import CHOICE, EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING, SIGNAL, TROUBLE
from assistant.nlu.components.splitter import ASKING, QUESTION_WORDS
from assistant.nlu.ranking.head import Ranking

NOTHING = Ranking([], {})
FALLBACK = "nlu_fallback"
LANGUAGE_REQUESTS = ("control/german", "control/english", LANGUAGE_REQUEST)
CRISIS, FOLLOW_UP, OUT_OF_SCOPE = "crisis", "follow_up", "out_of_scope"
ILLEGAL = "out_of_scope/illegal"
# What emoji that stand alone say; a wave begins a chat, and a thumb down says no to the last answer.
GESTURES: dict[Gesture, str] = {
    "thanks": "smalltalk/thanks",
    "hello": "smalltalk/greeting",
    "no": "smalltalk/deny",
}
# Short words of one language are ordinary words of another.
ASKING_ELSEWHERE = any_of(
    word for words in all_words().values() for word in words.get("question_words", ()) if len(word) > 3
)
ASKS = re.compile(rf"^(?:und |and )?(?:{ASKING}|{ASKING_ELSEWHERE})\b", re.I)
# Anywhere in a text, "was" is more often the English verb.
HAS_QUESTION_WORD = re.compile(rf"\b(?!was\b)(?:{QUESTION_WORDS}|{ASKING_ELSEWHERE})\b", re.I)
LEANS = re.compile(r"(?:und|and|aber|but)\b", re.I)
# Longer messages count as follow-ups only if they were ranked in the context of the last answer.
MOST_ELLIPSIS_WORDS = 7
# How many words a message may have besides its questions, such as "bitte".
MOST_OTHER_WORDS = 5
# Shorter parts of a message decide nothing on their own.
FEWEST_WORDS = 3
# Kinds that a word or two may be mistaken for merely because they are short.
CURT_KINDS = ("smalltalk", "control")
# From this probability of leaning on the last answer up, a message surely asks for nothing by itself.
SURELY_LEANING = 0.6
# An entry this likely, compared with the likeliest one, makes a word or two ambiguous.
AMBIGUOUS = 0.6
# From this confidence up, a part of a message is believed though the whole does not hint at it.
SURE = 0.8
# From this confidence up, a part of so many words is a question of its own though it does not look like one.
CERTAIN, FEWEST_WORDS_OF_STATEMENT = 0.9, 5


@dataclass(frozen=True)
class Thresholds:
    """The lowest probabilities at which the gate acts; measured in docs/decisions/0009-gate.md."""

    # An entry, small talk or a request is what the message asks for.
    answer: float = 0.3
    # The same for a fact if the message names neither its subject nor IOM: general words ("which papers?") fit many.
    unnamed: float = 0.4
    # The same for a referral; lower, since a door that is a little beside still leads to people who can help.
    referral: float = 0.2
    # The same for one of several questions, beside a message or a question that is answered.
    part: float = 0.25
    # The same for what only the last answer makes of a message.
    context: float = 0.3
    # Someone asks for help with something forbidden; high, because the honest must not be accused.
    illegal: float = 0.7
    # Small talk and requests together, for messages of a word or two.
    curt: float = 0.8
    # The same for small talk and requests in longer messages: whoever is in need must not be met with small talk.
    talk: float = 0.46
    # Entries together are worth asking about.
    clarify: float = 0.18
    # One entry is worth offering.
    offer: float = 0.06
    # The same for one of several questions if the whole message means it too, and how likely the latter has to be.
    joint: float = 0.2
    hint: float = 0.1
    # Text between two commas is a question of its own.
    loose: float = 0.7
    # A name in the message does not change what it asks.
    settled: float = 0.9
    # An emergency; low, because a miss costs more than a false alarm.
    crisis: float = 0.46
    # By how much an entry has to be likelier than all emergencies together for there to be none,
    calm: float = 0.2
    # unless one part alone is this likely to be one.
    torn: float = 0.91
    # By itself, a message must mean an entry at least this likely before the last answer may settle on it.
    itself: float = 0.01
    # From this probability of a follow-up up ("and how much?"), that is not required,
    elliptical: float = 0.1
    # unless another entry is this likely by itself ("and a job?" after an answer on history).
    rival: float = 0.15
    # What only the last answer makes of a message that surely asks for nothing by itself.
    leaning: float = 0.1
    # In languages beside the originals: `unnamed`, and `clarify`, which offers more.
    elsewhere_unnamed: float = 0.6
    elsewhere_clarify: float = 0.12

    def elsewhere(self) -> Thresholds:
        """The thresholds for a message in such a language."""
        return replace(self, unnamed=self.elsewhere_unnamed, clarify=self.elsewhere_clarify)


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
        self._judge = Judge(thresholds, Judge(thresholds.elsewhere()))

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

    def __init__(self, thresholds: Thresholds, elsewhere: Judge | None = None) -> None:
        self._thresholds, self._elsewhere = thresholds, elsewhere

    def understand(self, message: Message) -> Understanding:
        """What a message means."""
        evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
        if self._elsewhere and evidence.elsewhere:
            return self._elsewhere.understand(message)
        trouble, choice = message.get(TROUBLE), message.get(CHOICE)
        bare_number = choice is not None and not any(map(str.isalpha, message.get(TEXT) or ""))
        if trouble == "unreadable" and (gesture := gesture_of(message.get(TEXT) or "")):
            said = MessagePart(message.get(TEXT) or "", decision="answer", chosen=(GESTURES[gesture],))
            return Understanding(evidence, (said,))
        if trouble in ("empty", "unreadable") or bare_number:
            return Understanding(evidence, (), trouble, choice)
        whole = self.part(message)
        # If an entry answers the whole message, its parts probably ask for entries too.
        threshold = self._thresholds.part if _by_entry(whole) else self._thresholds.answer
        proposed = [(self.part(part, threshold), part) for part in message.get(PARTS) or ()] or [(whole, message)]
        opened = [piece for part, source in proposed for piece in self._opened(part, source, threshold)]
        parts = [part for part in opened if part is not whole]
        urgent = message.get(SIGNAL)
        if not urgent and choice is None:
            urgent = self._urgent(whole, [*(part for part, _ in proposed if part is not whole), *parts])
        if urgent:
            return Understanding(evidence, (whole,), trouble, None, urgent)
        listed = [piece for piece in parts if all(piece is not part for part, _ in proposed)]
        found = self.questions(whole, parts, listed)
        if len(found) == 1 and found[0].decision != "unsure":
            found = self._second_questions(whole, proposed) or found
        return Understanding(evidence, tuple(found), trouble, choice)

    def part(self, message: Message, threshold: float | None = None) -> MessagePart:
        """One text with the decision for it; an entry answers it from `threshold` up."""
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
        return self.decided(part, self._thresholds.answer if threshold is None else threshold)

    def decided(self, part: MessagePart, threshold: float) -> MessagePart:
        """The part with decision, choice and reason."""
        if not part.ranking:
            return replace(part, decision="unsure", reason="nothing to go by")
        alone = self._alone(part, threshold)
        best = self._in_context(part)
        # That a text leans on the last answer is no answer of its own, and "and …" says that it does.
        leans = alone is None or alone.kind == FOLLOW_UP or (alone.kind in ENTRIES and bool(LEANS.match(part.text)))
        alone_probability = 0.0 if leans or alone is None else alone.confidence
        context = (
            self._thresholds.leaning if part.kinds.get(FOLLOW_UP, 0.0) >= SURELY_LEANING else self._thresholds.context
        )
        if best and best.confidence >= context and best.confidence > alone_probability:
            return _decide(part, "answer", (best.id,), f"in context {best.confidence:.2f} ≥ {context}")
        if alone:
            return _decide(part, "answer", (alone.id,), f"{alone.confidence:.2f} ≥ {self._threshold(alone, threshold)}")
        return self._withheld(part)

    def _in_context(self, part: MessagePart) -> Candidate | None:
        """The likeliest entry in the light of the last answer, if the part may mean it."""
        elliptical = part.kinds.get(FOLLOW_UP, 0.0) >= self._thresholds.elliptical
        likeliest = max((c.confidence for c in part.ranking if c.kind in ENTRIES), default=0.0)
        elliptical = (elliptical and likeliest < self._thresholds.rival) or part.ordinal is not None
        alone = {c.id for c in part.ranking if c.confidence >= self._thresholds.itself}
        possible = [c for c in part.in_context if c.kind in ENTRIES and (elliptical or c.id in alone)]
        return max(possible, key=lambda c: c.confidence, default=None)

    def _alone(self, part: MessagePart, threshold: float) -> Candidate | None:
        """The likeliest candidate, if it is likely enough to be what the part asks for on its own evidence."""
        may_be_follow_up = bool(part.in_context) or len(part.text.split()) <= MOST_ELLIPSIS_WORDS
        possible = [c for c in part.ranking if c.kind != CRISIS and (c.kind != FOLLOW_UP or may_be_follow_up)]
        best = max(possible, key=lambda c: c.confidence, default=None)
        if best is None or (best.kind == OUT_OF_SCOPE and best.id != ILLEGAL):
            return None
        probability = best.confidence
        if best.kind in CURT_KINDS and len(part.text.split()) < FEWEST_WORDS:
            probability, threshold = sum(part.kinds.get(each, 0.0) for each in CURT_KINDS), self._thresholds.curt
        elif best.kind in CURT_KINDS and len(part.text.split()) > FEWEST_WORDS:
            threshold = max(threshold, self._thresholds.talk)
        if best.kind == FACT and threshold >= self._thresholds.answer and not _is_named(part, best):
            threshold = max(threshold, self._thresholds.unnamed)
        return best if probability >= self._threshold(best, threshold) and not _is_ambiguous(part, best) else None

    def _threshold(self, candidate: Candidate, threshold: float) -> float:
        """The probability that a candidate needs; only entries may have a lower one in parts of a message."""
        if candidate.id == ILLEGAL:
            return self._thresholds.illegal
        if candidate.kind == REFERRAL:
            return min(threshold, self._thresholds.referral)
        return threshold if candidate.kind == FACT else max(threshold, self._thresholds.answer)

    def _withheld(self, part: MessagePart) -> MessagePart:
        """A clarifying question about the nearest entries, or no answer if these are unlikely."""
        near = [c for c in part.ranking if c.kind in ENTRIES and c.confidence >= self._thresholds.offer][:3]
        chosen, probability = tuple(c.id for c in near), sum(c.confidence for c in near)
        if near and probability >= self._thresholds.clarify:
            return _decide(part, "clarify", chosen, f"together {probability:.2f} ≥ {self._thresholds.clarify}")
        best = part.best_of(OUT_OF_SCOPE)
        gap = best.name if best and part.likeliest_kind == OUT_OF_SCOPE else ""
        return replace(_decide(part, "unsure", chosen, f"together {probability:.2f}"), gap=gap)

    def _opened(self, part: MessagePart, message: Message, threshold: float) -> list[MessagePart]:
        """The loose pieces of a part if they are questions of their own, otherwise the part itself."""
        loose = [self.part(piece, threshold) for piece in message.get(LOOSE) or ()]
        if _by_entry(part) and _confidence(part) >= self._thresholds.settled and any(map(_is_mere_name, loose)):
            return [part]
        questions = [p for p in loose if _by_entry(p) and _confidence(p) >= self._thresholds.loose]
        other_words = sum(len(p.text.split()) for p in loose if p not in questions)
        distinct = len({p.chosen for p in questions}) == len(questions) > 1
        return questions if distinct and other_words <= MOST_OTHER_WORDS else [part]

    def questions(
        self, whole: MessagePart, parts: Sequence[MessagePart], listed: Sequence[MessagePart] = ()
    ) -> list[MessagePart]:
        """The parts that are questions of their own; failing that, the whole message or its clearest part.

        `listed` are those parts that name what they ask for between commas and need not look like questions.
        """
        parts = self._promoted(parts)
        answered = [p for p in parts if _stands_alone(p) and _hinted(p, whole)]
        if len({p.chosen for p in answered}) > 1 and (all(map(_asks, parts)) or self._agree(whole, answered)):
            kept = [p for p in answered if _may_ask(p) or p.chosen == whole.chosen or p in listed or not _by_entry(p)]
            return [p for p in parts if p in kept or (p.decision != "answer" and ASKS.match(p.text))] or [whole]
        if whole.decision == "answer" or not parts:
            return [whole]
        clearest = max((part for part in parts if len(part.text.split()) >= FEWEST_WORDS), key=_clarity, default=whole)
        return [clearest if _clarity(clearest) > _clarity(whole) and _hinted(clearest, whole) else whole]

    def _second_questions(
        self, whole: MessagePart, proposed: Sequence[tuple[MessagePart, Message]]
    ) -> list[MessagePart]:
        """Parts and loose pieces that, together with what the whole message means, are several questions; else none."""
        found: dict[tuple[str, ...], MessagePart] = {}
        for part, source in proposed:
            loose = [self._meant_together(whole, self.part(piece)) for piece in source.get(LOOSE) or ()]
            pieces = [piece for piece in loose if piece]
            if len({piece.chosen for piece in pieces}) < 2 and part is not whole:
                alone = self._meant_together(whole, part)
                pieces = [alone] if alone else pieces
            for piece in pieces:
                found.setdefault(piece.chosen, piece)
        return list(found.values()) if len(found) > 1 and self._agree(whole, list(found.values())) else []

    def _meant_together(self, whole: MessagePart, part: MessagePart) -> MessagePart | None:
        """The part with the entry that it and the whole message together mean; None if it asks for none."""
        if len(part.text.split()) < FEWEST_WORDS or _is_mere_name(part) or not _may_ask(part):
            return None
        hints = {c.id: c.confidence for c in whole.ranking if c.confidence >= self._thresholds.hint}
        entries = [c for c in (*part.ranking, *part.in_context) if c.kind in ENTRIES]
        likely = [c for c in entries if c.confidence >= self._thresholds.joint and c.id in hints]
        meant = likely or [c for c in entries if c.confidence >= CERTAIN]
        best = max(meant, key=lambda c: c.confidence * hints.get(c.id, 1.0), default=None)
        return _decide(part, "answer", (best.id,), f"{best.confidence:.2f}, beside another question") if best else None

    def _promoted(self, parts: Sequence[MessagePart]) -> list[MessagePart]:
        """The parts, with less evidence required of questions next to an answered one."""
        if not any(_by_entry(p) for p in parts):
            return list(parts)
        return [self.decided(p, self._thresholds.part) if p.decision == "clarify" and _asks(p) else p for p in parts]

    def _agree(self, whole: MessagePart, parts: Sequence[MessagePart]) -> bool:
        """Whether some part gets the answer of the whole, if an entry answers that: a story's sentences may mislead."""
        return not _by_entry(whole) or any(part.chosen == whole.chosen for part in parts)

    def _urgent(self, whole: MessagePart, parts: Sequence[MessagePart]) -> str | None:
        """The crisis text to show if the whole message, or a part of it together with the whole, is an emergency.

        A part alone decides nothing: torn from its context, many a sentence sounds like one.
        """
        likely = emergency_of(whole)
        if self._is_calm(whole) and all(emergency_of(part) < self._thresholds.torn for part in parts):
            return None
        emergencies = [(likely, whole), *(((likely + emergency_of(part)) / 2, part) for part in parts)]
        probability, part = max(emergencies, key=lambda each: each[0])
        best = part.best_of(CRISIS) if probability >= self._thresholds.crisis else None
        return best.id if best else None

    def _is_calm(self, whole: MessagePart) -> bool:
        """Whether an entry is far likelier than all emergencies together."""
        entry = max((c.confidence for c in whole.ranking if c.kind in ENTRIES), default=0.0)
        return entry - sum(c.confidence for c in whole.ranking if c.kind == CRISIS) >= self._thresholds.calm


def emergency_of(part: MessagePart) -> float:
    """How likely a text is an emergency: the mean of what its kind and its candidates say."""
    candidates = sum(c.confidence for c in part.ranking if c.kind == CRISIS)
    return (part.kinds.get(CRISIS, 0.0) + min(candidates, 1.0)) / 2


def _clarity(part: MessagePart) -> tuple[int, float]:
    """Sort key: entries before clarifying questions and small talk before neither."""
    order = {"answer": 2, "clarify": 1, "unsure": 0}[part.decision]
    return (order if order < 2 or _by_entry(part) else 1), _confidence(part)


def _confidence(part: MessagePart) -> float:
    """How likely the choice is what the part asks for."""
    chosen = part.chosen[:1]
    return max((c.confidence for c in (*part.ranking, *part.in_context) if (c.id,) == chosen), default=0.0)


def _by_entry(part: MessagePart) -> bool:
    """Whether a fact or a referral answers a part."""
    return part.decision == "answer" and kind_of(part.chosen[0]) in ENTRIES


def _stands_alone(part: MessagePart) -> bool:
    """Whether a part may be a question of its own."""
    return _by_entry(part) or (part.decision == "answer" and part.chosen[0].startswith(LANGUAGE_REQUESTS))


def _hinted(part: MessagePart, whole: MessagePart) -> bool:
    """Whether the whole message hints at what a part was taken for, since words torn from their context may mislead.

    A part that is sure of itself needs no hint.
    """
    hinted = {(c.id,) for c in (*whole.ranking, *whole.in_context)}
    return part.chosen[:1] in hinted or not part.chosen or _confidence(part) >= SURE


def _decide(part: MessagePart, decision: Any, chosen: tuple[str, ...], reason: str) -> MessagePart:
    return replace(part, decision=decision, chosen=chosen, reason=reason)


def _asks(part: MessagePart) -> bool:
    """Whether a part begins or ends like a question."""
    return bool(ASKS.match(part.text)) or part.text.rstrip().endswith(("?", "؟", "？"))


def _may_ask(part: MessagePart) -> bool:
    """Whether a part may be a question: by its form, by a question word, or because an entry surely answers it."""
    words = len(part.text.split())
    if words < FEWEST_WORDS:
        return _asks(part)
    certain = _by_entry(part) and _confidence(part) >= CERTAIN and words >= FEWEST_WORDS_OF_STATEMENT
    return certain or _asks(part) or bool(HAS_QUESTION_WORD.search(part.text))


def _is_mere_name(part: MessagePart) -> bool:
    """Whether a part only names IOM: it then belongs to the question of the whole message, if that is clear."""
    names_iom = bool(part.subjects) and set(part.subjects) <= EVERYWHERE
    return names_iom and len(part.text.split()) <= FEWEST_WORDS and not ASKS.match(part.text)


def _is_ambiguous(part: MessagePart, best: Candidate) -> bool:
    """Whether a word or two may as well ask for another entry ("Beratung"): it is then asked which one is meant."""
    rivals = [c.confidence for c in part.ranking if c.kind in ENTRIES and c.id != best.id]
    close = max(rivals, default=0.0) >= AMBIGUOUS * best.confidence
    return close and best.kind in ENTRIES and len(part.text.split()) < FEWEST_WORDS


def _is_named(part: MessagePart, fact: Candidate) -> bool:
    """Whether a part names something that a fact is about, or IOM, which every fact may be about."""
    entry = knowledge().find(fact.id)
    return entry is not None and bool({*entry.subjects, *EVERYWHERE} & set(part.subjects))


def _candidates(ranking: Ranking) -> tuple[Candidate, ...]:
    return tuple(Candidate(id_, confidence) for id_, confidence in ranking.entries)
