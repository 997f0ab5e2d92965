"""Each patch bites, Rasa still needs it, and each can be switched off."""

from __future__ import annotations

import importlib.util
import inspect
import json
import sys
from pathlib import Path

import pytest
import rasa.shared.utils.common
from rasa.core.channels import rest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from assistant.engine import patches
from assistant.engine.patches import LONGEST_INPUT, PATCHES, SWITCH, apply, chosen
from assistant.nlu.guard import LONGEST
from assistant.nlu.splitter import QuestionSplitter

START = """
import json, sys
from assistant.engine import patches
at_skops = []
class Watch:
    def find_spec(self, name, *_):
        if name == "skops.io":
            at_skops.extend(n for n in sys.modules if n.partition(".")[0] == "rasa")
sys.meta_path.insert(0, Watch())
names = patches.apply()
before = "rasa" in sys.modules, "skops.io" in sys.modules
import rasa.core.agent
roots = ("tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras")
kin = {n: getattr(m, "__file__", None) for n, m in sys.modules.items() if n.partition(".")[0] in roots}
print(json.dumps({"names": names, "at_skops": at_skops, "skops": before[1], "kin": kin}))
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

    from assistant.paths import ROOT

    output = subprocess.check_output([sys.executable, "-c", START], cwd=ROOT, text=True, timeout=50)
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


def test_stubs_answer_for_tensorflow_only():
    finder = patches._StubFinder()
    assert finder.find_spec("tensorflow.keras") is not None
    assert finder.find_spec("tensorflower") is None
    assert finder.find_spec("rasa.utils.tensorflow") is None


def test_real_tensorflow_in_place_is_left_there():
    before = list(sys.meta_path)
    patches.no_tensorflow()
    assert sys.meta_path == before


def test_skops_is_imported_before_rasa(started):
    assert started["skops"]
    assert started["at_skops"] == []


def test_rasa_still_imports_skops_which_scans_all_modules():
    from rasa.nlu.classifiers import logistic_regression_classifier

    assert "import skops.io" in inspect.getsource(logistic_regression_classifier)
    skops = Path(importlib.util.find_spec("skops").origin).parent  # read, not imported: that takes seconds
    assert "in sys.modules.copy().items()" in (skops / "io" / "_utils.py").read_text("utf-8")


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
    assert LONGEST_INPUT > LONGEST


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


def test_none_applies_no_patch():
    assert apply("none") == []


@pytest.mark.parametrize("name", PATCHES)
def test_each_patch_can_be_switched_off(name):
    assert list(chosen(f"-{name}")) == [other for other in PATCHES if other != name]


def test_several_patches_can_be_switched_off():
    assert list(chosen(" -bounded_input, -no_tensorflow,")) == [
        "skops_first", "cached_event_types", "apology_for_silence", "no_texts_in_logs", "each_message_once",
        "no_training_cache",
    ]  # fmt: skip


def test_environment_chooses(monkeypatch):
    monkeypatch.setenv(SWITCH, "none")
    assert apply() == []


@pytest.mark.parametrize("switch", ["-nonsense", "-bounded_input,-nonsense", "all"])
def test_unknown_patch_is_an_error_that_names_the_known(switch):
    with pytest.raises(ValueError, match=f"{SWITCH} names .*skops_first"):
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
