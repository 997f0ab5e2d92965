"""The public pages and the widget's files."""

from __future__ import annotations

import gzip

import pytest

from assistant.core.languages import LANGUAGES
from assistant.front.core.starters import STARTERS
from assistant.front.web.pages import PAGE
from assistant.knowledge import knowledge
from tests.fakes.front import AWAY, enveloped


@pytest.fixture
def files(settings):
    for name, content in {"demo/index.html": "<p>Hallo", "demo/en.html": "<p>Hello", "demo/demo.css": "p {}",
                          "dist/iom-assistant.js": "export {}", "secret.txt": "secret"}.items():  # fmt: skip
        path = settings.widget / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, "utf-8")


@pytest.mark.parametrize(("path", "said"), [("/", "Hallo"), ("/en", "Hello")])
def test_the_demo_is_served_under_the_strict_policy(path, said, files, client):
    response = client.get(path)
    assert said in response.text
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["content-security-policy"] == PAGE
    assert response.headers["cache-control"] == "no-cache"


def test_the_widget_is_a_script_that_other_pages_may_load(files, client):
    response = client.get("/widget/iom-assistant.js")
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    # Slow networks need not ask on every page; a correction reaches everybody within minutes, or at the next page.
    assert response.headers["cache-control"] == "public, max-age=600, stale-while-revalidate=86400"


@pytest.mark.parametrize("path", ["/", "/widget/iom-assistant.js", "/demo/demo.css"])
def test_a_file_that_did_not_change_is_not_sent_again(path, files, client):
    etag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("path", ["/", "/en", "/demo/x.css", "/widget/iom-assistant.js", "/nothing"])
def test_what_is_not_there_is_said_not_to_be(path, client):
    response = client.get(f"{path}?language=en")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/widget/../secret.txt", "/widget/%2e%2e/secret.txt", "/demo/..%2fsecret.txt"])
def test_no_path_leads_out_of_the_folder(path, files, client):
    response = client.get(path)
    assert response.status_code == 404
    assert "secret" not in response.text


def test_a_page_is_only_to_be_read(files, client):
    assert client.post("/", content=b"{}").status_code == 405


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_opening_is_in_the_language_asked_for(language, client):
    told = client.get(f"/api/opening?language={language}").json()
    assert told["language"] == language
    assert told["languages"] == list(LANGUAGES)
    assert told["starters"][1] == knowledge().entries[STARTERS[1]].question[language]
    assert len(told["starters"]) == 4
    assert told["contact"]["url"] == knowledge().contacts["iom_germany"].url[language]
    assert told["contact"]["text"] == knowledge().contacts["iom_germany"].name[language]
    assert told["notice"] == {"retention_days": 30}


def test_starters_are_what_newcomers_ask():
    assert all(knowledge().entries[id_].kind in ("referral", "crisis") for id_ in STARTERS)
    assert len({knowledge().entries[id_].question["de"] for id_ in STARTERS}) == 4


def test_the_process_is_healthy_although_rasa_is_away(client, rasa):
    rasa.reply = lambda _: AWAY
    assert client.get("/health").json() == {"status": "ok"}


def test_it_is_ready_when_a_question_is_answered(client, rasa):
    assert client.get("/ready").status_code == 200
    assert client.get("/ready").status_code == 200
    assert len(rasa.asked) == 1


@pytest.mark.parametrize("said", [AWAY, [{"text": "…"}, enveloped("error")], []])
def test_it_is_not_ready_when_a_question_gets_no_answer(said, client, rasa, monkeypatch):
    monkeypatch.setattr("assistant.front.web.pages.READINESS_TIMEOUT_SECONDS", 0.3)
    rasa.reply = lambda _: said
    response = client.get("/ready")
    assert (response.status_code, response.json()["error"]["code"]) == (503, "unavailable")


TEXT = "export const text = 'again and again and again'\n" * 200


@pytest.fixture
def script(files, settings):
    path = settings.widget / "dist" / "iom-assistant.js"
    path.write_text(TEXT, "utf-8")
    return path


def got(client, accepted, path="/widget/iom-assistant.js", **headers):
    with client.stream("GET", path, headers={"Accept-Encoding": accepted, **headers}) as response:
        return response, b"".join(response.iter_raw())


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.8"])
def test_a_script_is_sent_compressed_to_those_who_understand_it(accepted, script, client):
    response, sent = got(client, accepted)
    assert (response.status_code, response.headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(sent).decode() == TEXT
    assert len(sent) == int(response.headers["content-length"]) < len(TEXT) / 10
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "Accept-Encoding" in response.headers["vary"]
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_a_script_is_sent_as_it_is_to_the_others(accepted, script, client):
    response, sent = got(client, accepted)
    assert sent.decode() == TEXT
    assert "content-encoding" not in response.headers
    assert "Accept-Encoding" in response.headers["vary"]


def test_a_part_of_a_file_is_not_compressed(script, client):
    response, sent = got(client, "gzip", Range="bytes=0-5")
    assert (response.status_code, sent) == (206, TEXT[:6].encode())


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_each_copy_has_a_tag_of_its_own_and_is_not_sent_again(accepted, script, client):
    tags = {each: got(client, each)[0].headers["etag"] for each in ("gzip", "identity")}
    assert len(set(tags.values())) == 2
    for known in (tags[accepted], f"W/{tags[accepted]}", f'"other", {tags[accepted]}'):
        response, sent = got(client, accepted, **{"If-None-Match": known})
        assert (response.status_code, sent) == (304, b"")
        assert response.headers["etag"] == tags[accepted]


def test_a_new_version_is_sent_at_once(script, client):
    before = got(client, "gzip")[0].headers["etag"]
    script.write_text(TEXT + "// new", "utf-8")
    _, sent = got(client, "gzip", **{"If-None-Match": before})
    assert gzip.decompress(sent).decode().endswith("// new")


def test_nothing_that_may_contain_what_visitors_write_is_compressed(client):
    """Its length would tell of its content to whoever can add to it (BREACH)."""
    long = "Wann? " * 100
    for response in (
        client.get("/chat", params={"q": long}, headers={"Accept-Encoding": "gzip"}),
        client.get("/api/opening", headers={"Accept-Encoding": "gzip"}),
        client.get("/api/answers?entries=ask_history/founding", headers={"Accept-Encoding": "gzip"}),
    ):
        assert response.status_code == 200
        assert "content-encoding" not in response.headers
