"""A resent message gets the same answer and is not processed again."""

from __future__ import annotations

import pytest
from rasa.core.processor import MessageProcessor
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.engine.patches import each_message_once
from tests.unit.engine.conversations.test_idempotency import message, told


class HeardError(Exception):
    """Raised if a message is processed again."""


@pytest.fixture
def processor(domain):
    """Rasa's processor up to parsing, with a conversation that already contains the message and its answer."""
    processor = object.__new__(MessageProcessor)
    tracker = DialogueStateTracker.from_events("visitor", told("a"), domain.slots)

    async def fetch(*_, **__):
        return tracker

    async def parse(*_, **__):
        raise HeardError

    processor.fetch_tracker_and_update_session, processor.parse_message = fetch, parse
    return processor


async def test_with_the_patch_a_message_sent_again_is_not_understood_again(stock, processor):
    each_message_once.apply()
    first, *_ = await processor.handle_message(message("a"))
    assert first["text"] == "Guten Tag"
    with pytest.raises(HeardError):
        await processor.handle_message(message("b"))


async def test_rasa_itself_still_understands_it_again(stock, processor):
    with pytest.raises(HeardError):
        await processor.handle_message(message("a"))
