"""What a message costs the head as the knowledge grows, with generated entries: `python -m benchmarks.growth`.

The head alone, at its full size and with numbers of no meaning: to train a hundred times the
knowledge would take days, and time and memory of a message do not depend on what the numbers say.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from assistant.knowledge.examples import examples
from assistant.nlu.classifier import EntryClassifier
from assistant.nlu.head import Head, _vectorizer
from assistant.nlu.kinds import Kinds
from assistant.nlu.meaning import written
from assistant.nlu.sessions import session
from assistant.nlu.vectors import DIMENSION, encode
from assistant.paths import ROOT

TIMES = (1, 10, 100)
ASKED = 100


def main() -> None:
    """Prints a line for each size; each is measured in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, help="measure this size, in this process")
    arguments = parser.parse_args()
    if arguments.times:
        print(json.dumps(measured(arguments.times)))
        return
    lines = [f"{'knowledge':>10}{'classes':>10}{'questions':>11}{'ms/message':>12}{'MiB':>8}"]
    for times in TIMES:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.growth", "--times", str(times)]
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        lines.append(
            f"{times:>9}×{found['classes']:>10}{found['questions']:>11}{found['ms']:>12.1f}{found['mib']:>8.0f}"
        )
    print("\n".join(lines))


def measured(times: int) -> dict[str, float]:
    """Processor time of a message and memory of a head for so many times the knowledge."""
    training = list(examples())
    classes = [f"{label}_{n}" for label in sorted({e.intent for e in training}) for n in range(times)]
    config = EntryClassifier.get_default_config()
    questions = min(times * len(training), config["most_questions"])
    texts = [example.text.lower() for example in training]
    asked = [(text, encode(text)[np.newaxis]) for text in texts[:: len(texts) // ASKED]]
    before = resident()
    head = generated(classes, questions, texts, config)
    for text, vector in asked[:5]:
        head.scores([text], vector)
    taken = []
    for text, vector in asked:
        begun = time.process_time()
        head.ranking(text, head.scores([text], vector)[0])
        taken.append(1000 * (time.process_time() - begun))
    found = {"classes": len(classes), "questions": questions, "ms": statistics.median(taken)}
    return {**found, "mib": resident() - before}


def generated(classes: list[str], questions: int, texts: list[str], config: dict[str, float]) -> Head:
    """A head of full size whose weights mean nothing."""
    random = np.random.default_rng(1)
    vectors = random.normal(size=(questions, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = random.standard_normal(size=(questions, len(classes)), dtype=np.float32) / 50
    vectorizer = _vectorizer([2, 5], 40000).fit(texts)
    spelling = np.zeros((len(vectorizer.vocabulary_), len(classes)), np.float16)
    spelling += np.float16(0.01)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meaning.onnx"
        path.write_bytes(written(vectors, weights, vectors.mean(axis=0), config))
        del vectors, weights
        meaning = session(path)
    few = np.zeros((2 * len(classes), len(classes)), np.float32)
    few[np.arange(len(few)), np.arange(len(few)) % len(classes)] = 1
    kinds = Kinds.fit(classes, few, ["wort"] * len(few), classes * 2, config["sharpness"])
    return Head(meaning, spelling, kinds, vectorizer, config)


def resident() -> float:
    """Resident memory of this process in MiB (Linux)."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    main()
