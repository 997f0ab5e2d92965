"""What the front counts and times, for Prometheus; no content, no names, and of every label few values.

Served on a port of its own, which is never the public one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assistant.core.languages import LANGUAGES

logger = logging.getLogger(__name__)
CHANNELS = ("web", "socketio", "rest", "telegram", "whatsapp", "facebook", "slack", "twilio")
KINDS = ("fact", "clarify", "referral", "crisis", "fallback", "smalltalk", "control", "error")
# Outcomes of a message to a messenger; `unknown`: the call broke, `late`: given up.
RESULTS = ("delivered", "later", "refused", "unreachable", "misconfigured", "unknown", "late")
# A visitor got an apology; Rasa gave no answer when asked; a request broke; a task of a chat or a background task
# failed and will be tried again; the notice file cannot be read; the database cannot be asked.
ERRORS = ("apology", "rasa", "request", "chat_task", "background_task", "notice", "database")
PROCESSES = tuple(map(str, range(32)))
OTHER = "other"
SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 30.0, 60.0, 300.0)

registry = CollectorRegistry()
ProcessCollector(registry=registry)
_messages = Counter("assistant_messages", "Messages accepted.", ["channel"], registry=registry)
_answers = Counter("assistant_answers", "Answers kept.", ["kind", "language", "channel"], registry=registry)
_seconds = Histogram(
    "assistant_answer_seconds",
    "Seconds from acceptance to the kept answer.",
    ["channel"],
    buckets=SECONDS,
    registry=registry,
)
_errors = Counter("assistant_errors", "What went wrong.", ["kind"], registry=registry)
_deliveries = Counter(
    "assistant_deliveries", "Calls that hand messages to messengers.", ["channel", "result"], registry=registry
)
_rasa = Gauge("assistant_rasa_up", "Whether Rasa answered when it was last asked.", ["process"], registry=registry)


def accepted(channel: str) -> None:
    """A message was accepted."""
    _messages.labels(_one_of(CHANNELS, channel)).inc()


def answered(channel: str, answer: Mapping[str, Any], accepted_at: float) -> None:
    """An answer was kept (or, on REST, given) to a message accepted then, in seconds since 1970."""
    channel = _one_of(CHANNELS, channel)
    kind, language = _one_of(KINDS, answer.get("kind")), _one_of(LANGUAGES, answer.get("language"))
    _answers.labels(kind, language, channel).inc()
    _seconds.labels(channel).observe(max(time.time() - accepted_at, 0.0))


def failed(kind: str) -> None:
    """Something went wrong."""
    _errors.labels(_one_of(ERRORS, kind)).inc()


def delivered(channel: str, result: str) -> None:
    """A messenger was handed a message, with that result (or `Outcome`)."""
    result = "delivered" if result == "taken" else result
    _deliveries.labels(_one_of(CHANNELS, channel), _one_of(RESULTS, result)).inc()


def rasa_up(process: int, up: bool) -> None:
    """Whether a process of Rasa, by its place in the settings, answered."""
    _rasa.labels(_one_of(PROCESSES, str(process))).set(up)


@contextmanager
def exposed(host: str, port: int | None, waiting: Callable[[], int]) -> Iterator[None]:
    """Serves the figures at that address, where one is named; `waiting` counts messages without an answer."""
    if port is None:
        yield
        return
    counted = _Waiting(waiting)
    registry.register(counted)
    try:
        server, thread = start_http_server(port, host, registry)
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
    finally:
        registry.unregister(counted)


class _Waiting(Collector):
    """Asks the database whenever the figures are read, so that it holds for all fronts and after every start."""

    def __init__(self, count: Callable[[], int]) -> None:
        self._count = count

    def describe(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("assistant_waiting", "Messages that wait for their answer.")

    def collect(self) -> Iterator[Metric]:
        """The gauge; none where the database cannot be asked, so that the other figures are still served."""
        try:
            value = self._count()
        except Exception:
            logger.exception("The database could not be asked how many messages wait.")
            failed("database")
            return
        yield GaugeMetricFamily("assistant_waiting", "Messages that wait for their answer.", value=value)


def _one_of(known: tuple[str, ...], value: object) -> str:
    return value if isinstance(value, str) and value in known else OTHER
