"""Origins, rate limits and headers on every route; new routes are discovered automatically."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from assistant.front.app import application, bare_application
from assistant.front.core.limits import Limits
from assistant.front.core.settings import Rates, Settings
from assistant.front.messengers.registry import configured
from assistant.knowledge import knowledge
from tests.fakes.front import HERE, Visitor
from tests.fakes.vendors.telegram import TelegramWire

FRIEND, STRANGER = "https://friend.example", "https://stranger.example"
ROUTES = bare_application(Settings("sqlite://", b"x" * 32), Limits(Rates())).routes
PATHS = sorted({f"{route.path}/x" if isinstance(route, Mount) else route.path for route in ROUTES})
METHODS = ("GET", "POST", "DELETE", "HEAD", "PUT", "OPTIONS")


@pytest.fixture
def settings(settings):
    return replace(settings, origins=frozenset({FRIEND}))


def test_routes_are_found():
    assert {"/", "/api/chat", "/api/chat/messages", "/ready", "/socket.io/x", "/widget/x"} <= set(PATHS)


@pytest.mark.parametrize("origin", [STRANGER, "null", "http://front.test.stranger.example", "file://", "https://", "x"])
@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_page_is_refused_on_every_route(path, origin, client):
    # Reading the element's own files is for everybody.
    methods = [method for method in METHODS if method not in ("GET", "HEAD")] if path.startswith("/widget") else METHODS
    for method in methods:
        response = client.request(method, path, headers={"Origin": origin})
        assert response.status_code == 403, (method, path)
        assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("path", PATHS)
def test_a_foreign_page_may_not_ask_whether_it_may(path, client):
    headers = {"Origin": STRANGER, "Access-Control-Request-Method": "POST"}
    assert client.options(path, headers=headers).status_code == 403


@pytest.mark.parametrize("path", PATHS)
def test_a_page_that_is_allowed_reads_every_route(path, client):
    response = client.get(path, headers={"Origin": FRIEND})
    assert response.status_code != 403
    assert response.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in response.headers


def test_a_page_that_is_allowed_may_send_what_the_widget_sends(client):
    wanted = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "authorization,content-type"}
    response = client.options("/api/chat", headers={"Origin": FRIEND, **wanted})
    assert response.status_code == 200
    assert "DELETE" in response.headers["access-control-allow-methods"]


@pytest.mark.parametrize("origin", [HERE, "HTTP://FRONT.TEST", "https://front.test"])
def test_our_own_pages_are_allowed(origin, client):
    assert client.get("/api/opening", headers={"Origin": origin}).status_code == 200


def test_two_origins_at_once_are_both_looked_at(client):
    headers = [("Origin", HERE), ("Origin", STRANGER)]
    assert client.get("/api/opening", headers=headers).status_code == 403


def test_a_foreign_page_opens_no_websocket(client):
    # The client of the tests would take another host for websockets.
    url = f"{HERE.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket"
    # Without it, socket.io opens no websocket for anybody.
    upgrade = {"Upgrade": "websocket"}
    with client.websocket_connect(url, headers={**upgrade, "Origin": HERE}) as websocket:
        assert websocket.receive_text().startswith("0{")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(url, headers={**upgrade, "Origin": STRANGER}):
        pass


def test_a_refused_page_is_told_in_its_language(client):
    response = client.get("/api/opening?language=en", headers={"Origin": STRANGER})
    assert response.json()["error"] == {
        "code": "forbidden", "text": knowledge().phrase("front_forbidden", "en"), "retry_after": None,
    }  # fmt: skip


@pytest.mark.parametrize("path", [*PATHS, "/nothing/here"])
def test_every_answer_has_the_safe_headers_and_sets_no_cookie(path, client):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert "referrer-policy" in headers
    assert "set-cookie" not in headers
    assert "server" not in headers
    assert "Origin" in headers["vary"]


def limited(settings, rasa, **rates):
    return TestClient(application(replace(settings, rates=Rates(**rates)), rasa), HERE)


def test_a_session_that_says_too_much_is_asked_politely_to_wait(settings, rasa):
    with limited(settings, rasa, session="3/minute") as client:
        visitor, other = Visitor(client), Visitor(client)
        assert [visitor.post("Hallo").status_code for _ in range(3)] == [202] * 3
        refused = visitor.post("Hallo")
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many")
        assert refused.json()["error"]["text"] == knowledge().phrase("front_too_many", "de")
        assert 0 < refused.json()["error"]["retry_after"] <= 61
        assert int(refused.headers["retry-after"]) == refused.json()["error"]["retry_after"]
        assert other.post("Hallo").status_code == 202


@pytest.mark.parametrize("rate", ["address", "chats", "requests"])
def test_an_address_that_asks_too_much_is_asked_to_wait(rate, settings, rasa):
    with limited(settings, rasa, **{rate: "3/minute"}) as client:
        codes = [client.post("/api/chat", json={}).status_code for _ in range(4)]
        if rate != "address":
            assert codes == [201, 201, 201, 429]
            return
        visitors = [Visitor(client) for _ in range(4)]
        assert [visitor.post("Hallo").status_code for visitor in visitors] == [202, 202, 202, 429]


def test_an_address_has_one_budget_of_requests_wherever_they_are_counted(settings, rasa):
    """Forged webhook calls are counted by their route, all other requests by the middleware."""
    wire = TelegramWire()
    messengers = configured(wire.environment("http://127.0.0.1:9"))
    with limited(replace(settings, secret=b"test" * 10, messengers=messengers), rasa, requests="2/minute") as client:
        forged = [client.post(f"/webhooks/{wire.name}", content=b"{}").status_code for _ in range(2)]
        assert 429 not in forged
        assert client.get("/api/opening").status_code == 429


def from_address(client, address):
    return client.post("/api/chat", json={}, headers={"X-Forwarded-For": address}).status_code


def test_a_forwarded_address_is_not_believed_from_just_anybody(settings, rasa):
    with limited(settings, rasa, chats="1/minute") as client:
        assert [from_address(client, f"192.0.2.{number}") for number in (1, 2)] == [201, 429]


def test_a_forwarded_address_is_believed_from_a_trusted_proxy(settings, rasa):
    app = application(replace(settings, rates=Rates(chats="1/minute"), proxies="10.0.0.0/8, 127.0.0.1"), rasa)
    with TestClient(app, HERE, client=("10.1.2.3", 5000)) as client:
        assert [from_address(client, f"192.0.2.{number}") for number in (1, 2, 1)] == [201, 201, 429]
    with TestClient(app, HERE, client=("203.0.113.9", 5000)) as client:
        assert [from_address(client, f"192.0.2.{number}") for number in (3, 4)] == [201, 429]


def test_what_a_client_writes_before_the_proxy_is_not_believed(settings, rasa):
    app = application(replace(settings, rates=Rates(chats="1/minute"), proxies="10.0.0.0/8"), rasa)
    with TestClient(app, HERE, client=("10.1.2.3", 5000)) as client:
        assert [from_address(client, f"{lie}, 192.0.2.7") for lie in ("198.51.100.1", "198.51.100.2")] == [201, 429]


def test_all_addresses_of_one_home_count_as_one(settings, rasa):
    app = application(replace(settings, rates=Rates(chats="1/minute"), proxies="10.0.0.0/8"), rasa)
    with TestClient(app, HERE, client=("10.1.2.3", 5000)) as client:
        homes = ("2001:db8::1", "2001:db8::2", "2001:db8:0:ff::1", "2001:db8:0:100::1")
        assert [from_address(client, home) for home in homes] == [201, 429, 429, 201]


def test_an_ipv4_address_counts_as_itself_however_a_proxy_writes_it(settings, rasa):
    app = application(replace(settings, rates=Rates(chats="1/minute"), proxies="10.0.0.0/8"), rasa)
    with TestClient(app, HERE, client=("::ffff:10.1.2.3", 5000)) as client:
        written = ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:192.0.2.2", "192.0.2.3, ::ffff:10.9.9.9")
        assert [from_address(client, address) for address in written] == [201, 429, 201, 201]


def test_a_fault_is_told_without_its_trace(settings, rasa, monkeypatch):
    from assistant.front.web import chat

    def broken(_):
        raise RuntimeError("inner life")

    with TestClient(application(settings, rasa), HERE, raise_server_exceptions=False) as client:
        monkeypatch.setattr(chat, "moment", broken)
        response = client.post("/api/chat", json={"language": "en"})
    assert response.status_code == 503
    assert response.json()["error"]["text"] == knowledge().phrase("front_unavailable", "en")
    assert "inner" not in response.text
    assert response.headers["x-content-type-options"] == "nosniff"
