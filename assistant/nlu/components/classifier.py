"""Ranks the entries for a message and its parts, alone and in the context of the last answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from babel import Locale
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.core.conversation import SLOT, Conversation
from assistant.core.languages import LANGUAGES, ORIGINALS, SERVED, Evidence, Language
from assistant.core.paths import ELSEWHERE_VECTORS
from assistant.core.progress import announce
from assistant.core.understanding import ENTRIES, EVERYWHERE, LANGUAGE_REQUEST, kind_of
from assistant.core.words import Words
from assistant.knowledge import Entry, KnowledgeBase, knowledge
from assistant.knowledge.examples import examples_elsewhere
from assistant.nlu.components.encoder import SentenceEncoder
from assistant.nlu.components.entities import ORDINAL, SUBJECT
from assistant.nlu.components.guard import cleaned
from assistant.nlu.components.message_keys import EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING
from assistant.nlu.encoder.vectors import DIMENSION, KeptVectors, encode_passages, encoded
from assistant.nlu.ranking.alignment import Alignment
from assistant.nlu.ranking.context import Context, aspects_asked, by_ordinal, covers, joined
from assistant.nlu.ranking.head import Answers, Head, Ranking, Scored
from assistant.nlu.ranking.kind_model import Floats

# The head's scores for every class, by text.
Scores = Mapping[str, Scored]
# Longer messages hardly ever refer to the last answer.
MOST_FOLLOW_UP_WORDS = 12
# From this probability up, the next part of a message may refer to this one.
LIKELY_ENTRY = 0.5
# In 4,300 texts, no piece of a text less likely than this to be answered by a fact was a question.
POSSIBLE_QUESTION = 0.02
ALIGNMENT = "alignment.npz"
# The folders of the heads in a model.
OF_ORIGINALS, OF_OTHERS = "originals", "others"
# Characters of an answer that its vector is made of: what it is about stands at the beginning.
LONGEST_ANSWER = 600
RANGES = {
    "most_questions": (100, 10**6),
    "most_borrowed": (100, 10**6),
    "most_ngrams": (1, 10**7),
    "spelling": (0, 1),
    "narrowness": (1e-3, 100),
    "ridge": (1e-3, 1e3),
    "evenness": (0, 1),
    "sharpness": (0.1, 1000),
    "answer_sharpness": (0.1, 1000),
    "answer_share": (0, 1),
}


@dataclass(frozen=True)
class Before:
    """What came before a text: the entries that answered, and the words of the last message or part.

    `again` says whether the text may ask for the last entry once more.
    """

    entries: Sequence[str] = ()
    text: str = ""
    again: bool = True

    def then(self, text: str, found: Sequence[str]) -> Before:
        """What comes before the next part, after a part with these entries."""
        return Before((*self.entries, *found), text if found else self.text, self.again and not found)


@dataclass(frozen=True)
class Questions:
    """Training questions: texts in small letters, their classes, and their vectors, shape (texts, 384)."""

    texts: Sequence[str]
    classes: Sequence[str]
    vectors: Floats

    @classmethod
    def of(cls, asked: Sequence[tuple[str, str, Floats]]) -> Questions:
        """From text, class and vector of each."""
        vectors = np.stack([vector for _, _, vector in asked]) if asked else np.zeros((0, DIMENSION), dtype=np.float32)
        return cls([text.lower() for text, _, _ in asked], [class_ for _, class_, _ in asked], vectors)

    def only(self, kept: Sequence[int]) -> Questions:
        """Those with these indexes."""
        return Questions([self.texts[i] for i in kept], [self.classes[i] for i in kept], self.vectors[list(kept)])

    def and_(self, more: Questions) -> Questions:
        """These and more."""
        vectors = np.concatenate([self.vectors, more.vectors])
        return Questions([*self.texts, *more.texts], [*self.classes, *more.classes], vectors)


@dataclass(frozen=True)
class Heads:
    """What ranks: one head for the originals, one for the other languages."""

    originals: Head
    others: Head

    def of(self, evidence: Evidence) -> Head:
        """The head for a message's language."""
        return self.others if evidence.elsewhere else self.originals

    def save(self, folder: Path) -> None:
        """Writes each into a folder of its own."""
        for name, head in ((OF_ORIGINALS, self.originals), (OF_OTHERS, self.others)):
            (folder / name).mkdir()
            head.save(folder / name)

    @classmethod
    def load(cls, folder: Path) -> Heads:
        """Reads what `save` wrote; raises FileNotFoundError if there is nothing."""
        return cls(Head.load(folder / OF_ORIGINALS), Head.load(folder / OF_OTHERS))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EntryClassifier(IntentClassifier, GraphComponent):
    """Sets rankings on messages; the gate decides what follows from them."""

    @classmethod
    def required_components(cls) -> list[type]:
        """The featurizer whose vectors it needs."""
        return [SentenceEncoder]

    @staticmethod
    def required_packages() -> list[str]:
        """What has to be installed for it."""
        return ["sklearn", "scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Measured values; see docs/decisions/0005-the-head.md."""
        return {
            "most_questions": 30000,
            "most_borrowed": 12000,
            "ngrams": [2, 5],
            "most_ngrams": 40000,
            "spelling": 0.35,
            "narrowness": 2.0,
            "ridge": 0.2,
            "evenness": 0.75,
            "sharpness": 14.0,
            "answer_sharpness": 25.0,
            "answer_share": 0.6,
        }

    def __init__(
        self,
        config: dict[str, Any],
        storage: ModelStorage,
        resource: Resource,
        heads: Heads | None,
        alignment: Alignment | None = None,
    ) -> None:
        self._config, self._storage, self._resource, self._heads = config, storage, resource, heads
        self._alignment = alignment or Alignment({})
        self._exact = exact_questions(knowledge())
        self._cached_context: Context | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EntryClassifier:
        """Makes an untrained classifier; rejects a configuration it could not train with."""
        ngrams = config["ngrams"]
        if not (isinstance(ngrams, (list, tuple)) and len(ngrams) == 2 and 1 <= ngrams[0] <= ngrams[1]):
            raise InvalidConfigException(f"EntryClassifier: ngrams must be a pair such as [2, 5], not {ngrams!r}.")
        for name, (low, high) in RANGES.items():
            value = config[name]
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise InvalidConfigException(f"EntryClassifier: {name} must lie from {low} to {high}, not {value!r}.")
        return cls(config, model_storage, resource, None)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits a head on the examples, `most_questions` at most, and one for the other languages, which have some too.

        The latter learns from `most_borrowed` of the originals' questions as well. Fails if there is only one class.
        """
        found = [e for e in training_data.intent_examples if e.get(TEXT)]
        labels = [example.get_full_intent() for example in found]
        if len(set(labels)) < 2:
            raise InvalidConfigException("EntryClassifier: data/nlu needs examples of at least two intents.")
        kept = thinned(labels, self._config["most_questions"])
        if len(kept) < len(labels):
            announce(f"Training the head on {len(kept)} of {len(labels)} questions; more would not fit in memory.")
        own = Questions.of([(found[i].get(TEXT), labels[i], _vector(found[i])) for i in kept])
        self._alignment = aligned(knowledge())
        borrowed = own.only(thinned(own.classes, self._config["most_borrowed"]))
        others = borrowed.and_(asked_elsewhere(knowledge(), self._alignment, set(labels)))
        said = answers(knowledge())
        self._heads = Heads(*(self._fitted(questions, said) for questions in (own, others)))
        with self._storage.write_to(self._resource) as folder:
            self._heads.save(folder)
            np.savez(folder / ALIGNMENT, **self._alignment.arrays())
        return self._resource

    def _fitted(self, questions: Questions, said: Answers) -> Head:
        classes = questions.classes
        announce(f"Fitting a head to {len(classes)} questions in {len(set(classes))} classes …")
        return Head.fit(questions.texts, questions.vectors, classes, self._config, said)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntryClassifier:
        """Loads the heads of a trained model; raises ValueError if it has none."""
        with model_storage.read_from(resource) as folder:
            with np.load(folder / ALIGNMENT, allow_pickle=False) as stored:
                alignment = Alignment.of({name: stored[name] for name in stored.files})
            return cls(config, model_storage, resource, Heads.load(folder), alignment)

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """Ranks messages and their parts, and short ones again in the context of earlier answers."""
        conversation = Conversation.from_slot(tracker.get_slot(SLOT) if tracker else None)
        heard = (tracker.latest_message.text if tracker and tracker.latest_message else None) or ""
        for message in messages:
            before = Before(conversation.entries, heard)
            parts = message.get(PARTS) or ()
            evidence = Evidence.from_dict(message.get(EVIDENCE) or {})
            scores = self._scores([message, *parts], evidence)
            self._rank(message, scores, before, evidence)
            contexts = [(message, before)]
            for part in parts:
                self._rank(part, scores, before, evidence)
                contexts.append((part, before))
                before = before.then(part.get(TEXT) or "", self._entry_of(part))
            self._rank_loose(contexts, evidence)
        return messages

    def _rank_loose(self, contexts: Sequence[tuple[Message, Before]], evidence: Evidence) -> None:
        """Ranks loose pieces that may be questions, each in the context of the text it comes from."""
        loose = [
            (piece, before)
            for whole, before in contexts
            if sum(whole.get(RANKING).kinds.get(kind, 0.0) for kind in ENTRIES) >= POSSIBLE_QUESTION
            for piece in whole.get(LOOSE) or ()
        ]
        scores = self._scores([piece for piece, _ in loose], evidence)
        for piece, before in loose:
            self._rank(piece, scores, before, evidence)

    def _scores(self, pieces: Iterable[Message], evidence: Evidence) -> Scores:
        """The head's scores of all texts without an exact match, in one pass."""
        texts = list(dict.fromkeys(piece.get(TEXT) or "" for piece in pieces))
        texts = [text for text in texts if text and _folded(text) not in self._exact]
        return dict(zip(texts, self._scored(texts, evidence)))

    def _scored(self, texts: Sequence[str], evidence: Evidence) -> list[Scored]:
        if self._heads is None or not texts:
            return []
        moved = self._alignment.moved(np.stack(encoded(texts)), evidence.language)
        return self._heads.of(evidence).scored([text.lower() for text in texts], moved)

    def _rank(self, message: Message, scores: Scores, before: Before, evidence: Evidence) -> None:
        text = message.get(TEXT) or ""
        if self._heads is None or text not in scores:
            found = self._exact.get(_folded(text))
            ranking = Ranking([(found, 1.0)], {kind_of(found): 1.0}) if found else Ranking([], {})
            message.set(RANKING, ranking)
            return
        head = self._heads.of(evidence)
        ranking = head.ranking(text, scores[text])
        message.set(RANKING, ranking)
        last = knowledge().find(before.entries[-1]) if before.entries else None
        if last and len(text.split()) <= MOST_FOLLOW_UP_WORDS:
            asked = aspects_asked(dict(zip(head.classes, head.probabilities(scores[text]).tolist())))
            named = _named(message, before.entries)
            boosts = self._context(head).boosts(last, asked, named, before.again)
            if set(named) <= set(last.subjects[:1]):
                leaning = self._scored([joined(said, text) for said in _said(last, before, evidence)], evidence)
                boosts = boosts + np.mean([each.scores[0] for each in leaning], axis=0)
            if last.id in head.classes and not covers(last, asked):
                boosts[head.classes.index(last.id)] = 0
            message.set(IN_CONTEXT, head.ranking(text, scores[text], boosts))

    def _context(self, head: Head) -> Context:
        """The context for the head's classes; made once."""
        if self._cached_context is None:
            self._cached_context = Context(knowledge(), head.classes)
        return self._cached_context

    def _entry_of(self, part: Message) -> tuple[str, ...]:
        """The entry a part asks for, which the next part may refer to."""
        ranking: Ranking = part.get(RANKING)
        best = next(((id_, p) for id_, p in ranking.entries if kind_of(id_) in ENTRIES), None)
        return (best[0],) if best and best[1] >= LIKELY_ENTRY else ()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leaves training data unchanged."""
        return training_data


def _said(last: Entry, before: Before, evidence: Evidence) -> list[str]:
    """What a message may lean on: the words of the one before it, if any, and the question of the last answer."""
    from assistant.knowledge import render

    question = render(knowledge(), last, evidence.language or ORIGINALS[0]).question
    return [before.text, question] if before.text else [question]


def _named(message: Message, before: Sequence[str]) -> list[str]:
    """The subjects that a message names, by name or as "the first"."""
    entities = message.get(ENTITIES) or []
    named = [e["value"] for e in entities if e["entity"] == SUBJECT and e["value"] not in EVERYWHERE]
    ordinals = [int(e["value"]) for e in entities if e["entity"] == ORDINAL]
    return [*named, *(subject for number in ordinals for subject in by_ordinal(knowledge(), before, number))]


def answers(base: KnowledgeBase) -> Answers:
    """What each entry says, in both originals, with its vectors."""
    from assistant.knowledge import render

    rendered = [render(base, entry, language) for entry in base.entries.values() for language in ORIGINALS]
    texts = [f"{each.question} {each.text[:LONGEST_ANSWER]}" for each in rendered]
    vectors = encode_passages(texts) if texts else Answers().vectors
    return Answers([each.entry.id for each in rendered], texts, vectors)


def thinned(labels: Sequence[str], most: int) -> list[int]:
    """The indexes of at most `most` examples, in order: all of each small class, the same number of each large one.

    Training time grows with the cube of their number, memory with its square (30,000: 3.5 GB).
    """
    shuffled: dict[str, list[int]] = {}
    for number in np.random.default_rng(0).permutation(len(labels)).tolist():
        shuffled.setdefault(labels[number], []).append(number)
    sizes = [len(numbers) for numbers in shuffled.values()]
    shares = range(1, max(sizes) + 1)
    share = max(1, bisect_right(shares, most, key=lambda share: sum(min(size, share) for size in sizes)))
    return sorted(number for numbers in shuffled.values() for number in numbers[:share])


def exact_questions(base: KnowledgeBase) -> dict[str, str]:
    """The questions that buttons send, and the entry each one leads to."""
    from assistant.knowledge import render

    found = {
        _folded(render(base, entry, language).question): entry.id
        for entry in base.entries.values()
        for language in LANGUAGES
    }
    for language in LANGUAGES:
        found[_folded(base.phrase("clarify_none", language))] = "control/none"
        found[_folded(base.phrase("original", language))] = "control/original"
        found.update({_folded(wish): f"{LANGUAGE_REQUEST}{language}" for wish in wishes(base, language)})
    return found


def wishes(base: KnowledgeBase, language: Language) -> Iterator[str]:
    """What people write who want answers in a language: its own words for that, and its name in every language."""
    yield from base.words.get(language, Words()).get("wishes", ())
    yield SERVED[language].name
    yield from (str(Locale.parse(each.locale).languages[language]) for each in SERVED.values())


def aligned(base: KnowledgeBase) -> Alignment:
    """What takes the vectors of other languages to the originals, learned from the same questions in both."""
    from assistant.knowledge import render

    pairs: dict[Language, tuple[Floats, Floats]] = {}
    for language in LANGUAGES:
        entries = [entry for entry in base.entries.values() if language in entry.question]
        if language in ORIGINALS or not entries:
            continue
        asked = {
            each: [cleaned(render(base, entry, each).question) for entry in entries] for each in (language, *ORIGINALS)
        }
        vectors = {each: np.stack(encoded(texts)) for each, texts in asked.items()}
        pairs[language] = vectors[language], np.mean([vectors[each] for each in ORIGINALS], axis=0)
    return Alignment.fit(pairs)


def asked_elsewhere(base: KnowledgeBase, alignment: Alignment, classes: Collection[str]) -> Questions:
    """What people write in the other languages, and the entries' questions, moved to where the originals lie."""
    from assistant.knowledge import render

    asked = [(each.language, each.intent, cleaned(each.text)) for each in examples_elsewhere()]
    for language in (each for each in LANGUAGES if each not in ORIGINALS):
        entries = [entry for entry in base.entries.values() if language in entry.question]
        asked += [(language, entry.id, cleaned(render(base, entry, language).question)) for entry in entries]
    # All of them, whatever the classes, since vectors that are not asked for are not kept.
    vectors = KeptVectors(ELSEWHERE_VECTORS).of([text for _, _, text in asked])
    return Questions.of(
        [
            (text, class_, alignment.moved(vectors[text][np.newaxis], language)[0])
            for language, class_, text in asked
            if class_ in classes
        ]
    )


def _folded(text: str) -> str:
    """The text as the guard leaves it, in small letters."""
    return cleaned(text).lower()


def _vector(example: Message) -> Floats:
    vectors: Iterable[Any] = (f.features for f in example.features if f.attribute == TEXT and f.is_dense())
    vector: Floats = np.asarray(next(iter(vectors)), dtype=np.float32)[0]
    return vector
