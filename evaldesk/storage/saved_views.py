"""Views of the traces that were saved under a name."""

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.reading import SavedView
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database


class SavedViewRepository:
    """The project's saved views: shared by everyone who opens it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SavedView]:
        """By name."""
        columns = (t.saved_view.c[name] for name in ("name", "address", "author", "created_at"))
        with self._database.read() as connection:
            found = connection.execute(select(*columns).order_by(t.saved_view.c.name))
            return [SavedView(*row) for row in found]

    def save(self, name: str, address: str, author: str) -> None:
        """Keep a view; one of the same name is replaced.

        Raises:
            UsageError: the name is empty.
        """
        if not name.strip():
            raise UsageError("The view has no name.", "Give it one.")
        statement = insert(t.saved_view).values(
            id=new_id(), name=name.strip(), address=address, author=author, created_at=now()
        )
        changed = {key: statement.excluded[key] for key in ("address", "author", "created_at")}
        with self._database.write(
            event="view.saved", author=author, details={"view": name.strip()}
        ) as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["name"], set_=changed)
            )

    def remove(self, name: str) -> None:
        """Forget a view; nothing happens where there is none."""
        with self._database.write(event="view.removed", details={"view": name}) as connection:
            connection.execute(delete(t.saved_view).where(t.saved_view.c.name == name))

    def rename(self, name: str, other: str) -> None:
        """Keep a view under another name.

        Raises:
            UsageError: the name is empty, or another view has it.
            NotFoundError: there is no such view.
        """
        other = other.strip()
        if not other:
            raise UsageError("The view has no name.", "Give it one.")
        view = t.saved_view.c
        told = {"view": name, "renamed": other}
        with self._database.write(event="view.renamed", details=told) as connection:
            names = list(connection.execute(select(view.name)).scalars())
            if name not in names:
                raise NotFoundError.among("view", name, names)
            if other != name and other in names:
                raise UsageError(f"There is a view “{other}” already.", "Take another name.")
            connection.execute(update(t.saved_view).where(view.name == name).values(name=other))
