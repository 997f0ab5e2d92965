"""The page at /chat, as it is sent: answers, links, headers, and what is kept of a question."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest
from starlette.testclient import TestClient

from assistant.core.languages import LANGUAGES
from assistant.front.app import application
from assistant.front.core.settings import Rates
from assistant.front.rasa.client import Rasa
from assistant.front.store.chats import Store
from assistant.front.store.schema import database
from assistant.front.web.page_view import PATH
from assistant.front.web.plain_page import STYLES_PATH
from assistant.knowledge import knowledge, render
from assistant.knowledge.live import Live
from assistant.knowledge.load import widget_texts
from assistant.knowledge.model import localised
from assistant.knowledge.render import direction
from tests.fakes.front import AWAY, ENTRY, HERE, enveloped, fact
from tests.support.elements import Elements
from tests.support.readable import bytes_of
from tests.support.wait import until

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;"
DANGER = "crisis/danger"


def page(response, status=200):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    return Elements(response.text)


def ask(client, text, language="de"):
    return client.post(PATH, data={"q": text, "language": language}, headers={"Origin": HERE})


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_in_every_language_with_form_topics_and_exit(language, client):
    told = page(client.get(PATH, params={"language": language}))
    assert told.all("html") == [{"lang": language, "dir": direction(language)}]
    assert [link["hreflang"] for link in told.all("a") if "hreflang" in link] == list(LANGUAGES)
    assert told.all("form") == [{"method": "post", "action": PATH}]
    assert {"type": "hidden", "name": "language", "value": language} in told.all("input")
    assert knowledge().topics["danger"].title[language] in told.text
    assert knowledge().phrase("page_kept", language) in told.text
    (leave,) = [link["href"] for link in told.all("a") if link.get("class") == "leave"]
    assert leave == localised(widget_texts()["exitUrl"], language)
    assert not told.all("script")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_has_a_lasting_address_in_every_language(language, client):
    told = page(client.get(PATH, params={"entry": ENTRY, "language": language}))
    rendered = render(knowledge(), knowledge().entries[ENTRY], language)
    assert rendered.text.split("\n")[0][:40] in told.text
    assert rendered.sources[0].url in [link["href"] for link in told.all("a")]
    assert (rendered.original or "") in told.text
    same = {link["hreflang"]: link["href"] for link in told.all("a") if "hreflang" in link}
    assert same == {code: f"{PATH}?entry={ENTRY}&language={code}" for code in LANGUAGES}


def test_every_entry_makes_a_page(client):
    for id_ in knowledge().entries:
        page(client.get(PATH, params={"entry": id_, "language": "ar"}))


def test_a_question_is_asked_and_its_answer_shown_with_its_link(client, rasa):
    told = page(ask(client, "Wann wurde die IOM gegründet?"))
    assert rasa.texts == ["Wann wurde die IOM gegründet?"]
    assert rasa.asked[0]["metadata"]["language"] == "de"
    assert "Wann wurde die IOM gegründet?" in told.text
    assert f"{PATH}?entry={ENTRY}&language=de" in [link["href"] for link in told.all("a")]


def test_a_question_can_be_linked_to(client, rasa):
    told = page(client.get(PATH, params={"q": "Wann?", "language": "de"}))
    assert rasa.texts == ["Wann?"]
    assert render(knowledge(), knowledge().entries[ENTRY], "de").text[:40] in told.text


def test_suggestions_lead_to_answers(client, rasa):
    known, unknown = knowledge().entries["ask_figures/fap_reached"].question["de"], "Keine davon"
    rasa.reply = lambda _: fact(buttons=[known, unknown])
    told = page(ask(client, "Wann?"))
    assert f"{PATH}?entry=ask_figures/fap_reached&language=de" in [link["href"] for link in told.all("a")]
    assert unknown not in told.text


def test_a_suggestion_whose_question_has_changed_leads_to_its_answer_at_once(client, rasa, monkeypatch):
    suggested = "ask_figures/fap_reached"
    entry, now = knowledge().entries[suggested], "Wie viele Menschen waren es?"
    rasa.reply = lambda _: fact(buttons=[now])
    address = f"{PATH}?entry={suggested}&language=de"
    assert address not in [link["href"] for link in page(ask(client, "Wann?")).all("a")]
    changed = replace(entry, question={**entry.question, "de": now})
    base = replace(knowledge(), entries={**knowledge().entries, suggested: changed})
    monkeypatch.setattr(Live, "current", lambda _: base)
    assert address in [link["href"] for link in page(ask(client, "Wann?")).all("a")]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whatever_is_asked_is_shown_as_text(method, client):
    asked = ask(client, HOSTILE) if method == "POST" else client.get(PATH, params={"q": HOSTILE})
    told = page(asked)
    assert not told.all("script")
    assert not told.all("img")
    assert HOSTILE in told.text


def test_whatever_rasa_says_is_shown_as_text(client, rasa):
    part = {**fact()[-1]["custom"]["answer"]["parts"][0], "text": HOSTILE, "question": HOSTILE, "heading": HOSTILE}
    part["sources"] = [{"title": HOSTILE, "publisher": HOSTILE, "url": "javascript:alert(1)"}]
    part["contacts"] = [{"name": HOSTILE, "purpose": HOSTILE, "phone": HOSTILE, "url": "javascript:alert(1)"}]
    last = enveloped("fact")
    last["custom"]["answer"]["parts"] = [part, part]
    rasa.reply = lambda _: [{"text": "…"}, last]
    told = page(ask(client, "?"))
    assert not told.all("script")
    assert not told.all("img")
    assert not [link for link in told.all("a") if link["href"].startswith("javascript")]


def test_personal_data_reaches_nobody(client, rasa):
    page(ask(client, "Ich heiße Amir Karimi, meine Nummer ist +49 151 23456789. Was ist die IOM?"))
    assert "Karimi" not in rasa.texts[0]
    assert "23456789" not in rasa.texts[0]


def test_nothing_is_kept_of_a_question(client, rasa, settings):
    page(ask(client, "Wann wurde die IOM gegründet?"))
    sender = rasa.asked[0]["sender"]
    until(lambda: sender in rasa.erased, 10)
    engine = database(settings.database)
    until(lambda: Store(engine).pending_erasures() == [], 10)
    engine.dispose()
    assert "gegründet".encode() not in bytes_of(settings.widget)


def test_a_conversation_whose_erasure_fails_is_not_forgotten(client, rasa, settings, monkeypatch):
    monkeypatch.setattr(Rasa, "erase", lambda *_: failed())
    page(ask(client, "Wann?"))
    engine = database(settings.database)
    assert Store(engine).pending_erasures() == [rasa.asked[0]["sender"]]
    engine.dispose()


async def failed():
    return False


def test_each_question_is_a_conversation_of_its_own(client, rasa):
    ask(client, "Wann?")
    ask(client, "Wann?")
    assert rasa.asked[0]["sender"] != rasa.asked[1]["sender"]


def test_without_an_answer_there_is_an_apology(client, rasa):
    rasa.reply = lambda _: AWAY
    told = page(ask(client, "Wann?"))
    assert knowledge().phrase("error", "de") in told.text


def test_what_saves_a_life_comes_first(client, rasa):
    crisis, other = fact(entry=DANGER), fact()
    last = enveloped("crisis")
    last["custom"]["answer"]["parts"] = [
        other[-1]["custom"]["answer"]["parts"][0],
        crisis[-1]["custom"]["answer"]["parts"][0],
    ]
    rasa.reply = lambda _: [{"text": "…"}, last]
    told = page(ask(client, "Hilfe"))
    sections = [attributes["class"] for attributes in told.all("section") if "part" in attributes.get("class", "")]
    assert sections == ["part crisis", "part fact"]
    assert "tel:112" in [link["href"] for link in told.all("a")]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"entry": "ask_history/nothing"}, 404, "not_found"),
        ({"entry": ""}, 400, "invalid"),
        ({"q": "x" * 5001}, 400, "too_long"),
    ],
)
def test_a_refusal_is_a_page_too(query, status, code, client):
    told = page(client.get(PATH, params={**query, "language": "de"}), status)
    assert knowledge().phrase(f"front_{code}", "de") in told.text
    assert told.all("form")


def test_a_body_that_is_no_form_is_refused(client):
    assert client.post(PATH, content="q=ü".encode()).status_code == 400
    assert client.post(PATH, content=b"q=" + b"x" * 20_000).status_code == 413


def test_questions_are_limited_as_chats_are_and_answers_by_entry_are_not(settings, rasa):
    few = replace(settings, rates=Rates(chats="2/minute"))
    with TestClient(application(few, rasa), HERE) as client:
        assert [ask(client, "Wann?").status_code for _ in range(3)] == [200, 200, 429]
        assert client.get(PATH, params={"entry": ENTRY}).status_code == 200
    assert len(rasa.texts) == 2
    assert len(rasa.erased) <= 2


def test_while_the_chat_is_closed_it_says_so_and_asks_nothing(settings, rasa, tmp_path):
    notice = tmp_path / "notice.yml"
    notice.write_text("closed: true\nannouncement: {de: Wir machen Pause.}\n", "utf-8")
    with TestClient(application(replace(settings, notice=notice), rasa), HERE) as client:
        told = page(ask(client, "Wann?"))
    assert told.text.count("Wir machen Pause.") == 2
    assert not told.all("form")
    assert rasa.texts == []


@pytest.mark.parametrize(
    ("make", "cache", "robots"),
    [
        (lambda client: client.get(PATH), "public, max-age=30", None),
        (lambda client: client.get(PATH, params={"entry": ENTRY}), "public, max-age=30", None),
        (lambda client: client.get(PATH, params={"q": "Wann?"}), "no-store", "noindex"),
        (lambda client: ask(client, "Wann?"), "no-store", "noindex"),
        (lambda client: ask(client, ""), "no-store", "noindex"),
    ],
)
def test_only_what_contains_no_question_may_be_cached_and_found(make, cache, robots, client):
    response = make(client)
    assert response.headers["cache-control"] == cache
    assert response.headers.get("x-robots-tag") == robots
    assert ('name="robots"' in response.text) == bool(robots)


def test_it_may_be_framed_by_the_allowed_pages_and_runs_nothing(settings, rasa):
    origins = frozenset({"https://www.example.org", "https://example.net"})
    with TestClient(application(replace(settings, origins=origins), rasa), HERE) as client:
        headers = client.get(PATH).headers
    policy = dict(directive.strip().partition(" ")[::2] for directive in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'self' https://example.net https://www.example.org",
    }
    # With `no-referrer` or `origin` the form's own Origin would be "null", or a question would leave with a link.
    assert headers["referrer-policy"] == "same-origin"
    assert "x-frame-options" not in headers
    assert "set-cookie" not in headers


def test_another_site_cannot_send_its_form(client):
    assert client.post(PATH, data={"q": "x"}, headers={"Origin": "https://evil.example"}).status_code == 403


def test_its_styles_never_change_under_one_address(client):
    (link,) = page(client.get(PATH)).all("link")
    response = client.get(unescape(link["href"]))
    assert re.fullmatch(rf"{re.escape(STYLES_PATH)}\?v=[0-9a-f]{{12}}", link["href"])
    assert response.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in response.headers["cache-control"]
