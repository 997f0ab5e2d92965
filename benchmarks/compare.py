"""Compares speed and memory of the assistant and Rasa's default pipeline in one run: `make bench`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.core.paths import ROOT
from assistant.core.progress import announce
from assistant.engine.environment import quiet_environment
from assistant.launch import servers
from assistant.training.model import ensure_model
from benchmarks.load import asked, memory, milliseconds, processor_seconds
from benchmarks.questions import drawn
from evaluation.default import seconds_of, trained
from evaluation.default_project import lay_out

MESSAGES, LONG, EDGE = 200, 300, 20
WARM = 20
PEOPLE = (1, 8, 64)
STARTUP_TIMEOUT_SECONDS = 240.0
LEFT_OUT = shutil.ignore_patterns(
    ".venv", ".git", "models", ".cache", ".rasa", ".data", "results", "__pycache__", "node_modules"
)
# Here a single machine plays all visitors.
UNLIMITED = {
    **{f"ASSISTANT_RATE_{rate}": "1000000/minute" for rate in ("SESSION", "ADDRESS", "CHATS", "REQUESTS")},
    "ASSISTANT_ADDRESS_PERCENT": "100",
    "ASSISTANT_ADDRESS_STORED_MB": "100000",
}

Figures = dict[str, float]


@dataclass(frozen=True)
class System:
    """A project with its model: whether it is the assistant, whether behind the front, and how many Rasa processes."""

    project: Path
    model: Path
    own: bool
    front: bool
    processes: int = 1


def main() -> None:
    """Measures all systems, prints a table with ratios and saves the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=1, help="of the default pipeline (its default is 100)")
    parser.add_argument("--messages", type=int, default=MESSAGES, help="distinct questions for each number of users")
    parser.add_argument("--trained", action="store_true", help="use the current model instead of training one")
    parser.add_argument("--without-default", action="store_true", help="measure only the assistant")
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "compare.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measured_all(Path(folder), arguments)
    arguments.json.parent.mkdir(exist_ok=True)
    about = {"epochs": arguments.epochs, "load before": os.getloadavg()[0]}
    arguments.json.write_text(json.dumps({**about, **figures}, indent=1) + "\n", "utf-8")
    print(table(figures))
    print(notes(arguments.epochs))


def measured_all(folder: Path, arguments: argparse.Namespace) -> dict[str, Figures]:
    """The figures of the assistant with and without the front, and of the default pipeline."""
    questions = drawn(needed(arguments.messages), seed=1)
    if arguments.trained:
        model, training = ensure_model(), {}
    else:
        ours = folder / "ours"
        shutil.copytree(ROOT, ours, ignore=LEFT_OUT)
        training = {"training s": train(ours)}
        model = ours / "models" / "model.tar.gz"
    found = {
        "with front": {**training, **measured(System(ROOT, model, True, True), questions, arguments.messages)},
        "two Rasas": {**training, **measured(System(ROOT, model, True, True, 2), questions, arguments.messages)},
        "Rasa alone": {**training, **measured(System(ROOT, model, True, False), questions, arguments.messages)},
    }
    if not arguments.without_default:
        default = folder / "default"
        default.mkdir()
        lay_out(default, arguments.epochs)
        seconds = copy_default_model(default, arguments.epochs)
        system = System(default, default / "models" / "model.tar.gz", False, False)
        found["default"] = {"training s": seconds, **measured(system, questions, arguments.messages)}
    return found


def needed(messages: int) -> int:
    """How many distinct questions measuring a system takes."""
    return WARM + len(PEOPLE) * messages + LONG


def train(project: Path) -> float:
    """Trains a project from scratch; returns the seconds it took."""
    announce("Training the assistant from scratch …")
    started = time.perf_counter()
    command = [sys.executable, "-m", "assistant.engine", "train", "--force", "--fixed-model-name", "model"]
    subprocess.run(command, cwd=project, env=quiet_environment(), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def copy_default_model(project: Path, epochs: int) -> float:
    """Copies the default pipeline's model, trained once for all runs, into a project; returns its training time."""
    model = trained(epochs)
    (project / "models").mkdir()
    shutil.copy(model, project / "models" / "model.tar.gz")
    return float(seconds_of(model).read_text("utf-8"))


def measured(system: System, questions: Sequence[str], messages: int) -> Figures:
    """Measures startup, memory, one user and many at once, and one long conversation."""
    announce(f"Asking {'the assistant' if system.own else 'the default pipeline'} {len(questions)} questions …")
    started = time.perf_counter()
    with running(system) as (port, rasa, processes):
        for each in (*rasa, port):
            wait(each, processes)
        figures = {"start to answer s": time.perf_counter() - started}
        left = list(questions)
        asked(port, [left.pop() for _ in range(WARM)], 1)
        figures["memory before MiB"] = memory(process.pid for process in processes)
        for people in PEOPLE:
            figures |= together(port, [left.pop() for _ in range(messages)], people, processes)
        conversation = [milliseconds(port, left.pop(), "long") or float("nan") for _ in range(LONG)]
        figures[f"first {EDGE} of {LONG} ms"] = statistics.median(conversation[:EDGE])
        figures[f"last {EDGE} of {LONG} ms"] = statistics.median(conversation[-EDGE:])
        figures["memory after MiB"] = memory(process.pid for process in processes)
    return figures


def together(port: int, questions: Sequence[str], people: int, processes: Sequence[subprocess.Popen[bytes]]) -> Figures:
    """The figures with this many users at once."""
    pids = [process.pid for process in processes]
    before = processor_seconds(pids)
    load = asked(port, questions, people)
    used = 1000 * (processor_seconds(pids) - before) / len(questions)
    return {
        f"{people} at once: p50 ms": load.p50,
        f"{people} at once: p95 ms": load.p95,
        f"{people} at once: messages/s": load.per_second,
        f"{people} at once: processor ms/message": used,
        f"{people} at once: not answered": load.failed,
    }


@contextmanager
def running(system: System) -> Iterator[tuple[int, list[int], list[subprocess.Popen[bytes]]]]:
    """Runs a system's servers on free ports; yields the port to ask, those of its Rasa processes, and the processes."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port, rasa, commands = commands_of(system, folder)
        addresses = ",".join(f"http://{servers.HOST}:{each}" for each in rasa)
        own = {**UNLIMITED, "ASSISTANT_DATA": str(folder / "data"), "ASSISTANT_RASA": addresses}
        processes = []
        for command in commands:
            environment = servers.environment(own)
            process = subprocess.Popen(command, cwd=system.project, env=environment, stdout=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            processes.append(process)
        yield port, rasa, processes


def commands_of(system: System, folder: Path) -> tuple[int, list[int], list[list[str]]]:
    """The port to ask, the ports of the Rasa processes, and the command lines of all servers."""
    ports = [servers.free_port() for _ in range(system.processes)]
    if not system.own:
        command = servers.rasa_command("run", system.model, ports[0], system.project / "endpoints.yml")
        return ports[0], ports, [[part.replace("assistant.engine", "rasa") for part in command]]
    commands = []
    for port in ports:
        actions = servers.free_port()
        (folder / str(port)).mkdir()
        endpoints = servers.endpoints_for(actions, folder / str(port))
        commands += [servers.rasa_command("run", system.model, port, endpoints), servers.actions_command(actions)]
    if not system.front:
        return ports[0], ports, commands
    front = servers.free_port()
    return front, ports, [*commands, servers.front_command(front, ports[0])]


def wait(port: int, processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Waits for the first answer that is not an apology."""
    end = time.monotonic() + STARTUP_TIMEOUT_SECONDS
    while time.monotonic() < end and not any(process.poll() for process in processes):
        try:
            said = servers.ask("Hallo", port, "start")
            kinds = [message["custom"]["answer"]["kind"] for message in said if "custom" in message]
            if said and "error" not in kinds:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("A server did not start; see the output above.")


def table(figures: Mapping[str, Figures]) -> str:
    """A column for each system, and the ratios of the assistant's figures to the default's."""
    names = list(figures)
    default = figures.get("default", {})
    rows = [f"{'':34}" + "".join(f"{name:>12}" for name in names) + f"{'ratios':>16}"]
    for what in figures[names[0]]:
        values = [column[what] for column in figures.values()]
        ratios = [
            f"{column[what] / default[what]:8.2f}"
            for name, column in figures.items()
            if _comparable(name, what, default)
        ]
        rows.append(f"{what:34}" + "".join(f"{value:12.1f}" for value in values) + "".join(ratios))
    return "\n".join(rows)


def _comparable(name: str, what: str, default: Figures) -> bool:
    return name != "default" and bool(default.get(what))


def notes(epochs: int) -> str:
    """What readers of the figures should know."""
    return (
        f"Memory is proportional set size over all processes. The default pipeline was trained for {epochs} of its 100 "
        "epochs on the same questions; its training time grows with the epochs, its other figures do not depend on "
        "them. Two Rasas: two Rasa processes and two action servers behind one front. Each system is asked every "
        "question once, in a separate conversation."
    )


if __name__ == "__main__":
    main()
