"""Whom a project trusts, the packages that left and came, and what they brought.

All of it is only ever appended. ``package`` columns hold the id that a package's manifest gives.
"""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import table_of


class TrustTable(SQLModel, table=True):
    """A key was trusted with a role, or is no more. The last row of a fingerprint counts."""

    __tablename__ = "trust"
    __table_args__ = (Index("trust_by_key", "fingerprint"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    fingerprint: str
    name: str
    card: str
    role: str
    state: str
    author_pk: int = Field(foreign_key="person.pk")
    reason: str = ""
    expires_at: str = ""
    created_at: str


class PackageTable(SQLModel, table=True):
    """A package was sent, opened, returned or merged. ``manifest`` is what was signed."""

    __tablename__ = "package"
    __table_args__ = (Index("package_by_id", "package"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    package: str
    direction: str
    kind: str
    manifest: str
    signature: str
    sha256: str
    secret: str = ""
    author: str
    created_at: str


class PackageItemTable(SQLModel, table=True):
    """What an item of a package that was sent stands for here. ``item`` is the id that its trace
    has in the package; ``reading`` is 1 for a hidden repeat, which the package does not tell.
    """

    __tablename__ = "package_item"
    __table_args__ = (UniqueConstraint("package", "item"),)
    seq: int | None = Field(default=None, primary_key=True)
    package: str
    item: str
    trace_pk: int = Field(foreign_key="trace.pk")
    reading: int = 0


class PackageRowTable(SQLModel, table=True):
    """A row that a package brought. ``signed`` holds those members of its portable form that were
    others when its author signed it, such as the id that the trace had in the package.
    """

    __tablename__ = "package_row"
    __table_args__ = (UniqueConstraint("name", "row"),)
    seq: int | None = Field(default=None, primary_key=True)
    package: str
    name: str
    row: str
    signed: str = "{}"


class AsideTable(SQLModel, table=True):
    """Of several answers or rulings to one question, none of which knew of the other, one stands.
    The last row of an answer counts.

    Attributes:
        name, row: table and id of what is set aside, or stands again.
        scope: ``all``; or ``overall`` where it stands in its own round. ``stands``: it is not set
            aside any more.
        decided: 1 where a person chose; 0 where the later one stands until somebody does.
    """

    __tablename__ = "aside"
    __table_args__ = (Index("aside_by_row", "row"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    row: str
    scope: str
    decided: int = 0
    author_pk: int | None = Field(default=None, foreign_key="person.pk")
    reason: str = ""
    created_at: str


trust = table_of(TrustTable)
package = table_of(PackageTable)
package_item = table_of(PackageItemTable)
package_row = table_of(PackageRowTable)
aside = table_of(AsideTable)

APPEND_ONLY = ("trust", "package", "package_item", "package_row", "aside")
