"""What a message costs as the knowledge grows, with generated entries: `python -m benchmarks.growth`.

First the whole assistant, trained on so many times the knowledge and asked through its servers.
Then the head alone, at its full size and with numbers of no meaning: time and memory of a message
do not depend on what the numbers say, and more can be tried than could be trained.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.knowledge.examples import examples
from assistant.nlu.classifier import EntryClassifier
from assistant.nlu.head import Head
from assistant.nlu.kinds import Kinds
from assistant.nlu.meaning import written
from assistant.nlu.sessions import session
from assistant.nlu.spelling import Spelling
from assistant.nlu.vectors import DIMENSION, encode
from assistant.paths import ROOT
from benchmarks.compare import Figures, System, measured, needed, table, train
from benchmarks.grown_project import lay_out

WHOLE, TIMES = (1, 10), (1, 10, 100)
ASKED, MESSAGES = 100, 100


def main() -> None:
    """Prints a line for each size; each is measured in processes of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--whole", type=int, nargs="*", default=WHOLE, help="sizes to train and ask through the servers"
    )
    parser.add_argument("--head", type=int, nargs="*", default=TIMES, help="sizes to try the head alone with")
    parser.add_argument("--alone", type=int, help="measure the head of this size, in this process")
    arguments = parser.parse_args()
    if arguments.alone:
        print(json.dumps(head_alone(arguments.alone)))
        return
    whole = {times: trained(times) for times in arguments.whole}
    if whole:
        print(table({f"{times}×": figures for times, figures in whole.items()}))
    if arguments.head:
        print(heads(arguments.head))


def trained(times: int) -> Figures:
    """Trains so many times the knowledge from nothing and asks it questions it was trained on, front included."""
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "grown"
        classes = lay_out(project, times)
        seconds = train(project)
        system = System(project, project / "models" / "model.tar.gz", own=True, front=True)
        asked = sorted({example.text for example in examples(project / "data" / "nlu")})
        questions = random.Random(1).sample(asked, needed(MESSAGES))  # noqa: S311
        return {"classes": classes, "training s": seconds, **measured(system, questions, MESSAGES)}


def heads(sizes: Sequence[int]) -> str:
    """The head alone: a line for each size, each in a process of its own."""
    lines = [f"{'knowledge':>10}{'classes':>10}{'questions':>11}{'ms/message':>12}{'MiB':>8}"]
    for times in sizes:
        command = [sys.executable, "-W", "ignore", "-m", "benchmarks.growth", "--alone", str(times)]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout.splitlines()[-1])
        lines.append(
            f"{times:>9}×{found['classes']:>10}{found['questions']:>11}{found['ms']:>12.1f}{found['mib']:>8.0f}"
        )
    return "\n".join(lines)


def head_alone(times: int) -> dict[str, float]:
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


def generated(classes: list[str], questions: int, texts: list[str], config: dict[str, Any]) -> Head:
    """A head of full size whose weights mean nothing."""
    numbers = np.random.default_rng(1)
    vectors = numbers.normal(size=(questions, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = numbers.standard_normal(size=(questions, len(classes)), dtype=np.float32) / 50
    spelling = Spelling.fit(texts, config["ngrams"], config["most_ngrams"])
    said = np.zeros((len(spelling.numbers), len(classes)), np.float16)
    said += np.float16(0.01)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meaning.onnx"
        path.write_bytes(written(vectors, vectors.mean(axis=0), config))
        del vectors
        meaning = session(path)
    few = np.zeros((2 * len(classes), len(classes)), np.float32)
    few[np.arange(len(few)), np.arange(len(few)) % len(classes)] = 1
    kinds = Kinds.fit(classes, few, ["wort"] * len(few), classes * 2, config["sharpness"])
    return Head(meaning, weights.T.astype(np.float16), said, kinds, spelling, config)


def resident() -> float:
    """Resident memory of this process in MiB (Linux)."""
    status = Path("/proc/self/status").read_text("utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    main()
