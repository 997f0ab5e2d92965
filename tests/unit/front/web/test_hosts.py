"""Which names are ours, and which pages are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from assistant.front.app import application
from assistant.front.core.refusal_log import refusals
from assistant.front.web.hosts import same_host

PUBLIC = "https://chat.example.org"
PROXY = ("10.1.2.3", 5000)
# Without it, socket.io opens no websocket for anybody.
UPGRADE = {"Upgrade": "websocket"}


@pytest.fixture(autouse=True)
def _new_log(monkeypatch):
    monkeypatch.setattr(refusals, "_since", {})


@pytest.fixture
def client(settings, rasa):
    changed = replace(settings, public_url=PUBLIC, proxies="10.0.0.0/8")
    with TestClient(application(changed, rasa), "http://localhost:8080", follow_redirects=False) as client:
        yield client


def opening(client, host, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get("/api/opening", headers={"Host": host, **named}).status_code


@pytest.mark.parametrize(
    "host",
    ["localhost:8080", "127.0.0.1:8080", "192.168.1.20:8080", "[::1]:8080", "[2001:db8::1]", "laptop", "front:8080",
     "chat.example.org", "CHAT.example.org:443", "chat.example.org.", "front.test"],
)  # fmt: skip
def test_our_own_names_are_known(host, client):
    assert opening(client, host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "chat.example.org.evil.example", "127.0.0.1.evil.example", "user@localhost",
     "localhost/", "localhost#", "", "a b", "xn--localhost-.example", "127.0.0.1:8080:9"],
)  # fmt: skip
def test_a_name_that_leads_here_is_not_ours(host, client):
    assert opening(client, host) == 403


def test_nobody_is_sent_to_a_name_that_is_not_ours(client):
    answer = client.get("/demo", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers.get("location")) == (403, None)


def test_a_page_of_a_name_that_leads_here_gets_nothing(client):
    """The page of a foreign name that has been pointed at this address is of the same origin as what it asks for."""
    assert opening(client, "evil.example:8080", Origin="http://evil.example:8080") == 403


def test_any_page_may_read_the_element_and_nothing_else(settings, rasa):
    (settings.widget / "dist").mkdir()
    (settings.widget / "dist" / "iom-assistant.js").write_text("export {}", "utf-8")
    foreign = {"Origin": "https://forgotten.example"}
    with TestClient(application(settings, rasa), "http://localhost") as client:
        response = client.get("/widget/iom-assistant.js", headers=foreign)
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (200, "*")
        for path in ("/api/opening", "/api/topics", "/chat", "/widget", "/demo/demo.css", "/health"):
            assert client.get(path, headers=foreign, follow_redirects=False).status_code == 403


def test_no_websocket_opens_for_a_foreign_name(client):
    url = "/socket.io/?EIO=4&transport=websocket"
    with client.websocket_connect(url, headers={**UPGRADE, "Host": "localhost"}) as websocket:
        assert websocket.receive_text().startswith("0{")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(url, headers={**UPGRADE, "Host": "evil.example"}):
        pass


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_probes_ask_by_any_name(path, client):
    assert client.get(path, headers={"Host": "10.42.0.7.pod.cluster.local"}).status_code == 200


def test_the_log_says_what_to_set_once(client, caplog):
    for number in range(5):
        assert opening(client, f"host-{number}.example") == 403
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1
    assert "'host-0.example'" in lines[0]
    for variable in ("ASSISTANT_PUBLIC_URL", "ASSISTANT_HOSTS", "ASSISTANT_TRUSTED_PROXIES"):
        assert variable in lines[0]


@pytest.mark.parametrize("host", ["front:8080", "127.0.0.1:8080", "chat.example.org:443", "chat.example.org"])
def test_our_own_page_is_known_whatever_the_proxy_asks_for(host, client):
    assert opening(client, host, Origin=PUBLIC) == 200
    assert opening(client, host, Origin="https://stranger.example") == 403


def test_a_page_that_is_refused_is_named_with_what_to_set(client, caplog):
    assert opening(client, "localhost", Origin="https://www.example.org") == 403
    assert "'https://www.example.org'" in caplog.text
    assert "ASSISTANT_PUBLIC_URL" in caplog.text
    assert "ASSISTANT_ORIGINS" in caplog.text


def test_a_trusted_proxy_says_which_host_was_asked_for(settings, rasa):
    changed = replace(settings, proxies="10.0.0.0/8", hosts=frozenset({"own.example"}))
    forwarded = {"X_Forwarded_Host": "own.example", "Origin": "https://own.example"}
    for peer, wanted in ((PROXY, 200), (("::ffff:10.1.2.3", 5000), 200), (("203.0.113.9", 5000), 403)):
        with TestClient(application(changed, rasa), "http://internal", client=peer) as client:
            assert opening(client, "internal:8080", **forwarded) == wanted
    with TestClient(application(changed, rasa), "http://internal", client=PROXY) as client:
        assert opening(client, "own.example", X_Forwarded_Host="evil.example") == 403


@pytest.mark.parametrize(
    "named",
    [
        [("X-Forwarded-Host", "evil.example, own.example")],
        [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Host", "own.example")],
        [("X-Forwarded-Host", "localhost,evil.example , own.example ")],
    ],
)
def test_of_a_proxy_that_adds_to_what_it_was_sent_its_own_word_counts(named, settings, rasa):
    changed = replace(settings, hosts=frozenset({"own.example"}), proxies="10.0.0.0/8")
    with TestClient(application(changed, rasa), "http://internal", client=PROXY) as client:
        for origin, wanted in (("https://own.example", 200), ("https://evil.example", 403)):
            headers = [("Host", "internal:8080"), *named, ("Origin", origin)]
            assert client.get("/api/opening", headers=headers).status_code == wanted
        # What a client wrote counts for nothing, though it is a name of ours.
        forged = [("X-Forwarded-Host", "own.example, evil.example")]
        assert client.get("/api/opening", headers=forged).status_code == 403


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://a.example", "a.example", True),
        ("https://a.example", "a.example:443", True),
        ("https://a.example:443", "a.example", True),
        ("http://a.example", "a.example:80", True),
        ("http://[::1]:8080", "[::1]:8080", True),
        ("https://a.example", "a.example:80", False),
        ("https://a.example:8443", "a.example", False),
        ("https://b.example", "a.example", False),
        ("https://a.example@b.example", "a.example", False),
        ("null", "null", False),
        ("ftp://a.example", "a.example", False),
        ("https://", "", False),
    ],
)
def test_the_default_port_may_be_spelt_out(origin, host, same):
    assert same_host(origin, host) is same
