"""Trains a model when something it is made from has changed: `make train`."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.knowledge.check import check
from assistant.paths import MODELS, ROOT

# What a model is made from; answers are read from knowledge/ when the servers start.
INGREDIENTS = ("config.yml", "domain.yml", "requirements.txt", "data", "assistant/nlu", "assistant/understanding.py")
MADE_FROM = (".yml", ".py", ".jsonl")
# Of the requirements only versions count, not who needs them, and none of what only the front uses.
PIN = re.compile(rb"^(?!prometheus-client==)[\w.-]+==\S+", re.M)
KEPT_MODELS = 3
# The lines of a traceback that say what went wrong; the rest is Rasa's inner life.
CAUSE = re.compile(r"^[\w.]+(Error|Exception|NotFound|Interrupt)\b.*|^\S+\.yml:.*")


def ingredients(names: Sequence[str] = INGREDIENTS, root: Path = ROOT) -> Iterator[Path]:
    """The files a model is made from, in a fixed order."""
    for name in names:
        path = root / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in MADE_FROM)
        yield from files


def fingerprint(names: Sequence[str] = INGREDIENTS, root: Path = ROOT) -> str:
    """A name for the state of the ingredients."""
    digest = hashlib.sha256()
    for path in ingredients(names, root):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(b"".join(PIN.findall(path.read_bytes())) if path.suffix == ".txt" else path.read_bytes())
    return digest.hexdigest()[:12]


def model_path(root: Path = ROOT) -> Path:
    """Where the model for the present ingredients lies, or would lie."""
    return MODELS / f"iom-{fingerprint(root=root)}.tar.gz"


def quiet_environment() -> dict[str, str]:
    """The environment for Rasa's commands, without the warnings of its old libraries and without telemetry."""
    quiet = {
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
        "LOG_LEVEL": "WARNING",
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "PYTHONUNBUFFERED": "1",
        # The sentence encoder's threads sleep while they wait for each other: where another program
        # keeps a core busy, spinning ones make a sentence take 1,100 ms instead of 30.
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    return {**os.environ, **quiet}


def ensure_model() -> Path:
    """The path of an up-to-date model, trained now if there is none; exits with advice where that fails."""
    findings = [finding for finding in check() if not finding.warning]
    if findings:
        print("\n".join(map(str, findings)), file=sys.stderr)
        sys.exit(f"Not trained: {len(findings)} to mend first, see above. A running assistant keeps its model.")
    path = model_path()
    if path.exists():
        return path
    print("Training: a few minutes the first time, less after small changes …", flush=True)
    name = path.name.removesuffix(".tar.gz")
    # Rasa's own comparison with what was trained before is left out: that something changed is known.
    command = [sys.executable, "-m", "assistant.engine", "train", "--force", "--fixed-model-name", name]
    try:
        result = subprocess.run(command, cwd=ROOT, env=quiet_environment(), stderr=subprocess.PIPE, text=True)
    except KeyboardInterrupt:
        sys.exit("Stopped before the model was made.")
    if result.returncode or not path.exists():
        print("\n".join(causes(result.stderr)), file=sys.stderr)
        if result.returncode < 0:
            print(f"Rasa was ended by signal {-result.returncode}; is there enough memory (8 GB)?", file=sys.stderr)
        sys.exit("Training failed; the reason stands above. A running assistant keeps its model.")
    _forget_old_models()
    return path


def causes(stderr: str) -> list[str]:
    """The exceptions of Rasa's output, each once, the first cause first; its last lines where there are none."""
    lines = stderr.splitlines()
    return list(dict.fromkeys(line for line in lines if CAUSE.match(line))) or lines[-20:]


def _forget_old_models() -> None:
    models = sorted(MODELS.glob("iom-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for path in models[:-KEPT_MODELS]:
        path.unlink()


if __name__ == "__main__":
    print(f"The model is up to date: {ensure_model().relative_to(ROOT)}")
