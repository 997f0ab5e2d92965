"""Profiles what one message costs inside Rasa, step by step: `python -m benchmarks.profile`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import subprocess
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from assistant.engine import patches

MESSAGES, WARM = 200, 20
REST = "everything else in Rasa"

_taken: defaultdict[str, float] = defaultdict(float)


def main() -> None:
    """Prints the median of each step over many questions, in milliseconds of this process's processor time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    arguments = parser.parse_args()
    patches.apply()
    # These import modules that must find the patches in place.
    from rasa.utils.log_utils import configure_structlog

    from assistant.launch import servers
    from assistant.training.model import ensure_model
    from benchmarks.questions import drawn

    configure_structlog(logging.WARNING)
    logging.disable(logging.INFO)
    model = ensure_model()
    questions = drawn(arguments.messages + WARM, seed=2)
    port = servers.free_port()
    actions = subprocess.Popen(servers.actions_command(port), env=servers.environment(), stdout=subprocess.DEVNULL)
    try:
        with tempfile.TemporaryDirectory() as folder:
            rows = asyncio.run(profiled(model, servers.endpoints_for(port, Path(folder)), questions))
    finally:
        actions.terminate()
        actions.wait()
    print(table(rows))


async def profiled(model: Path, endpoints: Path, questions: Sequence[str]) -> list[dict[str, float]]:
    """The time of each step for each question, without the warm-up."""
    from rasa.core.agent import load_agent
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
    from rasa.core.utils import AvailableEndpoints

    watch()
    agent = await load_agent(str(model), endpoints=AvailableEndpoints.read_endpoints(str(endpoints)))
    rows = []
    for question in questions:
        _taken.clear()
        started, wall = time.process_time(), time.perf_counter()
        message = UserMessage(question, CollectingOutputChannel(), uuid.uuid4().hex, input_channel="rest")
        await agent.handle_message(message)
        total, whole = 1000 * (time.process_time() - started), 1000 * (time.perf_counter() - wall)
        steps = dict(_taken)
        steps[REST] = total - sum(steps.values())
        rows.append({**steps, "all, processor": total, "all, clock (with the action server)": whole})
    return rows[WARM:]


def watch() -> None:
    """Makes the steps of Rasa's processor record how long they take."""
    from rasa.core.actions.action import RemoteAction
    from rasa.core.processor import MessageProcessor
    from rasa.engine.graph import GraphNode

    call = GraphNode.__call__

    def timed(node: Any, *inputs: Any) -> Any:
        started = time.process_time()
        try:
            return call(node, *inputs)
        finally:
            _taken[name_of(node._node_name)] += 1000 * (time.process_time() - started)

    GraphNode.__call__ = timed
    RemoteAction.run = waited(RemoteAction.run, "action: request, answer and its events")
    MessageProcessor.save_tracker = waited(MessageProcessor.save_tracker, "tracker store: save")
    fetch = MessageProcessor.fetch_tracker_and_update_session
    MessageProcessor.fetch_tracker_and_update_session = waited(fetch, "tracker store: read, begin the session")
    MessageProcessor.run_action_extract_slots = waited(MessageProcessor.run_action_extract_slots, "slots from text")


def waited(step: Callable[..., Awaitable[Any]], name: str) -> Callable[..., Awaitable[Any]]:
    """A step that records its own processor time."""

    async def timed(*given: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return await step(*given, **named)
        finally:
            _taken[name] += 1000 * (time.process_time() - started)

    return timed


def name_of(node: str) -> str:
    """A readable name for a node of Rasa's graph."""
    kind, _, name = node.partition("_")
    return f"nlu: {name.rstrip('0123456789.')}" if kind == "run" and "Policy" not in name else f"dialogue: {node}"


def table(rows: Sequence[dict[str, float]]) -> str:
    """The median of each step, the most expensive first."""
    steps = dict.fromkeys(step for row in rows for step in row)
    medians = {step: statistics.median(row.get(step, 0.0) for row in rows) for step in steps}
    lines = [f"{step:48}{ms:8.2f}" for step, ms in sorted(medians.items(), key=lambda pair: -pair[1])]
    return "\n".join([f"{'step':48}{'ms':>8}", *lines])


if __name__ == "__main__":
    main()
