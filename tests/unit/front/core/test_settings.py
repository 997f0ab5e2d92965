"""The settings that an operator may change."""

from __future__ import annotations

import re

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


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("ASSISTANT_METRICS_PORT", "x", "must be a port from 1 to 65535, not 'x'"),
        ("ASSISTANT_METRICS_PORT", "65536", "must be a port from 1 to 65535, not '65536'"),
        ("ASSISTANT_METRICS_PORT", "²", "must be a port from 1 to 65535, not '²'"),
        ("ASSISTANT_RETENTION_DAYS", "0", "must be a number of days from 1 to 3650, not '0'"),
        ("ASSISTANT_RETENTION_DAYS", "3651", "must be a number of days from 1 to 3650, not '3651'"),
        ("ASSISTANT_MESSENGER_SECONDS", "1.5", "must be a number of seconds from 1 to 300, not '1.5'"),
    ],
)
def test_what_a_number_must_be_is_said(name, value, says, tmp_path):
    with pytest.raises(ValueError, match=f"^{re.escape(f'{name} {says}')}$"):
        settings_from({"ASSISTANT_DATA": str(tmp_path), name: value})


def test_bounds_are_allowed_and_an_empty_value_is_none(tmp_path):
    folder = {"ASSISTANT_DATA": str(tmp_path)}
    settings = settings_from({**folder, "ASSISTANT_METRICS_PORT": "65535", "ASSISTANT_RETENTION_DAYS": "1"})
    assert (settings.metrics_port, settings.retention_days) == (65535, 1)
    settings = settings_from({**folder, "ASSISTANT_METRICS_PORT": "", "ASSISTANT_RETENTION_DAYS": " "})
    assert (settings.metrics_port, settings.retention_days, settings.messenger_timeout_seconds) == (None, 30, 30.0)


def test_messengers_are_those_that_are_given(tmp_path):
    folder = {"ASSISTANT_DATA": str(tmp_path)}
    assert settings_from(folder).messengers == {}
    assert settings_from(folder, messengers={"telegram": {"token": "x"}}).messengers == {"telegram": {"token": "x"}}


def test_rates_can_be_set_one_by_one(tmp_path):
    settings = settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_RATE_SESSION": "3/second"})
    assert settings.rates == Rates(session="3/second")
