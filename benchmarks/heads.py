"""Other heads on the same features, questions and cases: `python -m benchmarks.heads`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from rasa.core.agent import Agent
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from assistant.commands.train import quiet_environment
from assistant.knowledge import knowledge, render
from assistant.knowledge.examples import examples
from assistant.nlu.classifier import EntryClassifier
from assistant.nlu.head import Head
from assistant.nlu.kinds import Floats
from assistant.nlu.vectors import KeptVectors, encode
from assistant.paths import ROOT, VECTORS
from assistant.progress import announce
from assistant.understanding import FACT, kind_of
from evaluation.cases import CASES, Turn, read
from evaluation.judge import holds

# Looked at while the assistant was made; the other files are for the evaluation alone.
QUESTIONS, NEAR_MISSES = ("tuning-de", "tuning-en"), "tuning-oos"


@dataclass(frozen=True)
class Data:
    """Training questions and the messages to rank, with their vectors."""

    texts: list[str]
    vectors: Floats
    labels: list[str]
    asked: list[Turn]
    asked_vectors: Floats


WITHIN = "__"
DIET = {
    "recipe": "default.v1",
    "language": "de",
    "assistant_id": "heads",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        # DIET will not do without features of single words.
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "assistant.nlu.encoder.SentenceEncoder"},
        {
            "name": "DIETClassifier",
            "epochs": 5,
            "entity_recognition": False,
            "constrain_similarities": True,
            "ranking_length": 0,
        },
    ],
}
Scores = tuple[Sequence[str], Floats]


def main() -> None:
    """Prints a line for each head: best fact right, and facts said to near misses when 95 % are answered."""
    data = gathered()
    for name, head in HEADS.items():
        begun = time.perf_counter()
        classes, scores = head(data)
        right, near = judged(data, classes, scores)
        seconds = time.perf_counter() - begun
        announce(f"{name:44} right {100 * right:5.1f} %  near misses {100 * near:5.1f} %  {seconds:4.0f} s")


def gathered() -> Data:
    """Everything the heads need, encoded once."""
    training = list(examples())
    texts = [example.text for example in training]
    known = KeptVectors(VECTORS).of(texts)
    singles = [case for case in read(CASES / f"{name}.jsonl" for name in QUESTIONS) if case.kind != "multi"]
    near = [case for case in read([CASES / f"{NEAR_MISSES}.jsonl"]) if case.kind == "near"]
    asked = [case.turns[0] for case in [*singles, *near]]
    vectors = np.stack([known[text] for text in texts])
    labels = [example.intent for example in training]
    return Data([t.lower() for t in texts], vectors, labels, asked, np.stack([encode(t.text) for t in asked]))


def judged(data: Data, classes: Sequence[str], scores: Floats) -> tuple[float, float]:
    """The share of questions whose best fact is right, and of near misses above the confidence 95 % reach."""
    facts = np.array([kind_of(name) == FACT for name in classes])
    best = np.where(facts, scores, -np.inf).argmax(axis=1)
    sure = np.where(facts, scores, -np.inf).max(axis=1) - np.where(facts, -np.inf, scores).max(axis=1)
    answerable = np.array([turn.facts is not None for turn in data.asked])
    right = np.array([_right(turn, classes[i]) for turn, i in zip(data.asked, best)])
    at = np.quantile(sure[answerable], 0.05)
    return float(right[answerable].mean()), float((sure[~answerable] >= at).mean())


def _right(turn: Turn, entry_id: str) -> bool:
    entry = knowledge().entries[entry_id]
    text = render(knowledge(), entry, turn.language).text
    return turn.facts is not None and holds(text, turn.facts[0], turn.text)


def _ngrams(data: Data) -> tuple[csr_matrix, csr_matrix]:
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, max_features=40000)
    return vectorizer.fit_transform(data.texts), vectorizer.transform([turn.text.lower() for turn in data.asked])


def _centred(data: Data) -> tuple[Floats, Floats]:
    mean = data.vectors.mean(axis=0)
    rows = [v - mean for v in (data.vectors, data.asked_vectors)]
    trained, asked = (row / np.linalg.norm(row, axis=1, keepdims=True) for row in rows)
    return trained, asked


def _logistic(data: Data) -> Scores:
    trained, asked = _centred(data)
    model = LogisticRegression(C=20, max_iter=300).fit(trained, data.labels)
    return model.classes_, model.predict_log_proba(asked)


def _two_experts(data: Data) -> Scores:
    classes, meaning = _logistic(data)
    trained, asked = _ngrams(data)
    model = LogisticRegression(C=10, solver="saga", tol=0.02, max_iter=60, random_state=0).fit(trained, data.labels)
    return classes, 0.65 * meaning + 0.35 * model.predict_log_proba(asked)


def _vector_machine(data: Data) -> Scores:
    trained, asked = _centred(data)
    model = LinearSVC(C=1.0).fit(trained, data.labels)
    return model.classes_, model.decision_function(asked)


def _perceptron(data: Data) -> Scores:
    trained, asked = _centred(data)
    model = MLPClassifier((512,), early_stopping=True, random_state=0, max_iter=60).fit(trained, data.labels)
    return model.classes_, np.log(model.predict_proba(asked) + 1e-9)


def _kernel(**changed: float) -> Callable[[Data], Scores]:
    def scores(data: Data) -> Scores:
        config = {**EntryClassifier.get_default_config(), **changed}
        head = Head.fit(data.texts, data.vectors, data.labels, config)
        return head.classes, head.scores([turn.text.lower() for turn in data.asked], data.asked_vectors)

    return scores


def _diet(data: Data) -> Scores:
    """Rasa's DIET on e5's vectors, every entry an intent of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        questions: dict[str, list[str]] = {}
        for example in examples():
            questions.setdefault(example.intent.replace("/", WITHIN), []).append(example.text)
        blocks = [{"intent": label, "examples": _listed(texts)} for label, texts in questions.items()]
        (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), "utf-8")
        (folder / "config.yml").write_text(yaml.safe_dump(DIET), "utf-8")
        command = [sys.executable, "-m", "rasa", "train", "nlu", "--nlu", "nlu.yml", "--config", "config.yml"]
        environment = {**quiet_environment(), "PYTHONPATH": str(ROOT)}
        subprocess.run([*command, "--out", "."], cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        agent = Agent.load(next(folder.glob("*.tar.gz")))
        found = [asyncio.run(agent.parse_message(turn.text))["intent_ranking"] for turn in data.asked]
    classes = sorted(set(data.labels))
    ranked = [{row["name"].replace(WITHIN, "/"): row["confidence"] for row in ranking} for ranking in found]
    return classes, np.log([[row.get(name, 0.0) + 1e-9 for name in classes] for row in ranked])


def _listed(texts: Sequence[str]) -> str:
    return "".join(f"- {' '.join(text.replace('[', ' ').replace('{', ' ').split())}\n" for text in texts)


HEADS: dict[str, Callable[[Data], Scores]] = {
    "logistic regression on e5": _logistic,
    "two logistic regressions, e5 and n-grams": _two_experts,
    "linear support vector machine on e5": _vector_machine,
    "perceptron (512) on e5": _perceptron,
    "DIET (5 epochs) on e5": _diet,
    "kernel ridge, e5 only": _kernel(spelling=0.0),
    "kernel ridge, e5 and n-grams (in use)": _kernel(),
    "kernel ridge, wider": _kernel(narrowness=1.0),
    "kernel ridge, half n-grams": _kernel(spelling=0.5),
    "kernel ridge, all classes even": _kernel(evenness=1.0),
}


if __name__ == "__main__":
    main()
