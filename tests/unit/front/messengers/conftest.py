"""Connectors as the front creates them, and requests as the webhook passes them on."""

from __future__ import annotations

import json

import pytest

from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import WebhookRequest
from assistant.front.messengers.base.layout import Bubble, Option
from assistant.front.messengers.registry import configured, made
from assistant.knowledge import knowledge
from tests.fakes.vendors.facebook import FacebookWire
from tests.fakes.vendors.whatsapp import WhatsAppWire

VENDOR = "https://vendor.test"
PUBLIC = "https://chat.example.org"


def connector_of(wire):
    """The connector of a messenger, with the settings that its wire names."""
    settings = configured(wire.environment(VENDOR))
    return made(settings, knowledge(), PUBLIC, Keys(b"x" * 32))[wire.name]


def incoming(content, headers=(), method="POST", query=()):
    """A request as the webhook passes it to a connector."""
    lower = {name.lower(): value for name, value in dict(headers).items()}
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return WebhookRequest(method, f"{PUBLIC}/webhooks/meta", lower, dict(query), body)


def asking(*titles, text="Was möchten Sie wissen?", language="de"):
    """A message that offers questions."""
    options = tuple(Option(title, f"o7.{place}") for place, title in enumerate(titles))
    return Bubble(text, language, options)


@pytest.fixture(scope="session")
def whatsapp():
    return connector_of(WhatsAppWire())


@pytest.fixture(scope="session")
def facebook():
    return connector_of(FacebookWire())


@pytest.fixture(params=[WhatsAppWire(), FacebookWire()], ids=["whatsapp", "facebook"])
def wire(request):
    return request.param


@pytest.fixture
def connector(wire):
    return connector_of(wire)
