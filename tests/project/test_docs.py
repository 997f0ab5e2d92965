"""Everything that the documents name exists."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from assistant.core.paths import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "knowledge/*.md", "deploy/*.md")
    for path in ROOT.glob(pattern)
)
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.*<>-]*|[\w-]+\.(?:yml|toml|txt|in|md|json|py))`")
NOT_HERE_YET = ("withdrawn.yml", "models/", ".cache/", "results/", ".venv", "dist/")


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_named_exists(document):
    named = set(re.findall(r"(?:^|`|\s)make ([a-z-]+)(?=[\s`.,;:)]|$)", code_of(document), re.M))
    assert named <= targets()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_named_exists(document):
    text = (ROOT / document).read_text("utf-8")
    missing = [name for name in PATH.findall(text) if not exists(name, document)]
    assert missing == []


def code_of(document: str) -> str:
    """The contents of code spans and code blocks."""
    text = (ROOT / document).read_text("utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))


def exists(name: str, document: str) -> bool:
    """Whether a path named in a document exists, relative to the root, to the document or to knowledge/."""
    top = name.partition("/")[0]
    no_path = "." not in name and not (ROOT / top).exists() and not (ROOT / "assistant" / top).exists()
    if name.startswith(NOT_HERE_YET) or "<" in name or no_path:
        return True
    # A bare module name may be in any package; docs/architecture.md lists each under its package.
    if name.endswith(".py") and "/" not in name:
        return any(next((ROOT / package).rglob(name), None) for package in ("assistant", "actions"))
    folders = (ROOT, (ROOT / document).parent, ROOT / "knowledge", ROOT / "assistant")
    return any(next(folder.glob(name), None) for folder in folders)


def test_every_target_is_explained_by_make_help():
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    explained = {line.partition(":")[0] for line in lines if re.match(r"^[a-z-]+:.*## ", line)}
    assert targets() - explained == {"environment-dev"}
    assert len(targets()) <= 27


def test_the_newest_version_of_the_changelog_is_the_project_s():
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M
    )
    headings = re.findall(r"^## .+$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert len(released) == len([heading for heading in headings if heading != "## [Unreleased]"]) > 1
    assert [date for _, date in released] == sorted((date for _, date in released), reverse=True)
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]
    assert released[0][0] == version
    example = "".join(path.read_text("utf-8") for path in (ROOT / "deploy" / "kubernetes" / "overlays").rglob("*.yml"))
    tags = re.findall(r'iom-germany-assistant-\w+(?:, newTag: "|:)(\d[^"\s]*)', example)
    assert len(tags) == 3
    assert set(tags) == {version}


def test_the_version_is_written_nowhere_else():
    package = json.loads((ROOT / "widget" / "package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "widget" / "package-lock.json").read_text("utf-8"))
    assert package["private"]
    assert [one for one in (package, lock, lock["packages"][""]) if "version" in one] == []


LINK = re.compile(r"(?<!!)\[[^]]*\]\((?!https?:|mailto:)([^)\s]+)\)")


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as repository hosts generate them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    here = ROOT / document
    for target in LINK.findall(here.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        path = (here.parent / name).resolve() if name else here
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


def test_every_document_is_reached_by_a_link_from_another():
    reached = {
        (ROOT / document).parent / target.partition("#")[0]
        for document in DOCUMENTS
        for target in LINK.findall((ROOT / document).read_text("utf-8"))
        if not target.startswith("#")
    }
    names = {path.resolve().relative_to(ROOT).as_posix() for path in reached}
    assert set(DOCUMENTS) - names == set()


def test_what_the_log_is_said_to_say_is_in_the_code():
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "assistant").rglob("*.py"))
    texts = [(ROOT / document).read_text("utf-8") for document in DOCUMENTS]
    quoted = {quote for text in texts for quote in re.findall(r'log\s+says\s+"(?:telegram )?([^"]+)"', text)}
    assert quoted
    assert [quote for quote in quoted if quote not in code] == []


@pytest.mark.parametrize("guide", ["knowledge/README.md", "knowledge/LIESMICH.md"])
def test_the_advice_that_the_editors_guide_quotes_is_the_checker_s(guide):
    packages = (ROOT / "assistant" / "knowledge", ROOT / "assistant" / "commands")
    files = [path for package in packages for path in sorted(package.iterdir()) if path.suffix in (".py", ".yml")]
    code = "\n".join(path.read_text("utf-8") for path in files)
    quoted = re.findall(r"^\| ``?(.+?)``? \| ", (ROOT / guide).read_text("utf-8"), re.M)
    cures = [message.split("; ")[1] for message in quoted if "; " in message]
    advice = [re.split(r"[{\d<…]| (?:en|de)$", cure)[0].strip() for cure in cures]
    assert len(advice) > 5
    assert [words for words in advice if words not in code] == []
