"""An event type is looked up once."""

from __future__ import annotations

import pytest
import rasa.shared.utils.common
from rasa.shared.core.events import Event, UserUttered

from assistant.engine.patches import cached_event_types


@pytest.fixture
def walks(monkeypatch) -> list[type]:
    """The traversals of a class's subclasses that were made."""
    made: list[type] = []
    real = rasa.shared.utils.common.all_subclasses

    def counted(cls):
        made.extend([cls] if cls is Event else [])
        return real(cls)

    monkeypatch.setattr(rasa.shared.utils.common, "all_subclasses", counted)
    return made


def test_event_type_is_looked_up_once(stock, walks):
    cached_event_types.apply()
    assert [Event.resolve_by_type("user") for _ in range(3)] == [UserUttered] * 3
    assert len(walks) == 1


def test_rasa_still_looks_event_types_up_each_time(stock, walks):
    assert [Event.resolve_by_type("user") for _ in range(3)] == [UserUttered] * 3
    assert len(walks) == 3


def test_unknown_event_type_stays_an_error(stock):
    cached_event_types.apply()
    for _ in range(2):
        with pytest.raises(ValueError, match="nonsense"):
            Event.resolve_by_type("nonsense")
