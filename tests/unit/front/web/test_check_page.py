"""The page at /check says in words what is wrong."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from starlette.testclient import TestClient

from assistant.front.app import application
from assistant.front.web.check_page import NAME, texts
from assistant.front.web.content_policy import lacking, parsed
from tests.fakes.front import HERE

SITE, SERVER = "https://www.example.org", "https://chat.example"


@pytest.fixture
def told(settings, rasa):
    with TestClient(application(replace(settings, origins=frozenset({SITE})), rasa), HERE) as client:

        def told(accepted="en-GB", **query):
            response = client.get("/check", params=query, headers={"Accept-Language": accepted})
            assert response.status_code == 200
            return unescape(response.text)

        yield told


def test_an_allowed_website_is_right(told):
    assert f"Right:</strong> Pages of {SITE} may use the assistant." in told(origin=f"{SITE}/some/page")
    assert f"Pages of {HERE} may use the assistant." in told(origin=HERE)


def test_a_forgotten_website_is_told_what_to_set(told):
    text = told(origin="https://other.example")
    assert "Pages of https://other.example may not use the assistant yet." in text
    assert "ASSISTANT_ORIGINS" in text


@pytest.mark.parametrize("origin", ["http://www.example.org", "https://example.org"])
def test_nearly_the_right_website_is_told_the_difference(origin, told):
    assert f"{SITE} is allowed, but for a browser that is another website." in told(origin=origin)


@pytest.mark.parametrize("origin", ["www.example.org", "javascript:alert(1)", "https://"])
def test_what_is_no_website_is_said_to_be_none(origin, told):
    assert "is not the address of a website" in told(origin=origin)


def test_a_policy_that_blocks_is_told_what_to_add(told):
    text = told(origin=SITE, policy="default-src 'self'")
    assert f"add {HERE} to script-src." in text
    assert f"add {HERE} to connect-src." in text
    assert "lets the element work" not in text
    assert "lets the element work" in told(origin=SITE, policy=f"default-src 'self' {HERE}")


@pytest.mark.parametrize(
    ("accepted", "query", "language"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", {}, "de"),
        ("en-US,en;q=0.9,de;q=0.8", {}, "en"),
        ("uk,de;q=0.5", {}, "de"),
        ("fr", {}, "en"),
        ("", {}, "en"),
        # What was chosen holds when the form is sent.
        ("en", {"language": "de"}, "de"),
    ],
)
def test_it_speaks_the_webmasters_language(accepted, query, language, told):
    text = told(accepted, origin="www.example.org", **query)
    assert f'<html lang="{language}">' in text
    assert texts()["title"][language] in text
    assert texts()["no_address"][language].replace("{named}", "www.example.org") in text
    assert texts()["front_away"][language] in text


def test_everything_is_said_in_both_languages_with_the_same_names():
    assert {key: set(said) for key, said in texts().items()} == {key: {"de", "en"} for key in texts()}
    names = {key: {frozenset(NAME.findall(text)) for text in said.values()} for key, said in texts().items()}
    assert {key for key, found in names.items() if len(found) > 1} == set()


@pytest.mark.parametrize("accepted", ["de", "en"])
def test_what_is_typed_is_no_name_of_a_text(accepted, told):
    assert "{server}" in told(accepted, origin="{server}")


def test_nothing_that_is_typed_becomes_markup(settings, rasa):
    with TestClient(application(settings, rasa), HERE) as client:
        hostile = '"><script>alert(1)</script>'
        response = client.get("/check", params={"origin": hostile, "policy": f"</textarea>{hostile}"})
    assert response.text.count("<script") == 1
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("policy", "blocked"),
    [
        ("", []),
        ("img-src 'none'", []),
        ("default-src *", []),
        ("default-src https:", []),
        ("script-src *.example; connect-src chat.example", []),
        ("Content-Security-Policy: script-src https://chat.example/; connect-src https://chat.example", []),
        ("default-src 'self'", ["script-src", "connect-src"]),
        ("default-src https://chat.example; connect-src 'self'", ["connect-src"]),
        ("script-src https://chat.example; script-src-elem 'self'", ["script-src"]),
        ("script-src http://chat.example https://chat.example.org", ["script-src"]),
        ("default-src 'none'; DEFAULT-SRC *", ["script-src", "connect-src"]),
    ],
)
def test_a_policy_is_read_as_browsers_read_it(policy, blocked):
    assert list(lacking(parsed(policy), SERVER, SITE)) == blocked


def test_own_pages_are_the_pages_own():
    assert list(lacking(parsed("default-src 'self'"), SITE, SITE)) == []
