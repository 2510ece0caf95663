"""A million row numbers out of SQLite without holding up the thread that draws.

Python's driver takes its lock anew for each row that it fetches, and whoever draws has to wait
for it a thousand times. Here SQLite itself puts the numbers one behind the other, while Python is
free, and hands over one piece of bytes.
"""

import sys
from array import array
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy import func as sql


def numbers(connection: Connection, statement: Select[Any]) -> "array[int]":
    """The first column of a query as whole numbers from 0 to 2⁶³-1, in its order.

    Args:
        statement: its ORDER BY is kept, its LIMIT as well.
    """
    # A LIMIT keeps SQLite from taking the order for something that an aggregate does not need.
    ordered = statement if statement._limit_clause is not None else statement.limit(-1)
    inner = ordered.subquery()
    first = next(iter(inner.c))
    digits = sql.group_concat(sql.printf("%016x", first), "")
    packed = connection.execute(select(sql.unhex(digits)).select_from(inner)).scalar()
    found: array[int] = array("q")
    if packed:
        found.frombytes(packed)
        if sys.byteorder == "little":
            found.byteswap()
    return found
