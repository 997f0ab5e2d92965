"""The quality page: what is counted is shown and drawn, and the public's version counts nobody out."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

import pytest

from assistant.desk.quality import BAR_WIDTH, Counts, grouped, published, rated, releases, total, weeks
from assistant.desk.settings import settings_from
from assistant.desk.topics import names
from assistant.front.store.schema import database
from assistant.front.store.tallies import Tallies, Tally, TallyRow
from assistant.knowledge import knowledge
from tests.support.elements import Elements
from tests.unit.desk.conftest import Office

pytestmark = pytest.mark.slow
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
FAP, DTM = "ask_figures/fap_reached", "ask_data/dtm"
NEWER, OLDER = "b" * 32 + " " + "k" * 12, "a" * 32 + " " + "j" * 12


def row(outcome="answered", count=1, language="de", entry=FAP, release=NEWER, day=TODAY):
    topic = entry.partition("/")[0]
    return TallyRow(release, language, topic, entry, outcome, day.isoformat(), count)


ROWS = [
    row(count=60),
    row("asked_back", 8),
    row("held_back", 12, entry=""),
    row("answered", 20, "uk", DTM, OLDER, TODAY - datetime.timedelta(days=20)),
    row("crisis", 3, "uk", "crisis/danger"),
    row("other", 9, entry="smalltalk/bot"),
    row("helpful", 5),
    row("unhelpful", 2, entry=DTM),
    row("answered", 1, "ko", "ask_korea/paths", NEWER),
]


@pytest.fixture(params=["sqlite", "postgresql"])
def counted(request, root, tmp_path):
    """A desk beside a front that has counted."""
    url = (
        f"sqlite:///{tmp_path / 'front.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres").new()
    )
    engine = database(url)
    for one in ROWS:
        Tallies(engine).count(
            [Tally(*(getattr(one, name) for name in Tally.__dataclass_fields__))] * one.count, one.day
        )
    engine.dispose()
    return Office(replace(settings_from({"ASSISTANT_DATA": str(tmp_path)}), root=root, database=url))


def shown(office, path, **headers):
    response = office.get(path, **headers)
    assert response.status_code == 200, response.text
    return Elements(response.text)


def test_small_talk_and_thumbs_are_no_questions():
    assert (total(ROWS).questions, total(ROWS).other, total(ROWS).helpful) == (104, 9, 5)
    assert Counts().percent("answered") is None


def test_groups_come_by_size_and_releases_by_age():
    assert [group.label for group in grouped(ROWS, lambda one: one.language)] == ["de", "uk", "ko"]
    assert [group.label for group in releases(ROWS)] == [NEWER, OLDER]
    assert [(group.label, group.counts.unhelpful) for group in rated(ROWS)] == [(DTM, 2), (FAP, 0)]


def test_every_week_of_the_time_has_its_place():
    found = weeks(ROWS, TODAY - datetime.timedelta(days=29), TODAY)
    assert 5 <= len(found) <= 6
    assert sum(week.counts.questions for week in found) == 104
    assert {datetime.date.fromisoformat(week.label).weekday() for week in found} == {0}
    assert any(week.counts.questions == 0 for week in found)


def test_a_bar_is_as_long_as_its_share_and_has_no_gap():
    (group, *_) = grouped(ROWS, lambda one: one.language)
    parts = group.bar(160)
    assert [part.outcome for part in parts] == ["answered", "asked_back", "held_back"]
    assert parts[0].length == BAR_WIDTH * 60 / 160
    assert [part.start for part in parts] == [0, 90, 102]
    assert parts[-1].start + parts[-1].length == BAR_WIDTH * 80 / 160


def test_in_public_no_number_tells_of_less_than_five():
    public = published(grouped(ROWS, lambda one: one.language))
    assert [group.label for group in public] == ["de", "uk"]
    counts = [getattr(group.counts, name) for group in public for name in Counts.__dataclass_fields__]
    assert {count % 5 for count in counts} == {0}


def test_the_page_shows_what_was_counted(counted):
    page = shown(counted, "/quality")
    assert "104 questions from" in page.words
    for said in ("60", "75%", "German", "Ukrainian", "Korean", "Figures", "no topic recognised", "bbbbbb · kkkkkk"):
        assert said in page.words
    assert DTM in page.words
    rectangles = [attributes for tag, attributes in page.found if tag == "rect"]
    assert {one["class"] for one in rectangles} == {"answered", "asked_back", "held_back", "crisis"}
    assert all("style" not in attributes for _, attributes in page.found)


def test_it_is_there_in_german(counted):
    page = shown(counted, "/quality", **{"Accept-Language": "de"})
    for said in ("104 Fragen vom", "Deutsch", "Ukrainisch", "Zahlen", "75\u00a0%"):
        assert said in page.words


def test_one_language_alone_is_counted_alone_except_in_the_table_of_languages(counted):
    page = shown(counted, "/quality?spoken=uk")
    assert "23 questions from" in page.words
    assert "German" in page.words
    assert "Figures" not in page.words


def test_a_time_that_is_not_offered_is_the_shortest(counted):
    assert "104 questions" in shown(counted, "/quality?days=365").words
    for days in ("7", "x", "'; DROP TABLE tallies"):
        assert "104 questions" in shown(counted, f"/quality?days={days}").words


@pytest.mark.parametrize("spoken", ["<script>alert(1)</script>", "../x", "xx"])
def test_a_made_up_language_shows_nothing(spoken, counted):
    response = counted.get(f"/quality?spoken={spoken}")
    assert response.status_code == 200
    assert "<script" not in response.text
    assert "0 questions from" in response.text


def test_the_public_file_stands_alone_and_holds_no_entry_name_or_small_number(counted):
    response = counted.get("/quality/public?days=90")
    assert re.search(
        r'attachment; filename="quality-\d{4}-\d\d-\d\d-en\.html"', response.headers["content-disposition"]
    )
    page = Elements(response.text)
    assert "105 questions from" in page.words
    for hidden in (FAP, DTM, "anna", "csrf", "Korean", "bbbbbb", "no topic"):
        assert hidden not in response.text
    linked = [attributes for tag, attributes in page.found if tag in ("script", "link", "img", "a", "form")]
    assert linked == []
    numbers = re.findall(r'<td class="number">(\d+)', response.text)
    assert numbers
    assert {int(number) % 5 for number in numbers} == {0}


def test_nobody_gets_it_without_the_login(counted):
    for path in ("/quality", "/quality/public"):
        assert counted.client.get(path).status_code == 403


def test_before_anything_is_counted_it_says_so(root, tmp_path):
    office = Office(replace(settings_from({"ASSISTANT_DATA": str(tmp_path)}), root=root))
    assert "0 questions from" in shown(office, "/quality").text


def test_where_nothing_is_kept_it_says_where_the_figures_are(root, tmp_path):
    office = Office(replace(settings_from({"ASSISTANT_DATA": str(tmp_path), "ASSISTANT_STORAGE": "none"}), root=root))
    page = shown(office, "/quality")
    assert "ASSISTANT_STORAGE=none" in page.words
    assert office.get("/quality/public").status_code == 200


def test_every_topic_has_a_name():
    topics = {entry.partition("/")[0] for entry in knowledge().entries}
    assert topics <= names().keys()
