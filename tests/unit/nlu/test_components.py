"""The interface that every component named in `config.yml` must provide to Rasa."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
import yaml

from assistant.core.paths import ROOT

NAMES = [step["name"] for step in yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]]


def component(path: str) -> Any:
    """The class behind a dotted path."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("path", NAMES)
def test_required_packages_can_be_imported(path):
    for package in component(path).required_packages():
        importlib.import_module(package)


@pytest.mark.parametrize("path", NAMES)
def test_component_is_made_from_its_default_configuration(path, made):
    assert isinstance(made(component(path)), component(path))


@pytest.mark.parametrize("path", NAMES)
def test_default_configuration_is_a_fresh_one_each_time(path):
    kind = component(path)
    assert kind.get_default_config() is not kind.get_default_config() or not kind.get_default_config()


@pytest.mark.parametrize("path", NAMES)
def test_components_it_needs_stand_before_it(path):
    before = [component(name) for name in NAMES[: NAMES.index(path)]]
    assert all(any(issubclass(b, needed) for b in before) for needed in component(path).required_components())
