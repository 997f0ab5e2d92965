"""The operator's commands on stored data: purge what is old, export or erase one person's."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, insert, select, update
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from assistant.commands import person, purge
from assistant.engine.conversations import table as rasa_tables
from assistant.front.core.tokens import Keys
from assistant.front.messengers.base.connector import WebhookRequest
from assistant.front.messengers.base.message_store import MessageStore
from assistant.front.messengers.base.webhook_queue import WebhookQueue
from assistant.front.store.chats import ANSWERED, Store
from assistant.front.store.schema import chats, database, events, seen
from assistant.front.store.team import TeamQuestions
from assistant.launch.servers import HOST, free_port
from tests.fakes.front import served

# Tests that use PostgreSQL anyway; not run again for each kind of database.
ON_POSTGRESQL = pytest.mark.parametrize("url", ["postgresql"], indirect=True)
DAY = 86400.0
SECRET = "secret-of-tests-" * 3
KEYS = Keys(SECRET.encode())
WORD = "Zwiebelfischchen"
ANSWER = {"language": "de", "parts": [], "kind": "fact", "reply_to": "a"}


@pytest.fixture
def away():
    """The address of a Rasa that is down."""
    return f"http://{HOST}:{free_port()}"


@pytest.fixture
def operator(url, away, monkeypatch, tmp_path, capsys):
    """Runs a command as an operator would; returns its exit code, standard output and standard error."""
    environment = {"DATABASE": url, "SECRET": SECRET, "RASA": away, "DATA": str(tmp_path), "RETENTION_DAYS": "30"}
    for name, value in environment.items():
        monkeypatch.setenv(f"ASSISTANT_{name}", value)
    monkeypatch.delenv("ASSISTANT_TRACKERS", raising=False)

    def run(command, *arguments, **more):
        for name, value in more.items():
            monkeypatch.setenv(f"ASSISTANT_{name}", value)
        monkeypatch.setattr("sys.argv", ["command", *arguments])
        code = command.main()
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@contextmanager
def a_rasa():
    """A fake Rasa that erases conversations: its address, and what it has erased."""
    forgotten = []

    async def erase(request):
        forgotten.append(request.path_params["sender"])
        return Response(status_code=204)

    with served(Starlette(routes=[Route("/webhooks/erase/{sender}", erase, methods=["DELETE"])])) as address:
        yield address, forgotten


def talk(store, chat, days=0.0, text="Hallo", channel="web", recipient=None):
    """A chat with a question, an answer, feedback and a question to the team, this many days ago."""
    at = time.time() - days * DAY
    store.open_chat(chat, "de", at, channel, recipient)
    store.accept(chat, f"id-{chat}", text, "de", None, at)
    store.answer(store.next_waiting(chat), {**ANSWER, "text": text}, ANSWERED, at)
    store.rate(chat, 2, False, text, at)
    TeamQuestions(store._engine).add(chat, "to-team", text, "anna@example.org", "de", at)
    return KEYS.sender("web", chat)


def remember(trackers, sender, days=0.0, text="Hallo"):
    """A conversation stored by Rasa, this many days ago."""
    engine = create_engine(trackers, future=True)
    rasa_tables.schema.create_all(engine)
    tracker = json.dumps({"sender_id": sender, "events": [{"event": "user", "text": text}]})
    row = {"sender": sender, "written_at": time.time() - days * DAY, "tracker": tracker}
    with engine.begin() as connection:
        connection.execute(insert(rasa_tables.conversations).values(**row))


def remembered(trackers):
    with create_engine(trackers, future=True).connect() as connection:
        return set(connection.execute(select(rasa_tables.conversations.c.sender)).scalars())


def counts(said):
    return [int(line.split()[0]) for line in said.splitlines() if line.startswith("  ")]


def test_purge_erases_what_was_silent_too_long_and_nothing_else(operator, store, engine, kept, url):
    old, young = talk(store, "old", 31, WORD), talk(store, "young", 29, "Apfelbaum")
    assert WORD.encode() in kept()
    code, said, _ = operator(purge)
    assert code == 0
    assert counts(said)[:6] == [1, 2, 1, 1, 0, 1]
    assert (store.chat("old"), len(store.events_after("young", 0))) == (None, 2)
    assert WORD.encode() not in kept()
    assert b"Apfelbaum" in kept()
    assert store.pending_erasures() == [old] != [young]
    assert "1 conversations: Rasa is away" in said


def test_purge_tells_a_rasa_that_runs(operator, store):
    sender = talk(store, "old", 31)
    with a_rasa() as (address, forgotten):
        operator(purge, RASA=address)
    assert forgotten == [sender]
    assert store.pending_erasures() == []


def test_a_dry_run_says_the_same_and_erases_nothing(operator, store):
    talk(store, "old", 31)
    _, dry, _ = operator(purge, "--dry-run")
    assert "to be erased" in dry
    assert (store.chat("old") is not None, store.pending_erasures()) == (True, [])
    _, wet, _ = operator(purge)
    assert counts(dry) == counts(wet)
    _, again, _ = operator(purge)
    assert counts(again) == [0] * len(purge.LABELS)


def test_days_may_be_named(operator, store):
    talk(store, "young", 3)
    assert counts(operator(purge, "--days", "4")[1])[0] == 0
    assert counts(operator(purge, "--days", "2", "--yes")[1])[0] == 1
    assert store.chat("young") is None


@pytest.mark.parametrize("days", ["-1", "x", "4000", ""])
def test_days_that_are_none_are_refused(days, operator):
    with pytest.raises(SystemExit):
        operator(purge, "--days", days)


def test_purge_erases_old_fingerprints_and_what_hangs_on_no_chat(operator, store, engine):
    talk(store, "young", 1)
    with engine.begin() as connection:
        connection.execute(insert(seen), [{"id": "a", "at": time.time() - 31 * DAY}, {"id": "b", "at": time.time()}])
        connection.execute(insert(events).values(chat="gone", sequence=1, type="visitor", at=1.0, data="{}"))
    assert counts(operator(purge)[1])[:7] == [0, 1, 0, 0, 0, 0, 1]
    with engine.connect() as connection:
        assert list(connection.execute(select(seen.c.id)).scalars()) == ["b"]
        assert set(connection.execute(select(events.c.chat)).scalars()) == {"young"}


def test_purge_erases_conversations_of_rasa_in_the_database(operator, store, postgres):
    trackers = postgres.new()
    sender = talk(store, "old", 31)
    remember(trackers, sender, 1)
    remember(trackers, "rest-old", 31)
    remember(trackers, "rest-young", 1)
    _, said, _ = operator(purge, TRACKERS=trackers)
    assert counts(said)[7] == 2
    assert remembered(trackers) == {"rest-young"}
    assert set(store.pending_erasures()) == {sender, "rest-old"}


def test_a_message_that_comes_in_meanwhile_saves_its_chat(store, engine):
    talk(store, "old", 31)
    before = time.time() - 30 * DAY
    assert store.silent_since(before) == ["old"]
    with engine.begin() as connection:
        connection.execute(update(chats).values(last_at=time.time()))
    assert not store.erase("old", "sender", silent_since=before)
    assert len(store.events_after("old", 0)) == 2


@pytest.fixture
def tables(postgres):
    """The address of a PostgreSQL database with the front's tables."""
    url = postgres.new()
    database(url).dispose()
    return url


@ON_POSTGRESQL
def test_nothing_is_left_in_postgresql_s_dead_rows(operator, tables):
    store = Store(database(tables))
    talk(store, "old", 31, WORD)
    talk(store, "young", 1)
    operator(purge, DATABASE=tables)
    assert store.chat("old") is None
    assert _dead(tables) == 0


def _dead(url):
    """The number of dead rows in the table of events: deleted but not yet vacuumed."""
    with create_engine(url, future=True).connect() as connection:
        connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS pgstattuple")
        return connection.exec_driver_sql("SELECT dead_tuple_count FROM pgstattuple('events')").scalar()


@ON_POSTGRESQL
def test_a_table_in_use_is_vacuumed_around_and_said(operator, tables, monkeypatch):
    monkeypatch.setattr("assistant.front.store.schema.LOCK_TIMEOUT_MS", 100)
    talk(Store(database(tables)), "old", 31)
    with create_engine(tables, future=True).connect() as reading:
        # A table from which nothing was deleted: PostgreSQL waits five seconds before it truncates empty pages.
        reading.exec_driver_sql("SELECT 1 FROM seen")
        assert "seen is in use" in operator(purge, DATABASE=tables)[1]


def test_a_web_chat_is_exported_and_erased_by_its_token(operator, store, kept):
    sender = talk(store, "mine", text=WORD)
    talk(store, "other", text="Apfelbaum")
    token = KEYS.token("mine")
    code, said, _ = operator(person, "export", "--token", token)
    (told,) = json.loads(said)["chats"]
    assert code == 0
    assert [event["type"] for event in told["events"]] == ["visitor", "assistant"]
    assert (told["events"][0]["text"], told["inbox"][0]["state"]) == (WORD, "answered")
    assert told["feedback"][0]["reason"] == WORD
    assert [(one["text"], one["email"], one["state"]) for one in told["team"]] == [(WORD, "anna@example.org", "open")]
    assert not [one for one in (*told["events"], *told["inbox"], *told["team"]) if {"id", "chat"} & one.keys()]
    assert told["chat"]["created_at"].endswith("+00:00")
    assert not [hidden for hidden in (token, SECRET, sender, "Apfelbaum") if hidden in said]
    code, said, _ = operator(person, "erase", "--token", token)
    assert code == 0
    assert "2 messages and answers, 1 feedback, 0 questions listed for staff, 1 questions to the team" in said
    assert not [hidden for hidden in (token, SECRET, sender) if hidden in said]
    assert WORD.encode() not in kept()
    assert b"Apfelbaum" in kept()
    assert store.pending_erasures() == [sender]


def test_the_token_may_come_by_standard_input(operator, store, monkeypatch):
    talk(store, "mine")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{KEYS.token('mine')}\n"))
    assert operator(person, "export", "--token", "-")[0] == 0


@pytest.mark.parametrize(
    ("channel", "recipient", "address"),
    [
        ("whatsapp", "4915112345678", "+49 151 1234-5678"),
        ("telegram", "7", "7"),
        ("twilio", "whatsapp:+4915112345678>whatsapp:+4930123", "4915112345678"),
        ("twilio", "+4915112345678>+4930123", "+4915112345678"),
        ("slack", "C1/U1/123.4", "U1"),
    ],
)
def test_a_person_is_found_by_the_address_in_a_messenger(channel, recipient, address, operator, store):
    talk(store, "mine", channel=channel, recipient=recipient)
    talk(store, "other", channel="facebook", recipient=recipient)
    code, said, _ = operator(person, "erase", "--messenger", channel, "--address", address)
    assert (code, said.count("Erased a chat")) == (0, 1)
    assert store.chat("mine") is None
    assert store.chat("other") is not None


def test_all_chats_of_a_person_are_exported(operator, store):
    for thread in ("1.1", "1.2"):
        talk(store, thread, channel="slack", recipient=f"C1/U1/{thread}")
    talk(store, "other", channel="slack", recipient="C1/U2/1.3")
    _, said, _ = operator(person, "export", "--messenger", "slack", "--address", "U1")
    assert [chat["chat"]["recipient"] for chat in json.loads(said)["chats"]] == ["C1/U1/1.1", "C1/U1/1.2"]


def test_what_rasa_keeps_of_a_person_is_exported_and_erased(operator, store, postgres):
    trackers = postgres.new()
    remember(trackers, talk(store, "mine"), text=WORD)
    remember(trackers, "web-other")
    token = KEYS.token("mine")
    (told,) = json.loads(operator(person, "export", "--token", token, TRACKERS=trackers)[1])["chats"]
    assert told["rasa"] == [{"events": [{"event": "user", "text": WORD}]}]
    with a_rasa() as (address, forgotten):
        _, said, _ = operator(person, "erase", "--token", token, RASA=address)
    assert "1 Rasa conversations in the database" in said
    assert "Erased in Rasa" in said
    assert remembered(trackers) == {"web-other"}
    assert len(forgotten) == 1


def test_an_unknown_person_is_said_clearly(operator, store):
    talk(store, "mine")
    for who in (["--token", KEYS.token("gone")], ["--messenger", "telegram", "--address", "8"]):
        for task in ("export", "erase"):
            code, said, complaint = operator(person, task, *who)
            assert (code, said) == (1, "")
            assert "Nothing is kept about this person" in complaint
    assert store.chat("mine") is not None


@pytest.mark.parametrize("token", [KEYS.token("mine")[:-3], Keys(b"another secret of tests, long").token("mine"), "x"])
def test_of_a_token_that_cannot_be_read_nothing_is_claimed(token, operator, store):
    talk(store, "mine")
    for task in ("export", "erase"):
        code, said, complaint = operator(person, task, "--token", token)
        assert (code, said) == (1, "")
        assert "not known whether anything is kept" in complaint
        assert "ASSISTANT_OLD_SECRETS" in complaint
        assert "Nothing" not in complaint
    assert store.chat("mine") is not None


NEW = "another-secret-of-tests-" * 2


def from_before(engine, chat):
    """Makes all chats those of an earlier version; returns the name that it gave to a chat's conversation in Rasa."""
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE chats DROP COLUMN former_name")
    database(engine.url.render_as_string(hide_password=False)).dispose()
    return "web-" + hmac.new(SECRET.encode(), f"web:{chat}".encode(), hashlib.sha256).hexdigest()


def test_a_person_is_exported_and_erased_after_a_new_secret(operator, store, postgres):
    trackers, token = postgres.new(), KEYS.token("mine")
    remember(trackers, talk(store, "mine"), text=WORD)
    told = {"TRACKERS": trackers, "SECRET": NEW, "OLD_SECRETS": SECRET}
    _, said, complaint = operator(person, "export", "--token", token, **told)
    assert [len(chat["rasa"]) for chat in json.loads(said)["chats"]] == [1]
    assert complaint == ""
    with a_rasa() as (address, forgotten):
        _, said, _ = operator(person, "erase", "--token", token, RASA=address, **told)
    assert "1 Rasa conversations in the database" in said
    assert said.endswith("Erased in Rasa.\n")
    assert (remembered(trackers), len(forgotten)) == (set(), 1)


def test_who_is_found_by_an_address_is_erased_even_if_the_old_secret_is_lost(operator, store, postgres):
    trackers = postgres.new()
    remember(trackers, talk(store, "mine", channel="telegram", recipient="7"))
    with a_rasa() as (address, _):
        told = {"TRACKERS": trackers, "SECRET": NEW, "RASA": address}
        _, said, _ = operator(person, "erase", "--messenger", "telegram", "--address", "7", **told)
    assert "1 Rasa conversations in the database" in said
    assert said.endswith("Erased in Rasa.\n")
    assert remembered(trackers) == set()


def test_conversations_that_an_earlier_version_named_are_exported_and_erased(operator, store, engine, postgres):
    trackers, token = postgres.new(), KEYS.token("mine")
    name = talk(store, "mine")
    former = from_before(engine, "mine")
    for sender in (name, former):
        remember(trackers, sender, text=WORD)
    told = {"TRACKERS": trackers, "SECRET": NEW, "OLD_SECRETS": SECRET}
    (chat,) = json.loads(operator(person, "export", "--token", token, **told)[1])["chats"]
    assert chat["rasa"] == [{"events": [{"event": "user", "text": WORD}]}] * 2
    assert "former_name" not in chat["chat"]
    with a_rasa() as (address, forgotten):
        _, said, _ = operator(person, "erase", "--token", token, RASA=address, **told)
    assert "2 Rasa conversations in the database" in said
    assert said.endswith("Erased in Rasa.\n")
    assert remembered(trackers) == set()
    assert {name, former} <= set(forgotten)


def test_purge_finds_conversations_that_an_earlier_version_named(operator, store, engine, postgres):
    trackers = postgres.new()
    talk(store, "old", 31)
    former = from_before(engine, "old")
    remember(trackers, former)
    assert counts(operator(purge, TRACKERS=trackers, SECRET=NEW, OLD_SECRETS=SECRET)[1])[7] == 1
    assert remembered(trackers) == set()
    assert former in store.pending_erasures()


def test_what_cannot_be_found_without_the_old_secret_is_said(operator, store, engine, postgres):
    trackers = postgres.new()
    talk(store, "mine", channel="telegram", recipient="7")
    former = from_before(engine, "mine")
    remember(trackers, former)
    who = ["--messenger", "telegram", "--address", "7"]
    with a_rasa() as (address, _):
        told = {"TRACKERS": trackers, "SECRET": NEW, "RASA": address}
        assert "conversations of no chat known here (1)" in operator(person, "export", *who, **told)[2]
        _, said, _ = operator(person, "erase", *who, **told)
        assert "conversations of no chat known here (1)" in said
        assert "Erased in Rasa what is known to be this person's." in said
        code, _, complaint = operator(person, "erase", *who, **told)
    assert code == 1
    assert complaint.startswith("No chat has this address.\nRasa's database also holds conversations")
    assert "Nothing is kept" not in complaint
    assert remembered(trackers) == {former}


def test_what_an_interrupted_erasure_left_is_found_and_erased(operator, store, postgres):
    trackers, token = postgres.new(), KEYS.token("mine")
    sender = talk(store, "mine")
    store.erase("mine", sender)
    assert "Erased a chat" in operator(person, "erase", "--token", token)[1]
    store.erasure_done(sender)
    remember(trackers, sender)
    with a_rasa() as (address, _):
        told = {"TRACKERS": trackers, "RASA": address}
        assert "1 Rasa conversations in the database" in operator(person, "erase", "--token", token, **told)[1]
        assert remembered(trackers) == set()
        assert "Nothing is kept" in operator(person, "erase", "--token", token, **told)[2]


def test_while_rasa_is_away_nobody_is_told_that_nothing_is_kept(operator, store):
    talk(store, "mine", channel="telegram", recipient="7")
    who = ["--messenger", "telegram", "--address", "7"]
    assert "Rasa is away" in operator(person, "erase", *who)[1]
    code, _, complaint = operator(person, "erase", *who)
    assert (code, complaint) == (
        1,
        "No chat has this address.\nConversations of erased chats that Rasa has yet to erase: 1.\n",
    )


def test_a_former_conversation_that_cannot_be_looked_for_is_not_called_erased(operator, store, engine):
    talk(store, "mine")
    from_before(engine, "mine")
    with a_rasa() as (address, _):
        _, said, _ = operator(person, "erase", "--token", KEYS.token("mine"), RASA=address)
    assert "Erased in Rasa.\n" not in said
    assert "a conversation may be left there" in said


def test_an_export_says_what_it_could_not_read(operator, store):
    talk(store, "mine")
    assert "ASSISTANT_TRACKERS is not set" in operator(person, "export", "--token", KEYS.token("mine"))[2]


@pytest.mark.parametrize("who", [[], ["--messenger", "telegram"], ["--token", "a", "--messenger", "telegram"]])
def test_a_person_has_to_be_named(who, operator):
    with pytest.raises(SystemExit) as refusal:
        operator(person, "erase", *who)
    assert refusal.value.code == 2


@pytest.mark.parametrize("command", [purge, person])
def test_without_the_front_s_secret_nothing_is_done(command, operator, store, tmp_path, monkeypatch):
    talk(store, "old", 31)
    monkeypatch.delenv("ASSISTANT_SECRET")
    arguments = [] if command is purge else ["erase", "--token", KEYS.token("old")]
    with pytest.raises(SystemExit) as refusal:
        operator(command, *arguments)
    assert "secret was not found" in str(refusal.value.code)
    assert store.chat("old") is not None
    assert not (tmp_path / "secret").exists()


def test_a_database_that_is_away_is_said_in_a_sentence(operator):
    with pytest.raises(SystemExit) as refusal:
        operator(purge, DATABASE=f"postgresql+psycopg2://nobody@{HOST}:{free_port()}/none")
    assert "cannot be reached" in str(refusal.value.code)


def test_fingerprints_last_longer_than_any_messenger_tries_again(engine):
    message_store = MessageStore(engine, frozenset())
    with engine.begin() as connection:
        connection.execute(insert(seen).values(id="a", at=time.time() - 8 * DAY))
    message_store.forget_seen(time.time() - purge.SEEN_SECONDS)
    with engine.connect() as connection:
        assert connection.execute(select(seen.c.id)).first()


def test_postgresql_s_statistics_hold_nothing_of_what_people_write(tables, postgres):
    store, trackers = Store(database(tables)), postgres.new()
    for number in range(6):
        talk(store, f"chat-{number}", text=f"{WORD} {number}", channel="whatsapp", recipient=f"{WORD}{number}")
        remember(trackers, f"web-{number}", text=f"{WORD} {number}")
    for url, column in ((tables, "language"), (trackers, "sender")):
        with create_engine(url, future=True).connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            asked = "SELECT attname, concat(most_common_vals, histogram_bounds) FROM pg_stats"
            sampled = dict(connection.exec_driver_sql(f"{asked} WHERE schemaname = 'public'").all())
        assert sampled[column]
        assert WORD not in str(sampled)


def test_requests_in_the_queue_are_purged_after_a_day_and_named_beside_a_person(operator, engine, store):
    queue = WebhookQueue(engine, "key")
    for age in (2 * DAY, 10.0):
        queue.add("telegram", WebhookRequest("POST", "", {}, {}, b"{}"), time.time() - age)
    code, _, complaint = operator(person, "export", "--messenger", "telegram", "--address", "7")
    assert code == 1
    assert complaint.startswith("2 requests of this messenger have not been processed yet")
    assert counts(operator(purge)[1])[8] == 1
    assert queue.first("telegram").at > time.time() - DAY
