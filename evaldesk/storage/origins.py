"""Where scenarios and runs came from, and what came of them: read only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.lineage import Answered, Held, ImportedFrom
from evaldesk.storage import codec
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database

_FILE = (
    t.import_file.c.name,
    t.import_file.c.sha256,
    t.import_file.c.format,
    t.import_file.c.author,
    t.import_file.c.created_at,
)


class OriginRepository:
    """Where things came from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_scenario(self, pk: int) -> ImportedFrom | None:
        """The file that brought a scenario; None where it was made here, or came in before
        EvalDesk kept that.

        Raises:
            NotFoundError: there is no such scenario.
        """
        with self._database.read() as connection:
            row = connection.execute(
                select(t.scenario.c.place, t.import_file.c.pk, *_FILE)
                .select_from(
                    t.scenario.outerjoin(
                        t.import_file, t.import_file.c.pk == t.scenario.c.import_pk
                    )
                )
                .where(t.scenario.c.pk == pk)
            ).one_or_none()
        if row is None:
            raise NotFoundError(f"There is no scenario number {pk}.")
        return None if row.pk is None else _imported(row, row.place)

    def holding(self, pk: int) -> list[Held]:
        """The dataset versions that hold a scenario, oldest first."""
        v, m = t.dataset_version.c, t.dataset_member.c
        with self._database.read() as connection:
            found = connection.execute(
                select(v.pk, v.id, t.dataset.c.name, v.created_at, v.author, v.note, m.revision)
                .join(t.dataset_member, m.version_pk == v.pk)
                .join(t.dataset, t.dataset.c.pk == v.dataset_pk)
                .where(m.scenario_pk == pk)
                .order_by(v.pk)
            )
            return [
                Held(row.pk, row.id, row.name, row.revision, row.created_at, row.author, row.note)
                for row in found
            ]

    def answering(self, pk: int) -> list[Answered]:
        """The traces that answer a scenario, by run and trial, with how often they were rated and
        ruled on.
        """
        newer = t.answer.alias()
        answers = (
            select(sql.count(t.answer.c.rater_pk.distinct()))
            .where(
                t.answer.c.trace_pk == t.trace.c.pk,
                t.answer.c.value.is_not(None),
                ~select(1).where(newer.c.supersedes == t.answer.c.id).exists(),
            )
            .scalar_subquery()
        )
        later = t.ruling.alias()
        rulings = (
            select(sql.count())
            .select_from(t.ruling)
            .where(
                t.ruling.c.trace_pk == t.trace.c.pk,
                ~select(1).where(later.c.supersedes == t.ruling.c.id).exists(),
            )
            .scalar_subquery()
        )
        with self._database.read() as connection:
            found = connection.execute(
                select(
                    t.trace.c.pk,
                    t.trace.c.id,
                    t.run.c.name,
                    t.trace.c.system,
                    t.trace.c.trial,
                    t.trace.c.status,
                    answers.label("raters"),
                    rulings.label("rulings"),
                )
                .join(t.run, t.run.c.pk == t.trace.c.run_pk)
                .where(t.trace.c.scenario_pk == pk)
                .order_by(t.trace.c.run_pk, t.trace.c.trial)
            )
            return [
                Answered(
                    row.pk,
                    row.id.hex(),
                    row.name,
                    row.system,
                    row.trial,
                    row.status,
                    row.raters,
                    row.rulings,
                )
                for row in found
            ]

    def files_of_run(self, run: str) -> list[ImportedFrom]:
        """The files that brought a run's traces, with how many each; traces that came in before
        EvalDesk kept that are left out.
        """
        count = sql.count()
        with self._database.read() as connection:
            found = connection.execute(
                select(*_FILE, count.label("traces"))
                .select_from(
                    t.trace.join(t.run, t.run.c.pk == t.trace.c.run_pk).join(
                        t.import_file, t.import_file.c.pk == t.trace.c.import_pk
                    )
                )
                .where(t.run.c.name == run)
                .group_by(t.import_file.c.pk)
                .order_by(t.import_file.c.pk)
            )
            return [_imported(row, "", row.traces) for row in found]

    def scenario_of(self, trace_pk: int) -> int:
        """Row number of the scenario that a trace answers.

        Raises:
            NotFoundError: there is no such trace.
        """
        with self._database.read() as connection:
            found = connection.execute(
                select(t.trace.c.scenario_pk).where(t.trace.c.pk == trace_pk)
            ).scalar()
        if found is None:
            raise NotFoundError(f"There is no trace number {trace_pk}.")
        return int(found)

    def version_of_run(self, run: str) -> int:
        """Row number of the dataset version that a run stands on; 0 where there is none."""
        with self._database.read() as connection:
            return int(
                connection.execute(
                    select(t.run.c.dataset_version_pk).where(t.run.c.name == run)
                ).scalar()
                or 0
            )

    def answered(self, run: str) -> set[int]:
        """The scenarios (row numbers) that have a trace in a run."""
        with self._database.read() as connection:
            return set(
                connection.execute(
                    select(t.trace.c.scenario_pk)
                    .join(t.run, t.run.c.pk == t.trace.c.run_pk)
                    .where(t.run.c.name == run)
                    .distinct()
                ).scalars()
            )

    def rated(self, run: str = "") -> set[int]:
        """The scenarios (row numbers) that have a trace with an answer of a person.

        Args:
            run: only traces of this run; empty for any.
        """
        newer = t.answer.alias()
        statement = (
            select(t.trace.c.scenario_pk)
            .join(t.answer, t.answer.c.trace_pk == t.trace.c.pk)
            .where(
                t.answer.c.value.is_not(None),
                ~select(1).where(newer.c.supersedes == t.answer.c.id).exists(),
            )
            .distinct()
        )
        if run:
            statement = statement.join(t.run, t.run.c.pk == t.trace.c.run_pk).where(
                t.run.c.name == run
            )
        with self._database.read() as connection:
            return set(connection.execute(statement).scalars())

    def first_seen(self, pks: Sequence[int]) -> dict[int, str]:
        """Scenario → when it came into the project: with its file, or else with the first version
        that held it. ISO 8601.
        """
        found: dict[int, str] = {}
        s, m, v = t.scenario.c, t.dataset_member.c, t.dataset_version.c
        with self._database.read() as connection:
            for some in revisions.chunks(pks):
                came = connection.execute(
                    select(s.pk, t.import_file.c.created_at)
                    .join(t.import_file, t.import_file.c.pk == s.import_pk)
                    .where(s.pk.in_(some))
                )
                found.update({row.pk: row.created_at for row in came})
                rest = [pk for pk in some if pk not in found]
                if rest:
                    held = connection.execute(
                        select(m.scenario_pk.label("pk"), sql.min(v.created_at).label("created_at"))
                        .join(t.dataset_version, v.pk == m.version_pk)
                        .where(m.scenario_pk.in_(rest))
                        .group_by(m.scenario_pk)
                    )
                    found.update({row.pk: row.created_at for row in held})
        return found

    def system_prompts(self, run: str = "") -> list[tuple[int, str, str]]:
        """One trace for each system prompt that traces carry: row number, run and prompt, for
        looking through; at most the first trace of each system and model of a run.
        """
        first = sql.min(t.trace.c.pk)
        statement = (
            select(first, t.run.c.name)
            .join(t.run, t.run.c.pk == t.trace.c.run_pk)
            .group_by(t.trace.c.run_pk, t.trace.c.system, t.trace.c.model, t.trace.c.prompt_version)
            .order_by(first)
        )
        if run:
            statement = statement.where(t.run.c.name == run)
        found: list[tuple[int, str, str]] = []
        seen: set[tuple[str, str]] = set()
        with self._database.read() as connection:
            for pk, name in connection.execute(statement).all():
                packed = connection.execute(
                    select(t.trace_body.c.body).where(t.trace_body.c.trace_pk == pk)
                ).scalar()
                prompt = _system_prompt(codec.read(packed)) if packed is not None else ""
                if prompt and (name, prompt) not in seen:
                    seen.add((name, prompt))
                    found.append((pk, name, prompt))
        return found


def _system_prompt(body: Any) -> str:
    texts = [
        str(part["content"])
        for message in body.get("messages", ())
        if message.get("role") == "system"
        for part in message.get("parts", ())
        if part.get("type") == "text" and part.get("content")
    ]
    return "\n\n".join(texts)


def _imported(row: Row[*tuple[Any, ...]], place: str, traces: int = 0) -> ImportedFrom:
    return ImportedFrom(row.name, row.sha256, row.format, row.author, row.created_at, place, traces)
