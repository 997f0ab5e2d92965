"""Signatures, batches and errors, which are the same for both of Meta's messengers."""

from __future__ import annotations

import pytest

from assistant.front.messengers.base.connector import ForgedError
from assistant.front.messengers.base.outcomes import ApiResponse, Outcome
from tests.fakes.vendors.meta import error
from tests.unit.front.messengers.conftest import PUBLIC, VENDOR, asking, incoming

A_DAY = 86400


def query_of(connector, **changed):
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    return {**asked, "hub.verify_token": f"verify-{connector.name}", **changed}


def judged(connector, *of, status=400, headers=()):
    return connector.interpret(ApiResponse(status, dict(headers), error(*of)))


def is_forged(connector, post):
    try:
        connector.verify(incoming(post.content, post.headers))
    except ForgedError:
        return True
    return False


def test_the_address_is_confirmed_with_the_challenge_as_plain_text(connector):
    request = incoming(b"", method="GET", query=query_of(connector))
    connector.verify(request)
    response = connector.read(request).response
    assert (response.body, response.media_type) == (b"1158201444", "text/plain")


@pytest.mark.parametrize(
    "changed",
    [{"hub.verify_token": "guessed"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}, {"hub.mode": ""}],
)
def test_an_address_is_not_confirmed_without_the_word_agreed_on(changed, connector):
    with pytest.raises(ForgedError):
        connector.verify(incoming(b"", method="GET", query=query_of(connector, **changed)))


def test_a_get_with_a_signature_but_without_the_word_is_none(connector):
    sample = connector.sample()
    with pytest.raises(ForgedError):
        connector.verify(incoming(sample.body, sample.headers, method="GET"))


def test_what_meta_signed_is_taken_and_what_it_did_not_is_not(connector, wire):
    post = wire.text("1", "Guten Tag 👋", id="a", at=1.0)
    connector.verify(incoming(post.content, post.headers))
    assert [what for what, forged in wire.forged(post) if not is_forged(connector, forged)] == []


def test_the_sample_is_signed_and_holds_nothing(connector):
    sample = connector.sample()
    connector.verify(sample)
    assert sample.url == f"{PUBLIC}/webhooks/{connector.name}"
    assert connector.read(sample).messages == ()


def test_a_bundle_is_read_in_its_order(connector, wire):
    posts = [(str(number), f"Frage {number}", 100.0 + number) for number in range(5)]
    post = wire.bundle(posts, wire.person(1))
    inbound_messages = connector.read(incoming(post.content)).messages
    assert [inbound.text for inbound in inbound_messages] == [text for _, text, _ in posts]
    assert [inbound.sent_at for inbound in inbound_messages] == [at for _, _, at in posts]


def test_what_cannot_be_read_costs_nothing_but_itself(connector, wire):
    post = wire.bundle([("a", "Frage 1", 1.0), ("b", "Frage 2", 2.0), ("c", "Frage 3", 3.0)], wire.person(1))
    for broken in (b'"timestamp": "2"', b'"timestamp": 2000'):
        post = type(post)(post.content.replace(broken, b'"timestamp": "?"'))
    assert [inbound.text for inbound in connector.read(incoming(post.content)).messages] == ["Frage 1", "Frage 3"]


def test_what_is_about_something_else_is_passed_over(connector):
    assert connector.read(incoming({"object": "instagram", "entry": [{"messaging": [{}]}]})).messages == ()


def test_what_is_no_update_is_said_to_be_none(connector):
    with pytest.raises((ValueError, LookupError, TypeError)):
        connector.read(incoming(b"{}"))


@pytest.mark.parametrize("code", [4, 17, 32, 613, 80007, 130429, 131048])
def test_a_limit_of_the_app_holds_everybody_up(code, connector):
    result = judged(connector, code, headers={"retry-after": "7"})
    assert (result.outcome, result.affects_all_chats, result.retry_seconds) == (Outcome.LATER, True, 7.0)


@pytest.mark.parametrize("code", [1, 2, 131000, 131016, 131056])
def test_trouble_of_a_moment_holds_one_chat_up(code, connector):
    result = judged(connector, code)
    assert (result.outcome, result.affects_all_chats, result.retry_seconds) == (Outcome.LATER, False, None)


@pytest.mark.parametrize(
    ("of", "outcome"),
    [
        ((190,), Outcome.MISCONFIGURED),
        ((190, 463), Outcome.MISCONFIGURED),
        ((0,), Outcome.MISCONFIGURED),
        ((3,), Outcome.MISCONFIGURED),
        ((10,), Outcome.MISCONFIGURED),
        ((200,), Outcome.MISCONFIGURED),
        ((299,), Outcome.MISCONFIGURED),
        ((10, 2018278), Outcome.UNREACHABLE),
        ((200, 1545041), Outcome.UNREACHABLE),
        ((100, 2018001), Outcome.UNREACHABLE),
        ((551, 1545041), Outcome.UNREACHABLE),
        ((131026,), Outcome.UNREACHABLE),
        ((131030,), Outcome.UNREACHABLE),
        ((131047,), Outcome.UNREACHABLE),
        ((100,), Outcome.REFUSED),
        ((131008,), Outcome.REFUSED),
        ((131009,), Outcome.REFUSED),
        ((987654,), Outcome.REFUSED),
    ],
)
def test_errors_are_judged_by_their_code(of, outcome, connector):
    assert judged(connector, *of).outcome is outcome


def test_a_code_says_more_than_the_status(connector):
    assert judged(connector, 100, status=500).outcome is Outcome.REFUSED
    assert judged(connector, 551, status=403).outcome is Outcome.UNREACHABLE


@pytest.mark.parametrize(
    "body", [{}, {"error": "text"}, {"error": {}}, {"error": {"code": "4"}}, {"error": {"code": []}}]
)
def test_without_a_code_the_status_decides(body, connector):
    outcomes = {
        status: connector.interpret(ApiResponse(status, {}, body)).outcome for status in (200, 400, 401, 429, 503)
    }
    assert outcomes == {
        200: Outcome.ACCEPTED,
        400: Outcome.REFUSED,
        401: Outcome.MISCONFIGURED,
        429: Outcome.LATER,
        503: Outcome.LATER,
    }


def test_what_meta_calls_transient_comes_again(connector):
    result = connector.interpret(ApiResponse(400, {}, error(987654, is_transient=True)))
    assert result.outcome is Outcome.LATER


def test_the_reason_helps_the_operator_and_names_nobody(connector):
    told = error(190, 463, message="+49 170 1234567 is not in the list")
    result = connector.interpret(ApiResponse(401, {}, told))
    assert result.reason == "code 190, subcode 463, type OAuthException, trace A1b2C3"


def test_the_token_is_in_the_header_and_not_in_the_address(connector, wire):
    inbound = connector.read(incoming(wire.text("1", "x", id="a", at=1.0).content)).messages[0]
    calls = [connector.call("1", asking(), "a.1.0"), *connector.on_read(inbound), *connector.set_up()]
    if asked := connector.language_call("1"):
        calls.append(asked)
    for call in calls:
        assert call.url.startswith(f"{VENDOR}/v23.0/")
        assert wire.token not in f"{call.url}{call.json}{call!r}"
        assert call.headers == {"Authorization": f"Bearer {wire.token}"}


def test_answers_are_not_tried_after_a_day(connector):
    assert A_DAY - 120 < connector.window_seconds < A_DAY
