"""A token opens one chat and cannot be forged; names in different namespaces never collide."""

from __future__ import annotations

import re
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.front.core.tokens import Keys, kept_secret

SECRET = b"a secret of more than thirty-two characters"


def test_secret_is_made_once_and_only_its_owner_reads_it(tmp_path):
    secret = kept_secret(None, tmp_path)
    assert len(secret) >= 32
    assert kept_secret(None, tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_secret_given_is_taken_and_none_is_written(tmp_path):
    assert kept_secret("x" * 32, tmp_path) == b"x" * 32
    assert not list(tmp_path.iterdir())


def test_secret_that_can_be_guessed_is_refused(tmp_path):
    with pytest.raises(ValueError, match="ASSISTANT_SECRET"):
        kept_secret("short", tmp_path)


def test_token_opens_the_chat_it_was_made_for():
    keys = Keys(SECRET)
    chat = keys.new_chat()
    assert keys.chat_of(keys.token(chat)) == chat
    assert len(chat) == 32
    assert keys.new_chat() != chat


def test_token_of_another_secret_opens_nothing():
    assert Keys(SECRET).chat_of(Keys(SECRET + b"!").token("chat")) is None


@given(st.text())
def test_no_text_is_a_token(text):
    assert Keys(SECRET).chat_of(text) is None


def test_token_changed_by_one_letter_opens_nothing():
    keys = Keys(SECRET)
    token = keys.token(keys.new_chat())
    for number, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        changed = token[:number] + other + token[number + 1 :]
        # Two bits of a signature's last letter carry no information.
        assert number == len(token) - 1 or keys.chat_of(changed) is None


@given(st.text(max_size=300))
def test_sender_fits_rasa_and_tells_nothing_of_the_name(name):
    sender = Keys(SECRET).sender("rest", name)
    assert re.fullmatch("rest-[0-9a-f]{64}", sender), name


@given(st.text(), st.text())
def test_namespaces_never_meet(one, other):
    keys = Keys(SECRET)
    assert keys.sender("web", one) != keys.sender("rest", other)
