"""Restores stock Rasa after each test that patches it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable

import pytest
import rasa.core.agent  # noqa: F401  imports what the patches change
from rasa.core.actions.action import RemoteAction
from rasa.core.channels import rest
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.training.hooks import TrainingHook
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data import training_data
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig

from assistant.core.paths import ROOT
from tests.support.shared_assistant import LONGEST_START


@pytest.fixture
def stock(monkeypatch) -> None:
    """Restores Rasa's classes after a test has patched them."""
    monkeypatch.setattr(rest, "structlogger", rest.structlogger)
    monkeypatch.setattr(UserMessage, "__init__", UserMessage.__init__)
    for name in ("run", "_validate_action_result", "_action_call_format"):
        monkeypatch.setattr(RemoteAction, name, getattr(RemoteAction, name))
    for name in ("handle_message", "_handle_message_with_tracker"):
        monkeypatch.setattr(MessageProcessor, name, getattr(MessageProcessor, name))
    monkeypatch.setattr(Event, "resolve_by_type", staticmethod(Event.resolve_by_type))
    monkeypatch.setattr(TrainingHook, "on_before_node", TrainingHook.on_before_node)
    monkeypatch.setattr(TrainingHook, "on_after_node", TrainingHook.on_after_node)
    monkeypatch.setattr(Message, "__hash__", Message.__hash__)
    monkeypatch.setattr(EndpointConfig, "session", EndpointConfig.session)
    monkeypatch.setattr(RasaFileImporter, "get_nlu_data", RasaFileImporter.get_nlu_data)
    monkeypatch.setattr(training_data, "copy", training_data.copy)


@pytest.fixture(scope="session")
def domain() -> Domain:
    """The project's domain; Rasa warns that entities fill no slots, which is intentional."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a separate Python process in the project's folder."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        import os

        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=LONGEST_START,
            check=False,
        )

    return run
