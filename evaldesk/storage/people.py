"""Who rated, ruled and imported."""

from sqlalchemy import Connection, select

from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database, row_number


class PersonRepository:
    """The people whose work the project holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def names(self) -> list[str]:
        """Everyone, in the order they came."""
        with self._database.read() as connection:
            return list(
                connection.execute(select(t.person.c.name).order_by(t.person.c.pk)).scalars()
            )

    def raters(self, rubric: str | None = None) -> list[str]:
        """Those who answered a criterion, in the order they came."""
        with self._database.read() as connection:
            statement = select(t.person.c.name).where(
                select(1)
                .where(
                    t.answer.c.rater_pk == t.person.c.pk,
                    t.answer.c.rubric_pk == t.rubric.c.pk,
                    *([t.rubric.c.name == rubric] if rubric is not None else []),
                )
                .exists()
            )
            return list(connection.execute(statement.order_by(t.person.c.pk)).scalars())


def ensure(connection: Connection, name: str) -> int:
    """Row number of a person, made if new."""
    pk = connection.execute(select(t.person.c.pk).where(t.person.c.name == name)).scalar()
    if pk is None:
        inserted = connection.execute(
            t.person.insert().values(id=new_id(), name=name, created_at=now())
        )
        pk = row_number(inserted)
    return int(pk)
