"""The model for the current state of the project, trained if there is none."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from assistant.core.paths import MODELS, ROOT
from assistant.engine.environment import quiet_environment
from assistant.knowledge.check import check
from assistant.training.blas_check import checked
from assistant.training.fingerprint import fingerprint

KEPT_MODELS = 3
LAST_SECONDS = ROOT / ".cache" / "training-seconds.txt"
# On two cores with nothing else to do.
USUAL_MINUTES = 7
# The lines of a traceback that say what went wrong; the rest is Rasa's internals.
CAUSE = re.compile(r"^[\w.]+(Error|Exception|NotFound|Interrupt)\b.*|^\S+\.yml:.*")


def model_path(root: Path = ROOT) -> Path:
    """Where the model for the current ingredients is, or would be."""
    return MODELS / f"iom-{fingerprint(root=root)}.tar.gz"


def ensure_model() -> Path:
    """The path of an up-to-date model, trained now if there is none; exits with advice if that fails."""
    findings = [finding for finding in check() if not finding.warning]
    if findings:
        print("\n".join(map(str, findings)), file=sys.stderr)
        sys.exit(f"Not trained: fix {len(findings)} errors first, see above. A running assistant keeps its model.")
    path = model_path()
    if path.exists():
        return path
    print(f"Training: about {usual_minutes()} minutes on this machine …", flush=True)
    begun = time.monotonic()
    name = path.name.removesuffix(".tar.gz")
    # Skips Rasa's comparison with the last training, since we know that something has changed, and Rasa's validation,
    # which takes a minute for 27,000 questions and is part of `make check`. The knowledge is checked above.
    options = ("--force", "--skip-validation", "--fixed-model-name", name)
    command = [sys.executable, "-m", "assistant.engine", "train", *options]
    try:
        environment = checked(quiet_environment())
        result = subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    except KeyboardInterrupt:
        sys.exit("Stopped before the model was complete.")
    if result.returncode or not path.exists():
        print("\n".join(causes(result.stderr)), file=sys.stderr)
        if result.returncode < 0:
            print(f"Rasa was killed by signal {-result.returncode}; is there enough memory (8 GB)?", file=sys.stderr)
        sys.exit("Training failed; see above for the reason. A running assistant keeps its model.")
    _delete_old_models()
    LAST_SECONDS.parent.mkdir(parents=True, exist_ok=True)
    LAST_SECONDS.write_text(f"{time.monotonic() - begun:.0f}\n", "utf-8")
    return path


def usual_minutes() -> int:
    """How many minutes the last training on this machine took, or, if there was none, what it takes as a rule."""
    try:
        return max(round(int(LAST_SECONDS.read_text("utf-8")) / 60), 1)
    except (OSError, ValueError):
        return USUAL_MINUTES


def causes(stderr: str) -> list[str]:
    """The exceptions in Rasa's output without duplicates, root cause first; its last lines if there are none."""
    lines = stderr.splitlines()
    return list(dict.fromkeys(line for line in lines if CAUSE.match(line))) or lines[-20:]


def _delete_old_models() -> None:
    models = sorted(MODELS.glob("iom-*.tar.gz"), key=lambda path: path.stat().st_mtime)
    for path in models[:-KEPT_MODELS]:
        path.unlink()
