"""A model's name changes with whatever affects the model, and with nothing else."""

from __future__ import annotations

import ast
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from assistant.core.paths import ROOT
from assistant.training.fingerprint import CODE, INGREDIENTS, PACKAGES, code, fingerprint, ingredients

BEFORE = '''"""What it does."""

from assistant.nlu.ranking.kind_model import Floats  # of numpy


class Thing:
    """A thing."""

    def twice(self, number: int) -> int:
        """Twice the number."""
        # as measured
        return 2 * number
'''
# Modules of the project that the training code imports without depending on what they do.
IRRELEVANT = ("assistant.core.paths", "assistant.core.progress", "assistant.knowledge", "assistant.dialogue")
# Names of imported packages and of what is installed for them.
DISTRIBUTIONS = {
    "sklearn": "scikit-learn",
    "marisa_trie": "marisa-trie",
    "fasttext": "fasttext-predict",
    "yaml": "pyyaml",
}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What it does.", "What it really does."),
        ("A thing.", "A thing of some kind."),
        ("Twice the number.", "The number, doubled."),
        ("  # of numpy", ""),
        ("        # as measured\n", ""),
        ("2 * number", "(2 * number)"),
        ("assistant.nlu.ranking.kind_model", "assistant.nlu.ranking.kinds"),
    ],
)
def test_words_layout_and_place_do_not_count(old, new):
    assert code(BEFORE.replace(old, new)) == code(BEFORE)


@pytest.mark.parametrize(
    ("old", "new"),
    [("2 * number", "3 * number"), ("import Floats", "import Halves"), ("def twice", "def double")],
)
def test_what_is_done_counts(old, new):
    assert code(BEFORE.replace(old, new)) != code(BEFORE)


def test_a_body_of_nothing_but_a_docstring_can_be_read():
    assert code('class Thing:\n    """A thing."""\n') == code('class Thing:\n    """Another."""\n')


@pytest.fixture
def project(tmp_path) -> Path:
    """A small project from which a model could be trained."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "nlu.yml").write_text("- Was ist IOM?\n", "utf-8")
    (tmp_path / "thing.py").write_text(BEFORE, "utf-8")
    (tmp_path / "requirements.txt").write_text("numpy==1.23.5 \\\n    --hash=a\n    # via rasa\ntqdm==4.1\n", "utf-8")
    return tmp_path


def state(project: Path) -> str:
    """The name of the small project's state."""
    return fingerprint(("data", "thing.py", "requirements.txt"), project)


@pytest.mark.parametrize(
    ("name", "old", "new", "counts"),
    [
        ("data/nlu.yml", "Was", "Wer", True),
        ("thing.py", "2 *", "3 *", True),
        ("thing.py", "A thing.", "Some thing.", False),
        ("requirements.txt", "numpy==1.23.5", "numpy==1.24.0", True),
        ("requirements.txt", "tqdm==4.1", "tqdm==4.2", False),
        ("requirements.txt", "via rasa", "via scipy", False),
        ("requirements.txt", "hash=a", "hash=b", False),
    ],
)
def test_a_change_counts_where_it_changes_the_model(project, name, old, new, counts):
    before, path = state(project), project / name
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    assert (state(project) != before) is counts


def test_a_renamed_module_is_the_same_and_renamed_questions_are_not(project):
    before = state(project)
    moved = project / "ranking.py"
    (project / "thing.py").rename(moved)
    assert fingerprint(("data", "ranking.py", "requirements.txt"), project) == before
    (project / "data" / "nlu.yml").rename(project / "data" / "other.yml")
    assert fingerprint(("data", "ranking.py", "requirements.txt"), project) != before


def test_what_is_missing_is_named(project):
    with pytest.raises(FileNotFoundError, match=r"other\.py"):
        fingerprint(("other.py",), project)


def test_answers_are_no_part_of_a_model():
    changing = {path.relative_to(ROOT).as_posix() for path in ingredients(INGREDIENTS)}
    assert not {name for name in changing if name.startswith(("data/generated", "assistant/front"))}
    # A new language has to be aligned with the others, and may have training questions.
    read = {name for name in changing if name.startswith("knowledge/")}
    assert {name for name in read if not name.endswith("/examples.yml")} == {"knowledge/languages.yml"}


def imports(path: Path) -> set[str]:
    """The modules that a module imports, by full name."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


def test_nothing_is_left_out_that_the_training_code_imports():
    """Of the two components that also decide while a message is answered, only what they learn from counts."""
    deciding = {"assistant.nlu.ranking.context", "assistant.core.conversation"}
    deciding |= {f"assistant.nlu.components.{name}" for name in ("entities", "guard")}
    for name in CODE:
        for module in imports(ROOT / name):
            if module.startswith("assistant.") and not module.startswith(IRRELEVANT) and module not in deciding:
                spec = find_spec(module)
                assert spec is not None
                assert str(Path(spec.origin).relative_to(ROOT)) in CODE, f"{name} imports {module}"


def test_every_package_counts_that_the_training_code_imports():
    found = {module.split(".")[0] for name in CODE for module in imports(ROOT / name)}
    packages = found - set(sys.stdlib_module_names) - {"assistant", "__future__"}
    assert {DISTRIBUTIONS.get(name, name) for name in packages} <= PACKAGES
    assert {"rasa", "numpy", "onnxruntime", "sklearn"} <= packages
