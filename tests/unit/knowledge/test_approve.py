"""Who may approve what: by the authors in a real git repository."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pytest

from assistant.commands.approve import approve
from assistant.core.languages import SERVED
from assistant.core.paths import ROOT
from assistant.knowledge.approve import ApprovalError, Approving, author_of
from assistant.knowledge.authors import NotCommittedError, Person
from tests.support.git import ANNA, BERT, commit_all, git
from tests.unit.knowledge.test_translations import translated  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow
ENTRY, FILE = "ask_history/reached", "knowledge/ask_history.yml"
OTHER = "ask_history/opened"
CONTACTS = "knowledge/contacts.yml"
DAY = datetime.date(2026, 1, 15)


def asked(by, id_=ENTRY, language="de", seen=None):
    return Approving(id_, language, Person(*by), DAY, seen)


def refused(project, *arguments, **more):
    with pytest.raises(ApprovalError) as error:
        approve(project.knowledge, asked(*arguments, **more))
    return str(error.value)


@pytest.fixture
def repository(project):
    """The small project in git, all of it by Anna."""
    commit_all(project.root, "Begin")
    return project


def test_somebody_else_approves_and_the_file_has_one_line_more(repository):
    before = (repository.root / FILE).read_text("utf-8")
    approve(repository.knowledge, asked(BERT))
    after = (repository.root / FILE).read_text("utf-8")
    (line,) = [line for line in after.splitlines() if line not in before.splitlines()]
    assert line.startswith('    approved: {de: {by: "Bert Zweitblick", on: "2026-01-15", hash: "')
    assert after.replace(f"{line}\n", "") == before
    assert repository.load().entries[ENTRY].approved["de"].by == "Bert Zweitblick"
    assert repository.check() == []


def test_a_second_language_is_added_to_the_first(repository):
    for language in ("de", "en"):
        approve(repository.knowledge, asked(BERT, language=language))
    assert set(repository.load().entries[ENTRY].approved) == {"de", "en"}
    assert (repository.root / FILE).read_text("utf-8").count("approved:") == 1


@pytest.mark.parametrize("author", [ANNA, ("ANNA AUTORIN", "other@example.org"), ("A. A.", "Anna@Example.org")])
def test_the_author_cannot_approve_whatever_they_call_themselves(repository, author):
    assert "has made the latest change" in refused(repository, author)


def test_the_author_is_whoever_made_the_latest_change(repository):
    repository.edit(FILE, "Es waren {people} Menschen.", "Es sind {people} Menschen.")
    commit_all(repository.root, "Say it in the present", by=BERT)
    assert author_of(repository.knowledge, ENTRY, "de") == Person(*BERT)
    assert "Bert Zweitblick has made the latest change" in refused(repository, BERT)
    approve(repository.knowledge, asked(ANNA))
    # The other entry of the same file is Anna's as before.
    assert author_of(repository.knowledge, OTHER, "de") == Person(*ANNA)


def test_an_approval_and_a_review_date_make_nobody_an_author(repository):
    approve(repository.knowledge, asked(BERT))
    commit_all(repository.root, "Approve", by=BERT)
    repository.edit(FILE, "review_by: 2028-12\n    approved", "review_by: 2028-10\n    approved")
    commit_all(repository.root, "Review", by=BERT)
    assert author_of(repository.knowledge, ENTRY, "de") == Person(*ANNA)
    approve(repository.knowledge, asked(BERT, language="en"))


def test_whoever_changes_a_contact_cannot_approve_what_names_it(repository):
    repository.edit(CONTACTS, '"116117"', '"116118"')
    commit_all(repository.root, "Correct a number", by=BERT)
    assert "Bert Zweitblick" in refused(repository, BERT)
    approve(repository.knowledge, asked(ANNA))
    # The other entry does not name it.
    approve(repository.knowledge, asked(BERT, id_=OTHER))


def test_what_is_not_committed_has_no_author_yet(repository):
    repository.edit(FILE, "Es waren {people} Menschen.", "Es sind {people} Menschen.")
    with pytest.raises(NotCommittedError):
        author_of(repository.knowledge, ENTRY, "de")
    assert "commit them first" in refused(repository, BERT)
    approve(repository.knowledge, asked(BERT, id_=OTHER))


def test_without_git_nobody_can_approve(project):
    assert "commit them first" in refused(project, BERT)


def test_an_edit_after_the_approval_needs_a_new_one(repository):
    approve(repository.knowledge, asked(BERT))
    commit_all(repository.root, "Approve", by=BERT)
    repository.edit(FILE, "Es waren {people} Menschen.", "Es sind {people} Menschen.")
    commit_all(repository.root, "Say it in the present")
    assert repository.load().entries[ENTRY].approved == {}
    assert "approved in de has changed since" in repository.finding().message
    approve(repository.knowledge, asked(BERT))
    assert repository.check() == []
    assert (repository.root / FILE).read_text("utf-8").count("approved:") == 1


def test_what_somebody_has_read_must_be_what_is_there(repository):
    assert "while you were reading" in refused(repository, BERT, seen="0" * 12)


def test_what_does_not_exist_cannot_be_approved(repository):
    for id_ in ("ask_history/none", "ask_none/none", "none", "contacts/none"):
        assert "there is no entry" in refused(repository, BERT, id_=id_)


def test_a_contact_is_approved_like_an_entry(repository):
    approve(repository.knowledge, asked(BERT, id_="contacts/on_call"))
    assert repository.load().contacts["on_call"].approved["de"].by == "Bert Zweitblick"


class TestTranslations:
    @pytest.fixture
    def repository(self, translated):  # noqa: F811
        commit_all(translated.root, "Begin")
        return translated

    def test_a_translation_is_approved_in_its_own_file(self, repository):
        approve(repository.knowledge, asked(BERT, language="uk"))
        text = (repository.knowledge / "uk" / "ask_history.yml").read_text("utf-8")
        assert '    approved: {by: "Bert Zweitblick", on: "2026-01-15", hash: "' in text
        assert set(repository.load().entries[ENTRY].approved) == {"uk"}

    def test_it_falls_with_the_original(self, repository):
        approve(repository.knowledge, asked(BERT, language="uk"))
        repository.edit(FILE, "Es waren {people} Menschen.", "Es sind {people} Menschen.")
        assert repository.load().entries[ENTRY].approved == {}
        assert any("approved in uk has changed since" in finding.message for finding in repository.check())
        commit_all(repository.root, "Say it in the present")
        assert "is out of date; renew it first" in refused(repository, BERT, language="uk")

    def test_what_is_not_translated_cannot_be_approved(self, repository):
        assert SERVED["ru"].name in refused(repository, BERT, language="ru")

    def test_a_contact_s_translation_is_approved_too(self, repository):
        approve(repository.knowledge, asked(BERT, id_="contacts/on_call", language="uk"))
        assert set(repository.load().contacts["on_call"].approved) == {"uk"}


class TestCommand:
    def run(self, project, *arguments, name="Bert Zweitblick", language="de_DE.UTF-8"):
        git(project.root, "config", "user.name", name)
        git(project.root, "config", "user.email", f"{name.split()[0].lower()}@example.org")
        command = [sys.executable, "-m", "assistant.commands.approve", *arguments, "--folder", str(project.knowledge)]
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(project.root), "LC_ALL": language}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    def test_it_approves_in_every_language_named(self, repository):
        found = self.run(repository, ENTRY, "--language", "de", "en")
        assert (found.returncode, found.stderr) == (0, "")
        assert f"{ENTRY} ist freigegeben (Deutsch, Bert Zweitblick;" in found.stdout
        assert set(repository.load().entries[ENTRY].approved) == {"de", "en"}
        assert f"{SERVED['de'].name:14}{1:>6}" in self.run(repository).stdout

    def test_it_refuses_the_author_in_the_machine_s_language(self, repository):
        found = self.run(repository, ENTRY, "--language", "de", name="Anna Autorin")
        assert found.returncode == 1
        assert found.stderr == f"Anna Autorin hat {ENTRY} zuletzt geändert; freigeben muss es eine andere Person\n"

    def test_it_asks_for_the_language(self, repository):
        assert "L=de" in self.run(repository, ENTRY, language="en_GB.UTF-8").stderr

    def test_it_lists_what_holds_no_longer(self, repository):
        self.run(repository, ENTRY, "--language", "de")
        repository.edit(CONTACTS, '"116117"', '"116118"')
        assert f"{ENTRY}: was freigegeben war (de), hat sich seitdem geändert" in self.run(repository).stdout
