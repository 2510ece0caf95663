"""Rubrics and the versions that hold their questions."""

from collections.abc import Sequence

from sqlalchemy import Connection, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.rubric import Rubric
from evaldesk.storage import codec
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database, row_number


class RubricRepository:
    """The project's rubrics. A changed rubric is another version; nothing is overwritten."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[Rubric]:
        """The newest version of every rubric, in the order they were made."""
        newest = (
            select(t.rubric_version.c.rubric_pk, sql.max(t.rubric_version.c.version).label("v"))
            .group_by(t.rubric_version.c.rubric_pk)
            .subquery()
        )
        with self._database.read() as connection:
            found = connection.execute(
                select(t.rubric_version.c.content, t.rubric_version.c.version)
                .join(
                    newest,
                    (newest.c.rubric_pk == t.rubric_version.c.rubric_pk)
                    & (newest.c.v == t.rubric_version.c.version),
                )
                .order_by(t.rubric_version.c.rubric_pk)
            )
            return [_rubric(content, version) for content, version in found]

    def versions(self, name: str) -> Sequence[tuple[Rubric, str, str]]:
        """Every version of a rubric with its author and time, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(
                select(
                    t.rubric_version.c.content,
                    t.rubric_version.c.version,
                    t.rubric_version.c.author,
                    t.rubric_version.c.created_at,
                )
                .join(t.rubric, t.rubric.c.pk == t.rubric_version.c.rubric_pk)
                .where(t.rubric.c.name == name)
                .order_by(t.rubric_version.c.version)
            )
            return [
                (_rubric(content, version), author, created_at)
                for content, version, author, created_at in found
            ]

    def get(self, name: str, version: int | None = None) -> Rubric:
        """A version of a rubric, the newest where none is named.

        Raises:
            NotFoundError: none of that name; offers the nearest. No such version.
        """
        if version is not None:
            numbers = []
            for rubric, _, _ in self.versions(name):
                if rubric.version == version:
                    return rubric
                numbers.append(str(rubric.version))
            if numbers:
                raise NotFoundError.among("version", str(version), numbers)
        for rubric in self.list():
            if rubric.name == name:
                return rubric
        with self._database.read() as connection:
            known = connection.execute(select(t.rubric.c.name)).scalars()
            raise NotFoundError.among("rubric", name, list(known))

    def version_id(self, name: str, version: int) -> str:
        """What a version is called in every file: the hash of its content, with the number behind
        it where an earlier wording came back.

        Raises:
            NotFoundError: there is none.
        """
        with self._database.read() as connection:
            _, pk = locate(connection, name, version)
            found = select(t.rubric_version.c.id).where(t.rubric_version.c.pk == pk)
            return str(connection.execute(found).scalar_one())

    def save(self, rubric: Rubric, author: str, note: str = "") -> Rubric:
        """Store a rubric as a new version, or find the version that is equal.

        Returns:
            The rubric with its version number.
        """
        with self._database.write(
            event="rubric.saved", author=author, reason=note, details={"rubric": rubric.name}
        ) as connection:
            return save(connection, rubric, author, note)


def save(connection: Connection, rubric: Rubric, author: str, note: str = "") -> Rubric:
    """`RubricRepository.save` within a transaction that is open."""
    pk = connection.execute(select(t.rubric.c.pk).where(t.rubric.c.name == rubric.name)).scalar()
    if pk is None:
        inserted = connection.execute(
            t.rubric.insert().values(id=new_id(), name=rubric.name, created_at=now())
        )
        pk = row_number(inserted)
    existing = connection.execute(
        select(t.rubric_version.c.id, t.rubric_version.c.version)
        .where(t.rubric_version.c.rubric_pk == pk)
        .order_by(t.rubric_version.c.version.desc())
    ).all()
    if existing and existing[0].id == rubric.hash:
        return rubric.numbered(existing[0].version)
    version = existing[0].version + 1 if existing else 1
    # Going back to an earlier wording is a version of its own: its id carries the number.
    identity = rubric.hash
    if any(row.id == identity for row in existing):
        identity = f"{rubric.hash}@{version}"
    numbered = rubric.numbered(version)
    connection.execute(
        t.rubric_version.insert().values(
            id=identity,
            rubric_pk=pk,
            version=version,
            content=codec.encode(numbered.to_json()),
            author=author,
            note=note,
            created_at=now(),
        )
    )
    return numbered


def locate(connection: Connection, name: str, version: int | None = None) -> tuple[int, int]:
    """Row numbers of a rubric and of one of its versions, the newest where none is named.

    Raises:
        NotFoundError: none of that name; offers the nearest.
    """
    found = connection.execute(
        select(t.rubric.c.pk, t.rubric_version.c.pk.label("version_pk"))
        .join(t.rubric_version, t.rubric_version.c.rubric_pk == t.rubric.c.pk)
        .where(
            t.rubric.c.name == name,
            *([t.rubric_version.c.version == version] if version is not None else []),
        )
        .order_by(t.rubric_version.c.version.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        known = connection.execute(select(t.rubric.c.name)).scalars()
        raise NotFoundError.among("rubric", name, list(known))
    return found.pk, found.version_pk


def _rubric(content: str, version: int) -> Rubric:
    return Rubric.from_json(codec.decode(content)).numbered(version)
