"""The roles of a real PostgreSQL, as the manifests' script makes them: each can do its work, and nothing besides."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import create_engine, insert, update
from sqlalchemy.engine import URL
from starlette.testclient import TestClient

from assistant.commands import purge
from assistant.core.paths import ROOT
from assistant.engine.conversations.table import Conversations, Row
from assistant.front.app import application
from assistant.front.core.settings import Settings
from assistant.front.store.chats import Store
from assistant.front.store.schema import chats, database, tombstones
from assistant.launch.servers import HOST, free_port
from tests.fakes.front import HERE, FakeRasa, Visitor
from tests.fakes.front import HOST as FRONT_HOST
from tests.services.test_proxy_and_stores import started

pytestmark = pytest.mark.slow

SCRIPT = ROOT / "deploy" / "kubernetes" / "base" / "roles.sh"
SECRET = "secret-of-tests-" * 3
OURS = {
    "POSTGRES_USER": "assistant",
    "POSTGRES_DB": "assistant",
    "FRONT_PASSWORD": "it's 4f\"1c",
    "TRACKERS_PASSWORD": "$another; one",
    "PURGE_PASSWORD": "and\\a third",
}


@dataclass(frozen=True)
class Server:
    """A PostgreSQL initialised as by its image."""

    folder: Path
    port: int

    @property
    def _reach(self) -> dict[str, str]:
        return {"PGHOST": str(self.folder), "PGPORT": str(self.port), "PATH": os.environ["PATH"]}

    def administer(self, statement: str, name: str = "assistant") -> None:
        command = ["psql", "--set", "ON_ERROR_STOP=1", "-U", "assistant", "-d", name, "-c", statement]
        subprocess.run(command, env=self._reach, check=True, capture_output=True)

    def make_roles(self) -> None:
        done = subprocess.run(["sh", SCRIPT], env={**self._reach, **OURS}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def url(self, role: str, name: str = "assistant", password: str | None = None) -> str:
        known = password or OURS[f"{role.upper()}_PASSWORD"]
        address = URL.create("postgresql+psycopg2", role, known, HOST, self.port, name)
        return address.render_as_string(hide_password=False)

    def connect(self, role: str, name: str, password: str | None = None) -> psycopg2.extensions.connection:
        known = password or OURS[f"{role.upper()}_PASSWORD"]
        return psycopg2.connect(host=HOST, port=self.port, user=role, password=known, dbname=name)


@contextmanager
def a_server() -> Iterator[Server]:
    """A server with an empty database, as the image makes one, before the script has run."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found or os.geteuid():
        pytest.skip("there is no PostgreSQL here, or nobody who may start it")
    folder, port = Path(tempfile.mkdtemp()), free_port()
    shutil.chown(folder, "postgres", "postgres")
    nobody = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
    make = [found[-1].with_name("initdb"), "--username", "assistant", "--auth-local=trust", "--auth-host=scram-sha-256"]
    subprocess.run([*nobody, *make, "--no-sync", "-D", folder / "data"], check=True, capture_output=True, cwd="/")
    serve = [found[-1], "-D", folder / "data", "-k", folder, "-p", str(port), "-h", HOST, "-c", "fsync=off"]
    try:
        with started([*nobody, *serve], port, cwd="/") as process:
            server = Server(folder, port)
            server.administer("CREATE DATABASE assistant", "postgres")
            try:
                yield server
            finally:
                # A fast shutdown, which does not wait for whoever is still connected.
                process.send_signal(signal.SIGINT)
                process.wait(timeout=60)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def roles() -> Iterator[Server]:
    """A server on which the script has run, and the front and Rasa have made their tables."""
    with a_server() as server:
        server.make_roles()
        database(server.url("front")).dispose()
        Conversations(server.url("trackers", "trackers"))._create_table()
        yield server


REFUSED = [
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/out'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "CREATE ROLE another",
    "CREATE DATABASE another",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SET ROLE assistant",
]


@pytest.mark.parametrize(
    ("role", "name"), [("front", "assistant"), ("purge", "assistant"), ("purge", "trackers"), ("trackers", "trackers")]
)
def test_no_role_is_more_than_an_ordinary_user(role, name, roles):
    connection = roles.connect(role, name)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in REFUSED:
            # Some say that it must be superuser, others that permission is denied; none may pass.
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("role", "name"),
    [("front", "trackers"), ("front", "postgres"), ("trackers", "assistant"), ("trackers", "postgres"),
     ("purge", "postgres")],
)  # fmt: skip
def test_front_and_rasa_cannot_open_each_other_s_database(role, name, roles):
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        roles.connect(role, name)
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        roles.connect(role, name, "wrong")


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("assistant", "UPDATE events SET data = '{}'"),
        ("assistant", "UPDATE chats SET last_at = 0"),
        ("assistant", "DROP TABLE feedback"),
        ("assistant", "CREATE TABLE mine (id integer)"),
        ("trackers", "UPDATE conversations SET tracker = '{}'"),
        ("trackers", "INSERT INTO conversations VALUES ('a', 1, '{}')"),
    ],
)
def test_the_purge_deletes_and_changes_nothing(name, statement, roles):
    connection = roles.connect("purge", name)
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute(statement)
    connection.close()


def front_of(server: Server) -> Settings:
    return Settings(database=server.url("front"), secret=SECRET.encode(), hosts=frozenset({FRONT_HOST}))


def test_the_front_does_all_of_its_work(roles):
    with TestClient(application(front_of(roles), FakeRasa()), HERE) as client:
        visitor = Visitor(client)
        told = visitor.answer_to("Hallo")
        rating = {"sequence": told["sequence"], "helpful": True}
        assert client.post("/api/chat/feedback", json=rating, headers=visitor.headers).status_code == 204
        assert client.get("/ready").status_code == 200
        assert client.get("/api/chat", headers=visitor.headers).status_code == 200
        assert client.delete("/api/chat", headers=visitor.headers).status_code == 204


def test_the_purge_does_all_of_its_work(roles, command, tmp_path):
    engine = database(roles.url("front"))
    store = Store(engine)
    for chat, days in (("old", 31), ("young", 1)):
        store.open_chat(chat, "de", time.time() - days * 86400)
    rasa = Conversations(roles.url("trackers", "trackers"))
    assert asyncio.run(rasa.write("rest-old", Row("{}", time.time() - 31 * 86400), 0.0))
    done = command(
        purge,
        ASSISTANT_DATABASE=roles.url("purge"),
        ASSISTANT_TRACKERS=roles.url("purge", "trackers"),
        ASSISTANT_SECRET=SECRET,
        ASSISTANT_DATA=str(tmp_path),
        ASSISTANT_RASA=f"http://{HOST}:{free_port()}",
    )
    assert done.returncode == 0, done.stderr
    assert (store.chat("old"), bool(store.chat("young"))) == (None, True)
    assert asyncio.run(rasa.read("rest-old")) is None
    connection = roles.connect("purge", "assistant")
    # PostgreSQL 17 lets it rewrite the tables, too; before that, it says that it may not.
    assert ("skipping" in done.stdout) == (connection.server_version < 170000), done.stdout
    connection.close()
    engine.dispose()


@pytest.fixture
def older() -> Iterator[Server]:
    """A server whose tables belong to the administrator, as which the front used to connect."""
    with a_server() as server:
        server.administer(f"ALTER ROLE assistant PASSWORD '{SECRET}'")
        yield server


def test_an_older_database_is_upgraded_by_the_same_script(older):
    server = older
    old = database(server.url("assistant", password=SECRET))
    with old.begin() as connection:
        connection.execute(insert(tombstones).values(id="a", at=1.0))
    Store(old).open_chat("chat", "de", time.time())
    old.dispose()
    for _ in range(2):
        server.make_roles()
    engine = database(server.url("front"))
    with engine.begin() as connection:
        connection.execute(update(chats).values(spoken="de"))
        # What an owner may do: the next version adds its columns itself.
        connection.exec_driver_sql("ALTER TABLE chats ADD COLUMN another integer")
    assert Store(engine).chat("chat")["spoken"] == "de"
    engine.dispose()
    again = create_engine(server.url("purge"), future=True)
    with again.connect() as connection:
        assert connection.execute(tombstones.select()).all()
    again.dispose()
