"""A save is a commit in somebody's name, or nothing at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from assistant.desk.errors import ChangedError, RefusedError
from assistant.desk.login import User
from assistant.desk.repository import Repository, fingerprint, unchanged
from tests.support.desk import git

pytestmark = pytest.mark.slow
ANNA, BERTA = User("Anna Ä", "anna@example.org"), User("berta", "berta@example.org")
FILE = "knowledge/figures.yml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small checkout on `main`."""
    root = tmp_path / "checkout"
    (root / "knowledge").mkdir(parents=True)
    (root / FILE).write_text("people: 1\n")
    (root / "secret.txt").write_text("x")
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Begin")
    return root


@pytest.fixture
def repository(root: Path, tmp_path: Path) -> Repository:
    return Repository(root, "main", tmp_path / "apart")


def test_a_save_is_a_commit_in_that_person_s_name(repository: Repository, root: Path):
    commit = repository.save({FILE: lambda now: now + "year: 2024\n"}, ANNA, "Say the year")
    assert (root / FILE).read_text() == "people: 1\nyear: 2024\n"
    shown = git(root, "log", "-1", "--format=%H|%an|%ae|%cn|%s", "--", FILE).strip()
    assert shown == f"{commit}|Anna Ä|anna@example.org|Anna Ä|Say the year"
    assert not git(root, "status", "--porcelain")


def test_a_save_takes_nothing_else_with_it(repository: Repository, root: Path):
    (root / "secret.txt").write_text("half done")
    git(root, "add", "secret.txt")
    repository.save({FILE: lambda _: "people: 2\n"}, ANNA, "Correct the number")
    assert git(root, "show", "--format=", "--name-only", "HEAD").split() == [FILE]
    assert git(root, "status", "--porcelain") == "M  secret.txt\n"


def test_what_has_not_changed_makes_no_commit(repository: Repository, root: Path):
    before = git(root, "rev-parse", "HEAD")
    assert repository.save({FILE: lambda now: now}, ANNA, "Nothing") is None
    assert git(root, "rev-parse", "HEAD") == before


def test_a_new_file_is_committed_too(repository: Repository, root: Path):
    repository.save({"tests/corrections.yml": lambda now: now + "cases: []\n"}, ANNA, "Begin the corrections")
    assert git(root, "show", "HEAD:tests/corrections.yml") == "cases: []\n"


def test_two_who_edit_the_same_are_told(repository: Repository, root: Path):
    opened = fingerprint(repository.read(FILE))

    def edited(mine: str):
        def edit(now: str) -> str:
            unchanged(opened, now, "people", mine)
            return mine

        return edit

    repository.save({FILE: edited("people: 2\n")}, ANNA, "Correct the number")
    with pytest.raises(ChangedError) as clash:
        repository.save({FILE: edited("people: 3\n")}, BERTA, "Correct the number")
    assert (clash.value.clash.theirs, clash.value.clash.mine) == ("people: 2\n", "people: 3\n")
    assert repository.read(FILE) == "people: 2\n"


def test_saves_at_the_same_time_all_count(repository: Repository, root: Path, tmp_path: Path):
    others = Repository(root, "main", tmp_path / "apart")

    def add(number: int) -> None:
        desk = repository if number % 2 else others
        desk.save({FILE: lambda now: f"{now}line{number}: 1\n"}, ANNA, f"Add {number}")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len((root / FILE).read_text().splitlines()) == 9
    assert git(root, "rev-list", "--count", "HEAD").strip() == "9"


def test_somebody_s_uncommitted_work_is_left_alone(repository: Repository, root: Path):
    (root / FILE).write_text("people: half\n")
    with pytest.raises(RefusedError) as refusal:
        repository.save({FILE: lambda _: "people: 2\n"}, ANNA, "Correct the number")
    assert (refusal.value.key, refusal.value.values) == ("uncommitted", {"file": FILE})
    assert (root / FILE).read_text() == "people: half\n"


def test_what_git_refuses_leaves_everything_as_it_was(repository: Repository, root: Path):
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    edits = {FILE: lambda _: "people: 2\n", "knowledge/new.yml": lambda _: "x: 1\n"}
    with pytest.raises(RefusedError) as refusal:
        repository.save(edits, ANNA, "Correct the number")
    assert refusal.value.key == "not_saved"
    assert (root / FILE).read_text() == "people: 1\n"
    assert not git(root, "status", "--porcelain")


@pytest.mark.parametrize(
    "path",
    [
        *("secret.txt", "../secret.txt", "knowledge/../secret.txt", "/etc/passwd", ".git/config"),
        *("assistant/desk/app.py", "knowledge/link/passwd", "data/nlu/../../secret.txt", "tests/corrections.yml.py"),
        "",
    ],
)
def test_only_editors_files_can_be_read_or_changed(repository: Repository, root: Path, path: str):
    (root / "knowledge" / "link").symlink_to("/etc")
    with pytest.raises(RefusedError):
        repository.read(path)
    with pytest.raises(RefusedError):
        repository.save({path: lambda _: "x"}, ANNA, "Break out")


def test_another_branch_is_changed_without_touching_the_files_in_use(root: Path, tmp_path: Path):
    repository = Repository(root, "desk/edits", tmp_path / "apart")
    assert not repository.is_live
    commit = repository.save({FILE: lambda _: "people: 2\n"}, ANNA, "Correct the number")
    assert (root / FILE).read_text() == "people: 1\n"
    assert git(root, "rev-parse", "desk/edits").strip() == commit
    again = Repository(root, "desk/edits", tmp_path / "apart")
    assert again.read(FILE) == "people: 2\n"
    assert (again.folder / FILE).read_text() == "people: 2\n"
