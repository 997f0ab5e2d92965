"""The row types match the tables."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from assistant.front.store.rows import ChatRow, EventRow, FeedbackRow, MessageRow, StoredUnanswered, TeamQuestionRow
from assistant.front.store.schema import chats, events, feedback, messages, team_questions, unanswered

TABLES = [
    (chats, ChatRow),
    (events, EventRow),
    (messages, MessageRow),
    (feedback, FeedbackRow),
    (team_questions, TeamQuestionRow),
    (unanswered, StoredUnanswered),
]


@pytest.mark.parametrize(("table", "row"), TABLES, ids=lambda one: getattr(one, "name", None))
def test_a_row_has_the_columns_of_its_table_and_their_types(table, row):
    columns = {c.name: c.type.python_type | None if c.nullable else c.type.python_type for c in table.columns}
    assert get_type_hints(row) == columns
