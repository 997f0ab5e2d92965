"""Rasa with and without its patches."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from rasa.core.actions.action import RemoteAction

from assistant.core.paths import ROOT
from tests.support.shared_assistant import LONGEST_START

START = """
import json, sys
from assistant.engine import patches
from assistant.engine.patches import no_idle_libraries, no_tensorflow
names = patches.apply()
import rasa.core.agent, rasa.core.run, rasa.engine.recipes.default_recipe
from rasa.nlu.classifiers import logistic_regression_classifier
roots = (*no_tensorflow.LIBRARIES, *no_idle_libraries.UNUSED, *no_idle_libraries.FOR_TRAINING)
kin = {n: getattr(m, "__file__", None) for n, m in sys.modules.items() if n.partition(".")[0] in roots}
print(json.dumps({"names": names, "kin": kin}))
"""


@pytest.fixture(scope="module")
def started():
    """The state of a separate Python process after Rasa has started with all patches."""
    output = subprocess.check_output([sys.executable, "-c", START], cwd=ROOT, text=True, timeout=LONGEST_START)
    return json.loads(output.splitlines()[-1])


@pytest.fixture
def action() -> RemoteAction:
    """The action, without an action server."""
    return RemoteAction("action_answer", None)
