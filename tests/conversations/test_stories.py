"""Rasa's own end-to-end test over the scenarios, in every language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from assistant.core.languages import ORIGINALS
from assistant.core.paths import ROOT
from assistant.engine.environment import quiet_environment
from assistant.training.model import model_path
from tests.conversations.scenarios import scenarios, story

pytestmark = [pytest.mark.slow, pytest.mark.long]


def run_rasa_test(stories: Path, results: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rasa", "test", "core", "--e2e", "--fail-on-prediction-errors", "--no-plot"]
    options = ["--model", str(model_path()), "--stories", str(stories), "--out", str(results)]
    return subprocess.run([*command, *options], cwd=ROOT, env=quiet_environment(), capture_output=True, text=True)


@pytest.mark.parametrize("language", ORIGINALS)
def test_rasa_predicts_every_turn_of_every_scenario(language, tmp_path):
    stories = tmp_path / f"test_{language}.yml"
    content = {"version": "3.1", "stories": [story(scenario, language) for scenario in scenarios()]}
    stories.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
    result = run_rasa_test(stories, tmp_path / "results")
    failed = tmp_path / "results" / "failed_test_stories.yml"
    assert result.returncode == 0, failed.read_text("utf-8") if failed.exists() else result.stderr[-2000:]


def test_a_wrong_expectation_fails(tmp_path):
    stories = tmp_path / "test_wrong.yml"
    steps = [{"user": "Was ist das Global Data Institute?", "intent": "crisis"}, {"action": "action_answer"}]
    content = {"version": "3.1", "stories": [{"story": "wrong", "steps": steps}]}
    stories.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    assert run_rasa_test(stories, tmp_path / "results").returncode != 0
