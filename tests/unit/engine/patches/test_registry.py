"""All patches are applied by default, and each can be switched off."""

from __future__ import annotations

import pytest

from assistant.engine.patches import PATCHES, SWITCH, apply, chosen


def test_all_patches_are_applied_by_default(started):
    assert started["names"] == list(PATCHES)


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
