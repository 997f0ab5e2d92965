"""The front logs one line per event, whatever it contains, and nothing about visitors."""

from __future__ import annotations

import io
import json
import logging
import socket
import sqlite3
import subprocess
import time

import httpx2
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from assistant.core.paths import ROOT
from assistant.front.operate import logs
from assistant.launch.servers import HOST, environment, free_port, front_command
from tests.fakes.front import Visitor
from tests.support.wait import answers, until

FORGED = 'x\nERROR assistant: forged\r\n{"level": "forged"}\x1b[31m\x85\u2028\0end'
PERSONAL = "Sonderbar"


@pytest.fixture
def logged():
    """Configures logging as requested and returns what is written; restores it afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()

    def set_up(**settings):
        logs.set_up(settings, stream)
        return stream

    yield set_up
    root.handlers[:], root.level = handlers, level
    for name in (logs.OURS, logs.start.name, *logs.QUIET):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.parametrize("place", ["message", "argument", "exception", "name"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_no_value_ends_a_line_or_begins_one(form, place, logged):
    stream = logged(ASSISTANT_LOG=form)
    logger = logging.getLogger(f"assistant.{FORGED}" if place == "name" else "assistant.x")
    try:
        raise OSError(FORGED if place == "exception" else "disk full")
    except OSError:
        said = (FORGED,) if place == "message" else ("%s", FORGED if place == "argument" else "y")
        logger.exception(*said)
    first, *rest = stream.getvalue().removesuffix("\n").splitlines()
    if form == "json":
        told = json.loads(first)
        assert rest == []
        assert (told["level"], set(told)) == ("ERROR", {"time", "level", "logger", "message", "trace"})
        assert FORGED.removesuffix("\n") in "".join(told.values())
    else:
        assert first.startswith("ERROR assistant.")
        assert rest
        assert all(line.startswith("  ") for line in rest)
        assert stream.getvalue().isascii()


def test_a_fault_that_goes_on_is_logged_once_and_then_counted(logged, monkeypatch):
    stream, now = logged(), time.monotonic()
    monkeypatch.setattr(logs.time, "monotonic", lambda: now)

    def fail(line="It broke."):
        try:
            raise OSError("disk full")
        except OSError:
            logging.getLogger("assistant.x").exception(line)

    for _ in range(1000):
        fail()
    fail("Another.")
    lines = [line for line in stream.getvalue().splitlines() if not line.startswith("  ")]
    assert lines == ["ERROR assistant.x: It broke.", "ERROR assistant.x: Another."]
    assert len(stream.getvalue()) < 1000
    now += logs.REPEAT_SECONDS + 1
    fail()
    assert "It broke. (and 999 times more since this was last logged)" in stream.getvalue()


def test_what_is_only_told_and_what_differs_is_not_held_back(logged):
    stream = logged(LOG_LEVEL="INFO")
    for number in range(2 * logs.MAX_REMEMBERED):
        logging.getLogger("assistant.x").info("Told.")
        logging.getLogger("assistant.x").warning("Number %d", number)
    assert stream.getvalue().count("Told.") == stream.getvalue().count("Number") == 2 * logs.MAX_REMEMBERED


def test_an_exception_that_may_quote_a_visitor_is_told_by_name_and_place_only(logged):
    stream = logged(ASSISTANT_LOG="json")
    try:
        try:
            raise KeyError(PERSONAL)
        except KeyError as error:
            raise IntegrityError("INSERT", {}, Exception(f"Key (recipient)=({PERSONAL}) exists")) from error
    except IntegrityError:
        logging.getLogger("assistant.x").exception("It broke.")
    (line,) = stream.getvalue().splitlines()
    assert PERSONAL not in line
    trace = json.loads(line)["trace"]
    assert "sqlalchemy.exc.IntegrityError\n" in trace
    assert "builtins.KeyError\n" in trace
    assert "test_logs.py:" in trace


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left"), OperationalError("SELECT", {}, sqlite3.OperationalError("disk I/O error"))]
)
def test_what_disk_and_database_say_of_themselves_is_told(error, logged):
    stream = logged()
    logging.getLogger("assistant.x").error("It broke.", exc_info=error)
    assert "No space left" in stream.getvalue() or "disk I/O error" in stream.getvalue()


def test_asyncio_shows_no_object(logged):
    stream = logged()
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task %r>", PERSONAL)
    assert stream.getvalue() == "ERROR asyncio: Task exception was never retrieved\n"


def test_the_level_is_for_our_lines_only(logged):
    stream = logged(LOG_LEVEL="debug")
    for name in ("assistant.x", "sqlalchemy.engine", "aiohttp.client", "slack_sdk", "twilio.http_client"):
        logging.getLogger(name).debug("said")
        logging.getLogger(name).info("said")
    assert stream.getvalue() == "DEBUG assistant.x: said\nINFO assistant.x: said\n"


@pytest.mark.parametrize("wrong", [{"LOG_LEVEL": "LOUD"}, {"ASSISTANT_LOG": "xml"}])
def test_a_setting_that_makes_no_sense_is_named(wrong, logged):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        logged(**wrong)


@pytest.mark.slow
def test_a_running_front_logs_json_and_nothing_of_visitors(tmp_path):
    port, away = free_port(), free_port()
    log = tmp_path / "log.txt"
    settings = {"ASSISTANT_DATA": str(tmp_path / "data"), "LOG_LEVEL": "DEBUG", "ASSISTANT_LOG": "json"}
    with log.open("w") as file:
        command = front_command(port, away)
        process = subprocess.Popen(command, cwd=ROOT, env=environment(settings), stdout=file, stderr=file)
    try:
        talk_to(port)
    finally:
        process.terminate()
        process.wait(timeout=30)
    lines = log.read_text("utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert [one["logger"] for one in told[:1]] == ["assistant.start"]
    assert all({"time", "level", "logger", "message"} <= set(one) for one in told)
    assert any("Rasa did not answer" in one["message"] for one in told)
    assert not any(word in line for line in lines for word in (PERSONAL, "forged", "10.9.8.7", HOST))


def talk_to(port):
    """Sends what must not be logged, in every place from which a front could take it."""
    until(lambda: answers(f"http://{HOST}:{port}/health"), 60)
    with httpx2.Client(base_url=f"http://{HOST}:{port}", timeout=30, trust_env=False) as client:
        visitor = Visitor(client)
        client.get(f"/{PERSONAL}%0aERROR%20forged?q={PERSONAL}")
        client.get("/api/chat/events", headers={**visitor.headers, "Last-Event-ID": f"{PERSONAL} forged"})
        client.get("/api/opening", headers={"X-Forwarded-For": "10.9.8.7", "User-Agent": f"{PERSONAL}\\nforged"})
        client.post("/webhooks/telegram", content=PERSONAL)
        client.get("/socket.io/?EIO=9&transport=" + PERSONAL)
        client.post("/api/chat/messages", content=b"{" + PERSONAL.encode())
        body = {"sender": f"{PERSONAL}\nERROR forged", "message": f"{PERSONAL}\nERROR forged"}
        visitor.post(body["message"])
        client.post("/webhooks/rest/webhook", json=body)
    raw(port, f"GET / HTTP/1.1\r\nHost: x\r\nX: {PERSONAL}\nERROR forged\r\n\r\n".encode())
    raw(port, f"{PERSONAL} forged\r\n\r\n".encode())


def raw(port, content):
    """Sends raw bytes that no client would send."""
    with socket.create_connection((HOST, port), timeout=10) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass
