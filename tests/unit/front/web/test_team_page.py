"""A question to the team without JavaScript: the same consent and limits, and a way to take it back."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from assistant.core.languages import LANGUAGES
from assistant.front.app import application
from assistant.front.core.opening_hours import opening_hours_of
from assistant.front.core.settings import Rates
from assistant.front.rasa.transport import NotListeningError
from assistant.front.store.chats import Store
from assistant.front.store.faults import BusyError
from assistant.front.store.schema import database
from assistant.front.store.team import TeamQuestions
from assistant.front.web.page_view import PATH, TEAM_PATH, hours_written
from assistant.front.web.team_page import SENT_PATH
from assistant.knowledge import knowledge
from assistant.knowledge.load import widget_texts
from assistant.knowledge.model import localised
from assistant.knowledge.render import direction
from tests.fakes.front import HERE, enveloped
from tests.support.elements import Elements
from tests.support.readable import bytes_of
from tests.support.wait import until

EMAIL = "kwame@example.org"
QUESTION = "Ich bin Kwame Boateng. Wann ist mein Termin?"
FOREIGN = "https://evil.example"
HOSTILE = "\"'></textarea><script>alert(1)</script>"


@pytest.fixture
def settings(settings):
    return replace(settings, team=True, team_hours=opening_hours_of("Mo-Fr 09:00-16:00"))


@pytest.fixture
def kept(settings, client):
    """What the team finds."""
    engine = database(settings.database)
    yield lambda: TeamQuestions(engine).listed()
    engine.dispose()


def said(key, language="de"):
    return localised(widget_texts()[key], language)


def page(response, status=200):
    assert response.status_code == status, response.text
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-robots-tag"] == "noindex"
    told = Elements(response.text)
    assert not told.all("script")
    return told


def post(client, path, origin=HERE, **fields):
    headers = {"Origin": origin} if origin else {}
    return client.post(path, data={"language": "de", **fields}, headers=headers, follow_redirects=False)


def new_form(client):
    (key,) = [one["value"] for one in page(client.get(TEAM_PATH)).all("input") if one["name"] == "form"]
    return key


def send(client, origin=HERE, **changes):
    fields = {"question": QUESTION, "email": EMAIL, "consent": "yes", "form": changes.get("form") or new_form(client)}
    fields = {name: value for name, value in {**fields, **changes}.items() if value is not None}
    return post(client, TEAM_PATH, origin, **fields)


def withdraw(client, key, origin=HERE):
    return post(client, f"{SENT_PATH}?{urlencode({'key': key, 'language': 'de'})}", origin)


def sent_to(response):
    """Where a question that was taken leads, and the key with which it can be withdrawn."""
    assert response.status_code == 303, response.text
    address = response.headers["location"]
    return address, parse_qs(urlsplit(address).query)["key"][0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_is_in_every_language(client, language):
    told = page(client.get(TEAM_PATH, params={"language": language}))
    assert told.all("html") == [{"lang": language, "dir": direction(language)}]
    for text in ("formIntro", "formEmail", "formEmailHint"):
        assert said(text, language) in told.text
    assert hours_written(opening_hours_of("Mo-Fr 09:00-16:00"), language) in told.text
    assert knowledge().phrase("page_team_consent", language).replace("{days}", "30") in told.text
    assert "{" not in told.text
    (consent,) = [one for one in told.all("input") if one["name"] == "consent"]
    assert "checked" not in consent
    assert f"{TEAM_PATH}?language=ar" in [link["href"] for link in told.all("a")]


@pytest.mark.parametrize(
    ("language", "hours"),
    [
        ("de", "Mo.–Fr. 09:00–16:00; Sa. 10:00–00:00"),
        ("en", "Mon–Fri 09:00–16:00; Sat 10:00–00:00"),
    ],
)
def test_hours_are_written_as_the_language_writes_them(language, hours):
    written = hours_written(opening_hours_of("Mo-Fr 09:00-16:00, Sa 10:00-24:00"), language)
    assert re.sub("[\u2068\u2069]", "", written) == hours
    assert written.count("\u2068") == written.count("\u2069") == 4


def test_hours_round_the_clock_have_two_ends():
    written = hours_written(opening_hours_of("Mo-Su 00:00-24:00"), "de")
    assert re.sub("[\u2068\u2069]", "", written) == "Mo.–So. 00:00–00:00"


def test_it_is_offered_where_the_assistant_has_nothing_with_what_was_asked(client, rasa):
    rasa.reply = lambda _: [{"text": "Das weiß ich nicht."}, enveloped("fallback")]
    told = page(post(client, PATH, q=QUESTION))
    asked = [one for one in told.all("input") if one["name"] == "question"]
    assert [one["value"] for one in asked] == [QUESTION]
    form = page(post(client, TEAM_PATH, question=QUESTION))
    assert QUESTION in form.text
    assert said("formNoConsent") not in form.text


def test_elsewhere_there_is_a_link_to_it(client):
    for told in (client.get(PATH, params={"language": "de"}), post(client, PATH, q="Wann?")):
        elements = Elements(told.text)
        assert f"{TEAM_PATH}?language=de" in [link["href"] for link in elements.all("a")]
        assert not [one for one in elements.all("input") if one["name"] == "question"]


def test_what_was_asked_is_shown_as_text_and_no_longer_than_what_is_taken(client):
    told = page(post(client, TEAM_PATH, question=HOSTILE))
    assert HOSTILE in told.text
    assert "x" * 1001 not in page(post(client, TEAM_PATH, question="x" * 4000)).text


def test_a_question_is_kept_as_it_was_written_and_leads_to_its_own_page(client, kept):
    address, _ = sent_to(send(client))
    (question,) = kept()
    assert (question.text, question.email, question.language) == (QUESTION, EMAIL, "de")
    told = page(client.get(address))
    assert said("formSent") in told.text
    assert knowledge().phrase("page_team_by_email", "de") in told.text
    # Whoever finds the address reads nothing of the question.
    assert "Kwame" not in told.text
    assert EMAIL not in told.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_back_is_said_in_every_language(client, language):
    address, _ = sent_to(send(client, email="", language=language))
    told = page(client.get(address))
    base, exit_ = knowledge(), said("exit", language)
    assert base.phrase("page_team_no_email", language) in told.text
    assert base.phrase("page_team_keep", language).replace("{exit}", exit_) in told.text
    assert base.phrase("page_team_withdraw", language) in told.text
    assert "{" not in told.text


def test_a_question_can_be_withdrawn_and_nothing_is_left_of_it(client, kept, settings, tmp_path):
    form = new_form(client)
    address, key = sent_to(send(client, question="Was ist ein Zwiebelfischchen?", form=form))
    assert b"Zwiebelfischchen" in bytes_of(tmp_path)
    (button,) = page(client.get(address)).all("form")
    told = page(post(client, button["action"]))
    assert knowledge().phrase("page_team_gone", "de") in told.text
    assert kept() == []
    for again in (client.get(address), withdraw(client, key)):
        assert knowledge().phrase("page_team_gone", "de") in page(again).text
    left = bytes_of(tmp_path)
    assert not [word for word in (b"Zwiebelfischchen", EMAIL.encode()) if word in left]
    # A form that is sent once more does not bring it back; with its new key it is a new question.
    told = page(send(client, form=form), 400)
    assert kept() == []
    (new,) = [one["value"] for one in told.all("input") if one["name"] == "form"]
    sent_to(send(client, form=new))
    assert len(kept()) == 1


def test_a_question_can_be_withdrawn_where_nobody_can_be_asked_any_more(client, settings, rasa, kept):
    _, key = sent_to(send(client))
    with TestClient(application(replace(settings, team=False), rasa), HERE) as off:
        page(withdraw(off, key))
    assert kept() == []


@pytest.mark.parametrize("reads", [False, True], ids=["erasing", "reading"])
def test_while_the_database_is_away_the_way_back_is_not_lost(client, kept, monkeypatch, reads):
    def busy(*_):
        raise BusyError

    address, key = sent_to(send(client))
    with monkeypatch.context() as away:
        away.setattr(*((TeamQuestions, "of") if reads else (Store, "erase")), busy)
        told = page(client.get(address) if reads else withdraw(client, key), 503)
    assert knowledge().phrase("front_unavailable", "de") in told.text
    assert knowledge().phrase("page_team_gone", "de") not in told.text
    assert address in [link["href"] for link in told.all("a")]
    assert len(kept()) == 1


def test_one_key_is_good_for_one_thing_only(client, visitor, kept):
    form = new_form(client)
    _, key = sent_to(send(client, form=form))
    assert client.get("/api/chat", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    for other in (form, visitor.token, "x", ""):
        page(withdraw(client, other), 404)
        page(client.get(SENT_PATH, params={"key": other}), 404)
    page(send(client, form=key), 400)
    assert len(kept()) == 1


def test_a_form_that_is_sent_twice_is_one_question(client, kept):
    form = new_form(client)
    assert sent_to(send(client, form=form)) == sent_to(send(client, form=form))
    assert len(kept()) == 1


@pytest.mark.parametrize("origin", [FOREIGN, "null", None])
def test_no_other_page_can_send_its_forms(client, kept, origin):
    form = new_form(client)
    assert send(client, form=form, origin=origin).status_code == 403
    _, key = sent_to(send(client, form=form))
    assert withdraw(client, key, origin).status_code == 403
    assert len(kept()) == 1


def test_nor_can_a_website_that_may_use_the_assistant(settings, rasa):
    with TestClient(application(replace(settings, origins=frozenset({FOREIGN})), rasa), HERE) as client:
        told = page(send(client, origin=FOREIGN), 403)
    assert knowledge().phrase("front_forbidden", "de") in told.text
    assert rasa.asked == []


def test_rasa_is_asked_once_without_names_and_forgets_it(client, rasa):
    sent_to(send(client))
    (checked,) = rasa.asked
    assert "Kwame" not in checked["message"]
    assert until(lambda: rasa.erased) == [checked["sender"]]


def test_an_emergency_is_answered_and_not_kept(settings, rasa):
    with TestClient(application(replace(settings, rates=Rates(team="1/hour")), rasa), HERE) as client:
        sent_to(send(client))
        assert page(send(client), 429)
        rasa.reply = lambda _: [{"text": "Rufen Sie 112 an."}, enveloped("crisis", ["crisis/danger"])]
        told = page(send(client, question="Er schlägt mich"))
        assert "Er schlägt mich" in told.text
        assert "112" in told.text
        assert said("formSent") not in told.text
        assert until(lambda: rasa.asked[-1]["sender"] in rasa.erased)
    engine = database(settings.database)
    assert len(TeamQuestions(engine).listed()) == 1
    engine.dispose()


@pytest.mark.parametrize("reply", [NotListeningError("away"), 500, [enveloped("error")]])
def test_what_cannot_be_checked_is_not_taken_nor_lost(settings, rasa, reply):
    with TestClient(application(replace(settings, answer_timeout_seconds=0.5), rasa), HERE) as client:
        rasa.reply = lambda _: reply
        told = page(send(client), 503)
    assert knowledge().phrase("front_unavailable", "de") in told.text
    assert QUESTION in told.text
    assert EMAIL in [one.get("value") for one in told.all("input")]


def test_while_the_database_is_away_nothing_written_is_lost(client, monkeypatch):
    def busy(*_):
        raise BusyError

    monkeypatch.setattr(TeamQuestions, "add_alone", busy)
    told = page(send(client), 503)
    assert QUESTION in told.text


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"question": " \n"}, ["question"]),
        ({"consent": None}, ["consent"]),
        ({"consent": "no"}, ["consent"]),
        ({"email": "kwame"}, ["email"]),
        ({"email": "a@example.org\nBcc: all@example.org"}, ["email"]),
        ({"question": "", "email": "x", "consent": None}, ["question", "email", "consent"]),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(client, rasa, kept, changes, wrong):
    texts = {"question": "formNoQuestion", "email": "formWrongEmail", "consent": "formNoConsent"}
    told = page(send(client, **changes), 400)
    assert [field for field, key in texts.items() if said(key) in told.text] == wrong
    fields = {one.get("name"): one for tag in ("textarea", "input") for one in told.all(tag)}
    assert [field for field in texts if fields[field].get("aria-invalid") == "true"] == wrong
    assert [field for field in texts if "autofocus" in fields[field]] == wrong[:1]
    assert [field for field in wrong if f"{field}-wrong" not in fields[field]["aria-describedby"]] == []
    assert ("checked" in fields["consent"]) == ("consent" not in wrong)
    assert "question" in wrong or QUESTION in told.text
    assert kept() == []
    assert rasa.asked == []


def test_a_line_break_counts_as_one_character_as_in_the_browser(client, kept):
    sent_to(send(client, question="ä\r\n" * 500))
    assert kept()[0].text == ("ä\n" * 500).strip()
    page(send(client, question="x" * 1001), 400)
    assert len(kept()) == 1


@pytest.mark.parametrize("rates", [Rates(chats="2/minute"), Rates(address="2/minute"), Rates(team="2/hour")], ids=str)
def test_it_is_limited_as_in_the_web_chat(settings, rasa, rates):
    with TestClient(application(replace(settings, rates=rates), rasa), HERE) as client:
        assert [send(client).status_code for _ in range(3)] == [303, 303, 429]


def test_it_is_off_unless_the_operator_turns_it_on_and_while_the_chat_is_closed(settings, rasa, tmp_path):
    notice = tmp_path / "notice.yml"
    notice.write_text("closed: true\n", "utf-8")
    rasa.reply = lambda _: [{"text": "Das weiß ich nicht."}, enveloped("fallback")]
    for changes in ({"team": False}, {"notice": notice}):
        with TestClient(application(replace(settings, **changes), rasa), HERE) as client:
            assert not page(client.get(TEAM_PATH), 404).all("form")
            assert send(client, form="x").status_code == 404
            assert TEAM_PATH not in client.get(PATH).text
            assert TEAM_PATH not in post(client, PATH, q="Wann?").text


def test_nothing_is_kept_before_a_question_is_sent(client, kept, settings):
    page(post(client, TEAM_PATH, question="Was ist ein Zwiebelfischchen?"))
    page(send(client, question="Was ist ein Zwiebelfischchen?", consent=None), 400)
    assert kept() == []
    assert b"Zwiebelfischchen" not in bytes_of(settings.widget)
