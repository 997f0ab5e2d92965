"""Cuts the vendors' descriptions of their APIs down to what is used here: `python tests/channels/specs/cut.py FOLDER`.

The folder holds the whole descriptions under the names that README.md gives.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
TELEGRAM_METHODS = ("sendMessage", "setWebhook", "setMyCommands", "sendChatAction", "answerCallbackQuery")
# What is received; its fields alone, without their types.
TELEGRAM_RECEIVED = ("Message",)
WHATSAPP_PATH = "/{Version}/{Phone-Number-ID}/messages"
# Not used by that path, but by the tests.
WHATSAPP_SHAPES = ("CallRequestPayload", "MarkMessageRequestPayload")
TWILIO_PATH = "/2010-04-01/Accounts/{AccountSid}/Messages.json"


def references(value: object) -> Iterator[str]:
    """The references in a part of an OpenAPI description."""
    if isinstance(value, dict):
        for name, held in value.items():
            if name == "$ref":
                yield held
            yield from held.values() if name == "mapping" else references(held)
    elif isinstance(value, list):
        for held in value:
            yield from references(held)


def openapi(whole: dict[str, Any], path: str, methods: Iterable[str], schemas: Iterable[str] = ()) -> dict[str, Any]:
    """An OpenAPI description with one path and all that it refers to."""
    kept = {name: value for name, value in whole["paths"][path].items() if name in (*methods, "parameters")}
    components: dict[str, Any] = {"securitySchemes": whole["components"]["securitySchemes"]}
    left = [*references(kept), *(f"#/components/schemas/{name}" for name in schemas)]
    while left:
        _, _, kind, name = left.pop().split("/")
        if name not in components.setdefault(kind, {}):
            components[kind][name] = whole["components"][kind][name]
            left += references(components[kind][name])
    head = {name: whole[name] for name in ("openapi", "info", "servers", "security") if name in whole}
    return {**head, "paths": {path: kept}, "components": components}


def telegram(whole: dict[str, Any]) -> dict[str, Any]:
    """The methods used here, all types of their parameters, and the fields of what is received."""
    methods = {name: whole["methods"][name] for name in TELEGRAM_METHODS}
    types: dict[str, Any] = {name: whole["types"][name] for name in TELEGRAM_RECEIVED}
    left = [kind for method in methods.values() for field in method["fields"] for kind in field["types"]]
    while left:
        name = re.sub("^(Array of )+", "", left.pop())
        if name in whole["types"] and name not in types:
            types[name] = whole["types"][name]
            left += types[name].get("subtypes", [])
            left += [kind for field in types[name].get("fields", []) for kind in field["types"]]
    return {**whole, "methods": methods, "types": types}


def main(folder: Path) -> None:
    """Reads the whole descriptions, writes the parts."""
    meta = yaml.safe_load((folder / "business-messaging-api_v23.0.yaml").read_text("utf-8"))
    bot = json.loads((folder / "api.json").read_text("utf-8"))
    twilio = json.loads((folder / "twilio_api_v2010.json").read_text("utf-8"))
    parts = {
        "whatsapp.json": openapi(meta, WHATSAPP_PATH, ["post"], WHATSAPP_SHAPES),
        "telegram.json": telegram(bot),
        "twilio.json": openapi(twilio, TWILIO_PATH, ["post", "servers"]),
    }
    for name, part in parts.items():
        (HERE / name).write_text(json.dumps(part, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
