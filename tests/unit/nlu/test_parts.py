"""Components walk over messages and the parts of messages."""

from __future__ import annotations

from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.parts import PARTS, with_parts


def test_parts_follow_the_message_they_belong_to():
    first, second = Message({"text": "a"}), Message({"text": "b"})
    whole, other = Message({PARTS: [first, second]}), Message({})
    assert list(map(id, with_parts([whole, other]))) == list(map(id, [whole, first, second, other]))


def test_no_messages_have_no_parts():
    assert list(with_parts([])) == []
