"""Erased data is gone from every store; with ASSISTANT_STORAGE=none, nothing is stored at all."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psycopg2
import pytest
from redis import Redis
from sqlalchemy import create_engine

from assistant.core.paths import ROOT
from assistant.front.store.key_copy import keys_in
from assistant.front.store.unanswered import Unanswered
from assistant.launch import servers
from assistant.training.model import model_path
from tests.fakes.front import Visitor
from tests.fakes.messengers import Person, RunningFront
from tests.fakes.vendors.telegram import SECRET
from tests.fakes.vendors.vendor import Vendor
from tests.fakes.vendors.whatsapp import WhatsAppWire
from tests.support.postgres import Postgres
from tests.support.readable import bytes_of, opened
from tests.support.replies import envelope
from tests.support.shared_assistant import LONGEST_START, run_command
from tests.support.wait import until

pytestmark = pytest.mark.slow

PERSON = "assistant.commands.person"

# PostgreSQL settings that keep erased data out of the write-ahead log and the error log.
KEEPS_NOTHING = ("wal_recycle=off", "log_min_error_statement=panic", "log_error_verbosity=terse")


def rare_word():
    """A word that occurs nowhere else, and is neither a name nor a number."""
    return "".join(secrets.choice("bdgklmnprst") + secrets.choice("aeiou") for _ in range(9))


def read(path):
    """The content of a file; empty if it has disappeared in the meantime."""
    with suppress(OSError):
        return path.read_bytes()
    return b""


def files_with(words, *folders):
    """The files below these folders that contain one of the words, in any encoding."""
    wanted = [word.lower().encode() for word in words]
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sorted(str(path) for path in files if any(word in read(path).lower() for word in wanted))


class Engine:
    """A Rasa that stores conversations in a database, and its action server."""

    def __init__(self, folder, trackers):
        folder.mkdir()
        self.port, actions_port = servers.free_port(), servers.free_port()
        environment = servers.environment({"LOG_LEVEL": "INFO", "ASSISTANT_TRACKERS": trackers})
        run = servers.rasa_command("run", model_path(), self.port, servers.endpoints_for(actions_port, folder))
        with (folder / "log.txt").open("w") as log:
            self._processes = [
                subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
                for command in (servers.actions_command(actions_port), run)
            ]

    def stop(self):
        for process in self._processes:
            process.kill()
            process.wait(timeout=30)


@dataclass
class World:
    """All processes and stores of an assistant."""

    folder: Path
    postgres: Postgres
    front_url: str
    trackers: str
    redis: int
    engine: Engine
    vendor: Vendor

    def front(self, **settings):
        return RunningFront(self.vendor, self.engine.port, self.folder / "front", settings)

    def sql(self, url, *statements):
        """Runs statements as the database's owner; returns the rows of the last one."""
        connection = psycopg2.connect(url.replace("+psycopg2", ""))
        connection.autocommit = True
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            found = cursor.fetchall() if cursor.description else []
        connection.close()
        return found

    def flush(self):
        """Makes the database flush everything to its files and switch to a new WAL segment."""
        self.sql(self.front_url, "CHECKPOINT", "SELECT pg_switch_wal()", "CHECKPOINT")

    def found(self, words):
        """Everywhere that one of the words occurs: files of all stores and logs, dumps, Redis."""
        self.flush()
        with Redis(port=self.redis) as redis:
            keys = b"\n".join(key + b" " + (redis.dump(key) or b"") for key in redis.scan_iter())
        dumps = {"redis": keys, "front": self.postgres.dump(self.front_url), "rasa": self.postgres.dump(self.trackers)}
        inside = [name for name, dump in dumps.items() if any(word.encode() in dump.lower() for word in words)]
        return inside + files_with(words, self.folder, self.postgres.files)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """PostgreSQL, a Redis that persists everything, and a Rasa that uses them."""
    folder = tmp_path_factory.mktemp("world")
    (folder / "redis").mkdir()
    redis_port = servers.free_port()
    options = {"port": redis_port, "bind": servers.HOST, "dir": folder / "redis", "appendonly": "yes"}
    command = ["redis-server", *(str(word) for name, value in options.items() for word in (f"--{name}", value))]
    with tempfile.TemporaryDirectory() as place:
        postgres = Postgres(Path(place), settings=KEEPS_NOTHING)
        trackers, front_url = postgres.new(), postgres.new()
        with (folder / "redis" / "log.txt").open("w") as log:
            redis = subprocess.Popen(command, stdout=log, stderr=log)
        engine, vendor = Engine(folder / "rasa", trackers), Vendor([WhatsAppWire()])
        try:
            assert servers.wait_until_answering(engine.port, LONGEST_START), (folder / "rasa/log.txt").read_text()
            yield World(folder, postgres, front_url, trackers, redis_port, engine, vendor)
        finally:
            vendor.stop()
            engine.stop()
            postgres.stop("immediate")
            redis.kill()
            redis.wait()


@pytest.fixture(params=["postgresql", "sqlite"])
def front(request, world):
    shared = {"ASSISTANT_DATABASE": world.front_url, "ASSISTANT_REDIS": f"redis://{servers.HOST}:{world.redis}"}
    front = world.front(**(shared if request.param == "postgresql" else {}), ASSISTANT_TEAM="1")
    front.shared = shared if request.param == "postgresql" else {}
    yield front
    front.kill()


def test_no_byte_is_left_of_what_two_people_erase(front, world):
    """One in the web chat, who gives feedback and asks people, one in WhatsApp; a fault of the database in between."""
    # Long conversations would be compressed, which would hide them from the search.
    world.sql(world.trackers, "ALTER TABLE conversations ALTER COLUMN tracker SET STORAGE EXTERNAL")
    words, before = [rare_word() for _ in range(3)], senders(world)
    to_team = [rare_word(), rare_word()]
    with httpx2.Client(base_url=front.url, timeout=60) as client:
        visitor, person = Visitor(client), Person(WhatsAppWire(), front, world.vendor)
        told = visitor.answer_to(f"Was ist {words[0]}?", seconds=30)
        body = {"sequence": told["sequence"], "helpful": False, "reason": words[1]}
        assert client.post("/api/chat/feedback", json=body, headers=visitor.headers).status_code == 204
        person.asks(f"Was ist {words[2]}?")
        ask_team(visitor, world, *to_team)
        with a_fault_of_the_database(world):
            visitor.answer_to(f"Und was ist {words[0]}?", seconds=30)
        visitor.answer_to("Hallo", seconds=30)
        for url in (world.front_url, world.trackers):
            world.sql(url, "ANALYZE")
        assert_there(words, front, world)
        assert_listed(words, front)
        assert_asked(to_team, front, world)
        keys = keys_of_front(front)
        mine = senders(world) - before
        assert len(mine) == 2
        assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
        person.writes("Daten löschen")
        until(lambda: not senders(world) & mine, 30)
        purge(front, world)
        assert world.found([*words, *to_team, person.name, visitor.token]) == []
        destroyed = [key for name, key in keys.items() if name not in keys_of_front(front)]
        assert len(destroyed) >= 2
        assert world.found([key.hex() for key in destroyed]) == []
        assert not [path for path in front.data.rglob("*") if any(key in read(path) for key in destroyed)]
        for sender in mine:
            assert envelope(servers.ask("Wiederhole das bitte", world.engine.port, sender))["entries"] == []


def ask_team(visitor, world, word, name):
    """Asks people, who may answer by e-mail; an emergency is answered in the chat instead."""
    body = {"id": str(uuid.uuid4()), "consent": True, "email": f"{name}@example.org", "language": "de"}
    for text, emergency in ((f"Was ist {word}?", False), (f"Mein Mann schlägt mich, {word}!", True)):
        asked = visitor.client.post("/api/chat/team", json={**body, "text": text}, headers=visitor.headers)
        assert asked.json()["emergency"] is emergency, asked.text
    kept = "SELECT sender FROM conversations WHERE sender LIKE 'team-%'"
    until(lambda: not world.sql(world.trackers, kept), 30)


def assert_asked(words, front, world):
    """Checks that the question can be read with its key, and that nobody else has it: Rasa has forgotten it."""
    for word in words:
        assert word.encode() in opened(database_of(front))
        found = world.found([word])
        assert not [place for place in found if place in ("front", "rasa") or "front." in place], (word, found)


@contextmanager
def a_fault_of_the_database(world):
    """Rasa fails to write a conversation, whose content PostgreSQL would log by default."""
    connection = psycopg2.connect(world.trackers.replace("+psycopg2", ""))
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE conversations IN SHARE MODE")
        yield
    connection.rollback()
    connection.close()
    assert "lock timeout" in (world.postgres.files / "log").read_text()
    time.sleep(2.5)


def assert_there(words, front, world):
    """Checks that the search finds each word before it is erased, so that this test can fail."""
    # The write-ahead log, until its segment is switched.
    assert files_with(words, world.postgres.files / "data" / "pg_wal")
    for word in words:
        assert word.encode() in opened(database_of(front))
        found = world.found([word])
        assert ("rasa" in found) == (word != words[1]), (word, found)
        # Sealed already, before anything is erased.
        assert not [place for place in found if place == "front" or "front." in place], (word, found)


def assert_listed(words, front):
    """Checks that staff can see both questions, and what was said of the answer to one of them."""
    engine = create_engine(database_of(front), future=True)
    try:
        rows = Unanswered(engine).open()
    finally:
        engine.dispose()
    for word in (words[0], words[2]):
        assert any(word in (row.text or "") for row in rows), rows
    assert words[1] in [row.remark for row in rows]


def keys_of_front(front):
    """The keys of a front's chats."""
    engine = create_engine(database_of(front), future=True)
    try:
        return keys_in(engine)
    finally:
        engine.dispose()


def database_of(front):
    return front.shared.get("ASSISTANT_DATABASE") or f"sqlite:///{front.data / 'front.db'}"


def senders(world):
    """The ids of the chats' conversations in Rasa's database."""
    rows = world.sql(world.trackers, "SELECT sender FROM conversations WHERE sender LIKE 'web-%'")
    return {row[0] for row in rows}


def operated(front, world, *words, **settings):
    """What a command of the operator's says, which has to succeed."""
    told = {"ASSISTANT_DATA": str(front.data), "ASSISTANT_SECRET": SECRET, "ASSISTANT_TRACKERS": world.trackers}
    rasa = {"ASSISTANT_RASA": f"http://{servers.HOST}:{world.engine.port}"}
    command = [sys.executable, "-m", *words]
    environment = {**os.environ, **told, **rasa, **front.shared, **settings}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def purge(front, world):
    """The operator's daily job."""
    said = operated(front, world, "assistant.commands.purge")
    assert "left" not in said, said


def test_after_a_new_secret_people_are_exported_and_erased_in_rasa_too(front, world):
    """One in the web chat, who goes on talking, one in WhatsApp; Rasa keeps their conversations in its database."""
    before, rotated = senders(world), {"ASSISTANT_SECRET": "n" * 40, "ASSISTANT_OLD_SECRETS": SECRET}
    with httpx2.Client(base_url=front.url, timeout=60) as client:
        visitor, person = Visitor(client), Person(WhatsAppWire(), front, world.vendor)
        told = visitor.answer_to("Was ist das Familienhilfeprogramm?", seconds=30)
        person.asks("Wer leitet die IOM?")
    front.kill()
    after = world.front(**front.shared, **rotated)
    try:
        with httpx2.Client(base_url=after.url, timeout=60) as visitor.client:
            again = visitor.answer_to("Wiederhole das bitte", seconds=30)
        assert again["parts"][-1]["text"] == told["parts"][-1]["text"]
        mine = senders(world) - before
        assert len(mine) == 2
        for who in (("--token", visitor.token), ("--messenger", "whatsapp", "--address", person.name)):
            (chat,) = json.loads(operated(front, world, PERSON, "export", *who, **rotated))["chats"]
            assert len(chat["rasa"]) == 1
            said = operated(front, world, PERSON, "erase", *who, **rotated)
            assert "1 Rasa conversations in the database" in said
            # Other people's fronts share that database, so it cannot be sure of the rest.
            assert "Erased in Rasa" in said
        assert not senders(world) & mine
    finally:
        after.kill()


def test_without_storage_no_file_holds_anything_of_a_conversation(tmp_path):
    word, name = rare_word(), "Samira Haidari"
    places = {"ASSISTANT_DATA": tmp_path / "data", "TMPDIR": tmp_path / "tmp", "HOME": tmp_path / "home"}
    for place in places.values():
        place.mkdir()
    begun = time.time()
    with running(tmp_path, {**{key: str(value) for key, value in places.items()}, "ASSISTANT_STORAGE": "none"}) as ran:
        url, pid = ran
        with httpx2.Client(base_url=url, timeout=60) as client:
            visitor = Visitor(client)
            told = visitor.answer_to(f"Ich heiße {name}. Was ist {word}?", seconds=30)
            body = {"sequence": told["sequence"], "helpful": False, "reason": word}
            assert client.post("/api/chat/feedback", json=body, headers=visitor.headers).status_code == 204
            assert client.post("/webhooks/rest/webhook", json={"sender": "me", "message": word}).status_code == 200
            assert client.get("/api/chat", headers=visitor.headers).text.count(word) == 2
            assert written_with([word, "Haidari"], pid, tmp_path, begun) == []
            assert client.delete("/api/chat", headers=visitor.headers).status_code == 204
    assert written_with([word, "Haidari"], None, tmp_path, begun) == []
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]


def test_what_a_front_with_storage_writes_is_sealed(assistant_port, tmp_path):
    word, begun, port = rare_word(), time.time(), servers.free_port()
    environment = servers.environment({"ASSISTANT_DATA": str(tmp_path / "data")})
    front = subprocess.Popen(servers.front_command(port, assistant_port), cwd=ROOT, env=environment)
    try:
        assert servers.wait_until_ready(port, LONGEST_START)
        with httpx2.Client(base_url=f"http://{servers.HOST}:{port}", timeout=60) as client:
            Visitor(client).answer_to(f"Was ist {word}?", seconds=30)
        assert word.encode() in bytes_of(tmp_path / "data")
        assert written_with([word], front.pid, tmp_path, begun) == []
        (tmp_path / "data" / "plain").write_text(word)
        assert written_with([word], front.pid, tmp_path, begun)
    finally:
        front.kill()
        front.wait()


@contextmanager
def running(folder, extra):
    """The whole assistant, started as by `make run`: its address and its main process."""
    ports = servers.free_port(), servers.free_port(), servers.free_port()
    environment = {**os.environ, **extra, "LOG_LEVEL": "INFO"}
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(run_command(*ports), cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        assert servers.wait_until_ready(ports[0], LONGEST_START), (folder / "log.txt").read_text()[-3000:]
        yield f"http://{servers.HOST}:{ports[0]}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def written_with(words, pid, folder, since):
    """Files with one of the words: below a folder, newly written in the project, or open in a process."""
    found = set(files_with(words, folder))
    wanted = [word.lower().encode() for word in words]
    new = [path for path in project_files() if path.stat().st_mtime >= since]
    opened = [link for one in (tree(pid) if pid else []) for link in Path(f"/proc/{one}/fd").glob("*") if is_file(link)]
    assert not pid or opened
    return sorted(found | {str(path) for path in [*new, *opened] if any(word in read(path).lower() for word in wanted)})


def project_files():
    """All files of the project that a server could write, including caches and models."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in (".git", ".venv", "node_modules")]
        yield from (Path(folder, name) for name in names if Path(folder, name).exists())


def is_file(link):
    with suppress(OSError):
        return link.is_file()
    return False


def tree(pid):
    """A process and all its descendants."""
    children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid, *(one for child in children for one in tree(int(child)))]
