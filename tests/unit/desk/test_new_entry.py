"""A new entry: made by one form, in the knowledge and with its training questions."""

from __future__ import annotations

import html
from collections import Counter
from dataclasses import replace

import pytest

from assistant.desk.settings import settings_from
from assistant.knowledge.check import check
from assistant.knowledge.examples import examples
from assistant.knowledge.load import load
from assistant.knowledge.review import reviews
from assistant.training.responses import responses
from tests.support.desk import checkout
from tests.support.git import git
from tests.unit.desk.conftest import Office
from tests.unit.desk.test_entry import FormReader

pytestmark = pytest.mark.slow
FILE = "knowledge/iom.yml"
ID = "ask_iom/choir"
# As different as people are; each is new to the assistant.
GERMAN = """Singt bei der IOM in Deutschland ein Chor?
Gibt es im Büro Menschen, die zusammen Musik machen?
Kann ich bei Ihnen Trompete vorspielen?
welche lieder proben die kolleginnen montags
Treten Mitarbeiter der Organisation mit Noten auf Bühnen auf?
Wo höre ich den Gesang des Hauses?
Sopran gesucht, habt ihr so etwas
Ich möchte Ihren Sängern zuhören, geht das?
Probt jemand bei euch Kanons
Hat die Belegschaft eine eigene Kapelle?"""
ENGLISH = """Does anybody at IOM Germany sing in a choir?
Do the people in your office make music together?
May I audition on the trumpet at your place?
which songs do colleagues rehearse on mondays
Does the staff appear on stages with sheet music?
Where is the singing of the house to be heard?
soprano wanted, is there such a thing with you
I would love to listen to your singers, can I?
anyone rehearsing canons over there
Has the workforce got a brass band of its own?"""
FORM = {
    "topic": "ask_iom",
    "id": "choir",
    "kind": "fact",
    "question.de": "Hat die IOM einen Chor?",
    "question.en": "Does IOM have a choir?",
    "answer.de": "Ein Chor der IOM ist seit {since} bekannt. Er probt in Berlin.",
    "answer.en": "A choir of IOM has been known since {since}. It rehearses in Berlin.",
    "values": "since: 1954",
    "subject": "iom",
    "aspects": "music",
    "sources": "iom-de-70-jahre | 6 | ratifizierte 1954",
    "review_by": "2027-06",
    "questions.de": GERMAN,
    "questions.en": ENGLISH,
}


SOURCE = {
    "source.id": "choir-leaflet",
    "source.title": "Our choir",
    "source.publisher": "IOM Germany",
    "source.url": "https://www.example.org/choir",
    "source.language": "en",
    "source.date": "2026-05",
}


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    folder = tmp_path_factory.mktemp("new")
    root = checkout(folder / "checkout")
    return Office(replace(settings_from({"ASSISTANT_DATA": str(folder / "data")}), root=root))


@pytest.fixture
def desk(begun):
    """The desk, with the checkout as it was in the beginning."""
    git(
        begun.settings.root,
        "reset",
        "--quiet",
        "--hard",
        git(begun.settings.root, "rev-list", "--max-parents=0", "HEAD"),
    )
    return begun


def make(desk, **more):
    return desk.post("/new-entry/make", {**FORM, "csrf": desk.token(), **more})


def test_the_form_makes_the_entry_and_its_questions_in_one_commit(desk):
    before = (desk.settings.root / FILE).read_text("utf-8")
    found = make(desk)
    assert (found.status_code, found.headers.get("location")) == (303, f"/entry/{ID}?done=done_made"), found.text
    root = desk.settings.root
    changed = git(root, "show", "--name-only", "--format=%an|%s").split("\n")
    assert changed[0] == f"anna|Add {ID}"
    questions = ["data/nlu/de/ask_iom.yml", "data/nlu/en/ask_iom.yml"]
    assert sorted(filter(None, changed[1:])) == ["data/generated/responses.yml", *questions, FILE]
    assert (root / FILE).read_text("utf-8").startswith(before.rstrip("\n"))
    assert load(root / "knowledge").entries[ID].values == {"since": 1954}
    assert f"- intent: {ID}\n" in (root / "data/nlu/de/ask_iom.yml").read_text("utf-8")
    assert [
        each for each in check(root / "knowledge", root / "data/nlu") if not each.warning and each.entry == ID
    ] == []
    intents = {each.intent for each in examples(root / "data/nlu")}
    assert (root / "data/generated/responses.yml").read_text("utf-8") == responses(intents)
    assert desk.get(f"/entry/{ID}").status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("topic", "ask_none", "Choose a topic"),
        ("id", "Chor!", "begins with a letter"),
        ("id", "migrant_definition", "has that id already"),
        ("answer.de", "", "must not be empty"),
        ("answer.de", "Ein Chor ist seit 2016 bekannt, {since}.", "2016 appears in the de answer"),
        ("sources", "", "needs sources"),
        ("sources", "nowhere", 'the source "nowhere" is not in sources.yml'),
        ("sources", "iom-de-70-jahre | 6 | one two three four five six seven eight 1954", "more than 8 words"),
        ("subject", "", "a fact needs a subject"),
        ("questions.de", "Eine?\nZwei?", "at least 10 different ones"),
        ("questions.en", ENGLISH.replace("canons", "canons [x](y)"), "[x](y)"),
        ("questions.en", ENGLISH + "\nMail me at a.b@example.org please?", "personal data"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_made(desk, field, value, said):
    found = make(desk, **{field: value})
    assert found.status_code == 422
    assert said in html.unescape(found.text)
    # What was written is still there.
    assert FormReader(found.text).fields["question.en"] == FORM["question.en"]
    assert git(desk.settings.root, "status", "--porcelain") == ""
    assert git(desk.settings.root, "log", "--format=%s") == "Begin"


def test_what_a_visitor_wrote_is_no_training_question_as_it_is(desk):
    found = make(desk, asked=GERMAN.split("\n")[0])
    assert found.status_code == 422


def test_the_inbox_hands_a_question_over(desk):
    evil = '<script>alert("1")</script> Chor?'
    found = desk.post("/new-entry", {"csrf": desk.token(), "question": evil, "topic": "ask_iom", "inbox": "a.1"})
    assert found.status_code == 200
    assert "<script>alert" not in found.text
    assert '<option value="ask_iom" selected>IOM (ask_iom)</option>' in found.text
    assert FormReader(found.text).fields["inbox"] == "a.1"


def test_an_id_that_somebody_has_taken_meanwhile_is_refused(desk):
    assert make(desk).status_code == 303
    assert make(desk).status_code == 422


def test_a_source_that_is_new_too_is_made_with_the_entry(desk):
    before = (desk.settings.root / "knowledge/sources.yml").read_text("utf-8")
    found = make(desk, **SOURCE, sources="")
    assert found.status_code == 303, html.unescape(found.text)
    base = load(desk.settings.root / "knowledge")
    assert [each.source for each in base.entries[ID].citations] == ["choir-leaflet"]
    source = base.sources["choir-leaflet"]
    assert (source.title, source.url, source.date) == ("Our choir", "https://www.example.org/choir", "2026-05")
    assert (desk.settings.root / "knowledge/sources.yml").read_text("utf-8").startswith(before.rstrip("\n"))
    assert git(desk.settings.root, "status", "--porcelain") == ""
    assert len(git(desk.settings.root, "log", "--format=%s").split("\n")) == 2


def test_a_new_source_can_be_cited_with_its_evidence(desk):
    assert (
        make(
            desk, **SOURCE, sources="choir-leaflet | | since 1954\niom-de-70-jahre | 6 | ratifizierte 1954"
        ).status_code
        == 303
    )
    cited = load(desk.settings.root / "knowledge").entries[ID].citations
    assert [each.source for each in cited] == ["choir-leaflet", "iom-de-70-jahre"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("source.title", "", "Title of the page: This text must not be empty"),
        ("source.id", "", "Id of the source: This text must not be empty"),
        ("source.id", "Chor 1", "Small letters, digits and -."),
        ("source.id", "iom-de-70-jahre", "This source is there already"),
        ("source.url", "http://www.example.org", "begins with https://"),
        ("source.date", "May 2026", "sources.date: 'May 2026' is not valid"),
    ],
)
def test_a_mistake_in_a_new_source_is_named_and_nothing_is_made(desk, field, value, said):
    found = make(desk, **{**SOURCE, field: value})
    assert found.status_code == 422
    assert said in html.unescape(found.text), found.text[found.text.find("alarm") :][:1500]
    assert FormReader(found.text).fields["source.publisher"] == SOURCE["source.publisher"]
    assert git(desk.settings.root, "log", "--format=%s") == "Begin"


def test_the_month_proposed_for_the_review_is_not_a_crowded_one(desk):
    listed = reviews(load(desk.settings.root / "knowledge"))
    counted = Counter(f"{each.last_day:%Y-%m}" for each in listed)
    proposed = FormReader(desk.get("/new-entry").text).fields["review_by"]
    assert counted[proposed] < max(counted.values()) / 2
