"""Bookmarks and notes: appended, never changed; what none supersedes is what stands."""

from typing import Any

from sqlalchemy import Row, select

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.reading import Note, NoteKind
from evaldesk.storage import people
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database

REMOVED = "removed"
_newer = t.note.alias("newer")
_STANDING = (
    select(t.note, t.person.c.name.label("author"))
    .join(t.person, t.person.c.pk == t.note.c.author_pk)
    .where(t.note.c.kind != REMOVED, ~select(1).where(_newer.c.supersedes == t.note.c.id).exists())
)


class NoteRepository:
    """The project's bookmarks and notes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_trace(self, trace_pk: int, author: str = "") -> list[Note]:
        """What stands on a trace, in reading order.

        Args:
            author: only this person's; empty for everybody's.
        """
        statement = _STANDING.where(t.note.c.trace_pk == trace_pk)
        return self._read(statement, author, t.note.c.message, t.note.c.part, t.note.c.seq)

    def all(self, author: str = "") -> list[Note]:
        """Everything that stands, newest first."""
        return self._read(_STANDING, author, t.note.c.seq.desc())

    def _read(self, statement: Any, author: str, *order: Any) -> list[Note]:
        if author:
            statement = statement.where(t.person.c.name == author)
        with self._database.read() as connection:
            return [_note(row) for row in connection.execute(statement.order_by(*order))]

    def add(
        self,
        trace_pk: int,
        author: str,
        kind: NoteKind,
        *,
        message: int = -1,
        part: int = -1,
        text: str = "",
    ) -> Note:
        """A new bookmark or note.

        Raises:
            UsageError: nobody is named, or a note has no text.
        """
        return self._append(trace_pk, author, kind, message, part, text, None)

    def replace(self, note: Note, text: str) -> Note:
        """Other words for a note.

        Raises:
            NotFoundError: it was replaced or removed meanwhile.
        """
        return self._append(
            note.trace_pk, note.author, note.kind, note.message, note.part, text, note.id
        )

    def remove(self, note: Note) -> None:
        """Take a bookmark or note back; what was written stays in the file's history.

        Raises:
            NotFoundError: it was replaced or removed meanwhile.
        """
        self._append(note.trace_pk, note.author, REMOVED, note.message, note.part, "", note.id)

    def _append(
        self,
        trace_pk: int,
        author: str,
        kind: Any,
        message: int,
        part: int,
        text: str,
        supersedes: str | None,
    ) -> Note:
        if not author.strip():
            raise UsageError("Nobody is named.", "Say who you are first.")
        if kind == "note" and not text.strip():
            raise UsageError("The note is empty.", "Write something, or remove it.")
        identity, created = new_id(), now()
        verb = "removed" if kind == REMOVED else "changed" if supersedes else "written"
        with self._database.write(event=f"note.{verb}", author=author) as connection:
            if supersedes is not None:
                standing = connection.execute(
                    _STANDING.where(t.note.c.id == supersedes)
                ).one_or_none()
                if standing is None:
                    raise NotFoundError("That note was changed or removed meanwhile.")
            connection.execute(
                t.note.insert().values(
                    id=identity,
                    trace_pk=trace_pk,
                    author_pk=people.ensure(connection, author),
                    kind=kind,
                    message=message,
                    part=part,
                    text=text,
                    created_at=created,
                    supersedes=supersedes,
                )
            )
        return Note(identity, trace_pk, author, kind, message, part, text, created)


def _note(row: Row[*tuple[Any, ...]]) -> Note:
    return Note(
        id=row.id,
        trace_pk=row.trace_pk,
        author=row.author,
        kind=row.kind,
        message=row.message,
        part=row.part,
        text=row.text,
        created_at=row.created_at,
    )
