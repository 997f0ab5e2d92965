"""What the documents name exists."""

from __future__ import annotations

import re

import pytest

from assistant.paths import ROOT

DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "knowledge/*.md")
    for path in ROOT.glob(pattern)
)
PATH = re.compile(r"`((?:[\w.-]+/)+[\w.*<>-]*|[\w-]+\.(?:yml|toml|txt|in|md|json|py))`")
NOT_HERE_YET = ("models/", ".cache/", "results/", ".venv", "widget/", "deploy/")


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
    """What stands in code spans and code blocks."""
    text = (ROOT / document).read_text("utf-8")
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.S))


def exists(name: str, document: str) -> bool:
    """Whether a path named in a document is there: from the root, from the document, or in knowledge/."""
    top = name.partition("/")[0]
    no_path = "." not in name and not (ROOT / top).exists() and not (ROOT / "assistant" / top).exists()
    if name.startswith(NOT_HERE_YET) or "<" in name or no_path:
        return True
    messengers = ROOT / "assistant" / "front" / "messengers"
    folders = (ROOT, (ROOT / document).parent, ROOT / "knowledge", ROOT / "assistant", messengers)
    return any(next(folder.glob(name), None) for folder in folders)


def test_every_target_is_explained_by_make_help():
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    explained = {line.partition(":")[0] for line in lines if re.match(r"^[a-z-]+:.*## ", line)}
    assert targets() - explained == {"environment-dev"}
    assert len(targets()) <= 20
