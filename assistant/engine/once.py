"""Whether a message was answered before: the front names each by an id, in its metadata."""

from __future__ import annotations

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from assistant.core.envelope import RasaMessage, envelope_in

ID = "id"


class AnsweredError(Exception):
    """Ends the handling of a message with what was answered to it before."""

    def __init__(self, messages: list[RasaMessage]) -> None:
        super().__init__("answered before")
        self.messages = messages


def answer_before(message: UserMessage, tracker: DialogueStateTracker) -> None:
    """Raises AnsweredError where the conversation holds this message with its answer.

    An apology is no answer: the message is new, and a last turn that has nothing else is forgotten.
    """
    id_ = message.metadata.get(ID) if isinstance(message.metadata, dict) else None
    place = _place(list(tracker.events), id_) if id_ else None
    if place is None:
        return
    following = list(tracker.events)[place + 1 :]
    told = _told(following, message.sender_id)
    if told and not any(is_apology(one.get("custom")) for one in told):
        raise AnsweredError(told)
    if told and not any(isinstance(event, UserUttered) for event in following):
        while len(tracker.events) > place:
            tracker.events.pop()
        tracker.replay_events()


def _place(events: list[Event], id_: str) -> int | None:
    """The number of the event that is the message of that id, the last one if there are several."""
    places = [n for n, event in enumerate(events) if isinstance(event, UserUttered) and event.metadata.get(ID) == id_]
    return places[-1] if places else None


def is_apology(custom: object) -> bool:
    """Whether what goes along with a bot's message says that it had no answer."""
    envelope = envelope_in(custom)
    return envelope is not None and envelope["kind"] == "error"


def _told(following: list[Event], sender: str) -> list[RasaMessage]:
    """The messages up to the next one of the person, as Rasa's REST channel gives them."""
    end = next((n for n, event in enumerate(following) if isinstance(event, UserUttered)), len(following))
    return [_message(event, sender) for event in following[:end] if isinstance(event, BotUttered)]


def _message(event: BotUttered, sender: str) -> RasaMessage:
    data = event.data or {}
    # A message of custom content alone is kept with no text.
    message: RasaMessage = CollectingOutputChannel._message(
        sender, text=event.text, buttons=data.get("buttons"), custom=data.get("custom")
    )
    return message
