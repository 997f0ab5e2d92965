"""Keeps a set of servers running: prefixes their output, restarts those that end, and stops all of them together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType

from assistant.launch.tied import tied_to

OWN_NAME = "system"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Program:
    """A server to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class RestartPolicy:
    """How often a server that ends is started again, and how long one that is told to stop may take."""

    max_restarts: int = 5
    first_wait_seconds: float = 1.0
    longest_wait_seconds: float = 30.0
    # A server that has run this long has recovered, so its restarts are counted from the beginning.
    steady_seconds: float = 60.0
    stop_timeout_seconds: float = 20.0

    def wait_seconds(self, failures: int) -> float:
        """How long to wait before the next start, after so many failures in a row."""
        return min(self.first_wait_seconds * 2.0 ** (failures - 1), self.longest_wait_seconds)


@dataclass
class _State:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float | None = None


@dataclass(frozen=True)
class _Ended:
    name: str
    code: int


@dataclass(frozen=True)
class _Stop:
    """Everything is to stop."""


_Event = _Ended | _Stop


@dataclass
class Supervisor:
    """Runs programs until it is told to stop, or until one of them cannot be kept running."""

    programs: Sequence[Program]
    policy: RestartPolicy = field(default_factory=RestartPolicy)
    # Set once all of them are ready: until then, a program that gives up by itself has a fault that no restart mends.
    ready: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._states = {program.name: _State(program) for program in self.programs}
        self._events: SimpleQueue[_Event] = SimpleQueue()
        self._printing = threading.Lock()
        self._output_gone = False
        self._stopping = False
        self._result = 0

    def run(self) -> int:
        """Runs the programs; returns 0 when told to stop, otherwise the exit code of the one that gave up.

        To be called in the main thread: the programs end with the thread that starts them.
        """
        self._listen_to_signals()
        for state in self._states.values():
            self._start(state)
        try:
            while not self._stopping:
                self._handle(self._next_event())
        finally:
            self._stop_all()
            self._silence_output_that_is_gone()
        return self._result

    def say(self, text: str, name: str = OWN_NAME) -> None:
        """Prints a text with a name before each line; whoever reads the output may have gone."""
        self._write("".join(f"{name:<8}| {line}\n" for line in text.splitlines()))

    def show(self, text: str) -> None:
        """Prints a text as it is."""
        self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        with self._printing:
            if self._output_gone:
                return
            try:
                sys.stdout.write(text)
                sys.stdout.flush()
            except OSError:
                # Output that nobody can read any more means that the terminal has gone.
                self._output_gone = True
                self._events.put(_Stop())

    def _silence_output_that_is_gone(self) -> None:
        """Keeps Python from complaining at its end about what could not be written."""
        if self._output_gone:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def _listen_to_signals(self) -> None:
        for number in STOP_SIGNALS:
            # What the caller had ignored, as `nohup` does with SIGHUP, stays ignored.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._events.put(_Stop())

    def _next_event(self) -> _Event | None:
        """The next event, or None if a restart is due before it."""
        due = min((state.due_at for state in self._states.values() if state.due_at is not None), default=None)
        try:
            return self._events.get(timeout=None if due is None else max(0.0, due - time.monotonic()))
        except Empty:
            return None

    def _handle(self, event: _Event | None) -> None:
        if isinstance(event, _Stop):
            self._stopping = True
        elif isinstance(event, _Ended):
            self._on_end(self._states[event.name], event.code)
        for state in self._states.values():
            if state.due_at is not None and state.due_at <= time.monotonic() and not self._stopping:
                self._start(state)

    def _start(self, state: _State) -> None:
        program = state.program
        state.due_at, state.started_at = None, time.monotonic()
        # A session of its own, so that Ctrl-C reaches it only through here.
        state.process = process = subprocess.Popen(
            tied_to(os.getpid(), program.command),
            env=dict(program.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for task in (self._forward, self._wait):
            threading.Thread(target=task, args=(program.name, process), daemon=True).start()

    def _forward(self, name: str, process: subprocess.Popen[bytes]) -> None:
        for line in process.stdout or ():
            self.say(line.decode("utf-8", "replace"), name)

    def _wait(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self._events.put(_Ended(name, process.wait()))

    def _on_end(self, state: _State, code: int) -> None:
        name, ran_seconds = state.program.name, time.monotonic() - state.started_at
        state.process = None
        state.failures = 1 if ran_seconds >= self.policy.steady_seconds else state.failures + 1
        has_fault = code > 0 and not self.ready.is_set()
        if has_fault or state.failures > self.policy.max_restarts:
            self.say(f"{name} has ended ({_in_words(code)}) and is given up; everything stops.")
            self._result, self._stopping = (code if code > 0 else 128 - code), True
            return
        wait_seconds = self.policy.wait_seconds(state.failures)
        state.due_at = time.monotonic() + wait_seconds
        attempt = f"attempt {state.failures} of {self.policy.max_restarts}"
        self.say(f"{name} has ended ({_in_words(code)}); it is started again in {wait_seconds:g} s, {attempt}.")

    def _stop_all(self) -> None:
        """Asks all programs to stop, and ends those that do not in time."""
        self._signal_all(signal.SIGTERM)
        deadline = time.monotonic() + self.policy.stop_timeout_seconds
        while any(state.process for state in self._states.values()):
            try:
                event = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                break
            if isinstance(event, _Ended):
                self._states[event.name].process = None
        self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: signal.Signals) -> None:
        for state in self._states.values():
            if state.process:
                try:
                    os.killpg(state.process.pid, number)
                except ProcessLookupError:
                    continue


def _in_words(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
