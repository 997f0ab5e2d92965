"""Creates, trains and loads components the way Rasa's graph does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from threadpoolctl import threadpool_limits

from assistant.knowledge import KnowledgeBase
from assistant.nlu.components.classifier import EntryClassifier, answers
from assistant.nlu.components.encoder import SentenceEncoder

EXAMPLES = {
    "ask_history/office_opened": (
        "Wann wurde das Büro in Berlin eröffnet?", "Seit wann gibt es IOM in Deutschland?",
        "In welchem Jahr kam IOM nach Deutschland?", "Eröffnung des Büros wann", "When did the office open?",
        "Since when is IOM in Germany?", "Which year did IOM come to Germany?", "opening year of the office",
    ),
    "ask_figures/fap_reached": (
        "Wie vielen Menschen half das Familienhilfeprogramm?", "Wie viele Familien erreichte FAP?",
        "Zahl der Menschen im FAP", "Wie viele Leute unterstützt?", "How many people did FAP help?",
        "Number of families reached by FAP", "How many families were helped?", "people reached by the programme",
    ),
    "ask_programmes/fap_overview": (
        "Was ist das Familienhilfeprogramm?", "Was macht FAP?", "Erklär mir FAP", "Worum geht es beim FAP?",
        "What is the Family Assistance Programme?", "What does FAP do?", "Explain FAP", "What is FAP about?",
    ),
    "ask_data/gdi_overview": (
        "Was ist das Global Data Institute?", "Was macht das GDI?", "Wo werden Migrationsdaten gesammelt?",
        "Dateninstitut Aufgabe", "What is the GDI?", "What does the data institute do?",
        "Who collects migration data?", "tell me about the data institute",
    ),
    "referral/asylum": (
        "Wie beantrage ich Asyl?", "Wer hilft mir beim Asylantrag?", "Asylantrag abgelehnt", "Asyl beantragen",
        "How do I apply for asylum?", "Who helps with my asylum claim?", "My asylum claim was refused", "apply asylum",
    ),
    "smalltalk/greeting": ("Hallo", "Guten Tag", "Hi", "Moin", "Hello", "Good morning", "Hey there", "Good day"),
    "follow_up/how_many": (
        "Und wie viele?", "Wie viele sind das?", "wie viele genau", "Wie viele Leute waren das?",
        "And how many?", "How many is that?", "how many exactly", "How many people was that?",
    ),
    "out_of_scope/money": (
        "Was kostet das?", "Wie hoch ist die Gebühr?", "Wie viel Geld bekomme ich?", "Muss ich dafür bezahlen?",
        "What does it cost?", "How high is the fee?", "How much money do I get?", "Do I have to pay for it?",
    ),
}  # fmt: skip


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Small matrices are slower on many threads, and much slower on a busy machine."""
    with threadpool_limits(1):
        yield


def context(node: str = "node") -> ExecutionContext:
    """An empty graph context."""
    return ExecutionContext(GraphSchema({}), node_name=node)


def build(component: Any, folder: Path, **config: Any) -> Any:
    """A component with its default configuration, updated by what is given."""
    full = {**component.get_default_config(), **config}
    return component.create(full, LocalModelStorage(folder), Resource("trained"), context())


@pytest.fixture
def made(tmp_path) -> Callable[..., Any]:
    """Creates a component that stores what it learns in a folder of the test."""
    return lambda component, **config: build(component, tmp_path, **config)


def examples(*intents: str) -> TrainingData:
    """Training data of these intents, or of all."""
    return TrainingData(
        [
            Message({TEXT: text, INTENT: intent.partition("/")[0], INTENT_RESPONSE_KEY: intent})
            for intent in intents or EXAMPLES
            for text in EXAMPLES[intent]
        ]
    )


@pytest.fixture(scope="session")
def encoded(tmp_path_factory) -> Callable[..., TrainingData]:
    """Training data with real sentence vectors."""
    folder = tmp_path_factory.mktemp("vectors")

    def encode_examples(*intents: str) -> TrainingData:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("assistant.nlu.components.encoder.VECTORS", folder / "vectors.npz")
            return build(SentenceEncoder, folder).process_training_data(examples(*intents))

    return encode_examples


@pytest.fixture(scope="session")
def trained(encoded, tmp_path_factory) -> tuple[EntryClassifier, Path]:
    """A classifier trained on all intents, and the folder to which it was written."""
    folder = tmp_path_factory.mktemp("model")
    classifier = build(EntryClassifier, folder)
    with pytest.MonkeyPatch.context() as patch:
        # Answers of other entries need not be encoded.
        patch.setattr("assistant.nlu.components.classifier.answers", lambda base: answers(only(base, EXAMPLES)))
        classifier.train(encoded())
    return classifier, folder


def only(base: KnowledgeBase, ids: Collection[str]) -> KnowledgeBase:
    """The knowledge with no entries but these."""
    return replace(base, entries={id_: entry for id_, entry in base.entries.items() if id_ in ids})
