"""The editors' guides, followed to the letter: the new entry is used after one training."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import uuid

import pytest

from assistant.core.paths import ROOT
from assistant.knowledge.check import check
from assistant.knowledge.examples import FEWEST_QUESTIONS
from assistant.launch import servers
from tests.support.replies import envelope
from tests.support.shared_assistant import run_command

pytestmark = pytest.mark.slow

GUIDES = {
    "en": ("README.md", r"Add to `(?P<file>[^`]+)`:\s*```yaml\n(?P<block>.*?)```", r"^Ask: (.+)$"),
    "de": ("LIESMICH.md", r"Anhängen an `(?P<file>[^`]+)`:\s*```yaml\n(?P<block>.*?)```", r"^Fragen Sie: (.+)$"),
}
COPIED = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "requirements.txt", "pyproject.toml")
FOLDERS = ("assistant", "actions", "data", "knowledge")


@pytest.fixture
def checkout(tmp_path):
    """A copy of the project, for an editor to change."""
    for name in COPIED:
        shutil.copy(ROOT / name, tmp_path / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    if (ROOT / ".cache").exists():
        shutil.copytree(ROOT / ".cache", tmp_path / ".cache")
    return tmp_path


def thin_out(training):
    """Keeps only some training questions: how an entry gets from a file to an answer does not depend on the rest."""
    for path in training.glob("*/*.yml"):
        kept, number = [], 0
        for line in path.read_text("utf-8").splitlines(keepends=True):
            number = number + 1 if line.startswith("      - ") else 0
            if number <= FEWEST_QUESTIONS or number % 10 == 0:
                kept.append(line)
        path.write_text("".join(kept), "utf-8")


def follow(language, checkout):
    """Does what a guide says; returns the question to ask afterwards."""
    name, block, question = GUIDES[language]
    guide = (ROOT / "knowledge" / name).read_text("utf-8")
    steps = list(re.finditer(block, guide, re.S))
    assert len(steps) == 4
    for step in steps:
        with (checkout / step["file"]).open("a", encoding="utf-8") as file:
            file.write(step["block"])
    return re.search(question, guide, re.M)[1].strip('`"„“”* ')


@pytest.mark.parametrize("language", GUIDES)
def test_the_example_of_each_guide_passes_the_check(language, checkout):
    before = check()
    follow(language, checkout)
    fresh = [found for found in check(checkout / "knowledge", checkout / "data" / "nlu") if found not in before]
    # A new entry is shown in English to those who speak other languages, until it is translated.
    assert [(found.warning, "not translated into" in found.message) for found in fresh] == [(True, True)]


def test_an_entry_added_as_the_guides_say_answers_after_one_training(checkout):
    thin_out(checkout / "data" / "nlu")
    # Those of other languages, which need none, would double the time.
    for path in (checkout / "knowledge").glob("*/examples.yml"):
        path.unlink()
    question = {"en": follow("en", checkout)}
    question["de"] = re.search(GUIDES["de"][2], (ROOT / "knowledge" / "LIESMICH.md").read_text("utf-8"), re.M)[1]
    subprocess.run([sys.executable, "-m", "assistant.commands.data"], cwd=checkout, check=True)
    port, actions_port = servers.free_port(), servers.free_port()
    command = run_command(servers.free_port(), port, actions_port)
    with (checkout / "log.txt").open("w") as log:
        process = subprocess.Popen(command, cwd=checkout, stdout=log, stderr=subprocess.STDOUT)
    try:
        assert servers.wait_until_answering(port, 900), (checkout / "log.txt").read_text()[-3000:]
        for language, text in question.items():
            answer = envelope(servers.ask(text.strip('`"„“”* '), port, uuid.uuid4().hex))
            assert answer["entries"][0].startswith("ask_organisation/")
            assert answer["language"] == language
            assert answer["entries"][0] not in (ROOT / "data" / "generated" / "responses.yml").read_text("utf-8")
    finally:
        process.terminate()
        process.wait(timeout=60)


def test_a_mistake_stops_training_and_names_file_line_and_cure(checkout):
    path = checkout / "knowledge" / "figures.yml"
    path.write_text(path.read_text("utf-8").replace("mehr als {people}", "mehr als 683.950", 1), "utf-8")
    command = [sys.executable, "-m", "assistant.commands.train"]
    result = subprocess.run(command, cwd=checkout, capture_output=True, text=True, timeout=120)
    assert result.returncode == 1
    assert re.search(r"figures\.yml:\d+: \[ask_figures/\w+\] .*move it to values", result.stderr)
    assert "Not trained" in result.stderr
