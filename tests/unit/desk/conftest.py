"""A desk on a scratch checkout of the real knowledge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.desk.app import application
from assistant.desk.csrf import Csrf
from assistant.desk.login import User
from assistant.desk.settings import Settings, settings_from
from tests.support.desk import checkout

HOST = "http://desk.example.org"


@dataclass
class Office:
    """A desk, and requests to it as the login proxy passes them on."""

    settings: Settings
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client = TestClient(application(self.settings), HOST, client=("127.0.0.1", 40000), follow_redirects=False)
        self.headers = {"X-Desk-Secret": self.settings.secret, "X-Forwarded-User": "anna", "Accept-Language": "en"}

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers={**self.headers, **headers})

    def token(self, name: str = "anna") -> str:
        """A token as the forms shown to a user have it."""
        return Csrf(self.settings).token(User(name, ""))

    def post(self, path: str, form: dict[str, object], **headers: str):
        """Sends a form as a browser does."""
        return self.client.post(path, data=form, headers={**self.headers, "Origin": HOST, **headers})


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """The scratch checkout."""
    return checkout(tmp_path_factory.mktemp("checkout"))


@pytest.fixture(scope="module")
def office(root, tmp_path_factory) -> Office:
    """The desk on the scratch checkout."""
    data = tmp_path_factory.mktemp("data")
    return Office(replace(settings_from({"ASSISTANT_DATA": str(data)}), root=root))
