"""Records that belong together though others stand between them: given out when complete."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers.record_loop import digest
from evaldesk.importers.records import Row

Rows = Callable[[], Iterator[Row]]
KeyOf = Callable[[dict[str, Any]], str]


def complete_groups(rows: Rows, key_of: KeyOf) -> Generator[list[Row], None, None]:
    """Groups of records with the same key, each when its last record was read.

    The file is read twice, so that not more is held than the groups that are open at once.

    Args:
        rows: begins to read the file.
        key_of: the group's key; empty for a record that is a group by itself, as is one that
            cannot be read.
    """
    left: Counter[bytes] = Counter()
    with closing(_closable(rows())) as first:
        for _, record, _ in first:
            if not isinstance(record, InputError) and (key := key_of(record)):
                left[digest(key)] += 1
    held: dict[bytes, list[Row]] = {}
    with closing(_closable(rows())) as second:
        for row in second:
            record = row[1]
            key = "" if isinstance(record, InputError) else key_of(record)
            if not key:
                yield [row]
                continue
            mark = digest(key)
            held.setdefault(mark, []).append(row)
            left[mark] -= 1
            if left[mark] <= 0:
                del left[mark]
                yield held.pop(mark)


def _closable(rows: Iterator[Row]) -> Any:
    return rows if hasattr(rows, "close") else (row for row in rows)
