"""Nobody gets in but whom the login proxy names."""

from __future__ import annotations

import logging

import pytest

from assistant.desk.login import Login, User
from assistant.desk.settings import Settings

SECRET = "s" * 64
PROVEN = (b"x-desk-secret", SECRET.encode())
ANNA = (b"x-forwarded-user", b"anna")


def user(*headers: tuple[bytes, bytes], client: tuple[str, int] | None = ("127.0.0.1", 1), **settings: str):
    scope = {"type": "http", "client": client, "headers": list(headers)}
    return Login(Settings(secret=SECRET, **settings)).user(scope)


def test_the_proxy_names_who_has_logged_in():
    assert user(PROVEN, ANNA) == User("anna", "anna@desk.invalid")


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (ANNA,),
        (PROVEN,),
        (ANNA, (b"x-desk-secret", b"")),
        (ANNA, (b"x-desk-secret", b"s" * 63)),
        (ANNA, (b"x-desk-secret", "ß".encode())),
        # A proxy that adds its header to the one that a visitor has forged.
        (PROVEN, ANNA, (b"x-forwarded-user", b"berta")),
        (ANNA, PROVEN, (b"x-desk-secret", b"guess")),
        (PROVEN, (b"x_forwarded_user", b"anna")),
        (PROVEN, (b"x-forwarded-user", b"")),
        (PROVEN, (b"x-forwarded-user", b"-c core.editor=evil")),
        (PROVEN, (b"x-forwarded-user", b"anna <root@example.org>")),
        (PROVEN, (b"x-forwarded-user", b"anna\nCo-authored-by: berta")),
        (PROVEN, (b"x-forwarded-user", b"a" * 200)),
        # Git would drop the point, so that an author's name would be none of ours.
        (PROVEN, (b"x-forwarded-user", b"anna.")),
        (PROVEN, (b"x-forwarded-user", "anna\u202e".encode())),
    ],
    ids=str,
)
def test_a_forged_or_missing_name_lets_nobody_in(headers):
    assert user(*headers) is None


@pytest.mark.parametrize("client", [("10.0.0.9", 1), ("::ffff:10.0.0.9", 1), ("", 1), None])
def test_a_request_from_elsewhere_is_refused_even_with_the_secret(client, caplog):
    with caplog.at_level(logging.WARNING):
        assert user(PROVEN, ANNA, client=client) is None
    assert SECRET not in caplog.text


def test_another_proxy_and_another_header_can_be_set():
    named = (b"remote-user", "Łucja Müller".encode())
    found = user(PROVEN, named, client=("10.1.2.3", 1), proxies="10.1.0.0/16", user_header="Remote-User")
    assert found == User("Łucja Müller", "ucja.m.ller@desk.invalid")


def test_a_name_that_is_an_address_is_the_author_s_address_too():
    assert user(PROVEN, (b"x-forwarded-user", b"anna@iom.int")) == User("anna@iom.int", "anna@iom.int")
