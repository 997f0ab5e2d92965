"""Changes to Rasa 3.6.21 made while it starts, each measured, each tested, each to be switched off.

`ASSISTANT_PATCHES=none` applies none, `ASSISTANT_PATCHES=-bounded_input,-no_tensorflow` all but
those two. Stock `rasa run` works without any of them, only slower and silent on errors.
"""

from __future__ import annotations

import logging
import os
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import nullcontext, suppress
from functools import lru_cache
from importlib.machinery import ModuleSpec
from typing import Any

logger = logging.getLogger(__name__)
SWITCH = "ASSISTANT_PATCHES"
# More than the guard reads, so that it can still tell that a text was too long.
LONGEST_INPUT = 1200
ACTION_SECONDS = 2.5
TENSORFLOW = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras")
# Plots of tests, MongoDB and DynamoDB, RabbitMQ, Rasa's own connectors to messengers.
IDLE = (
    *("matplotlib", "pymongo", "boto3", "botocore", "aio_pika"),
    *("aiogram", "twilio", "fbmessenger", "slack_sdk", "webexteamssdk"),
)
FOR_TRAINING = ("sklearn", "scipy", "joblib")


class _StubMeta(type):
    """Lets a stub's attributes be stubs again, so that `tf.keras.callbacks.Callback` can be a base class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stub(name)

    def __or__(cls, other: Any) -> Any:
        return Any

    def __getitem__(cls, item: Any) -> Any:
        return cls


def _accept_anything(self: Any, *_: Any, **__: Any) -> None:
    """A stub is made from any arguments and does nothing with them."""


def _stub(name: str) -> Any:
    return _StubMeta(name, (), {"__init__": _accept_anything})


class _Stub(types.ModuleType):
    """A module of which anything can be imported, and nothing can be expected."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stub(name)


class _StubFinder:
    """Answers every import of some libraries with a stub; those that were imported before stay as they are."""

    def __init__(self, libraries: Iterable[str]) -> None:
        self._libraries = {name for name in libraries if name not in sys.modules}

    def find_spec(self, name: str, *_: Any) -> ModuleSpec | None:
        known = name.partition(".")[0] in self._libraries
        return ModuleSpec(name, self, is_package=True) if known else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return _Stub(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        module.__path__ = []


def no_tensorflow() -> None:
    """Puts stubs in place of TensorFlow, which no component of `config.yml` uses (3 s, 420 MiB)."""
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _StubFinder(TENSORFLOW))


def no_idle_libraries() -> None:
    """Puts stubs in place of what Rasa imports for components, stores and channels that are not used here.

    A model is run without what trained it: some 1,100 modules, 85 MiB and half the time of a start.
    """
    training = sys.argv[1:2] == ["train"]
    sys.meta_path.insert(0, _StubFinder(IDLE if training else (*IDLE, *FOR_TRAINING)))


def cached_event_types() -> None:
    """Looks an event's class up once, not by a walk over all classes for every stored event."""
    from rasa.shared.core.events import Event

    Event.resolve_by_type = staticmethod(lru_cache(maxsize=128)(Event.resolve_by_type))


def bounded_input() -> None:
    """Cuts every incoming text to what the guard reads, and makes it text, before anything is stored."""
    from rasa.core.channels.channel import UserMessage

    original = UserMessage.__init__

    def bounded(self: UserMessage, text: Any = None, *args: Any, **kwargs: Any) -> None:
        text = text if isinstance(text, str) else ""
        original(self, text[:LONGEST_INPUT].encode("utf-8", "replace").decode("utf-8"), *args, **kwargs)

    UserMessage.__init__ = bounded


def apology_for_silence() -> None:
    """An action server that is away, slow or talks nonsense leaves the visitor a sentence, not silence."""
    import asyncio

    from rasa.core.actions.action import RemoteAction

    from assistant.engine.apology import apology, is_reply

    original = RemoteAction.run

    async def run(self: RemoteAction, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Any]:
        with suppress(Exception):
            events: list[Any] = await asyncio.wait_for(
                original(self, output_channel, nlg, tracker, domain), ACTION_SECONDS
            )
            if is_reply(events):
                return events
        logger.error("The action server gave no reply; the visitor gets an apology.")
        return apology(tracker, output_channel.name())

    RemoteAction.run = run


def no_texts_in_logs() -> None:
    """Keeps what visitors write out of the log, where Rasa's REST channel puts it when a request is broken off."""
    import structlog
    from rasa.core.channels import rest

    def without_text(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event.pop("text", None)
        return event

    rest.structlogger = structlog.wrap_logger(
        logging.getLogger(rest.__name__), processors=[without_text, structlog.stdlib.render_to_log_kwargs]
    )


def each_message_once() -> None:
    """A message that was answered already is answered the same again, not understood as a second one.

    The front asks another Rasa process when one dies in the middle, and cannot know how far it got.
    """
    from rasa.core.processor import MessageProcessor

    from assistant.engine.once import AnsweredError, answer_before

    handle, understand = MessageProcessor.handle_message, MessageProcessor._handle_message_with_tracker

    async def handle_once(self: MessageProcessor, message: Any) -> Any:
        try:
            return await handle(self, message)
        except AnsweredError as answered:
            return answered.messages

    async def understand_once(self: MessageProcessor, message: Any, tracker: Any) -> None:
        answer_before(message, tracker)
        await understand(self, message, tracker)

    MessageProcessor.handle_message = handle_once
    MessageProcessor._handle_message_with_tracker = understand_once


def schema_checked_once() -> None:
    """An action's reply is compared with a schema that Rasa first compares with the schema of schemas, each time."""
    from jsonschema import Draft7Validator
    from jsonschema.exceptions import best_match
    from rasa.core.actions.action import RemoteAction

    schema = RemoteAction.action_response_format_spec()
    Draft7Validator.check_schema(schema)
    validator = Draft7Validator(schema)

    def validate(_: RemoteAction, result: Any) -> bool:
        if error := best_match(validator.iter_errors(result)):
            raise error
        return True

    RemoteAction._validate_action_result = validate


def short_action_calls() -> None:
    """Sends the action what has happened since the latest message; the conversation before is in its slot."""
    from rasa.core.actions.action import RemoteAction

    original = RemoteAction._action_call_format

    def shortened(self: RemoteAction, tracker: Any, domain: Any) -> dict[str, Any]:
        call: dict[str, Any] = original(self, tracker, domain)
        events = call["tracker"]["events"]
        asked = [number for number, event in enumerate(events) if event["event"] == "user"]
        call["tracker"]["events"] = events[asked[-1] :] if asked else events
        return call

    RemoteAction._action_call_format = shortened


def kept_connections() -> None:
    """Asks the action server over connections that stay open; Rasa makes session and connection for each message."""
    import asyncio

    import aiohttp
    from rasa.utils.endpoints import EndpointConfig

    from assistant.core.http import kept_session

    def session(self: EndpointConfig) -> Any:
        # A session belongs to the loop it is made in.
        if getattr(self, "_loop", None) is not (loop := asyncio.get_running_loop()):
            user = self.basic_auth
            auth = aiohttp.BasicAuth(user["username"], user["password"]) if user else None
            self._kept, self._loop = kept_session(self.headers, auth), loop
        return nullcontext(self._kept)

    EndpointConfig.session = session


def no_training_cache() -> None:
    """Rasa hashes all training data before and after every step of a training, a minute with 27,000 questions.

    What it keeps by these hashes is of no use here: `make train` trains only what has changed.
    """
    from rasa.engine.training.hooks import TrainingHook
    from rasa.shared.nlu.constants import INTENT, TEXT
    from rasa.shared.nlu.training_data.message import Message

    TrainingHook.on_before_node = lambda *_, **__: {}
    TrainingHook.on_after_node = lambda *_, **__: None
    # Equal messages have equal texts and intents; that is all a hash has to promise.
    Message.__hash__ = lambda message: hash((str(message.get(TEXT)), str(message.get(INTENT))))


def quick_training_data() -> None:
    """Reads the training questions by the project's own reader, and does not copy them when they are merged.

    Rasa's YAML parser is plain Python and its schema is compared line by line, `make check` does the same;
    it then copies every message at each of five merges: 40 s of processor time with 27,000 questions.
    """
    import copy

    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.nlu.training_data import training_data
    from rasa.shared.nlu.training_data.message import Message

    from assistant.knowledge.examples import examples

    def questions(*_: Any) -> training_data.TrainingData:
        return training_data.TrainingData([Message.build(each.text, each.intent) for each in examples()])

    RasaFileImporter.get_nlu_data = questions
    training_data.copy = types.SimpleNamespace(copy=copy.copy, deepcopy=copy.copy)


PATCHES: Mapping[str, Callable[[], None]] = {
    patch.__name__: patch
    for patch in (
        no_tensorflow,
        no_idle_libraries,
        cached_event_types,
        bounded_input,
        apology_for_silence,
        no_texts_in_logs,
        schema_checked_once,
        short_action_calls,
        kept_connections,
        each_message_once,
        no_training_cache,
        quick_training_data,
    )
}


def chosen(switch: str) -> Iterator[str]:
    """Names of the patches to apply; raises ValueError for a name that is none."""
    if switch == "none":
        return
    named = {name.strip() for name in switch.split(",") if name.strip()}
    off = {name.removeprefix("-") for name in named if name.startswith("-")}
    if unknown := {name for name in named if name.removeprefix("-") not in off & set(PATCHES)}:
        known = ", ".join(f"-{name}" for name in PATCHES)
        raise ValueError(f"{SWITCH} names {', '.join(sorted(unknown))}; possible are none, {known}.")
    yield from (name for name in PATCHES if name not in off)


def apply(switch: str | None = None) -> list[str]:
    """Applies the patches chosen by the environment, in order, and names them."""
    names = list(chosen(os.environ.get(SWITCH, "") if switch is None else switch))
    for name in names:
        PATCHES[name]()
    return names
