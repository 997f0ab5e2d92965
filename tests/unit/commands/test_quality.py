"""`python -m assistant.commands.quality`: the report for the public, from the front's counts."""

from __future__ import annotations

import datetime

import pytest

from assistant.commands import quality
from assistant.front.store.schema import database
from assistant.front.store.tallies import Tallies, Tally

DAY = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
FAP = Tally("m k", "de", "ask_figures", "ask_figures/fap_reached", "answered")


@pytest.fixture
def counted(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    engine = database(f"sqlite:///{data / 'front.db'}")
    Tallies(engine).count([FAP] * 41, DAY)
    engine.dispose()
    return {"ASSISTANT_DATA": str(data)}


@pytest.mark.parametrize(("language", "said"), [("de", "40 Fragen vom"), ("en", "40 questions from")])
def test_the_file_is_written_in_a_language_for_everybody_to_read(language, said, counted, command, tmp_path):
    target = tmp_path / "quality.html"
    assert command(quality, target, "--language", language, **counted).returncode == 0
    assert said in target.read_text("utf-8")
    assert target.stat().st_mode & 0o777 == 0o644


def test_what_cannot_be_written_is_said_in_a_line(counted, command, tmp_path):
    ended = command(quality, tmp_path / "no" / "folder.html", **counted)
    assert (ended.returncode, ended.stderr) == (1, "Nothing was written: FileNotFoundError.\n")


def test_where_nothing_is_stored_there_is_nothing_to_write(command, tmp_path):
    ended = command(quality, tmp_path / "quality.html", ASSISTANT_STORAGE="none")
    assert (ended.returncode, (tmp_path / "quality.html").exists()) == (1, False)
