"""Training questions are read with the same result as by Rasa, and not copied."""

from __future__ import annotations

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from assistant.core.paths import ROOT
from assistant.engine.patches import quick_training_data
from assistant.knowledge import examples


def pairs(data) -> list[tuple[str, str]]:
    """Texts and intents of training data."""
    return [(example.get(TEXT), example.get_full_intent()) for example in data.training_examples]


def test_the_training_questions_are_those_that_rasa_reads(stock, monkeypatch):
    importer = RasaFileImporter(training_data_paths=[str(ROOT / "data" / "nlu" / "de" / "ask_data.yml")])
    before = pairs(importer.get_nlu_data())
    assert len(before) > 100
    everything = list(examples.examples())
    monkeypatch.setattr(examples, "examples", lambda: [e for e in everything if e.file == "data/nlu/de/ask_data.yml"])
    quick_training_data.apply()
    assert pairs(importer.get_nlu_data()) == before


def test_merged_training_questions_are_not_copied(stock):
    quick_training_data.apply()
    one, other = TrainingData([Message({TEXT: "Wann?"})]), TrainingData([Message({TEXT: "Wer?"})])
    merged = one.merge(other)
    assert merged.training_examples[0] is one.training_examples[0]
    assert merged.training_examples[1] is other.training_examples[0]
    assert len(one.training_examples) == 1
