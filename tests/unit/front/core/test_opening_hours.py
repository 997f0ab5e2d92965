"""Opening hours as operators write them."""

from __future__ import annotations

import re

import pytest

from assistant.front.core.opening_hours import opening_hours_of
from assistant.front.core.settings import settings_from


def test_periods_are_read_one_by_one():
    assert opening_hours_of(" Mo-Fr 09:00-16:00, Sa 10:00-24:00 ,") == (
        {"days": (1, 5), "opens": "09:00", "closes": "16:00"},
        {"days": (6, 6), "opens": "10:00", "closes": "24:00"},
    )
    assert opening_hours_of("") == ()


@pytest.mark.parametrize(
    "listed",
    ["Mo-Fr", "Mo–Fr 09:00-16:00", "Mo 9:00-16:00", "Mo 09:00-25:00", "Mo 24:00-24:00", "Fr-Mo 09:00-16:00",
     "Mo 16:00-09:00", "Mo 09:00-09:00", "Montag 09:00-16:00", "Mo 09:00-16:00 Di 09:00-16:00"],
)  # fmt: skip
def test_what_is_none_is_refused_with_an_example(listed, tmp_path):
    with pytest.raises(ValueError, match="write Mo-Fr 09:00-16:00"):
        opening_hours_of(listed)
    with pytest.raises(ValueError, match=f"^ASSISTANT_TEAM_HOURS: {re.escape(repr(listed))}"):
        settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_TEAM_HOURS": listed})
