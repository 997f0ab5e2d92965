"""Each patch bites, Rasa still needs it, and each can be switched off."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys

import jsonschema
import pytest
import rasa.shared.utils.common
from rasa.core.actions.action import RemoteAction
from rasa.core.channels import rest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.slots import TextSlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.utils.endpoints import EndpointConfig

from assistant.core.paths import ROOT
from assistant.engine import patches
from assistant.engine.patches import LONGEST_INPUT, PATCHES, SWITCH, apply, chosen
from assistant.nlu.components.guard import MAX_CHARACTERS
from assistant.nlu.components.splitter import QuestionSplitter
from tests.unit.canned_server import CannedServer

REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

START = """
import json, sys
from assistant.engine import patches
names = patches.apply()
import rasa.core.agent, rasa.core.run, rasa.engine.recipes.default_recipe
from rasa.nlu.classifiers import logistic_regression_classifier
roots = (*patches.TENSORFLOW, *patches.IDLE, *patches.FOR_TRAINING)
kin = {n: getattr(m, "__file__", None) for n, m in sys.modules.items() if n.partition(".")[0] in roots}
print(json.dumps({"names": names, "kin": kin}))
"""


@pytest.fixture
def walks(monkeypatch) -> list[type]:
    """The walks over all subclasses of a class that were made."""
    made: list[type] = []
    real = rasa.shared.utils.common.all_subclasses

    def counted(cls):
        made.extend([cls] if cls is Event else [])
        return real(cls)

    monkeypatch.setattr(rasa.shared.utils.common, "all_subclasses", counted)
    return made


@pytest.fixture(scope="module")
def started():
    """What a Python of its own looks like after Rasa has started with all patches."""
    import subprocess

    from assistant.core.paths import ROOT
    from tests.support.shared_assistant import LONGEST_START

    output = subprocess.check_output([sys.executable, "-c", START], cwd=ROOT, text=True, timeout=LONGEST_START)
    return json.loads(output.splitlines()[-1])


def test_all_patches_are_applied_by_default(started):
    assert started["names"] == list(PATCHES)


def test_rasa_starts_without_real_tensorflow(started):
    assert "tensorflow" in started["kin"]
    assert not any(started["kin"].values())


def test_rasa_still_imports_tensorflow_by_itself():
    assert sys.modules["tensorflow"].__file__


def test_stub_stands_in_for_whatever_rasa_asks_of_tensorflow():
    tf = patches._Stub("tensorflow")
    callback = type("Own", (tf.keras.callbacks.Callback,), {})
    assert isinstance(callback(1, verbose=2), callback)
    assert tf.Tensor | None
    assert tf.data.Dataset[int]


def test_stub_pretends_to_no_hidden_names():
    with pytest.raises(AttributeError):
        patches._Stub("tensorflow").__wrapped__  # noqa: B018


def test_stubs_answer_for_the_libraries_named_only():
    finder = patches._StubFinder(("tensorflower", "tensorfluss"))
    assert finder.find_spec("tensorflower.keras") is not None
    assert finder.find_spec("tensorflow") is None
    assert finder.find_spec("rasa.utils.tensorflower") is None


def test_a_library_that_was_imported_before_stays_as_it_is():
    assert patches._StubFinder(("numpy",)).find_spec("numpy.linalg") is None


def test_real_tensorflow_in_place_is_left_there():
    before = list(sys.meta_path)
    patches.no_tensorflow()
    assert sys.meta_path == before


@pytest.mark.parametrize("library", ["matplotlib", "pymongo", "boto3", "aiogram", "sklearn", "scipy"])
def test_rasa_starts_without_libraries_that_are_idle(started, library):
    assert library in started["kin"]


@pytest.mark.parametrize(("verb", "stubbed"), [("run", True), ("shell", True), ("train", False)])
def test_training_has_the_libraries_it_needs(monkeypatch, verb, stubbed):
    monkeypatch.setattr(sys, "argv", ["engine", verb])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(patches, "FOR_TRAINING", ("not_imported_yet",))
    patches.no_idle_libraries()
    assert (sys.meta_path[0].find_spec("not_imported_yet") is not None) is stubbed


def test_rasa_still_imports_them_by_itself(python):
    libraries = ("sklearn", "scipy", "matplotlib", "pymongo", "boto3", "aiogram", "slack_sdk")
    ended = python("-c", f"import sys, rasa.core.agent, rasa.core.run; print(*({set(libraries)} - sys.modules.keys()))")
    assert ended.stdout.strip() == ""
    assert ended.returncode == 0


def test_event_type_is_looked_up_once(stock, walks):
    patches.cached_event_types()
    assert [Event.resolve_by_type("user") for _ in range(3)] == [UserUttered] * 3
    assert len(walks) == 1


def test_rasa_still_looks_event_types_up_each_time(stock, walks):
    assert [Event.resolve_by_type("user") for _ in range(3)] == [UserUttered] * 3
    assert len(walks) == 3


def test_unknown_event_type_stays_an_error(stock):
    patches.cached_event_types()
    for _ in range(2):
        with pytest.raises(ValueError, match="nonsense"):
            Event.resolve_by_type("nonsense")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("x" * 5000, "x" * LONGEST_INPUT, id="5000 characters"),
        (" Wann wurde das Büro eröffnet? ", "Wann wurde das Büro eröffnet?"),
        (None, ""),
        (7, ""),
        ({"text": "Wann?"}, ""),
        ("Wann\ud800?", "Wann??"),
    ],
)
def test_incoming_text_is_bounded(stock, given, kept):
    patches.bounded_input()
    assert UserMessage(given).text == kept
    assert UserMessage(text=given).text == kept


def test_bounded_message_keeps_what_else_it_says(stock):
    patches.bounded_input()
    message = UserMessage("Wann?", None, "visitor", input_channel="rest", metadata={"language": "en"})
    assert (message.sender_id, message.input_channel, message.metadata) == ("visitor", "rest", {"language": "en"})


@pytest.mark.parametrize("given", ["x" * 5000, None, "Wann\ud800?"], ids=["long", "none", "surrogate"])
def test_rasa_still_takes_any_text_as_it_comes(stock, given):
    assert UserMessage(given).text == given


def test_guard_sees_that_a_bounded_text_was_too_long():
    assert LONGEST_INPUT > MAX_CHARACTERS


def test_texts_of_visitors_stay_out_of_the_log(stock, caplog):
    patches.no_texts_in_logs()
    rest.structlogger.error("rest.message.received.timeout", text="my secret")
    (record,) = caplog.records
    assert record.message == "rest.message.received.timeout"
    assert "my secret" not in str(vars(record))


def test_a_fault_is_logged_with_its_trace_and_without_the_text(stock, caplog):
    patches.no_texts_in_logs()
    try:
        raise RuntimeError("fault")
    except RuntimeError:
        rest.structlogger.exception("rest.message.received.failure", text="my secret")
    assert "RuntimeError: fault" in caplog.text
    assert "my secret" not in caplog.text


def test_rasa_still_writes_texts_into_the_log():
    assert "text=copy.deepcopy(text)" in inspect.getsource(rest.RestInput.blueprint)


@pytest.fixture
def action() -> RemoteAction:
    """The action, with nowhere to send it to."""
    return RemoteAction("action_answer", None)


@pytest.fixture
def checks(monkeypatch) -> list[object]:
    """The schemas that were compared with the schema of schemas."""
    made: list[object] = []
    real = jsonschema.Draft7Validator.check_schema
    monkeypatch.setattr(jsonschema.Draft7Validator, "check_schema", lambda schema: made.append(schema) or real(schema))
    return made


def test_schema_of_an_actions_reply_is_checked_once(stock, action, checks):
    patches.schema_checked_once()
    for _ in range(3):
        assert action._validate_action_result({"events": [], "responses": []})
    assert len(checks) == 1


def test_rasa_still_checks_the_schema_each_time(stock, action, checks):
    for _ in range(3):
        assert action._validate_action_result({"events": [], "responses": []})
    assert len(checks) == 3


@pytest.mark.parametrize("reply", [{"events": "none"}, {"responses": [1]}, {"events": [{"event": "slot"}]}, []])
def test_a_wrong_reply_of_the_action_server_stays_an_error(stock, action, reply):
    patches.schema_checked_once()
    with pytest.raises(jsonschema.ValidationError):
        action._validate_action_result(reply)


def test_the_action_gets_what_happened_since_the_latest_message(stock, action, talk):
    patches.short_action_calls()
    called = action._action_call_format(talk, Domain.empty())["tracker"]
    assert [event["event"] for event in called["events"]] == ["user", "slot"]
    assert called["latest_message"]["text"] == "Und wo?"
    assert called["slots"] == {"about": "x"}


def test_rasa_still_sends_the_whole_conversation(stock, action, talk):
    called = action._action_call_format(talk, Domain.empty())["tracker"]
    assert [event["event"] for event in called["events"]] == ["user", "bot", "user", "slot"]


def test_a_conversation_without_a_message_is_sent_whole(stock, action):
    patches.short_action_calls()
    begun = DialogueStateTracker.from_events("she", [ActionExecuted("action_session_start"), SessionStarted()])
    called = action._action_call_format(begun, Domain.empty())["tracker"]
    assert [event["event"] for event in called["events"]] == ["action", "session_started"]


@pytest.fixture
def talk() -> DialogueStateTracker:
    """Two messages, one of them answered, and a slot set."""
    said = [UserUttered("Wann?"), BotUttered("1957."), UserUttered("Und wo?"), SlotSet("about", "x")]
    return DialogueStateTracker.from_events("she", said, slots=[TextSlot("about", [])])


async def connections_for(requests, headers=None):
    """How many connections a server sees for so many requests of Rasa's, and the last request."""
    async with CannedServer(REPLY) as server:
        endpoint = EndpointConfig(server.url, headers=headers, basic_auth={"username": "rasa", "password": "x"})
        for _ in range(requests):
            assert await endpoint.request(json={"next_action": "action_answer"}) == {}
        async with endpoint.session() as session:
            await session.close()
        return server.opened, server.asked[-1]


async def test_connections_to_the_action_server_stay_open(stock):
    patches.kept_connections()
    opened, asked = await connections_for(3, {"X-Of-The-Endpoint": "1"})
    assert opened == 1
    assert b"X-Of-The-Endpoint: 1\r\n" in asked
    assert b"Authorization: Basic cmFzYTp4\r\n" in asked
    assert asked.endswith(b'{"next_action": "action_answer"}')


def test_another_loop_gets_connections_of_its_own(stock):
    patches.kept_connections()
    for _ in range(2):
        assert asyncio.run(connections_for(2))[0] == 1


async def test_rasa_still_opens_a_connection_for_each_message(stock):
    assert (await connections_for(3))[0] == 3


def test_none_applies_no_patch():
    assert apply("none") == []


@pytest.mark.parametrize("name", PATCHES)
def test_each_patch_can_be_switched_off(name):
    assert list(chosen(f"-{name}")) == [other for other in PATCHES if other != name]


def test_several_patches_can_be_switched_off():
    assert list(chosen(" -bounded_input, -no_tensorflow,")) == [
        "no_idle_libraries", "cached_event_types", "apology_for_silence", "no_texts_in_logs", "schema_checked_once",
        "short_action_calls", "kept_connections", "each_message_once", "no_training_cache",
        "quick_training_data",
    ]  # fmt: skip


def test_environment_chooses(monkeypatch):
    monkeypatch.setenv(SWITCH, "none")
    assert apply() == []


@pytest.mark.parametrize("switch", ["-nonsense", "-bounded_input,-nonsense", "all"])
def test_unknown_patch_is_an_error_that_names_the_known(switch):
    with pytest.raises(ValueError, match=f"{SWITCH} names .*no_idle_libraries"):
        apply(switch)


def test_name_without_a_minus_is_an_error():
    with pytest.raises(ValueError, match="bounded_input"):
        list(chosen("bounded_input"))


def test_engine_does_not_start_with_an_unknown_patch(python):
    ended = python("-m", "assistant.engine", "run", ASSISTANT_PATCHES="-nonsense")
    assert ended.returncode == 1
    assert "The engine does not start: ASSISTANT_PATCHES names -nonsense" in ended.stderr


def test_engine_does_nothing_that_may_need_tensorflow_without_it(python):
    others = ",".join(f"-{name}" for name in PATCHES if name != "no_tensorflow")
    ended = python("-m", "assistant.engine", "test", ASSISTANT_PATCHES=others)
    assert ended.returncode == 1
    assert "all else needs TensorFlow" in ended.stderr


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """The messages that were hashed with all they hold."""
    texts: list[str] = []
    real = Message.fingerprint
    monkeypatch.setattr(Message, "fingerprint", lambda self: texts.append(self.get(TEXT)) or real(self))
    return texts


def step_of_a_training(tmp_path) -> None:
    """A step that gives training data to the next, as Rasa's graph does it."""
    from rasa.engine.caching import LocalTrainingCache
    from rasa.engine.graph import ExecutionContext, GraphSchema, SchemaNode
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.training.hooks import TrainingHook
    from rasa.shared.nlu.training_data.training_data import TrainingData

    node = SchemaNode({}, QuestionSplitter, "create", "process_training_data", {})
    schema, data = GraphSchema({"step": node}), TrainingData([Message({TEXT: "Wann?"})])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RASA_CACHE_DIRECTORY", str(tmp_path))
        hook = TrainingHook(LocalTrainingCache(), LocalModelStorage(tmp_path), schema)
    context = ExecutionContext(schema)
    before = hook.on_before_node("step", context, {}, {"training_data": data})
    hook.on_after_node("step", context, {}, data, before)


def test_training_data_are_not_hashed_after_every_step(stock, hashed, tmp_path):
    patches.no_training_cache()
    step_of_a_training(tmp_path)
    assert hashed == []


def test_rasa_still_hashes_training_data_after_every_step(stock, hashed, tmp_path):
    step_of_a_training(tmp_path)
    assert len(hashed) >= 2


def test_equal_training_questions_are_still_one(stock):
    patches.no_training_cache()
    pairs = [("a", "x"), ("a", "x"), ("a", "y"), ("b", "x")]
    assert len({Message({TEXT: text, INTENT: intent}) for text, intent in pairs}) == 3
    assert len({Message({"action_text": "a"}), Message({"action_text": "b"})}) == 2


def test_different_training_questions_are_told_apart_by_text_and_intent_alone(stock, hashed):
    patches.no_training_cache()
    assert len({Message({TEXT: text, INTENT: intent}) for text in "ab" for intent in "xy"}) == 4
    assert hashed == []


def pairs(data) -> list[tuple[str, str]]:
    """Texts and intents of training data."""
    return [(example.get(TEXT), example.get_full_intent()) for example in data.training_examples]


def test_the_training_questions_are_those_that_rasa_reads(stock, monkeypatch):
    from rasa.shared.importers.rasa import RasaFileImporter

    from assistant.knowledge import examples

    importer = RasaFileImporter(training_data_paths=[str(ROOT / "data" / "nlu" / "de" / "ask_data.yml")])
    before = pairs(importer.get_nlu_data())
    assert len(before) > 100
    everything = list(examples.examples())
    monkeypatch.setattr(examples, "examples", lambda: [e for e in everything if e.file == "data/nlu/de/ask_data.yml"])
    patches.quick_training_data()
    assert pairs(importer.get_nlu_data()) == before


def test_merged_training_questions_are_not_copied(stock):
    from rasa.shared.nlu.training_data.training_data import TrainingData

    patches.quick_training_data()
    one, other = TrainingData([Message({TEXT: "Wann?"})]), TrainingData([Message({TEXT: "Wer?"})])
    merged = one.merge(other)
    assert merged.training_examples[0] is one.training_examples[0]
    assert merged.training_examples[1] is other.training_examples[0]
    assert len(one.training_examples) == 1
