"""Components iterate over messages and their parts."""

from __future__ import annotations

from rasa.shared.nlu.training_data.message import Message

from assistant.nlu.components.message_keys import LOOSE, PARTS, with_parts


def test_parts_follow_the_message_they_belong_to():
    first, second = Message({"text": "a"}), Message({"text": "b"})
    whole, other = Message({PARTS: [first, second]}), Message({})
    assert list(map(id, with_parts([whole, other]))) == list(map(id, [whole, first, second, other]))


def test_loose_pieces_follow_the_part_they_belong_to():
    pieces = [Message({"text": text}) for text in "abc"]
    first, second = Message({LOOSE: pieces[:2]}), Message({})
    whole = Message({LOOSE: pieces[2:], PARTS: [first, second]})
    assert list(map(id, with_parts([whole]))) == list(map(id, [whole, pieces[2], first, *pieces[:2], second]))


def test_no_messages_have_no_parts():
    assert list(with_parts([])) == []
