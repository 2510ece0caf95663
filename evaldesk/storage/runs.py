"""The project's runs."""

from collections.abc import Sequence

from sqlalchemy import Integer, and_, cast, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.project import RunInfo
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database


class RunRepository:
    """The project's runs, read only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self) -> list[RunInfo]:
        """All runs, oldest first, with their counts and metrics."""
        with self._database.read() as connection:
            counts = {
                row[0]: row[1:]
                for row in connection.execute(
                    select(
                        t.trace.c.run_pk,
                        sql.count(),
                        sql.count(t.trace.c.scenario_pk.distinct()),
                        # as a number: SQLAlchemy takes a sum of truths for a truth
                        sql.sum(cast(t.trace.c.status == "error", Integer)),
                    ).group_by(t.trace.c.run_pk)
                )
            }
            metrics: dict[int, list[str]] = {}
            for run_pk, name in connection.execute(
                select(t.trace.c.run_pk, t.metric.c.name)
                .select_from(
                    t.score.join(t.trace, t.trace.c.pk == t.score.c.trace_pk).join(
                        t.metric, t.metric.c.pk == t.score.c.metric_pk
                    )
                )
                .group_by(t.trace.c.run_pk, t.metric.c.name)
                .order_by(t.metric.c.pk)
            ):
                metrics.setdefault(run_pk, []).append(name)
            found = connection.execute(
                select(t.run, t.dataset.c.name.label("dataset"))
                .select_from(
                    t.run.outerjoin(
                        t.dataset_version, t.dataset_version.c.pk == t.run.c.dataset_version_pk
                    ).outerjoin(t.dataset, t.dataset.c.pk == t.dataset_version.c.dataset_pk)
                )
                .order_by(t.run.c.pk)
            )
            return [
                RunInfo(
                    id=row.id,
                    name=row.name,
                    system=row.system,
                    dataset=row.dataset or "",
                    traces=counts.get(row.pk, (0, 0, 0))[0],
                    scenarios=counts.get(row.pk, (0, 0, 0))[1],
                    errors=counts.get(row.pk, (0, 0, 0))[2] or 0,
                    created_at=row.created_at,
                    source=row.source,
                    metrics=tuple(metrics.get(row.pk, ())),
                )
                for row in found
            ]

    def planned(self, run: str) -> set[str]:
        """Ids of the scenarios that the run's dataset version holds: what it should have
        answered.
        """
        with self._database.read() as connection:
            found = connection.execute(
                select(t.scenario.c.id)
                .select_from(
                    t.run.join(
                        t.dataset_member,
                        t.dataset_member.c.version_pk == t.run.c.dataset_version_pk,
                    ).join(t.scenario, t.scenario.c.pk == t.dataset_member.c.scenario_pk)
                )
                .where(t.run.c.name == run)
            )
            return {value.hex() for value in found.scalars()}

    def shared(self, limit: int = 200) -> Sequence[tuple[str, str, int]]:
        """Two runs, and how many scenarios (trial by trial) both have; the most first."""
        one, other = t.trace.alias("one"), t.trace.alias("other")
        first, second = t.run.alias("first"), t.run.alias("second")
        together = (
            select(one.c.run_pk, other.c.run_pk.label("other_pk"), sql.count().label("number"))
            .select_from(
                one.join(
                    other,
                    and_(
                        other.c.scenario_pk == one.c.scenario_pk,
                        other.c.trial == one.c.trial,
                        other.c.run_pk > one.c.run_pk,
                    ),
                )
            )
            .group_by(one.c.run_pk, other.c.run_pk)
            .subquery()
        )
        number = together.c.number
        with self._database.read() as connection:
            found = connection.execute(
                select(first.c.name, second.c.name, number)
                .join(first, first.c.pk == together.c.run_pk)
                .join(second, second.c.pk == together.c.other_pk)
                .order_by(number.desc(), first.c.pk, second.c.pk)
                .limit(limit)
            )
            return [(a, b, count) for a, b, count in found]

    def require(self, name: str) -> None:
        """Raises NotFoundError, offering the nearest name, where there is no such run."""
        with self._database.read() as connection:
            known = list(connection.execute(select(t.run.c.name)).scalars())
        if name not in known:
            raise NotFoundError.among("run", name, known)
