"""The inbox: what visitors asked in vain becomes training questions, or is put aside."""

from __future__ import annotations

import html
import json
import random
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest

from assistant.desk.likeness import grouped
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.front.store.unanswered import Unanswered, UnansweredRow
from assistant.knowledge.examples import examples
from tests.support.desk import git
from tests.unit.desk.conftest import Office

pytestmark = pytest.mark.slow
CHOIR = "Wo finde ich einen Chor für Geflüchtete?"
# What stands in the field for the editor's own words.
WRITTEN = re.compile(r'<textarea id="questions".*?>(.*?)</textarea>', re.S)
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(1)> \u202ereversed'
ENTRY = "ask_iom/migrant_definition"
NEW_ENTRY = {"topic": "ask_iom", "id": "choir", "kind": "fact"}
NEW = "Was versteht man bei der IOM eigentlich unter Zugewanderten?"


def row(chat: str, text: str | None, sequence: int = 1, **changed) -> UnansweredRow:
    made = UnansweredRow(chat, sequence, 1_764_400_000.0, "de", "nothing", text=text, topic="ask_iom", entry=ENTRY)
    return replace(made, **changed)


class Asking(Unanswered):
    """The queue, and visitors who fill it from chats of their own."""

    def __init__(self, engine) -> None:
        super().__init__(engine)
        self.store, self.prefix = Store(engine), f"{uuid.uuid4().hex}-"

    def ask(self, *rows: UnansweredRow) -> str:
        """Visitors ask; returns the questions as a form names them."""
        named = [replace(each, chat=self.prefix + each.chat) for each in rows]
        for each in named:
            self.store.open_chat(each.chat, each.language, 100.0)
        assert self.add(*named) == len(rows)
        return " ".join(f"{each.chat}.{each.sequence}" for each in named)

    def ask_thrice(self) -> str:
        """Three people ask the same."""
        return self.ask(row("a", CHOIR), row("b", CHOIR[:-1].lower()), row("c", "Chor für Geflüchtete?"))

    def erase(self) -> None:
        """All of them erase their chats."""
        for each in self.open():
            self.store.erase(each.chat)


@pytest.fixture
def queue(office: Office) -> Iterator[Asking]:
    """The queue of the desk's database, empty at first."""
    queue = Asking(database(office.settings.database))
    yield queue
    queue.erase()
    queue.store._engine.dispose()


def keys_on(page: str) -> list[str]:
    return re.findall(r'name="keys" value="([^"]+)"', page)


def test_like_questions_are_one_group_and_the_most_frequent_comes_first(office, queue):
    queue.ask(row("x", "Wer ist Amy Pope?"), row("y", None), row("z", "Как найти хор?", language="ru"))
    keys = queue.ask_thrice()
    page = office.get("/inbox").text
    heads = [re.sub(r"<[^>]+>", "", head) for head in re.findall(r"<h2.*?</h2>", page, re.S)]
    assert heads[0] in (CHOIR, "wo finde ich einen chor für geflüchtete")
    assert len(heads) == 4
    assert "asked 3 times" in page
    assert "2 more wordings" in page
    assert sorted(keys_on(page)[0].split()) == sorted(keys.split())
    assert "held personal data" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        *(("spoken=ru", 1), ("spoken=de", 2), ("topic=ask_iom", 2), ("topic=ask_fap", 1), ("reason=rated_badly", 1)),
        *(("spoken=xx", 0), ("from=2", 1), ("from=-1", 3), ("from=99999999999", 3)),
    ],
)
def test_the_list_can_be_narrowed(office, queue, query: str, shown: int):
    queue.ask(
        row("x", "Wer ist Amy Pope?", reason="rated_badly"),
        row("y", "Was kostet ein Pass?", topic="ask_fap"),
        row("z", "Как найти хор?", language="ru"),
    )
    assert len(re.findall(r"<h2", office.get(f"/inbox?{query}").text)) == shown


def test_what_visitors_wrote_is_never_markup(office, queue):
    keys = queue.ask(row("a", EVIL), row("b", EVIL, reason="rated_badly"))
    form = {"csrf": office.token(), "keys": keys}
    for page in (office.get("/inbox").text, office.post("/inbox/group", form).text):
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "\u202e" not in page
        assert '<bdi class="visitor" dir="auto" lang="de">&lt;script&gt;' in page


def test_the_field_for_own_words_is_empty_beside_what_was_asked(office, queue):
    form = {"csrf": office.token(), "keys": queue.ask_thrice()}
    page = office.post("/inbox/group", form).text
    assert WRITTEN.findall(page) == [""]
    assert re.search(r'aria-describedby="asked-as"', page)
    asked = re.search(r'<p id="asked-as".*?</p>', page, re.S)[0]
    assert "Chor für Geflüchtete" in asked or "chor für geflüchtete" in asked
    refused = office.post("/inbox/belongs", {**form, "entry": ENTRY, "written": "de", "questions": CHOIR}).text
    assert WRITTEN.findall(refused) == [CHOIR]


def test_an_editors_wording_becomes_training_questions_in_the_editors_name(office, queue, root):
    keys = queue.ask_thrice()
    asked = {"csrf": office.token(), "keys": keys, "entry": ENTRY, "written": "de", "questions": NEW}
    answer = office.post("/inbox/belongs", asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?done=done_belongs")
    shown = git(root, "show", "--format=%an|%s", "HEAD")
    assert shown.startswith(f"anna|Train {ENTRY} with 1 more in de")
    changed = [line for line in shown.splitlines() if re.match(r"[+-](?![+-])", line)]
    assert changed == [f"+      - {NEW}"]
    assert NEW in [each.text for each in examples(root / "data/nlu") if each.intent == ENTRY]
    assert queue.open() == []
    assert {(each.state, each.text) for each in queue.of(queue.prefix + "a")} == {("belongs", None)}
    assert "after the next training" in office.get("/inbox?done=done_belongs").text


KNOWN = "Gibt es eine verbindliche juristische Definition von „Migrant“?"


@pytest.mark.parametrize(
    ("questions", "reason"),
    [
        ("", "Write at least one question"),
        (CHOIR, "word for word what a visitor wrote"),
        ("wo finde ich einen CHOR für Geflüchtete!!!", "word for word what a visitor wrote"),
        (KNOWN, "already there for this entry"),
        ("gibt es eine verbindliche juristische definition von migrant", "already there for this entry"),
        ("Ist die IOM eine Behörde der Vereinten Nationen\n" * 2, "is there twice"),
        ("GFK flüchtlingsbegriff", "already belongs to ask_iom/refugee_definition"),
        ("Mein Name ist Kwame Boateng, was bin ich dann für ein Zugewanderter?", "personal data"),
        ("Schreiben Sie mir an kwame@example.org, was ein Zugewanderter ist", "personal data"),
        ("Wer ist ein [Zugewanderter](group)?", "cannot be in a training question"),
        ("/restart", "cannot be in a training question"),
        ("- zwei Striche", "cannot be in a training question"),
        ("???", "cannot be in a training question"),
        ("x" * 250, "is too long"),
        ("\n".join(f"Frage Nummer {number} zum Thema" for number in range(11)), "No more than 10"),
    ],
)
def test_what_may_not_be_learned_is_refused_and_the_form_keeps_what_was_written(
    office, queue, root, questions: str, reason: str
):
    keys, before = queue.ask_thrice(), git(root, "rev-parse", "HEAD")
    asked = {"csrf": office.token(), "keys": keys, "entry": ENTRY, "written": "de", "questions": questions}
    answer = office.post("/inbox/belongs", asked)
    assert answer.status_code == 422
    assert reason in html.unescape(answer.text)
    if questions:
        assert questions.strip().splitlines()[0] in html.unescape(answer.text)
    assert git(root, "rev-parse", "HEAD") == before
    assert len(queue.open()) == 3


@pytest.mark.parametrize(
    "questions",
    ["wie grenzt die iom zugewanderte von touristen ab", "Bitte, wie grenzt die IOM Zugewanderte von Touristen ab?"],
    ids=["by letters", "by meaning"],
)
def test_a_question_kept_for_scoring_is_refused(office, queue, root, questions: str):
    folder = root / "evaluation" / "cases"
    folder.mkdir(parents=True, exist_ok=True)
    scoring = [{"text": "Wie grenzt die IOM Zugewanderte von Touristen ab?"}, {"text": "Was kostet ein Pass in Bonn?"}]
    (folder / "de.jsonl").write_text("\n".join(map(json.dumps, scoring)), "utf-8")
    form = {"csrf": office.token(), "keys": queue.ask_thrice(), "entry": ENTRY, "written": "de"}
    try:
        answer = office.post("/inbox/belongs", {**form, "questions": questions})
        assert answer.status_code == 422
        assert "by which quality is measured" in answer.text
    finally:
        (folder / "de.jsonl").unlink()


@pytest.mark.parametrize("entry", ["", "ask_iom/nothing", "../../etc/passwd"])
def test_a_question_can_only_belong_to_an_entry(office, queue, entry: str):
    form = {"csrf": office.token(), "keys": queue.ask_thrice(), "entry": entry, "written": "de"}
    answer = office.post("/inbox/belongs", {**form, "questions": NEW + " Und warum?"})
    assert answer.status_code == 422
    assert "Choose the entry" in answer.text


def test_a_question_is_handed_on_to_the_form_for_a_new_entry_and_stays_open_until_that_is_saved(office, queue):
    keys = queue.ask_thrice()
    group = office.post("/inbox/group", {"csrf": office.token(), "keys": keys}).text
    (form,) = (each for each in re.findall(r"<form.*?</form>", group, re.S) if "Make a new entry" in each)
    action = re.search(r'action="([^"]+)"', form)[1]
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    assert (fields["language"], fields["topic"]) == ("de", "ask_iom")
    page = office.post(action, fields)
    assert page.status_code == 200
    assert fields["question"] in html.unescape(page.text)
    assert f'name="inbox" value="{fields["inbox"]}"' in page.text
    assert len(queue.open()) == 3


def test_no_wording_of_the_group_becomes_a_question_of_a_new_entry_as_it_is(office, queue):
    form = {**NEW_ENTRY, "csrf": office.token(), "inbox": queue.ask_thrice(), "asked": CHOIR}
    for question in (CHOIR, "CHOR FÜR GEFLÜCHTETE"):
        found = office.post("/new-entry/make", {**form, "questions.de": question})
        assert f"“{question}” is word for word what a visitor wrote" in html.unescape(found.text)
    found = office.post("/new-entry/make", {**form, "questions.de": f"{NEW}\n" * 2})
    assert "is there twice" in found.text


@pytest.mark.parametrize("state", ["outside", "ignored"])
def test_a_group_is_put_aside_at_once(office, queue, state: str):
    form = {"csrf": office.token(), "keys": queue.ask_thrice()}
    answer = office.post("/inbox/aside", {**form, "state": state, "topic": "ask_iom"})
    assert answer.headers["location"] == f"/inbox?done=done_{state}&topic=ask_iom"
    assert queue.open() == []
    assert {each.state for each in queue.of(queue.prefix + "b")} == {state}


@pytest.mark.parametrize("changed", [{"state": "open"}, {"state": ""}, {"keys": ""}, {"keys": "a"}, {"keys": "a.x"}])
def test_a_form_that_names_nothing_is_refused(office, queue, changed: dict[str, str]):
    form = {"csrf": office.token(), "keys": queue.ask_thrice(), "state": "ignored"}
    assert office.post("/inbox/aside", {**form, **changed}).status_code == 400
    assert len(queue.open()) == 3


def test_questions_of_an_erased_chat_are_gone_from_the_inbox(office, queue):
    form = {"csrf": office.token(), "keys": queue.ask_thrice()}
    assert "Chor" in office.post("/inbox/group", form).text
    queue.erase()
    assert "Chor" not in office.get("/inbox").text
    answer = office.post("/inbox/group", form)
    assert answer.headers["location"] == "/inbox?done=done_already"


def test_with_postgresql_it_is_the_same(office, postgres):
    on_postgres = Office(replace(office.settings, database=postgres.new()))
    queue = Asking(database(on_postgres.settings.database))
    keys = queue.ask_thrice()
    assert "asked 3 times" in on_postgres.get("/inbox").text
    form = {"csrf": on_postgres.token(), "keys": keys, "entry": ENTRY, "written": "de"}
    question = "Ab wann zählt man bei der IOM denn zu den Zugewanderten?"
    assert on_postgres.post("/inbox/belongs", {**form, "questions": question}).status_code == 303
    assert queue.open() == []
    queue.store._engine.dispose()
    on_postgres.client.app._app.state.desk.engine.dispose()


def test_without_storage_the_inbox_says_why_it_is_empty(office, tmp_path):
    memory = Office(replace(office.settings, database=None))
    assert "nothing is kept" in memory.get("/inbox").text


def test_ten_thousand_questions_group_in_less_than_five_seconds():
    chosen = random.Random(1)  # noqa: S311 - the same ones each time
    texts = [each.text for each in chosen.sample([each for each in examples() if each.language == "de"], 10_000)]
    begun = time.process_time()
    groups = grouped(texts)
    assert time.process_time() - begun < 5
    assert sorted(index for group in groups for index in group) == list(range(10_000))
    assert len(groups) < 9_000
    assert len(groups[0]) > 5


def test_texts_without_a_letter_and_texts_in_any_script_can_be_grouped():
    assert grouped([]) == []
    assert grouped(["?", "!!", ""]) == [[0, 1, 2]]
    assert grouped(["난민 신청은 어디에서 하나요?", "난민 신청은 어디에서 하나요", "비자"]) == [[0, 1], [2]]
    assert grouped(["a", "b"]) == [[0], [1]]
