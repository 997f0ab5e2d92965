"""What Prometheus learns of reviews and withdrawn answers."""

from __future__ import annotations

import datetime
from dataclasses import replace

import httpx2
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.operate.reviews import Reviews
from assistant.knowledge import knowledge
from assistant.knowledge.live import served
from assistant.knowledge.withdrawn import Withdrawal
from assistant.launch.servers import HOST, free_port
from tests.fakes.front import HERE

FACT, WHY = "ask_figures/fap_reached", Withdrawal("Anna", "2026-11-30", "wrong")


class Fixed:
    """The knowledge of one day."""

    def __init__(self, today, refused=False):
        self.refused, self._today = refused, today

    def current(self):
        return served(knowledge(), {FACT: WHY}, self._today)


def samples(today, refused=False):
    collected = Reviews(Fixed(today, refused), lambda: today).collect()
    return {(s.name, s.labels.get("kind")): s.value for metric in collected for s in metric.samples}


def test_nothing_is_overdue_today_and_every_kind_is_there():
    found = samples(datetime.date(2026, 11, 30))
    for kind in ("fact", "referral", "crisis", "smalltalk", "contact"):
        assert found["assistant_entries_overdue", kind] == 0
    assert found["assistant_entries_withdrawn", None] == 1
    assert found["assistant_knowledge_refused", None] == 0


def test_late_emergencies_and_referrals_are_counted_and_still_said():
    found = samples(datetime.date(2029, 6, 1), refused=True)
    base = knowledge()
    for kind in ("crisis", "referral"):
        late = [entry for entry in base.entries.values() if entry.kind == kind and entry.review_by]
        assert found["assistant_entries_overdue", kind] == len(late) > 0
    facts = [entry for entry in base.entries.values() if entry.kind == "fact" and entry.review_by]
    assert found["assistant_entries_withdrawn", None] == len(facts)
    assert found["assistant_knowledge_refused", None] == 1


def test_reviews_of_the_next_thirty_days_are_counted():
    found = samples(datetime.date(2027, 1, 5))
    january = [
        entry for entry in knowledge().entries.values() if entry.kind == "crisis" and entry.review_by == "2027-01"
    ]
    assert found["assistant_entries_due", "crisis"] == len(january) > 0


def test_the_front_serves_them(settings, rasa):
    port = free_port()
    with TestClient(application(replace(settings, metrics_port=port), rasa), HERE):
        text = httpx2.get(f"http://{HOST}:{port}/metrics", trust_env=False).text
    names = {family.name for family in text_string_to_metric_families(text)}
    expected = {f"assistant_entries_{name}" for name in ("overdue", "due", "withdrawn")}
    assert expected | {"assistant_knowledge_refused"} <= names
