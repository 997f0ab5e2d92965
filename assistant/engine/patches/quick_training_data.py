"""Reads the training questions with the project's own reader, and does not copy them when they are merged.

Rasa's YAML parser is plain Python, and it compares every line with a schema, which `make check` does anyway. Then
Rasa copies every message at each of five merges. Together that takes 40 s of processor time with 27,000 questions.
"""

from __future__ import annotations

import copy
import types
from typing import Any


def apply() -> None:
    """Replaces Rasa's reader, and the copies that merging makes."""
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.nlu.training_data import training_data
    from rasa.shared.nlu.training_data.message import Message

    from assistant.knowledge.examples import examples

    def questions(*_: Any) -> training_data.TrainingData:
        return training_data.TrainingData([Message.build(each.text, each.intent) for each in examples()])

    RasaFileImporter.get_nlu_data = questions
    training_data.copy = types.SimpleNamespace(copy=copy.copy, deepcopy=copy.copy)
