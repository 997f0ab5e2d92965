"""What editors have to look at, as metrics: reviews, withdrawn answers, and a change that was refused."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assistant.knowledge.live import Live
from assistant.knowledge.review import KINDS, counted, due_soon, overdue

OVERDUE, DUE = "assistant_entries_overdue", "assistant_entries_due"
WITHDRAWN, REFUSED = "assistant_entries_withdrawn", "assistant_knowledge_refused"
HELP = {
    OVERDUE: "Entries and contacts whose review is overdue, by kind.",
    DUE: "Entries and contacts whose review is due within 30 days, by kind.",
    WITHDRAWN: "Entries that are not said, withdrawn by staff or because their review is long overdue.",
    REFUSED: "Whether a change of the knowledge or of the withdrawn answers is not in order and not in force.",
}


class Reviews(Collector):
    """Counted on each scrape, by today's date."""

    def __init__(self, live: Live, today: Callable[[], datetime.date] = datetime.date.today) -> None:
        self._live, self._today = live, today

    def describe(self) -> Iterator[Metric]:
        for name, help_ in HELP.items():
            yield GaugeMetricFamily(name, help_)

    def collect(self) -> Iterator[Metric]:
        """The gauges, with a zero for each kind that has none."""
        base, today = self._live.current(), self._today()
        yield _by_kind(OVERDUE, counted(overdue(base, today)))
        yield _by_kind(DUE, counted(due_soon(base, today)))
        yield GaugeMetricFamily(WITHDRAWN, HELP[WITHDRAWN], value=len(base.withdrawn))
        yield GaugeMetricFamily(REFUSED, HELP[REFUSED], value=float(self._live.refused))


def _by_kind(name: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, HELP[name], labels=["kind"])
    for kind in KINDS:
        family.add_metric([kind], counts.get(kind, 0))
    return family
