"""The page of an entry: changed, previewed, approved; and two people at once."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import ClassVar

import pytest

from assistant.core.languages import LANGUAGES
from assistant.desk.settings import settings_from
from assistant.knowledge.load import load
from tests.support.desk import checkout
from tests.support.git import git
from tests.unit.desk.conftest import Office

pytestmark = pytest.mark.slow
ENTRY = "ask_family/fap_who"
PAGE = f"/entry/{ENTRY}"
FILE = "knowledge/family.yml"


class FormReader(HTMLParser):
    """The fields of the form on a page, as a browser would send them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._open: str | None = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "input" and given.get("type") not in ("checkbox", "search") and "name" in given:
            self.fields[given["name"]] = given.get("value") or ""
        if tag == "textarea":
            self._open = given["name"]
            self.fields[self._open] = ""

    def handle_data(self, data):
        if self._open:
            self.fields[self._open] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._open:
            # A browser leaves out the line end after the tag.
            self.fields[self._open] = self.fields[self._open].removeprefix("\n")
            self._open = None


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A desk on a checkout of its own."""
    folder = tmp_path_factory.mktemp("entry")
    root = checkout(folder / "checkout")
    return Office(replace(settings_from({"ASSISTANT_DATA": str(folder / "data")}), root=root))


@pytest.fixture
def desk(begun):
    """The desk, with the checkout as it was in the beginning."""
    first = git(begun.settings.root, "rev-list", "--max-parents=0", "HEAD")
    git(begun.settings.root, "reset", "--quiet", "--hard", first)
    return begun


def form_of(desk, path=PAGE, name="anna"):
    page = desk.get(path, **{"X-Forwarded-User": name})
    assert page.status_code == 200, page.text
    return FormReader(page.text).fields


def send(desk, form, do="save", path=PAGE, name="anna", **more):
    return desk.post(path, {**form, "do": do, **more}, **{"X-Forwarded-User": name})


def text(desk, file=FILE):
    return (desk.settings.root / file).read_text("utf-8")


def log(desk, *arguments):
    return git(desk.settings.root, "log", *arguments)


def entry_of(desk):
    return load(desk.settings.root / "knowledge").entries[ENTRY]


def test_a_page_that_is_sent_back_as_it_is_changes_nothing(desk):
    before = text(desk)
    found = send(desk, form_of(desk))
    assert (found.status_code, found.headers["location"]) == (303, f"{PAGE}?done=done_nothing")
    assert text(desk) == before
    assert log(desk, "--format=%an").split("\n") == ["Setup"]


def test_a_save_is_a_commit_in_that_person_s_name_and_changes_one_line(desk):
    before = text(desk)
    form = form_of(desk)
    found = send(desk, {**form, "answer.en": form["answer.en"].replace("helps relatives", "supports relatives")})
    assert found.status_code == 303, found.text
    assert log(desk, "-1", "--format=%an|%s") == f"anna|Change {ENTRY}: answer"
    after = text(desk)
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert len(changed) == 1
    assert "supports relatives" in changed[0][1]
    assert git(desk.settings.root, "status", "--porcelain") == ""
    assert "supports relatives" in desk.get(PAGE).text


def test_sources_that_stand_line_by_line_still_do_after_one_has_changed(desk):
    path, page = desk.settings.root / "knowledge/figures.yml", "/entry/ask_figures/resettlement_reached"
    before, form = path.read_text("utf-8"), form_of(desk, page)
    assert (
        send(desk, {**form, "sources": form["sources"].replace(" | 10 | ", " | 11 | ")}, path=page).status_code == 303
    )
    changed = path.read_text("utf-8")
    assert changed == before.replace("paragraph: 10", "paragraph: 11", 1) != before


def test_all_languages_are_shown_as_the_chat_shows_them(desk):
    page = desk.get(PAGE).text
    assert page.count('<article class="shown"') == len(LANGUAGES)
    for language in LANGUAGES:
        assert f'<article class="shown" lang="{language}"' in page
    assert '<article class="shown" lang="ar" dir="rtl">' in page
    # With the number of a year written out, contacts as cards, and sources as links.
    assert "tel:+49" in page
    assert "{until}" not in page.split('<article class="shown"')[1].split("</article>")[0]


def test_a_preview_shows_what_is_not_saved(desk):
    before = text(desk)
    form = form_of(desk)
    found = send(desk, {**form, "answer.de": "Das FAP hilft bis {until}."}, do="preview")
    assert found.status_code == 200
    shown = found.text.split('<article class="shown" lang="de"')[1].split("</article>")[0]
    assert "Das FAP hilft bis 23. Juli 2027." in shown
    assert text(desk) == before
    # Nothing can be approved that is not saved.
    assert 'name="approve"' not in found.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("answer.de", "Das FAP hilft bis 2027 und {until}.", "2027 appears in the de answer"),
        ("answer.de", "Das FAP hilft bis {until} und {never}.", "has no value"),
        ("answer.en", "", "must not be empty"),
        (
            "answer.en",
            "Das Programm hilft Angehörigen im Ausland bis {until}, und das gilt für alle.",
            "another language",
        ),
        ("contacts", "nobody", 'the contact "nobody" is not in contacts.yml'),
        ("sources", "no-such-source", 'the source "no-such-source" is not in sources.yml'),
        ("values", "until: [", "cannot be read"),
        ("review_by", "soon", "is not valid"),
        ("answer.uk", "Допомагає до {until} {х}", "placeholders"),
    ],
)
def test_a_mistake_is_named_and_not_saved(desk, field, value, said):
    before = text(desk)
    found = send(desk, {**form_of(desk), field: value})
    assert found.status_code == 422
    assert said in html.unescape(found.text)
    assert text(desk) == before
    checked = desk.post(f"/entry-check/{ENTRY}", {**form_of(desk), field: value}).json()
    assert any(said in each["text"] for each in checked["findings"])


def test_the_check_speaks_the_editor_s_language(desk):
    form = {**form_of(desk), "contacts": "nobody"}
    found = desk.post(f"/entry-check/{ENTRY}", form, **{"Accept-Language": "de"}).json()
    assert found["findings"][0]["text"].startswith("der Kontakt „nobody“ steht nicht in contacts.yml")


class TestNote:
    NOTE: ClassVar = {
        "note.de": "Seit {changed} gilt es auch für Pflegekinder.",
        "note.en": "Since {changed}, it has held for foster children too.",
        "note_sources": "iom-de-70-jahre | 6 | ratifizierte 1954\nfa-d-add",
        "note_as_of": "2026-10",
    }

    def begun(self, desk, **changed):
        form = form_of(desk)
        values = f"{form['values']}\nchanged: 1954"
        return send(desk, {**form, "values": values, **self.NOTE, **changed})

    def test_a_note_is_begun_as_people_write_it(self, desk):
        before = text(desk)
        assert self.begun(desk).status_code == 303
        added = """    note:
      text:
        de: "Seit {changed} gilt es auch für Pflegekinder."
        en: "Since {changed}, it has held for foster children too."
      sources: [{id: iom-de-70-jahre, paragraph: 6, words: "ratifizierte 1954"}, {id: fa-d-add}]
      as_of: 2026-10
"""
        assert added in text(desk)
        assert text(desk).replace(added, "").replace(", changed: 1954}", "}") == before
        note = entry_of(desk).note
        assert [each.source for each in note.citations] == ["iom-de-70-jahre", "fa-d-add"]
        page = desk.get(PAGE).text
        assert "Since 1954, it has held for foster children too." in page
        assert "Begin a note" not in page
        assert FormReader(page).fields["note_as_of"] == "2026-10"

    def test_its_sources_and_date_are_changed_like_those_of_the_answer(self, desk):
        self.begun(desk)
        form = form_of(desk)
        assert send(desk, {**form, "note_sources": "fa-d-add", "note_as_of": ""}).status_code == 303
        note = entry_of(desk).note
        assert ([each.source for each in note.citations], note.as_of) == (["fa-d-add"], None)
        found = send(desk, {**form_of(desk), "note_sources": ""})
        assert "Sources of the note: This text must not be empty." in html.unescape(found.text)

    @pytest.mark.parametrize("missing", ["note.de", "note.en", "note_sources"])
    def test_a_note_without_a_text_or_sources_is_refused_and_what_was_written_stays(self, desk, missing):
        before = text(desk)
        found = self.begun(desk, **{missing: ""})
        assert found.status_code == 422
        assert "A new note needs a German and an English text, and sources of its own." in html.unescape(found.text)
        assert FormReader(found.text).fields["note_as_of"] == "2026-10"
        assert "<details open>" in found.text
        assert text(desk) == before

    def test_a_mistake_in_its_sources_or_date_is_named(self, desk):
        found = self.begun(desk, note_sources="nowhere")
        assert 'the source "nowhere" is not in sources.yml' in html.unescape(found.text)
        found = self.begun(desk, note_as_of="2099")
        assert "note.as_of: 2099 has not come yet" in found.text

    def test_translations_wait_for_it(self, desk):
        self.begun(desk)
        assert desk.get(PAGE).text.count("Out of date") == len(LANGUAGES) - 2
        form = form_of(desk)
        assert form["note.fr"] == ""
        assert (
            send(desk, {**form, "note.fr": "Depuis {changed}, cela vaut aussi pour les enfants placés."}).status_code
            == 303
        )
        assert entry_of(desk).note.text["fr"].startswith("Depuis {changed}")


class TestTwoEditors:
    def test_the_second_who_saves_the_same_entry_is_told_and_nothing_is_lost(self, desk):
        first, second = form_of(desk), form_of(desk, name="berta")
        assert send(desk, {**first, "review_by": "2027-04"}).status_code == 303
        saved = text(desk)
        found = send(desk, {**second, "answer.en": "My own words until {until}."}, name="berta")
        assert found.status_code == 409
        assert "My own words" in found.text
        assert "review_by: 2027-04" in found.text
        assert text(desk) == saved

    def test_a_preview_in_between_does_not_make_the_form_younger(self, desk):
        first, second = form_of(desk), form_of(desk, name="berta")
        send(desk, {**first, "review_by": "2027-04"})
        mine = {**second, "review_by": "2027-06"}
        again = FormReader(send(desk, mine, do="preview", name="berta").text).fields
        assert send(desk, {**again, "review_by": "2027-06"}, name="berta").status_code == 409

    def test_two_entries_of_one_file_get_in_nobody_s_way(self, desk):
        other = "/entry/ask_family/fap_costs"
        first, second = form_of(desk), form_of(desk, other, "berta")
        assert send(desk, {**first, "review_by": "2027-04"}).status_code == 303
        assert send(desk, {**second, "review_by": "2027-03"}, path=other, name="berta").status_code == 303
        assert log(desk, "-2", "--format=%an").split("\n") == ["berta", "anna"]

    def test_a_translation_of_what_has_changed_meanwhile_is_refused(self, desk):
        first, second = form_of(desk), form_of(desk, name="berta")
        send(desk, {**first, "answer.de": first["answer.de"].replace("hilft Angehörigen", "unterstützt Angehörige")})
        found = send(desk, {**second, "answer.uk": second["answer.uk"] + " Так."}, name="berta")
        assert found.status_code == 409


class TestTranslations:
    def test_a_translation_becomes_out_of_date_with_its_original(self, desk):
        form = form_of(desk)
        send(desk, {**form, "answer.de": form["answer.de"].replace("hilft Angehörigen", "unterstützt Angehörige")})
        assert desk.get(PAGE).text.count("Out of date") == len(LANGUAGES) - 2
        assert "uk" not in entry_of(desk).answer

    def test_whoever_has_compared_it_says_that_it_fits(self, desk):
        form = form_of(desk)
        german = form["answer.de"].replace("hilft Angehörigen", "unterstützt Angehörige")
        send(desk, {**form, "answer.de": german, "fits.uk": "1"})
        assert {"uk"} == set(entry_of(desk).answer) - {"de", "en"}
        assert "Change ask_family/fap_who: answer, uk" in log(desk, "-1", "--format=%s")

    def test_a_translation_that_is_changed_fits(self, desk):
        form = form_of(desk)
        german = form["answer.de"].replace("hilft Angehörigen", "unterstützt Angehörige")
        send(desk, {**form, "answer.de": german})
        form = form_of(desk)
        send(desk, {**form, "answer.fr": form["answer.fr"].replace("aide", "soutient", 1)})
        assert "fr" in entry_of(desk).answer
        assert "uk" not in entry_of(desk).answer


class TestApproval:
    def approve(self, desk, language="de", name="berta", form=None):
        form = form or form_of(desk, name=name)
        return desk.post(PAGE, {**form, "approve": language}, **{"X-Forwarded-User": name})

    def change(self, desk):
        form = form_of(desk)
        assert send(desk, {**form, "review_by": "2027-04", "as_of": "2026-10"}).status_code == 303

    def test_somebody_else_approves_what_is_shown(self, desk):
        self.change(desk)
        assert self.approve(desk).headers["location"] == f"{PAGE}?done=done_approved"
        approval = entry_of(desk).approved
        assert {code: each.by for code, each in approval.items()} == {"de": "berta"}
        assert log(desk, "-1", "--format=%an|%s") == f"berta|Approve {ENTRY} in de"
        page = desk.get(PAGE).text
        assert "by berta" in page
        assert "Geprüft von der IOM Deutschland am" in page
        assert "Checked by IOM Germany on" not in page

    def test_a_translation_is_approved_in_its_own_file(self, desk):
        self.approve(desk, "ar")
        assert log(desk, "-1", "--format=", "--name-only") == "knowledge/ar/family.yml"
        assert set(entry_of(desk).approved) == {"ar"}

    def test_the_author_cannot(self, desk):
        self.change(desk)
        found = self.approve(desk, name="anna")
        assert found.status_code == 409
        assert "anna has made the latest change" in found.text
        assert "Not approved. The reason is below." in found.text
        assert "Not saved" not in found.text
        assert entry_of(desk).approved == {}

    def test_any_edit_voids_it(self, desk):
        self.approve(desk)
        form = form_of(desk)
        assert send(desk, {**form, "as_of": "2026-10"}).status_code == 303
        assert entry_of(desk).approved == {}
        assert "Not approved yet" in desk.get(PAGE).text

    def test_what_was_not_read_is_not_approved(self, desk):
        form = form_of(desk, name="berta")
        self.change(desk)
        found = self.approve(desk, form=form)
        assert found.status_code == 409
        assert entry_of(desk).approved == {}

    def test_what_is_not_saved_is_not_approved(self, desk):
        form = {**form_of(desk, name="berta"), "answer.de": "Anders, bis {until}."}
        found = self.approve(desk, form=form)
        assert found.status_code == 409
        assert "Save first" in found.text
        assert "Anders" not in text(desk)
        assert "Anders" in found.text


def test_the_history_names_who_changed_what(desk):
    form = form_of(desk)
    send(desk, {**form, "review_by": "2027-04"})
    page = desk.get(PAGE).text
    rows = re.findall(r"<td>(anna|Setup)</td><td>(.*?) <span", page)
    assert rows[0] == ("anna", f"Change {ENTRY}: review_by")
    assert rows[-1][0] == "Setup"


def test_on_a_branch_the_difference_to_what_is_live_is_shown(tmp_path):
    root = checkout(tmp_path / "checkout")
    settings = settings_from({"ASSISTANT_DATA": str(tmp_path / "data"), "ASSISTANT_DESK_BRANCH": "editors"})
    desk = Office(replace(settings, root=root))
    form = form_of(desk)
    assert "None." in desk.get(PAGE).text
    assert send(desk, {**form, "review_by": "2027-04"}).status_code == 303
    page = html.unescape(desk.get(PAGE).text)
    assert "-    review_by: 2027-05" in page
    assert "+    review_by: 2027-04" in page
    assert "review_by: 2027-04" not in (root / FILE).read_text("utf-8").split("fap_who")[1].split("- id")[0]


@pytest.mark.parametrize(
    "path", ["/entry/ask_family/none", "/entry/none", "/entry/../../etc/passwd", "/entry/contacts/fap"]
)
def test_what_is_no_entry_is_not_found(desk, path):
    assert desk.get(path).status_code == 404


def test_every_entry_has_a_page_that_can_be_found(desk):
    page = desk.get("/entries").text
    entries = load(desk.settings.root / "knowledge").entries
    assert len(set(re.findall(r'href="/entry/([^"]+)"', page))) == len(entries)
    assert desk.get("/entries?q=fap_who").text.count('href="/entry/') == 1
    assert desk.get("/entries?q=<script>").text.count("<script>") == 0


def test_the_list_is_folded_by_topic_until_somebody_searches(desk):
    page = desk.get("/entries").text
    topics = {each.topic for each in load(desk.settings.root / "knowledge").entries.values()}
    assert (page.count("<details>"), page.count("<details open>")) == (len(topics), 0)
    assert re.findall(r"Entries: (\d+)", page) == [
        str(part.count('href="/entry/')) for part in page.split("<details>")[1:]
    ]
    found = desk.get("/entries?q=fap_who").text
    assert (found.count("<details>"), found.count("<details open>")) == (0, 1)


def test_an_answer_is_withdrawn_and_given_back_from_its_own_page(desk):
    page = desk.get(PAGE).text
    assert "Withdraw at once" in page
    found = desk.post("/due/withdraw", {"csrf": desk.token(), "id": ENTRY, "why": "A <b>better</b> figure"})
    assert found.status_code == 303
    page = desk.get(PAGE).text
    assert "Withdrawn for now," in page
    assert "by anna on " in page
    assert "A &lt;b&gt;better&lt;/b&gt; figure" in page
    assert "Withdraw at once" not in page
    assert desk.post("/due/back", {"csrf": desk.token(), "id": ENTRY}).status_code == 303
    assert "Withdrawn for now," not in desk.get(PAGE).text


def test_a_text_for_emergencies_offers_no_withdrawal(desk):
    assert "Withdraw at once" not in desk.get("/entry/crisis/self_harm").text
