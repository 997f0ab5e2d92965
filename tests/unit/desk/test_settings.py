"""The desk's settings: safe by default, explained in docs/desk.md, and refused by name if they are wrong."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from assistant.core.paths import ROOT
from assistant.desk import settings as module
from assistant.desk.settings import SECRET_FILE, settings_from

SECRET = "0" * 64


def test_a_secret_is_made_at_the_first_start_and_kept(tmp_path: Path):
    first = settings_from({"ASSISTANT_DATA": str(tmp_path / "data")})
    file = tmp_path / "data" / SECRET_FILE
    assert len(first.secret) == 64
    assert file.read_text() == first.secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert settings_from({"ASSISTANT_DATA": str(tmp_path / "data")}).secret == first.secret
    assert first.secret not in repr(first)


def test_by_default_only_this_machine_reaches_it(tmp_path: Path):
    made = settings_from({"ASSISTANT_DATA": str(tmp_path)})
    assert (made.host, made.port, made.proxies, made.branch) == ("127.0.0.1", 8090, "127.0.0.1,::1", "main")
    assert made.database == f"sqlite:///{tmp_path / 'front.db'}"
    assert made.withdrawn == tmp_path / "withdrawn.yml"


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64])
def test_a_secret_that_can_be_guessed_or_read_by_nobody_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / SECRET_FILE).write_bytes(content)
    with pytest.raises(ValueError, match="desk-secret"):
        settings_from({"ASSISTANT_DATA": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASSISTANT_DESK_SECRET", "short"),
        ("ASSISTANT_DESK_BRANCH", "--force"),
        ("ASSISTANT_DESK_BRANCH", "a b"),
        ("ASSISTANT_DESK_PORT", "99999"),
        ("ASSISTANT_DESK_PORT", "http"),
        ("ASSISTANT_DESK_PROXIES", "*"),
        ("ASSISTANT_DESK_USER_HEADER", "X User"),
        ("ASSISTANT_DESK_MAIL_DOMAIN", "a@b"),
    ],
)
def test_a_wrong_value_is_refused_by_name(tmp_path: Path, name: str, value: str):
    with pytest.raises(ValueError, match=name):
        settings_from({"ASSISTANT_DATA": str(tmp_path), name: value})


def test_without_storage_there_is_no_database_to_read(tmp_path: Path):
    assert settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_STORAGE": "none"}).database is None


def test_the_document_explains_every_setting_and_no_other():
    code = "\n".join(path.read_text("utf-8") for path in Path(module.__file__).parent.rglob("*.py"))
    read = set(re.findall(r"\"(ASSISTANT_DESK_[A-Z_]+)\"", code))
    text = (ROOT / "docs" / "desk.md").read_text("utf-8")
    rows = re.findall(r"^\| (`ASSISTANT_DESK_[A-Z_`, ]+`) \|", text, re.M)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == read
    assert len(read) > 6
