"""Speed and memory of the assistant beside Rasa's default pipeline, in one run: `make benchmark`."""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from assistant.commands import servers
from assistant.commands.train import quiet_environment
from assistant.knowledge.examples import examples
from assistant.paths import ROOT
from assistant.progress import announce
from benchmarks.default_project import lay_out
from evaluation.default import seconds_of, trained

MESSAGES = 300
EDGE = 20
LONGEST_START = 240.0
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", "models", ".cache", ".rasa", "results", "__pycache__", "node_modules"
)

Figures = dict[str, float]


def main() -> None:
    """Trains and measures both, prints a table with ratios, keeps the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1, help="of the default pipeline (its own number is 100)")
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "compare.json")
    arguments = parser.parse_args()
    questions = random.Random(1).sample(sorted({e.text for e in examples()}), MESSAGES)  # noqa: S311
    with tempfile.TemporaryDirectory() as folder:
        ours, default = Path(folder) / "ours", Path(folder) / "default"
        shutil.copytree(ROOT, ours, ignore=LEFT_OUT)
        default.mkdir()
        lay_out(default, arguments.epochs)
        seconds = {"assistant": train(ours), "default": taken_over(default, arguments.epochs)}
        figures = {
            "assistant": {"training s": seconds["assistant"], **measured(ours, questions, own=True)},
            "default": {"training s": seconds["default"], **measured(default, questions, own=False)},
        }
    arguments.json.parent.mkdir(exist_ok=True)
    arguments.json.write_text(json.dumps({"epochs": arguments.epochs, **figures}, indent=1) + "\n", "utf-8")
    print(table(figures))


def train(project: Path) -> float:
    """Trains a project with nothing kept from before; how many seconds it took."""
    announce(f"Training {project.name} …")
    begun = time.perf_counter()
    command = [sys.executable, "-m", "rasa", "train", "--fixed-model-name", "model"]
    subprocess.run(command, cwd=project, env=quiet_environment(), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def taken_over(project: Path, epochs: int) -> float:
    """Puts the default pipeline's model, trained once for all measurements, into a project; its training time."""
    model = trained(epochs)
    (project / "models").mkdir()
    shutil.copy(model, project / "models" / "model.tar.gz")
    return float(seconds_of(model).read_text("utf-8"))


def measured(project: Path, questions: list[str], own: bool) -> Figures:
    """All other figures of one project: start, memory, single messages, one long conversation."""
    figures: Figures = {}
    announce(f"Asking {project.name} {2 * len(questions)} questions …")
    begun = time.perf_counter()
    with running(project, own) as (port, processes):
        _wait(port)
        figures["start to ready s"] = time.perf_counter() - begun
        singles = sorted(_milliseconds(question, port, uuid.uuid4().hex) for question in questions)
        figures["p50 ms"], figures["p95 ms"] = singles[len(singles) // 2], singles[int(len(singles) * 0.95)]
        conversation = [_milliseconds(question, port, "long") for question in questions]
        figures["first 20 of 300 ms"] = statistics.median(conversation[:EDGE])
        figures["last 20 of 300 ms"] = statistics.median(conversation[-EDGE:])
        figures["memory MiB"] = sum(_resident(process.pid) for process in processes)
    announce(f"{project.name}: " + ", ".join(f"{name} {value:.1f}" for name, value in figures.items()))
    return figures


@contextmanager
def running(project: Path, own: bool) -> Iterator[tuple[int, list[subprocess.Popen[bytes]]]]:
    """The project's server or servers, on free ports."""
    port, actions_port = servers.free_port(), servers.free_port()
    model = project / "models" / "model.tar.gz"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        endpoints = servers.endpoints_for(actions_port, folder) if own else project / "endpoints.yml"
        rasa = servers.rasa_command("run", model, port, endpoints)
        commands = (
            [rasa, servers.actions_command(actions_port)]
            if own
            else [[a.replace("assistant.engine", "rasa") for a in rasa]]
        )
        processes = []
        for command in commands:
            process = subprocess.Popen(command, cwd=project, env=servers.environment(), stdout=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            processes.append(process)
        yield port, processes


def _wait(port: int) -> None:
    end = time.monotonic() + LONGEST_START
    while time.monotonic() < end:
        try:
            if servers.ask("Hallo", port, "start"):
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("A server did not start; the lines above say why.")


def _milliseconds(question: str, port: int, sender: str) -> float:
    begun = time.perf_counter()
    servers.ask(question, port, sender)
    return (time.perf_counter() - begun) * 1000


def _resident(pid: int) -> float:
    """Resident memory of a process in MiB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def table(figures: dict[str, Any]) -> str:
    """Both columns and how many times the default's figure ours is."""
    rows = [f"{'':22}{'assistant':>12}{'default':>12}{'ratio':>8}"]
    for name, ours in figures["assistant"].items():
        default = figures["default"][name]
        rows.append(f"{name:22}{ours:12.1f}{default:12.1f}{ours / default:8.2f}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
