"""Where the front says whom to tell about a vulnerability."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.core.settings import contact_of
from assistant.front.web.security_txt import PATH
from tests.fakes.front import HERE


def test_the_contact_is_told_in_the_form_of_the_rfc(settings, rasa):
    ours = replace(settings, security_contact="mailto:security@example.org", public_url="https://chat.example.org")
    with TestClient(application(ours, rasa), HERE) as client:
        response = client.get(PATH)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.text.splitlines())
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Canonical"] == f"https://chat.example.org{PATH}"
    expires = datetime.fromisoformat(fields["Expires"].replace("Z", "+00:00"))
    assert timedelta(days=30) < expires - datetime.now(timezone.utc) < timedelta(days=365)


def test_without_a_contact_there_is_nothing(client):
    assert client.get(PATH).status_code == 404


@pytest.mark.parametrize("value", ["", "mailto:security@example.org", "https://example.org/report", "tel:+49-30-1"])
def test_a_contact_is_a_uri(value):
    assert contact_of(f" {value} ") == value


@pytest.mark.parametrize(
    "value", ["security@example.org", "http://example.org", "mailto:", "https://a b", "mailto:a@b\nX: y"]
)
def test_anything_else_is_refused_with_advice(value):
    with pytest.raises(ValueError, match="ASSISTANT_SECURITY_CONTACT"):
        contact_of(value)
