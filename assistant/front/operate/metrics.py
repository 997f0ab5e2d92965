"""The front's metrics for Prometheus: no content, no names, and few values for each label.

They are served on a separate port, never on the public one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assistant.core.envelope import ANSWER_KINDS
from assistant.core.languages import LANGUAGES
from assistant.front.core.channels import CHANNELS

logger = logging.getLogger(__name__)
# Outcomes of a message to a messenger; `unknown`: the call broke off, `late`: we gave up.
RESULTS = ("delivered", "later", "refused", "unreachable", "misconfigured", "unknown", "late")
# A visitor got an apology; Rasa did not answer; a request failed unexpectedly; a chat's task or a background task
# failed and will be retried; the notice file is invalid; the database did not answer, was locked for too long, or has
# no room, on its disk or by the quota; a response with a status of 5xx; the purge failed, or its brake stopped it; the
# readiness check could not store, read and delete; a messenger's message was dropped for want of room or time; keys
# without a chat, of which there are too many.
ERRORS = (
    "apology",
    "rasa",
    "request",
    "chat_task",
    "background_task",
    "notice",
    "database",
    "database_locked",
    "disk_full",
    "quota",
    "response",
    "purge",
    "brake",
    "canary",
    "dropped",
    "orphaned_keys",
)
PROCESSES = tuple(map(str, range(32)))
OTHER = "other"
BUCKETS_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 30.0, 60.0, 300.0)

registry = CollectorRegistry()
ProcessCollector(registry=registry)
_messages = Counter("assistant_messages", "Messages accepted.", ["channel"], registry=registry)
_answers = Counter("assistant_answers", "Answers stored.", ["kind", "language", "channel"], registry=registry)
_seconds = Histogram(
    "assistant_answer_seconds",
    "Seconds from acceptance to the stored answer.",
    ["channel"],
    buckets=BUCKETS_SECONDS,
    registry=registry,
)
_endings = Counter(
    "assistant_questions",
    "Questions by how they ended, and by the topic that was given or is nearest.",
    ["outcome", "topic", "language"],
    registry=registry,
)
_errors = Counter("assistant_errors", "Errors by kind.", ["kind"], registry=registry)
for _kind in ERRORS:
    # From zero on, since Prometheus sees no increase in a counter that appears with its first error.
    _errors.labels(_kind)
_deliveries = Counter(
    "assistant_deliveries", "Calls that hand messages to messengers.", ["channel", "result"], registry=registry
)
_unfinished = Gauge(
    "assistant_erasures_unfinished", "Erasures whose traces could not be overwritten yet.", registry=registry
)
_rasa = Gauge("assistant_rasa_up", "Whether Rasa answered when last asked.", ["process"], registry=registry)


def accepted(channel: str) -> None:
    """Counts a message that was accepted."""
    _messages.labels(_one_of(CHANNELS, channel)).inc()


def answered(channel: str, kind: str, language: str | None, accepted_at: float) -> None:
    """Counts and times an answer that was stored (or, over REST, returned); `accepted_at` is in seconds since 1970."""
    channel = _one_of(CHANNELS, channel)
    _answers.labels(_one_of(ANSWER_KINDS, kind), _one_of(LANGUAGES, language), channel).inc()
    _seconds.labels(channel).observe(max(time.time() - accepted_at, 0.0))


def ended(outcome: str, topic: str, language: str) -> None:
    """Counts how a question ended; `topic` is one of the knowledge's, or empty."""
    _endings.labels(outcome, topic, _one_of(LANGUAGES, language)).inc()


def failed(kind: str) -> None:
    """Counts an error."""
    _errors.labels(_one_of(ERRORS, kind)).inc()


def delivered(channel: str, result: str) -> None:
    """Counts a call that handed a message to a messenger, by its result (one of RESULTS, or an `Outcome`'s value)."""
    result = "delivered" if result == "accepted" else result
    _deliveries.labels(_one_of(CHANNELS, channel), _one_of(RESULTS, result)).inc()


def unfinished_erasures(number: int) -> None:
    """Records how many erasures left traces that could not be overwritten yet."""
    _unfinished.set(number)


def rasa_up(process: int, up: bool) -> None:
    """Records whether a Rasa process, by its position in the settings, answered."""
    _rasa.labels(_one_of(PROCESSES, str(process))).set(up)


@dataclass(frozen=True)
class Asked:
    """Gauges that are asked for on each scrape, so that they cover all fronts and survive restarts."""

    what: str
    gauges: Mapping[str, str]
    ask: Callable[[], Mapping[str, float]]


@contextmanager
def exposed(host: str, port: int | None, waiting: Callable[[], int], *more: Asked | Collector) -> Iterator[None]:
    """Serves the metrics if there is a port; `waiting` counts messages without an answer."""
    if port is None:
        yield
        return
    messages = {"assistant_waiting": "Messages waiting for an answer."}
    asked = Asked("waiting messages", messages, lambda: {"assistant_waiting": waiting()})
    collectors = [_AskedGauges(one) if isinstance(one, Asked) else one for one in (asked, *more)]
    for collector in collectors:
        registry.register(collector)
    try:
        server, thread = start_http_server(port, host, registry)
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
    finally:
        for collector in collectors:
            registry.unregister(collector)


class _AskedGauges(Collector):
    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def describe(self) -> Iterator[Metric]:
        for name, help_ in self._asked.gauges.items():
            yield GaugeMetricFamily(name, help_)

    def collect(self) -> Iterator[Metric]:
        """The gauges; nothing if the database does not answer, so that the other metrics are still served."""
        try:
            values = self._asked.ask()
        except Exception:
            logger.exception("Could not ask the database for its %s.", self._asked.what)
            failed("database")
            return
        for name, value in values.items():
            yield GaugeMetricFamily(name, self._asked.gauges[name], value=value)


def _one_of(known: tuple[str, ...], value: object) -> str:
    return value if isinstance(value, str) and value in known else OTHER
