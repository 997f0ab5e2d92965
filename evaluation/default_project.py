"""Creates a project with Rasa's default pipeline on our training data, with responses instead of actions."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from assistant.core.languages import DEFAULT
from assistant.core.paths import ROOT, TRAINING
from assistant.knowledge import knowledge, render
from assistant.knowledge.examples import examples


def lay_out(folder: Path, epochs: int) -> None:
    """Writes the config, domain, rules and data of the default project to a folder."""
    config = yaml.safe_load((ROOT / "evaluation" / "default_config.yml").read_text("utf-8"))
    for component in [*config["pipeline"], *config["policies"]]:
        if "epochs" in component:
            component["epochs"] = epochs
    shutil.copytree(TRAINING, folder / "data" / "nlu")
    intents = sorted({example.intent for example in examples()})
    topics = sorted({intent.partition("/")[0] for intent in intents})
    fallback = "utter_please_rephrase"
    rules = [_rule(topic, f"utter_{topic}") for topic in topics] + [_rule("nlu_fallback", fallback)]
    responses = {f"utter_{intent}": [{"text": _text(intent)}] for intent in intents}
    responses[fallback] = [{"text": knowledge().phrase("fallback", DEFAULT)}]
    files = {
        "config.yml": config,
        "domain.yml": {"version": "3.1", "intents": topics, "responses": responses},
        "data/rules.yml": {"version": "3.1", "rules": rules},
        "endpoints.yml": {},
        "credentials.yml": {"rest": None},
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")


def _rule(intent: str, action: str) -> dict[str, object]:
    return {"rule": f"Answer {intent}", "steps": [{"intent": intent}, {"action": action}]}


def _text(intent: str) -> str:
    entry = knowledge().find(intent)
    return render(knowledge(), entry, DEFAULT).text if entry else intent
