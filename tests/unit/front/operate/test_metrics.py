"""What the front counts, and where it is exposed."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from assistant.core.paths import ROOT
from assistant.front.app import application
from assistant.front.core.channels import MESSENGERS
from assistant.front.core.settings import settings_from
from assistant.front.messengers.base.outcomes import Outcome
from assistant.front.messengers.registry import CONNECTORS, configured
from assistant.front.operate import metrics, reviews
from assistant.front.store.gauges import LISTED, PURGE, STORAGE, TEAM
from assistant.launch.servers import HOST, free_port
from tests.fakes.front import AWAY, HERE, Visitor, enveloped
from tests.fakes.vendors.telegram import TelegramWire
from tests.support.wait import until
from tests.unit.front.store.test_deadlines import locked

PERSONAL = "Mein Name ist Yusra Sonderbar"


@pytest.fixture
def scraped(settings, rasa):
    """A client of a front that exposes metrics, a visitor, and a function that reads the metrics."""
    port = free_port()
    app = application(replace(settings, metrics_port=port, answer_timeout_seconds=0.5), rasa)

    def read():
        return httpx2.get(f"http://{HOST}:{port}/metrics", trust_env=False).text

    with TestClient(app, HERE) as client:
        yield client, read


def value(text, name, **labels):
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())


def test_a_message_and_its_answer_are_counted_and_timed(scraped):
    client, read = scraped
    before = read()
    Visitor(client, "en").answer_to("When was IOM founded?", language="en")
    after = read()

    def more(name, **labels):
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("assistant_messages_total", channel="web") == 1
    assert more("assistant_answers_total", kind="fact", language="en", channel="web") == 1
    assert more("assistant_answer_seconds_count", channel="web") == 1
    assert 0 < more("assistant_answer_seconds_sum", channel="web") < 10
    assert more("assistant_errors_total") == 0
    assert value(after, "assistant_rasa_up", process="0") == 1


def test_rests_messages_are_counted_too(scraped):
    client, read = scraped
    before = read()
    client.post("/webhooks/rest/webhook", json={"sender": "me", "message": "Hallo"})
    after = read()
    for name in ("assistant_messages_total", "assistant_answers_total", "assistant_answer_seconds_count"):
        assert value(after, name, channel="rest") - value(before, name, channel="rest") == 1


def test_an_apology_is_an_error_and_rasa_is_down(scraped, rasa):
    client, read = scraped
    before = value(read(), "assistant_errors_total", kind="apology")
    rasa.reply = lambda _: AWAY
    assert Visitor(client).answer_to("Hallo")["kind"] == "error"
    after = read()
    assert value(after, "assistant_errors_total", kind="apology") - before == 1
    assert value(after, "assistant_errors_total", kind="rasa") > 0
    assert value(after, "assistant_rasa_up", process="0") == 0


def test_what_waits_is_asked_of_the_database(scraped, rasa):
    client, read = scraped
    rasa.slow = 5
    visitor = Visitor(client)
    visitor.post("Hallo")
    visitor.post("Hallo noch einmal")
    assert value(read(), "assistant_waiting") == 2
    until(lambda: not value(read(), "assistant_waiting"))


def test_a_database_that_cannot_be_asked_hides_no_other_figure():
    port = free_port()
    with metrics.exposed(HOST, port, lambda: 1 // 0):
        # The first scrape fails to ask and counts that; the second reports it.
        text = [httpx2.get(f"http://{HOST}:{port}/metrics", trust_env=False).text for _ in range(2)][1]
    assert "assistant_waiting" not in text
    assert value(text, "assistant_errors_total", kind="database") > 0


def test_a_database_that_is_locked_is_counted_with_the_responses_it_costs(scraped, settings):
    client, read = scraped
    visitor = Visitor(client)
    before = read()
    with locked(settings.database):
        assert visitor.post("Hallo").status_code == 503
    after = read()
    for kind in ("database_locked", "response"):
        assert value(after, "assistant_errors_total", kind=kind) > value(before, "assistant_errors_total", kind=kind)
    assert 0 < value(after, "assistant_storage_bytes") < value(after, "assistant_storage_max_bytes")
    assert value(after, "assistant_purge_stopped") == 0
    assert 0 <= value(after, "assistant_purge_age_seconds") < 3600


def test_every_kind_of_error_is_there_from_the_start():
    """Prometheus sees no increase in a counter that appears with its first error."""
    names = {
        one.labels["kind"]
        for metric in metrics.registry.collect()
        for one in metric.samples
        if one.name == "assistant_errors_total"
    }
    assert names >= set(metrics.ERRORS)


def test_no_content_and_no_name_is_told_and_labels_stay_few(scraped, rasa):
    client, read = scraped
    rasa.reply = lambda body: [{"text": PERSONAL}, enveloped("a kind of its own", language="tlh")]
    visitor = Visitor(client)
    visitor.answer_to(PERSONAL)
    client.post("/webhooks/rest/webhook", json={"sender": PERSONAL, "message": PERSONAL})
    text = read()
    assert "Sonderbar" not in text
    assert "a kind of its own" not in text
    assert visitor.token.split(".")[0].strip('"') not in text
    assert value(text, "assistant_answers_total", kind="other") >= 1
    metrics.accepted(PERSONAL)
    metrics.rasa_up(10**9, up=True)
    metrics.delivered(PERSONAL, PERSONAL)
    metrics.failed(PERSONAL)
    assert "Sonderbar" not in read()
    assert "1000000000" not in read()


def test_every_channel_and_every_outcome_has_a_label():
    assert set(MESSENGERS) == set(CONNECTORS)
    assert set(metrics.CHANNELS) > set(MESSENGERS)
    assert {"accepted", *metrics.RESULTS} >= {outcome.value for outcome in Outcome}


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "//metrics", "/api/metrics", "/widget/metrics"])
def test_the_public_port_tells_nothing(path, scraped):
    client, _ = scraped
    response = client.get(path)
    assert response.status_code == 404
    assert "assistant_messages" not in response.text


def test_without_a_port_nothing_listens(settings, rasa, monkeypatch):
    def refuse(*_):
        raise AssertionError("it listens")

    monkeypatch.setattr("assistant.front.operate.metrics.start_http_server", refuse)
    assert settings.metrics_port is None
    with TestClient(application(settings, rasa), HERE) as client:
        assert client.get("/health").status_code == 200


def test_the_port_is_loopbacks_unless_said_otherwise(tmp_path):
    folder = {"ASSISTANT_DATA": str(tmp_path)}
    told = settings_from({**folder, "ASSISTANT_METRICS_PORT": "9100"})
    assert (told.metrics_host, told.metrics_port) == ("127.0.0.1", 9100)
    assert settings_from({**folder, "ASSISTANT_METRICS_HOST": "10.0.0.7"}).metrics_host == "10.0.0.7"
    assert settings_from(folder).metrics_port is None
    for wrong in ("0", "http", "70000"):
        with pytest.raises(ValueError, match="ASSISTANT_METRICS_PORT"):
            settings_from({**folder, "ASSISTANT_METRICS_PORT": wrong})


def test_the_port_is_free_again_after_the_end(settings, rasa):
    on = replace(settings, metrics_port=free_port())
    for _ in range(2):
        with TestClient(application(on, rasa), HERE):
            assert "assistant_waiting" in httpx2.get(f"http://{HOST}:{on.metrics_port}/", trust_env=False).text
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://{HOST}:{on.metrics_port}/", trust_env=False)


def test_the_document_names_every_figure_and_no_other():
    names = {metric.name for metric in metrics.registry.collect() if metric.name.startswith("assistant_")}
    counters = {f"{metric.name}_total" for metric in metrics.registry.collect() if metric.type == "counter"}
    asked = {
        "assistant_waiting",
        *STORAGE,
        *PURGE,
        *LISTED,
        *TEAM,
        reviews.OVERDUE,
        reviews.DUE,
        reviews.WITHDRAWN,
        reviews.REFUSED,
    }
    there = {name for name in names if f"{name}_total" not in counters} | counters | asked
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(assistant_\w+)`", text, re.M)) == {
        name for name in there if name.startswith("assistant_")
    }
    for label in (*metrics.ERRORS, *metrics.RESULTS):
        assert f"`{label}`" in text


def test_messengers_messages_and_deliveries_are_counted(settings, rasa):
    port, wire = free_port(), TelegramWire()
    messengers = configured(wire.environment("http://127.0.0.1:9"))
    app = application(replace(settings, metrics_port=port, secret=b"test" * 10, messengers=messengers), rasa)

    def counted(name, **labels):
        return value(httpx2.get(f"http://{HOST}:{port}/", trust_env=False).text, name, channel="telegram", **labels)

    with TestClient(app, HERE) as client:
        names = ("assistant_messages_total", "assistant_answers_total", "assistant_deliveries_total")
        before = {name: counted(name) for name in names}
        request = wire.text("7", "Hallo", id="a", at=time.time())
        assert client.post("/webhooks/telegram", content=request.content, headers=request.headers).is_success
        until(lambda: all(counted(name) > before[name] for name in names))
        assert counted("assistant_messages_total") - before["assistant_messages_total"] == 1
        # Nobody listens there, so it has to be retried.
        assert counted("assistant_deliveries_total", result="later") > 0
