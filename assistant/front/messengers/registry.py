"""All messengers, and which of them the environment switches on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import Connector
from assistant.front.messengers.facebook import Facebook
from assistant.front.messengers.slack import Slack
from assistant.front.messengers.telegram import Telegram
from assistant.front.messengers.twilio import Twilio
from assistant.front.messengers.whatsapp import WhatsApp
from assistant.knowledge import KnowledgeBase

CONNECTORS: Mapping[str, type[Connector]] = {
    connector.name: connector for connector in (WhatsApp, Telegram, Facebook, Slack, Twilio)
}


@dataclass(frozen=True)
class State:
    """A messenger's configuration: which of its variables are set, and which are missing."""

    name: str
    given: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def on(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def variable(messenger: str, name: str) -> str:
    """The environment variable for a setting."""
    return f"ASSISTANT_{messenger}_{name}".upper()


def states(environment: Mapping[str, str] = os.environ) -> list[State]:
    """Every messenger's state."""
    return [_state(connector, environment) for connector in CONNECTORS.values()]


def _state(connector: type[Connector], environment: Mapping[str, str]) -> State:
    names = [variable(connector.name, secret) for secret in connector.secrets]
    given = tuple(name for name in names if environment.get(name, "").strip())
    return State(connector.name, given, tuple(name for name in names if name not in given))


def configured(environment: Mapping[str, str] = os.environ) -> dict[str, dict[str, str]]:
    """The settings of the messengers that are on, by messenger."""
    return {state.name: _settings(CONNECTORS[state.name], environment) for state in states(environment) if state.on}


def _settings(connector: type[Connector], environment: Mapping[str, str]) -> dict[str, str]:
    defaults = {**dict.fromkeys(connector.secrets, ""), **connector.options}
    return {
        name: environment.get(variable(connector.name, name), "").strip() or default
        for name, default in defaults.items()
    }


def made(
    settings: Mapping[str, Mapping[str, str]], knowledge: KnowledgeBase, public_url: str, keys: Keys
) -> dict[str, Connector]:
    """The connectors of the messengers that are on."""
    return {
        name: CONNECTORS[name](chosen, knowledge, public_url, keys.derived(name)) for name, chosen in settings.items()
    }
