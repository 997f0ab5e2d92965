"""What an operator is told about messengers, at start-up and by `make channels-check`."""

from __future__ import annotations

import os

import pytest

from assistant.commands import channels
from assistant.front.messengers.registry import CONNECTORS
from tests.fakes.messengers import WIRES
from tests.fakes.vendors.telegram import SECRET
from tests.fakes.vendors.wire import PUBLIC
from tests.support.wait import until

pytestmark = pytest.mark.slow

NOBODY = 9


def environment_of_all(vendor):
    settings = {"ASSISTANT_PUBLIC_URL": PUBLIC, "ASSISTANT_SECRET": SECRET}
    for wire in WIRES:
        settings |= wire.environment(vendor.url)
    return settings


@pytest.fixture
def channels_check(command, monkeypatch, tmp_path):
    """Runs the check with these settings only."""
    for name in [name for name in os.environ if name.startswith("ASSISTANT_")]:
        monkeypatch.delenv(name)
    return lambda settings, port: command(channels, "--port", port, ASSISTANT_DATA=str(tmp_path), **settings)


def test_all_that_are_set_up_prove_who_calls_at_a_running_front(channels_check, front, vendor):
    settings = environment_of_all(vendor)
    result = channels_check(settings, front.port)
    assert result.returncode == 0, result.stdout + result.stderr
    for name in CONNECTORS:
        assert f"{name:<10} on" in result.stdout
        assert f"{name:<10} webhook accepts signed requests, rejects others" in result.stdout
    secrets = [value for value in settings.values() if len(value) > 9 and not value.startswith("http")]
    assert not [secret for secret in secrets if secret in result.stdout + result.stderr]


def test_without_a_front_the_proof_is_tried_all_the_same(channels_check, vendor):
    result = channels_check(environment_of_all(vendor), NOBODY)
    assert result.returncode == 0, result.stdout
    assert f"No front is running on port {NOBODY}" in result.stdout
    assert result.stdout.count("accepts signed requests") == len(CONNECTORS)


def test_another_secret_than_the_running_front_has_is_told(channels_check, front, vendor):
    settings = {**environment_of_all(vendor), "ASSISTANT_SLACK_SIGNING_SECRET": "another" * 4}
    result = channels_check(settings, front.port)
    assert result.returncode == 1
    assert "slack      webhook rejects validly signed requests" in result.stdout


def test_what_is_missing_is_named(channels_check, vendor):
    settings = environment_of_all(vendor)
    del settings["ASSISTANT_WHATSAPP_APP_SECRET"]
    for name in ("BOT_TOKEN", "SIGNING_SECRET"):
        del settings[f"ASSISTANT_SLACK_{name}"]
    result = channels_check(settings, NOBODY)
    assert result.returncode == 1
    assert "whatsapp   OFF, incomplete: ASSISTANT_WHATSAPP_APP_SECRET missing" in result.stdout
    assert "slack      off: set ASSISTANT_SLACK_BOT_TOKEN, ASSISTANT_SLACK_SIGNING_SECRET" in result.stdout


def test_the_front_says_at_its_start_which_are_on(front):
    assert f"Messengers on: {', '.join(CONNECTORS)}; off, secrets missing: none." in front.logged()


def test_a_front_starts_although_no_vendor_can_be_reached_and_sets_up_when_they_are(own_front, vendor):
    vendor.stop()
    try:
        with own_front() as front:
            before = len(vendor.taken)
            vendor.start()
            wanted = {"setWebhook", "setMyCommands", "messenger_profile"}
            until(lambda: wanted <= set_up_since(vendor, before), 30, front.logged)
    finally:
        if not vendor._server.started:
            vendor.start()


def set_up_since(vendor, before):
    return {call.path.rpartition("/")[2] for _, call, told in vendor.taken[before:] if told is None}
