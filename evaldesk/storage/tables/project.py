"""The project's own facts: settings, people, imported files, mappings."""

from sqlalchemy import Column, String
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import table_of


class SettingTable(SQLModel, table=True):
    """The project's own facts: name, network policy, the template it came from."""

    __tablename__ = "setting"
    key: str = Field(primary_key=True)
    value: str


class PersonTable(SQLModel, table=True):
    """Someone who rated, ruled or imported."""

    __tablename__ = "person"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str = Field(unique=True)
    created_at: str


class ImportTable(SQLModel, table=True):
    """One imported file: where data came from."""

    __tablename__ = "import_file"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    sha256: str
    format: str
    author: str
    created_at: str
    added: int
    already_there: int
    notes: str = "[]"


class MappingTable(SQLModel, table=True):
    """A saved mapping from columns to fields, to use again."""

    __tablename__ = "mapping"
    name: str = Field(sa_column=Column(String, primary_key=True))
    kind: str
    content: str
    created_at: str


setting = table_of(SettingTable)
person = table_of(PersonTable)
import_file = table_of(ImportTable)
mapping = table_of(MappingTable)
