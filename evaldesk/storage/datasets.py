"""Datasets, their versions and the names of those: read, made, never changed."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from evaldesk.domain.dataset import (
    DatasetVersion,
    Description,
    Revision,
    ScenarioQuery,
    ScenarioRow,
    Suite,
)
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.identifiers import canonical_json, new_id, now
from evaldesk.domain.trace import Scenario
from evaldesk.storage import codec, dataset_versions, packing, scenario_lists
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database, row_number
from evaldesk.storage.identity import scenario_id
from evaldesk.storage.summaries import title


class DatasetRepository:
    """The project's datasets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- what there is

    def names(self) -> list[str]:
        """Names of the datasets, in the order they came."""
        with self._database.read() as connection:
            return list(
                connection.execute(select(t.dataset.c.name).order_by(t.dataset.c.pk)).scalars()
            )

    def versions(self, dataset: str = "") -> list[DatasetVersion]:
        """Every version, oldest first.

        Args:
            dataset: only of this one; empty for all.
        """
        with self._database.read() as connection:
            return _versions(connection, dataset)

    def version(self, pk: int) -> DatasetVersion:
        """One version by its row number.

        Raises:
            NotFoundError: there is none.
        """
        for found in self.versions():
            if found.pk == pk:
                return found
        raise NotFoundError(f"There is no dataset version number {pk}.")

    def find(self, reference: str) -> DatasetVersion:
        """The version that a person names: a suite, a dataset (its newest version),
        ``dataset@abcd``, or the beginning of a version's id.

        Raises:
            NotFoundError: none; offers the nearest. UsageError: several.
        """
        versions = self.versions()
        suites = {suite.name: suite.version_pk for suite in self.suites()}
        datasets = {version.dataset: version for version in versions}
        named = reference.removeprefix("suite:")
        if named in suites and (named != reference or named not in datasets):
            return next(version for version in versions if version.pk == suites[named])
        if reference in datasets:
            return datasets[reference]
        dataset, _, beginning = reference.rpartition("@")
        beginning = beginning.lower()
        found = [
            version
            for version in versions
            if len(beginning) >= 4
            and version.id.startswith(beginning)
            and dataset in ("", version.dataset)
        ]
        if len({version.id for version in found}) > 1 or (len(found) > 1 and not dataset):
            raise UsageError(
                f"“{reference}” fits {len(found)} versions.", "Give DATASET@ and more of the id."
            )
        if not found:
            raise NotFoundError.among("dataset, suite or version", reference, [*datasets, *suites])
        return found[0]

    def members(self, version_pk: int) -> dict[int, int]:
        """Scenario (row number) → number of its revision."""
        with self._database.read() as connection:
            return dataset_versions.members_of(connection, version_pk)

    # -- scenarios of a version

    def ids(self, version_pk: int, query: ScenarioQuery) -> "array[int]":
        """Row numbers of the version's scenarios that match, in the order asked.

        Raises:
            NotFoundError: an unknown field, slice or sort key.
        """
        with self._database.read() as connection:
            return packing.numbers(connection, scenario_lists.listed(connection, version_pk, query))

    def rows(self, version_pk: int, pks: Sequence[int]) -> list[ScenarioRow]:
        """These scenarios as the version describes them, in this order."""
        with self._database.read() as connection:
            return scenario_lists.rows(connection, version_pk, pks)

    def each(self, version_pk: int) -> Iterator[ScenarioRow]:
        """Every scenario as the version describes it, in the order they came.

        The reading connection is held until the iterator ends or is closed.
        """
        with self._database.read() as connection:
            yield from scenario_lists.every(connection, version_pk)

    def counts(self, version_pk: int) -> dict[tuple[str, str], int]:
        """``tier`` or slice with its value → how many scenarios of the version have it."""
        with self._database.read() as connection:
            return scenario_lists.group_counts(connection, version_pk)

    def inputs(self, pks: Sequence[int]) -> Iterator[tuple[int, str, Any]]:
        """Row number, key and input of scenarios."""
        with self._database.read() as connection:
            for some in revisions.chunks(pks):
                found = {
                    row.pk: row
                    for row in connection.execute(
                        select(t.scenario.c.pk, t.scenario.c.key, t.scenario.c.body).where(
                            t.scenario.c.pk.in_(some)
                        )
                    )
                }
                for pk in some:
                    if pk in found:
                        stored = codec.read(found[pk].body)
                        yield pk, found[pk].key, stored.get("input")

    def scenario(self, pk: int, version_pk: int = 0) -> Scenario:
        """A scenario whole, as a version describes it, or as of its latest description.

        Raises:
            NotFoundError: there is none, or the version does not hold it.
        """
        with self._database.read() as connection:
            found = connection.execute(
                select(t.scenario.c.key, t.scenario.c.body).where(t.scenario.c.pk == pk)
            ).one_or_none()
            if found is None:
                raise NotFoundError(f"There is no scenario number {pk}.")
            if version_pk:
                held = scenario_lists.rows(connection, version_pk, [pk])
                if not held:
                    raise NotFoundError(f"That version does not hold “{found.key}”.")
                described = held[0].description
            else:
                described = revisions.current(connection, [pk])[pk].description
        stored = codec.read(found.body)
        return Scenario(
            key=found.key,
            input=stored.get("input"),
            tier=described.tier,
            slices=dict(described.slices),
            expected=described.expected,
            origin=described.origin,
            title=described.title,
            metadata=stored.get("metadata") or {},
            redactions=described.redactions,
        )

    def id_of(self, pk: int) -> str:
        """The id of a scenario, hexadecimal.

        Raises:
            NotFoundError: there is none of that number.
        """
        with self._database.read() as connection:
            found = connection.execute(
                select(t.scenario.c.id).where(t.scenario.c.pk == pk)
            ).scalar()
        if found is None:
            raise NotFoundError(f"There is no scenario number {pk}.")
        return str(found.hex())

    def find_scenarios(self, references: Sequence[str], version_pk: int = 0) -> list[int]:
        """Row numbers of the scenarios that a person names by key, id, or the beginning of one.

        Args:
            version_pk: only of this version; 0 for any.

        Raises:
            NotFoundError: one is not there. UsageError: one fits several.
        """
        result: list[int] = []
        s, m = t.scenario.c, t.dataset_member.c
        with self._database.read() as connection:
            for reference in references:
                statement: Any = select(s.pk, s.id, s.key)
                if version_pk:
                    statement = statement.join(t.dataset_member, m.scenario_pk == s.pk).where(
                        m.version_pk == version_pk
                    )
                found = connection.execute(statement.where(s.key == reference)).all()
                bare = reference.lower()
                if not found and 4 <= len(bare) <= 64 and not set(bare) - set("0123456789abcdef"):
                    low = bytes.fromhex(bare[: len(bare) // 2 * 2])
                    near = connection.execute(
                        statement.where(s.id >= low, s.id < low + b"\xff" * (33 - len(low)))
                    ).all()
                    found = [row for row in near if row.id.hex().startswith(bare)]
                if not found:
                    keys = connection.execute(select(s.key).limit(10_000)).scalars()
                    raise NotFoundError.among("scenario", reference, list(keys))
                if len(found) > 1:
                    ids = ", ".join(row.id.hex()[:10] for row in found[:4])
                    raise UsageError(
                        f"“{reference}” fits {len(found)} scenarios.", f"Give an id: {ids}."
                    )
                result.append(found[0].pk)
        return result

    def of_traces(self, pks: Sequence[int]) -> list[int]:
        """Row numbers of the scenarios that these traces answer."""
        found: set[int] = set()
        with self._database.read() as connection:
            for some in revisions.chunks(pks):
                found.update(
                    connection.execute(
                        select(t.trace.c.scenario_pk).where(t.trace.c.pk.in_(some))
                    ).scalars()
                )
        return sorted(found)

    def latest(self, pks: Sequence[int]) -> dict[int, int]:
        """Scenario → number of its latest revision."""
        with self._database.read() as connection:
            known = revisions.current(connection, list(pks))
        return {pk: found.number for pk, found in known.items()}

    def slice_names(self) -> list[str]:
        """Names of slices that any description has or had."""
        with self._database.read() as connection:
            return scenario_lists.slice_names(connection)

    def history(self, scenario_pk: int) -> list[Revision]:
        """What was said of a scenario, oldest first; at least what was imported."""
        r = t.scenario_revision.c
        with self._database.read() as connection:
            found = [
                Revision(
                    row.number,
                    row.id,
                    Description.from_json(codec.decode(row.content)),
                    row.author,
                    row.note,
                    row.created_at,
                )
                for row in connection.execute(
                    select(t.scenario_revision)
                    .where(r.scenario_pk == scenario_pk)
                    .order_by(r.number)
                )
            ]
            if found:
                return found
            plain = revisions.as_imported(connection, [scenario_pk])
            return [Revision(0, "", said) for said in plain.values()]

    # -- making

    def make(
        self,
        dataset: str,
        members: Mapping[int, int],
        *,
        parent: int | None = None,
        author: str,
        note: str = "",
        edits: Mapping[int, Description] | None = None,
        new: Sequence[Scenario] = (),
    ) -> DatasetVersion:
        """A version with these scenarios, in one transaction; the one that has them already,
        where there is one.

        Args:
            dataset: its name; made where there is none.
            members: scenario (row number) → number of its revision.
            parent: row number of the version it was made from; None for the dataset's latest.
            edits: scenario → what is said of it from here on; those that are members.
            new: scenarios that go in besides; known ones are taken as they are described.

        Raises:
            UsageError: no scenario, no name.
        """
        dataset = " ".join(dataset.split())
        if not dataset:
            raise UsageError("The dataset has no name.", "Give it one.")
        held = dict(members)
        with self._database.write(
            event="dataset.saved", author=author, reason=note, details={"dataset": dataset}
        ) as connection:
            wanted = {pk: said for pk, said in (edits or {}).items() if pk in held}
            held.update(revisions.append(connection, wanted, author=author, note=note))
            for pk in [_add(connection, scenario) for scenario in new]:
                if pk not in held:
                    held[pk] = revisions.current(connection, [pk])[pk].number
            made = dataset_versions.make(
                connection, dataset, held, parent=parent, author=author, note=note
            )
        return self.version(made)

    def suites(self) -> list[Suite]:
        """The names of versions, each as it stands now, in alphabetical order."""
        latest = {suite.name: suite for suite in self.suite_history()}
        return [latest[name] for name in sorted(latest)]

    def suite_history(self, name: str = "") -> list[Suite]:
        """Every time a name was given or moved, oldest first."""
        with self._database.read() as connection:
            statement = (
                select(
                    t.suite, t.dataset_version.c.id.label("version"), t.dataset.c.name.label("of")
                )
                .join(t.dataset_version, t.dataset_version.c.pk == t.suite.c.version_pk)
                .join(t.dataset, t.dataset.c.pk == t.dataset_version.c.dataset_pk)
                .order_by(t.suite.c.seq)
            )
            if name:
                statement = statement.where(t.suite.c.name == name)
            return [
                Suite(
                    row.name,
                    row.of,
                    row.version,
                    row.version_pk,
                    row.author,
                    row.note,
                    row.created_at,
                )
                for row in connection.execute(statement)
            ]

    def suite(self, name: str) -> Suite:
        """What a name stands for.

        Raises:
            NotFoundError: there is no such suite; offers the nearest.
        """
        known = {suite.name: suite for suite in self.suites()}
        if name not in known:
            raise NotFoundError.among("suite", name, known)
        return known[name]

    def freeze(self, name: str, version_pk: int, *, author: str, note: str = "") -> Suite:
        """Give a version a name, or move the name to it; what it stood for before is kept.

        Raises:
            UsageError: no name.
        """
        name = " ".join(name.split())
        if not name:
            raise UsageError("The suite has no name.", "Give it one.")
        standing = next((suite for suite in self.suites() if suite.name == name), None)
        if standing is not None and standing.version_pk == version_pk and not note:
            return standing
        with self._database.write(
            event="suite.frozen", author=author, reason=note, details={"suite": name}
        ) as connection:
            connection.execute(
                t.suite.insert().values(
                    id=new_id(),
                    name=name,
                    version_pk=version_pk,
                    author=author,
                    note=note,
                    created_at=now(),
                )
            )
        return self.suite(name)


def _add(connection: Connection, scenario: Scenario) -> int:
    """Row number of a scenario, written where it is new."""
    identity = scenario_id(scenario.key, scenario.input)
    known = connection.execute(select(t.scenario.c.pk).where(t.scenario.c.id == identity)).scalar()
    if known is not None:
        return int(known)
    stored: dict[str, Any] = {"input": scenario.input}
    if scenario.metadata:
        stored["metadata"] = dict(scenario.metadata)
    inserted = connection.execute(
        t.scenario.insert().values(
            id=identity,
            key=scenario.key,
            title=scenario.title or title(scenario.input) or scenario.key,
            tier=scenario.tier,
            expected=scenario.expected,
            origin=scenario.origin,
            body=codec.pack(canonical_json(stored)),
        )
    )
    pk = row_number(inserted)
    if scenario.slices:
        connection.execute(
            t.scenario_slice.insert(),
            [
                {"scenario_pk": pk, "name": name, "value": value}
                for name, value in scenario.slices.items()
            ],
        )
    if scenario.redactions:
        revisions.redacted(connection, {pk: scenario})
    return pk


def _versions(connection: Connection, dataset: str) -> list[DatasetVersion]:
    runs: dict[Any, list[str]] = {}
    for version_pk, name in connection.execute(
        select(t.run.c.dataset_version_pk, t.run.c.name).order_by(t.run.c.pk)
    ):
        runs.setdefault(version_pk, []).append(name)
    standing: dict[str, int] = dict(
        connection.execute(
            select(t.suite.c.name, t.suite.c.version_pk).order_by(t.suite.c.seq)
        ).all()
    )
    parent = t.dataset_version.alias("parent")
    statement = (
        select(
            t.dataset_version,
            t.dataset.c.name.label("dataset"),
            parent.c.id.label("parent"),
        )
        .join(t.dataset, t.dataset.c.pk == t.dataset_version.c.dataset_pk)
        .outerjoin(parent, parent.c.pk == t.dataset_version.c.parent_pk)
        .order_by(t.dataset_version.c.pk)
    )
    if dataset:
        statement = statement.where(t.dataset.c.name == dataset)
    return [_version(row, runs, standing) for row in connection.execute(statement)]


def _version(
    row: Row[*tuple[Any, ...]], runs: Mapping[Any, list[str]], standing: Mapping[str, int]
) -> DatasetVersion:
    return DatasetVersion(
        pk=row.pk,
        id=row.id,
        dataset=row.dataset,
        parent=row.parent or "",
        parent_pk=row.parent_pk or 0,
        author=row.author,
        note=row.note,
        created_at=row.created_at,
        scenarios=row.scenarios,
        runs=tuple(runs.get(row.pk, ())),
        suites=tuple(name for name, pk in standing.items() if pk == row.pk),
    )
