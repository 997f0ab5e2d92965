"""The events' types say what openapi.yml promises to clients and what the chat element reads."""

from __future__ import annotations

import re
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from assistant.core.envelope import ANSWER_KINDS, CitedSource, Contact, Envelope
from assistant.core.paths import ROOT
from assistant.front.core.events import (
    LACKED,
    AssistantContent,
    AssistantEvent,
    EventPart,
    VisitorEvent,
    complete,
    moment,
)
from assistant.front.web.pages import description

SCHEMAS = description()["components"]["schemas"]
PLAIN = {str: "string", int: "integer", bool: "boolean"}
# What the description specifies about values besides their types.
NOT_TYPES = {"description", "format", "minimum", "maximum"}
# What an answer has within a chat and outside of one, which the element reads in a function of its own.
CONTENT = {"kind", "language", "parts", "heading", "suggestions"}
PROTOCOL = (ROOT / "widget" / "src" / "protocol.ts").read_text("utf-8")


def schema_of(hint: Any) -> dict[str, Any]:
    """A type as openapi.yml describes it; there, an envelope is just an object."""
    if hint in PLAIN:
        return {"type": PLAIN[hint]}
    if hint is Envelope:
        return {"type": "object"}
    if is_typeddict(hint):
        properties = {name: schema_of(one) for name, one in get_type_hints(hint).items()}
        required = {"required": sorted(hint.__required_keys__)} if hint.__required_keys__ else {}
        return {"type": "object", **required, "properties": properties}
    if get_origin(hint) is Literal:
        return {"type": "string", "enum": sorted(get_args(hint))}
    if get_origin(hint) is list:
        return {"type": "array", "items": schema_of(get_args(hint)[0])}
    assert get_origin(hint) in (Union, UnionType), hint
    (known,) = [one for one in get_args(hint) if one is not NoneType]
    return {**schema_of(known), "nullable": True}


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of openapi.yml with references resolved and each value reduced to its type."""
    if "$ref" in schema:
        return described(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    kept = {key: value for key, value in schema.items() if key not in NOT_TYPES | {"additionalProperties"}}
    if "properties" in kept:
        kept["properties"] = {name: described(one) for name, one in kept["properties"].items()}
    if "items" in kept:
        kept["items"] = described(kept["items"])
    return {key: sorted(value) if key in ("required", "enum") else value for key, value in kept.items()}


def test_a_part_is_what_is_described():
    assert schema_of(EventPart) == described(SCHEMAS["Part"])
    assert SCHEMAS["Part"]["additionalProperties"] is False


def test_an_event_is_what_is_described():
    """The description has one schema for visitors' events and answers; what only one of them has is not required."""
    visitor, assistant, told = schema_of(VisitorEvent), schema_of(AssistantEvent), described(SCHEMAS["Event"])
    either = {**visitor["properties"], **assistant["properties"], "type": {"type": "string"}}
    told["properties"]["language"].pop("enum")
    either["type"]["enum"] = sorted(visitor["properties"]["type"]["enum"] + assistant["properties"]["type"]["enum"])
    assert told["properties"] == either
    assert set(told["required"]) == set(visitor["required"]) & set(assistant["required"])


def test_the_kinds_are_those_described():
    assert SCHEMAS["Kind"]["enum"] == list(ANSWER_KINDS)


@pytest.mark.parametrize(
    ("reader", "name", "type_", "unread"),
    [
        ("readPart", "part", EventPart, set()),
        ("readSource", "source", CitedSource, set()),
        ("readContact", "contact", Contact, set()),
        ("readEvent", "event", Union[AssistantEvent, VisitorEvent], CONTENT | {"answer"}),  # noqa: UP007 - for get_args
        ("readContent", "event", AssistantContent, {"reply_to", "answer"}),
    ],
)
def test_the_element_reads_what_there_is(reader, name, type_, unread):
    """Each type is read from the network in one function, by the property names that the front uses."""
    found = re.search(rf"^(?:export )?function {reader}\(.*?^}}$", PROTOCOL, re.M | re.S)
    assert found, reader
    read = set(re.findall(rf"\b{name}\.(\w+)", found[0]))
    there = {key for one in get_args(type_) or (type_,) for key in get_type_hints(one)}
    assert read == there - unread


def test_a_part_stored_by_an_earlier_version_is_completed():
    old = {"text": "…", "sources": []}
    told = complete({"kind": "fact", "parts": [old]})
    assert told["parts"] == [
        {**old, **dict.fromkeys(LACKED), "contacts": []},
    ]


def test_what_a_stored_part_has_stays_as_it_is():
    part = {"note_as_of": "2025", "note_as_of_text": "2025", "contacts": [{"name": "y"}]}
    part = {
        **part,
        "approved_on": "2027-01-15",
        "approved_on_text": "15. Januar 2027",
        "heading": "…",
        "language": "uk",
        "translation": {},
    }
    assert complete({"parts": [part]}) == {"parts": [part]}


def test_who_approved_a_part_that_an_earlier_version_stored_is_not_told():
    (part,) = complete({"parts": [{"text": "…", "approved": {"by": "Jane Doe", "on": "2026-01-15"}}]})["parts"]
    assert "Jane Doe" not in str(part)
    assert part["approved_on"] is None


def test_a_visitors_event_needs_no_completion():
    assert complete({"id": "1", "text": "Hallo"}) == {"id": "1", "text": "Hallo"}


def test_a_time_is_written_in_utc():
    assert moment(0.5) == "1970-01-01T00:00:00.500+00:00"
