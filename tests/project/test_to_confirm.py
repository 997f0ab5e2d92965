"""docs/to-confirm.md names only what exists, and every telephone number that nobody has approved."""

from __future__ import annotations

import re

from assistant.core.paths import ROOT
from assistant.knowledge import knowledge

TEXT = (ROOT / "docs" / "to-confirm.md").read_text("utf-8")
NAMED = set(re.findall(r"`([a-z0-9_/]+)`", TEXT))
FIELDS = {"review_by", "approved"}


def test_every_entry_contact_and_area_named_exists():
    base = knowledge()
    exists = {*base.entries, *base.contacts, *base.doors, *FIELDS, "knowledge/"}
    assert NAMED - exists == set()


def test_every_number_to_dial_is_listed_until_somebody_has_approved_it():
    section = TEXT.split("## Numbers to dial")[1].partition("\n## ")[0]
    rows = re.findall(r"^\| .+? \| (`.+?`) \|", section, re.M)
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    contacts = knowledge().contacts.values()
    assert listed == {contact.id for contact in contacts if contact.phone and not contact.approved}
