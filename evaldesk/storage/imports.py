"""Where data came from: imported files, each kept within the transaction that brings it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, update

from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.project import ImportNote
from evaldesk.storage import codec
from evaldesk.storage import tables as t
from evaldesk.storage.engine import row_number


class ImportedFiles:
    """The files of one transaction, in the order they were read.

    Args:
        told: gets ``files``, what the log says of them.
    """

    def __init__(self, connection: Connection, told: dict[str, Any]) -> None:
        self._connection = connection
        self._files: list[dict[str, Any]] = told.setdefault("files", [])
        self.present: int | None = None
        """Row number of the file that is being read; None before the first."""

    def begin(self, name: str, format: str, author: str) -> None:
        """What is written from here on came from this file."""
        inserted = self._connection.execute(
            t.import_file.insert().values(
                id=new_id(),
                name=name,
                sha256="",
                format=format,
                author=author,
                created_at=now(),
                added=0,
                already_there=0,
            )
        )
        self.present = row_number(inserted)
        self._files.append({"name": name, "format": format})

    def end(
        self, *, sha256: str, added: int, already_there: int, notes: Sequence[ImportNote]
    ) -> None:
        """What the file begun last was, and what came of it."""
        self._connection.execute(
            update(t.import_file)
            .where(t.import_file.c.pk == self.present)
            .values(
                sha256=sha256,
                added=added,
                already_there=already_there,
                notes=codec.encode([[note.record, note.message] for note in notes]),
            )
        )
        counts = {"sha256": sha256, "added": added, "already_there": already_there}
        self._files[-1].update(counts)
