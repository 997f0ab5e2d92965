"""A token opens one chat and cannot be forged; names in different namespaces never collide."""

from __future__ import annotations

import hashlib
import hmac
import re

from hypothesis import given
from hypothesis import strategies as st

from assistant.front.core.tokens import Keys

SECRET = b"a secret of more than thirty-two characters"
NEW = b"another secret of more than thirty-two characters"


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


def test_a_new_secret_signs_and_an_old_one_still_verifies():
    before, after = Keys(SECRET), Keys(NEW, SECRET)
    assert after.chat_of(before.token("chat")) == "chat"
    assert after.token("chat") == Keys(NEW).token("chat")
    assert before.chat_of(after.token("chat")) is None


def test_of_many_old_secrets_each_verifies_and_none_signs():
    old = [bytes([letter]) * 40 for letter in b"abc"]
    keys = Keys(NEW, *old)
    assert [keys.chat_of(Keys(one).token("chat")) for one in old] == ["chat"] * 3
    assert keys.token("chat") == Keys(NEW).token("chat")


def test_the_name_of_a_conversation_outlives_its_secret():
    assert Keys(SECRET).sender("web", "chat") == Keys(NEW).sender("web", "chat")
    assert Keys(SECRET).senders("chat")[0] == Keys(NEW).senders("chat")[0] == Keys.sender("web", "chat")


def test_names_that_earlier_versions_gave_are_known():
    def former(secret):
        return "web-" + hmac.new(secret, b"web:chat", hashlib.sha256).hexdigest()

    assert Keys(NEW, SECRET).senders("chat")[1:] == (former(NEW), former(SECRET))


def test_a_number_cannot_be_guessed_from_its_pseudonym():
    """Anybody can go through all numbers, unless a secret goes into what stands for them."""
    pseudonym = Keys(SECRET).pseudonym("whatsapp", "4915112345678")
    assert pseudonym == Keys(SECRET).pseudonym("whatsapp", "4915112345678")
    assert pseudonym not in (Keys.sender("whatsapp", "4915112345678"), Keys(NEW).pseudonym("whatsapp", "4915112345678"))


def test_derived_secrets_are_those_of_every_secret():
    assert Keys(NEW, SECRET).derived("telegram") == (*Keys(NEW).derived("telegram"), *Keys(SECRET).derived("telegram"))
    assert Keys(NEW).derived("telegram") != Keys(NEW).derived("slack")
