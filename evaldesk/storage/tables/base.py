"""What every table is made with."""

from typing import Any

from sqlalchemy import Table
from sqlmodel import Field, SQLModel

METADATA = SQLModel.metadata


def later_text() -> Any:
    """A text column that came with a later step: rows of an older file get the empty text."""
    return Field(default="", sa_column_kwargs={"server_default": ""})


def later_whole(value: int) -> Any:
    """A whole number that came with a later step, with the value that older rows get."""
    return Field(default=value, sa_column_kwargs={"server_default": str(value)})


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table behind a model."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table
