"""A source that a form adds to `sources.yml`, together with the entry that cites it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from assistant.desk.entries import FormError, meant
from assistant.desk.errors import RefusedError
from assistant.desk.forms import Form
from assistant.knowledge.edit import YamlText
from assistant.knowledge.load import SOURCES
from assistant.knowledge.yaml_style import Value

PATH = f"knowledge/{SOURCES}"
PREFIX = "source."
# In the order in which the file has them; only the date may be missing.
FIELDS = ("id", "title", "publisher", "url", "language", "date")
WITHOUT = ("language", "date")
ID = re.compile(r"[a-z0-9][a-z0-9-]*")
LIST = "sources"


def source_in(form: Form, checkout: Path) -> Mapping[str, Value] | None:
    """The source that a form describes, None if it describes none; raises FormError if it cannot be one."""
    given = {name: form.one(PREFIX + name) for name in FIELDS}
    if not any(given[name] for name in FIELDS if name != "language"):
        return None
    missing = next((name for name in FIELDS if name not in WITHOUT and not given[name]), None)
    if missing:
        raise FormError(f"source_{missing}", "text_missing")
    if not ID.fullmatch(given["id"]):
        raise FormError("source_id", "source_id_form")
    if YamlText((checkout / PATH).read_text("utf-8")).get(LIST, given["id"]) is not None:
        raise FormError("source_id", "source_known")
    if not given["url"].startswith("https://"):
        raise FormError("source_url", "source_url_form")
    date = meant("date", given["date"])
    return {**{name: given[name] for name in FIELDS[:-1]}, **({} if date is None else {"date": date})}


def citing(form: Form) -> Form:
    """The form with its new source among those that the entry cites, as the first one if it is not there."""
    new, cited = form.one(f"{PREFIX}id"), form.one(LIST)
    if not new or new in {line.split("|")[0].strip() for line in cited.split("\n")}:
        return form
    return Form({**form.fields, LIST: [f"{new}\n{cited}".strip()]})


def with_source(text: str, source: Mapping[str, Value]) -> str:
    """The list of sources with one more; raises RefusedError if it has that id already."""
    file = YamlText(text)
    if file.get(LIST, str(source["id"])) is not None:
        raise RefusedError(409, "id_taken")
    file.append((LIST,), source)
    return file.text
