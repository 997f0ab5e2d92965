"""The attacks, by the number that each has in the list of attacks."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.attack.findings import Row
from benchmarks.attack.rows import connections, disk, erasure, floods, messengers, small, start

ROWS: Sequence[Row] = sorted(
    [
        *connections.ROWS,
        *disk.ROWS,
        *erasure.ROWS,
        *floods.ROWS,
        *messengers.ROWS,
        *small.ROWS,
        *start.ROWS,
    ],
    key=lambda row: row.number,
)
