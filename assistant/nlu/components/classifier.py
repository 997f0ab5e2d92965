"""Ranks the entries for a message and its parts, alone and in the context of the last answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from assistant.core.progress import announce
from assistant.core.understanding import ENTRIES, EVERYWHERE, LANGUAGE_REQUEST, kind_of
from assistant.core.words import Words
from assistant.knowledge import Entry, KnowledgeBase, knowledge
from assistant.nlu.components.encoder import SentenceEncoder
from assistant.nlu.components.entities import ORDINAL, SUBJECT
from assistant.nlu.components.guard import cleaned
from assistant.nlu.components.message_keys import EVIDENCE, IN_CONTEXT, LOOSE, PARTS, RANKING
from assistant.nlu.encoder.vectors import encode_passages, encoded
from assistant.nlu.ranking.alignment import Alignment
from assistant.nlu.ranking.context import Context, aspects_asked, by_ordinal, covers, joined
from assistant.nlu.ranking.head import Answers, Head, Ranking, Scored
from assistant.nlu.ranking.kind_model import Floats
from assistant.nlu.ranking.language_examples import EMERGENCIES, QUESTIONS, Classified, LanguageExamples, arrays

# The head's scores for every class, by text.
Scores = Mapping[str, Scored]
# Longer messages hardly ever refer to the last answer.
MOST_FOLLOW_UP_WORDS = 12
# From this probability up, the next part of a message may refer to this one.
LIKELY_ENTRY = 0.5
# In 4,300 texts, no piece of a text less likely than this to be answered by a fact was a question.
POSSIBLE_QUESTION = 0.02
ALIGNMENT, LANGUAGE_EXAMPLES = "alignment.npz", "language_examples.npz"
# Characters of an answer that its vector is made of: what it is about stands at the beginning.
LONGEST_ANSWER = 600
RANGES = {
    "most_questions": (100, 10**6),
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
        head: Head | None,
        alignment: Alignment | None = None,
        language_examples: LanguageExamples | None = None,
    ) -> None:
        self._config, self._storage, self._resource, self._head = config, storage, resource, head
        self._alignment, self._language_examples = alignment or Alignment({}), language_examples or LanguageExamples({})
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
        """Fits the head on the examples, `most_questions` at most; fails if there is only one class."""
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        labels = [example.get_full_intent() for example in examples]
        if len(set(labels)) < 2:
            raise InvalidConfigException("EntryClassifier: data/nlu needs examples of at least two intents.")
        kept = thinned(labels, self._config["most_questions"])
        if len(kept) < len(labels):
            announce(f"Training the head on {len(kept)} of {len(labels)} questions; more would not fit in memory.")
        examples, labels = [examples[i] for i in kept], [labels[i] for i in kept]
        vectors = np.stack([_vector(example) for example in examples])
        texts = [str(example.get(TEXT)).lower() for example in examples]
        announce(f"Fitting the head to {len(labels)} questions in {len(set(labels))} classes …")
        self._alignment = aligned(knowledge())
        own = arrays({**questions_elsewhere(knowledge()), **examples_of_emergencies(knowledge())})
        self._language_examples = LanguageExamples.of(own)
        self._head = Head.fit(texts, vectors, labels, self._config, answers(knowledge()), self._alignment.misses)
        with self._storage.write_to(self._resource) as folder:
            self._head.save(folder)
            np.savez(folder / ALIGNMENT, **self._alignment.arrays())
            np.savez(folder / LANGUAGE_EXAMPLES, **own)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EntryClassifier:
        """Loads the head of a trained model; raises ValueError if it has none."""
        with model_storage.read_from(resource) as folder:
            with np.load(folder / ALIGNMENT, allow_pickle=False) as stored:
                alignment = Alignment.of({name: stored[name] for name in stored.files})
            with np.load(folder / LANGUAGE_EXAMPLES, allow_pickle=False) as stored:
                language_examples = LanguageExamples.of({name: stored[name] for name in stored.files})
            return cls(config, model_storage, resource, Head.load(folder), alignment, language_examples)

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
        if self._head is None or not texts:
            return []
        vectors = np.stack(encoded(texts))
        moved = self._alignment.moved(vectors, evidence.language)
        scored = self._head.scored([text.lower() for text in texts], moved, evidence.elsewhere)
        if not evidence.elsewhere:
            return scored
        boosts = [self._language_examples.boosts(vector, evidence.language, self._head.classes) for vector in vectors]
        return [replace(each, scores=each.scores + boost) for each, boost in zip(scored, boosts)]

    def _rank(self, message: Message, scores: Scores, before: Before, evidence: Evidence) -> None:
        text, head = message.get(TEXT) or "", self._head
        if head is None or text not in scores:
            found = self._exact.get(_folded(text))
            ranking = Ranking([(found, 1.0)], {kind_of(found): 1.0}) if found else Ranking([], {})
            message.set(RANKING, ranking)
            return
        ranking = head.ranking(text, scores[text])
        if evidence.elsewhere:
            ranking = self._language_examples.settled(ranking, encoded([text])[0], evidence.language)
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


def questions_elsewhere(base: KnowledgeBase) -> dict[str, Classified]:
    """The entries' questions in the languages without training questions, with their vectors."""
    from assistant.knowledge import render

    found: dict[str, Classified] = {}
    for language in (each for each in LANGUAGES if each not in ORIGINALS):
        entries = [entry for entry in base.entries.values() if language in entry.question]
        asked = [cleaned(render(base, entry, language).question) for entry in entries]
        if asked:
            found[f"{language}/{QUESTIONS}"] = [entry.id for entry in entries], np.stack(encoded(asked))
    return found


def examples_of_emergencies(base: KnowledgeBase) -> dict[str, Classified]:
    """What people typically write in each emergency, in the languages that list it, with its vectors."""
    found: dict[str, Classified] = {}
    for language, words in base.words.items():
        said = [
            (class_, cleaned(text)) for class_, texts in words.get("emergency_examples", {}).items() for text in texts
        ]
        if said:
            vectors = np.stack(encoded([text for _, text in said]))
            found[f"{language}/{EMERGENCIES}"] = [class_ for class_, _ in said], vectors
    return found


def _folded(text: str) -> str:
    """The text as the guard leaves it, in small letters."""
    return cleaned(text).lower()


def _vector(example: Message) -> Floats:
    vectors: Iterable[Any] = (f.features for f in example.features if f.attribute == TEXT and f.is_dense())
    vector: Floats = np.asarray(next(iter(vectors)), dtype=np.float32)[0]
    return vector
