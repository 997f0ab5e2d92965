"""Files appear complete or not at all."""

from __future__ import annotations

import errno
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from assistant.core.atomic_files import create_file, replace_file


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_written_and_replaced_and_no_draft_is_left(tmp_path):
    path = tmp_path / "kept"
    replace_file(path, b"one")
    replace_file(path, b"two", mode=0o644)
    assert (path.read_bytes(), mode_of(path)) == (b"two", 0o644)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_there_is_not_created_again(tmp_path):
    path = tmp_path / "kept"
    assert create_file(path, b"first")
    assert not create_file(path, b"second")
    assert (path.read_bytes(), mode_of(path)) == (b"first", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_that_create_it_at_once_one_does(tmp_path):
    contents = [str(number).encode() * 1000 for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        created = list(pool.map(lambda content: create_file(tmp_path / "kept", content), contents))
    assert created.count(True) == 1
    assert (tmp_path / "kept").read_bytes() == contents[created.index(True)]


@pytest.mark.parametrize("write", [create_file, replace_file])
def test_a_full_disk_leaves_what_was_there_and_no_draft(tmp_path, monkeypatch, write):
    path = tmp_path / "kept"
    replace_file(path, b"before")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]
