"""The secret is whole or not there, and one that can be guessed is refused with what to do about it."""

from __future__ import annotations

import resource
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from assistant.core.paths import ROOT
from assistant.front.core.secret import kept_secrets
from assistant.launch.servers import free_port

OLD, NEW, NEWEST = "o" * 40, "n" * 40, "t" * 40


def test_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    (secret,) = kept_secrets({}, tmp_path)
    assert len(secret) >= 32
    assert kept_secrets({}, tmp_path) == (secret,)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_secret_given_is_taken_and_none_is_written(tmp_path):
    assert kept_secrets({"ASSISTANT_SECRET": NEW}, tmp_path) == (NEW.encode(),)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("given", ["short", "x" * 31, "", " " * 40])
def test_secret_that_can_be_guessed_is_refused(tmp_path, given):
    with pytest.raises(ValueError, match=r"^ASSISTANT_SECRET has .* needs 32 or more.* `openssl rand -hex 32`"):
        kept_secrets({"ASSISTANT_SECRET": given}, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"\n" * 40, b"\0" * 64, f"{NEW}\nshort\n".encode()])
def test_a_file_that_was_cut_short_is_refused_and_left_alone(tmp_path, content):
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ValueError, match=rf"^{tmp_path}/secret has .* needs 32 or more.* delete the file"):
        kept_secrets({}, tmp_path)
    assert (tmp_path / "secret").read_bytes() == content


def test_an_old_secret_that_can_be_guessed_is_refused(tmp_path):
    """The key of a front that once started with an empty file would let anybody forge tokens."""
    with pytest.raises(ValueError, match=r"^Number 2 of ASSISTANT_OLD_SECRETS has 5 characters"):
        kept_secrets({"ASSISTANT_SECRET": NEW, "ASSISTANT_OLD_SECRETS": f"{OLD},short"}, tmp_path)


def test_old_secrets_come_after_the_new_one(tmp_path):
    given = {"ASSISTANT_SECRET": NEWEST, "ASSISTANT_OLD_SECRETS": f" {NEW}, {OLD},,{NEWEST}"}
    assert kept_secrets(given, tmp_path) == (NEWEST.encode(), NEW.encode(), OLD.encode())


def test_the_file_holds_one_a_line(tmp_path):
    (tmp_path / "secret").write_text(f"{NEW}\n{OLD}")
    assert kept_secrets({}, tmp_path) == (NEW.encode(), OLD.encode())
    assert kept_secrets({"ASSISTANT_OLD_SECRETS": NEWEST}, tmp_path)[2] == NEWEST.encode()


def test_a_file_from_an_earlier_version_still_verifies(tmp_path):
    """All of it was the secret: with the newline of an editor, or as random bytes."""
    (tmp_path / "secret").write_text(f"{OLD}\n")
    assert kept_secrets({}, tmp_path) == (OLD.encode(), f"{OLD}\n".encode())
    content = bytes(range(256))
    (tmp_path / "secret").write_bytes(content)
    assert kept_secrets({}, tmp_path) == (content,)


@pytest.mark.slow
def test_the_documented_rotation_keeps_the_old_one(tmp_path):
    (old,) = kept_secrets({}, tmp_path)
    lines = (ROOT / "docs" / "operations.md").read_text("utf-8").splitlines()
    (documented,) = [line for line in lines if "> secret.new" in line]
    subprocess.run(["bash", "-ec", documented], cwd=tmp_path, check=True)
    new, kept = kept_secrets({}, tmp_path)
    assert (kept, len(new)) == (old, 64)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_fronts_that_start_at_once_agree(tmp_path):
    together = Barrier(16)

    def start(_):
        together.wait()
        return kept_secrets({}, tmp_path)

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(start, range(16)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def small_files():
    """As on a full disk, whatever is written ends after a few bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))


def started(folder, **kwargs):
    """A front that cannot start, or the end of the first second of one that can."""
    command = [sys.executable, "-m", "assistant.front", "--port", str(free_port())]
    environment = {"PATH": "/usr/bin:/bin", "ASSISTANT_DATA": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, **kwargs)


@pytest.mark.slow
def test_a_full_disk_at_the_first_start_leaves_nothing_behind(tmp_path):
    ended = started(tmp_path, preexec_fn=small_files)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(
        f"The front cannot start: {tmp_path}/secret, the front's secret, cannot be read or created: "
    )
    assert "Free some space" in line
    assert not list(tmp_path.iterdir())
    # Once there is space, the next start makes a whole one.
    assert len(kept_secrets({}, tmp_path)[0]) >= 32


@pytest.mark.slow
def test_a_front_never_starts_with_an_empty_secret(tmp_path):
    (tmp_path / "secret").touch()
    ended = started(tmp_path)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"The front cannot start: {tmp_path}/secret has 0 characters; a secret needs 32 or more.")


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="cannot be read or created: Not a directory"):
        kept_secrets({}, tmp_path / "file")
