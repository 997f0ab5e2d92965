"""A front on a real port, with budgets that tests can look into."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from assistant.front.app import application
from assistant.front.core.budgets import Budgets
from assistant.front.core.refusal_log import refusals
from assistant.front.core.settings import Caps
from tests.fakes.front import served


@pytest.fixture(autouse=True)
def _new_log(monkeypatch):
    """Has each test log its refusals afresh."""
    monkeypatch.setattr(refusals, "_since", {})


@pytest.fixture
def front(settings, rasa):
    """A front with its own caps; yields its address and its budgets."""

    @contextmanager
    def start(caps=None, **changed):
        budgets, own = Budgets(caps or Caps()), replace(settings, **changed)
        with served(application(own, rasa, budgets), budgets, own.proxies) as address:
            yield address, budgets

    return start
