"""The app manifest in docs/channels/slack.md matches the connector."""

from __future__ import annotations

import re

import yaml

from assistant.core.paths import ROOT
from assistant.front.messengers.slack import DELETE, Slack

ADDRESS = f"https://chat.example.org/webhooks/{Slack.name}"


def test_the_manifest_fits():
    text = (ROOT / "docs" / "channels" / "slack.md").read_text("utf-8")
    manifest = yaml.safe_load(re.search(r"```yaml\n(.*?)```", text, re.S)[1])
    settings, features = manifest["settings"], manifest["features"]
    addresses = [settings["event_subscriptions"], settings["interactivity"]]
    assert [one["request_url"] for one in addresses] == [ADDRESS, ADDRESS]
    assert [one["url"] for one in features["slash_commands"]] == [ADDRESS]
    assert features["slash_commands"][0]["command"].startswith(DELETE)
    assert features["app_home"]["messages_tab_enabled"]
    assert settings["event_subscriptions"]["bot_events"] == ["app_mention", "message.im"]
    # Slack allows names of 35 and descriptions of 140 characters.
    assert len(manifest["display_information"]["name"]) <= 35
    assert len(manifest["display_information"]["description"]) <= 140
