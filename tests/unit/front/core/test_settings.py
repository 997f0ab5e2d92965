"""What an operator may set."""

from __future__ import annotations

import pytest

from assistant.front.core.settings import Rates, origins_of, settings_from


def test_settings_need_nothing_but_a_folder(tmp_path):
    settings = settings_from({"ASSISTANT_DATA": str(tmp_path / "new")})
    assert settings.database == f"sqlite:///{tmp_path / 'new' / 'front.db'}"
    assert settings.origins == frozenset()
    assert settings.proxies == ""
    assert settings.retention_days == 30
    assert (tmp_path / "new" / "secret").exists()


def test_origins_are_compared_as_browsers_write_them():
    assert origins_of(" https://WWW.example.org/ ,http://localhost:3000,") == {
        "https://www.example.org",
        "http://localhost:3000",
    }


@pytest.mark.parametrize(
    "listed", ["www.example.org", "*", "https://*.example.org", "https://example.org/chat", "https://"]
)
def test_what_is_no_origin_is_refused(listed):
    with pytest.raises(ValueError, match="ASSISTANT_ORIGINS"):
        origins_of(listed)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ASSISTANT_RETENTION_DAYS", "0"), ("ASSISTANT_RETENTION_DAYS", "a"), ("ASSISTANT_RATE_SESSION", "many"),
     ("ASSISTANT_RATE_SESSION", "0/minute"), ("ASSISTANT_SECRET", "short")],
)  # fmt: skip
def test_a_value_that_makes_no_sense_is_named(name, value, tmp_path):
    with pytest.raises(ValueError, match=name):
        settings_from({"ASSISTANT_DATA": str(tmp_path), name: value})


def test_rates_can_be_set_one_by_one(tmp_path):
    settings = settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_RATE_SESSION": "3/second"})
    assert settings.rates == Rates(session="3/second")
