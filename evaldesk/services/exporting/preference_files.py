"""Preferences as files: a long table out, and what was preferred elsewhere in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import InputError, NotFoundError, UsageError
from evaldesk.domain.preference import (
    OVERALL,
    Choice,
    End,
    PairItem,
    PreferenceRecord,
    other,
)
from evaldesk.domain.project import ImportNote
from evaldesk.domain.round import RoundDraft
from evaldesk.domain.rubric import Criterion, Rubric, Scale
from evaldesk.domain.trace import Message, Scenario, TraceRecord
from evaldesk.services.labelling.preferring import questions
from evaldesk.services.privacy import leaving
from evaldesk.services.privacy.redacted_report import RedactedItems
from evaldesk.storage.preferences import BroughtFile

if TYPE_CHECKING:
    from evaldesk.importers.source import Source
    from evaldesk.storage.project import Project

COLUMNS = (
    "round", "pair", "scenario", "run_a", "run_b", "trace_a", "trace_b", "criterion", "rater",
    "reading", "left", "choice", "strength", "reason", "submitted", "answered_at", "stratum",
    "probability",
)  # fmt: skip
_TELLING = tuple(map(COLUMNS.index, ("scenario", "run_a", "run_b", "stratum", "reason")))
"""Columns that may hold what stands in a trace."""


@dataclass(frozen=True, slots=True)
class PreferenceImport:
    """How files of preferences are to be read.

    Attributes:
        round: name of the pairwise round; made where there is none of that name.
        rubric: that a new round goes by. create_rubric: make it, where there is none.
        create_units: make the scenarios and traces that the project does not have, from what the
            files say of them.
        author: who imports.
    """

    round: str
    rubric: str = ""
    create_rubric: bool = False
    create_units: bool = False
    author: str = ""


@dataclass(frozen=True, slots=True)
class ImportedPreferences:
    """What came in."""

    round: str
    pairs: int
    raters: int
    preferences: int
    added: int
    already_there: int
    traces: int
    notes: tuple[ImportNote, ...]


def preference_rows(project: "Project", name: str) -> Iterator[list[Any]]:
    """Everything preferred in a round as it stands, in the order of `COLUMNS`.

    Raises:
        NotFoundError: no such round; offers the nearest.
        UsageError: the round compares no pairs.
    """
    if project.rounds.get(name).kind != "pairwise":
        raise UsageError(f"The round “{name}” rates one trace at a time; it has no preferences.")
    pairs = {pair.number: pair for pair in project.preferences.pairs(name)}
    wanted = sorted({pk for pair in pairs.values() for pk in (pair.a, pair.b)})
    rows = {row.pk: row for row in project.traces.rows(wanted)}
    for one in project.preferences.current(name):
        pair = pairs[one.pair]
        a, b = rows[pair.a], rows[pair.b]
        yield [
            name,
            one.pair,
            a.scenario,
            a.run,
            b.run,
            a.id,
            b.id,
            "overall" if one.criterion == OVERALL else one.criterion,
            one.rater,
            one.reading,
            one.left,
            one.choice,
            one.strength,
            one.reason,
            "yes" if one.submitted else "draft",
            one.created_at,
            pair.stratum,
            pair.probability,
        ]


def export_preferences(
    project: "Project", name: str, path: Path, *, overwrite: bool = False
) -> int:
    """Write a round's preferences as CSV, or as JSON lines where the file is called so.

    Returns:
        How many rows there are.

    Raises:
        UsageError: the file is there already, or the round compares no pairs.
        NotFoundError: no such round; offers the nearest.
        NotAllowedError: the project's policy lets no personal data leave.
    """
    from evaldesk.exporters.json_lines import one_each, write_lines
    from evaldesk.exporters.listing import write_csv

    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists already.", "Choose another name, or replace it.")
    over = leaving.gate(project, "export.preferences")
    rows = list(preference_rows(project, name))
    if over is not None:
        items = RedactedItems(project, over)
        rows = [_redacted(project, items, row) for row in rows]
    if path.suffix == ".jsonl":
        return write_lines(one_each(dict(zip(COLUMNS, row, strict=True)) for row in rows), path)
    return write_csv(path, COLUMNS, rows)


def _redacted(project: "Project", items: RedactedItems, row: list[Any]) -> list[Any]:
    """A row with what is known of both its traces taken out: a reason may name a customer whom
    only a field of the trace gives away.
    """
    said = [row[at] if isinstance(row[at], str) else "" for at in _TELLING]
    for trace in (row[COLUMNS.index("trace_a")], row[COLUMNS.index("trace_b")]):
        said = items.item(said, project.traces.find(trace))
    made = list(row)
    for at, text in zip(_TELLING, said, strict=True):
        made[at] = text if isinstance(row[at], str) else row[at]
    return made


def import_preferences(
    project: "Project", paths: Sequence[Path], options: PreferenceImport
) -> ImportedPreferences:
    """Take over preferences made elsewhere.

    Raises:
        InputError: names file and record, and what was expected; nothing was written.
        NotFoundError: the project lacks a trace, a rubric or a criterion that is spoken of.
        UsageError: the round rates one trace at a time, or has other pairs or raters.
    """
    from evaldesk.importers import archive
    from evaldesk.importers.preferences import read_preferences

    sources = [archive.only_source(path) for path in paths]
    records: list[PreferenceRecord] = []
    files: list[BroughtFile] = []
    sizes: list[int] = []
    for source in sources:
        kind, found, told = read_preferences(source)
        files.append(BroughtFile(source.path.name, kind, source.sha256(), told))
        sizes.append(len(found))
        records += found
    if not records:
        raise sources[0].error("It holds no preferences.")
    records = _one_way(records)
    rubric = _rubric(project, options, records)
    made = _units(project, records, options, sources[0])
    ends = _ends(project, records)
    pairs = _pairs(records, ends)
    known = [one.name for one in project.rounds.all()]
    if options.round in known:
        numbers = _fitted(project, options.round, records, ends)
    else:
        raters = tuple(dict.fromkeys(one.rater for one in records))
        runs = tuple(dict.fromkeys(run for one in records for run in (one.run_a, one.run_b)))
        if isinstance(rubric, Rubric):
            project.rubrics.save(rubric, options.author)
            rubric = rubric.name
        draft = RoundDraft(
            options.round,
            "pairwise",
            rubric,
            raters,
            (),
            plan={"pairs": list(runs), "imported": [source.path.name for source in sources]},
            pairs=tuple(pairs.values()),
        )
        project.rounds.start(draft, options.author)
        numbers = {ends_of: pair.number for ends_of, pair in pairs.items()}
    added = there = start = 0
    for file, size in zip(files, sizes, strict=True):
        part = records[start : start + size]
        start += size
        counts = project.preferences.bring(
            options.round,
            [(one, numbers[ends[_key(one)]]) for one in part],
            file,
            options.author,
        )
        added, there = added + counts[0], there + counts[1]
    return ImportedPreferences(
        options.round,
        len(pairs),
        len({one.rater for one in records}),
        len(records),
        added,
        there,
        made,
        tuple(note for file in files for note in file.notes),
    )


_Key = tuple[str, str, str, str, str, str]
_Ends = tuple[int, int]


def _one_way(records: Sequence[PreferenceRecord]) -> list[PreferenceRecord]:
    """The same preferences, every two runs the same way round: as they were named first."""
    order: dict[frozenset[str], str] = {}
    made = []
    for one in records:
        first = order.setdefault(frozenset((one.run_a, one.run_b)), one.run_a)
        made.append(one if one.run_a == first else _turned(one))
    return made


def _turned(one: PreferenceRecord) -> PreferenceRecord:
    ends: Mapping[str, Choice] = {"a": "b", "b": "a"}
    left: End | str = other(one.left) if one.left else ""
    return replace(
        one,
        run_a=one.run_b,
        run_b=one.run_a,
        trace_a=one.trace_b,
        trace_b=one.trace_a,
        output_a=one.output_b,
        output_b=one.output_a,
        choice=ends.get(one.choice, one.choice),
        left=left,  # type: ignore[arg-type]
    )


def _rubric(
    project: "Project", options: PreferenceImport, records: Sequence[PreferenceRecord]
) -> str | Rubric:
    name = options.rubric
    existing = next((one for one in project.rounds.all() if one.name == options.round), None)
    if existing is not None:
        if existing.kind != "pairwise":
            raise UsageError(
                f"The round “{options.round}” rates one trace at a time.", "Name another one."
            )
        name = existing.rubric
    if not name:
        raise UsageError("A new round needs a rubric.", "Name one with --rubric.")
    criteria = [one for one in dict.fromkeys(r.criterion for r in records) if one != OVERALL]
    if options.create_rubric and name not in [one.name for one in project.rubrics.list()]:
        scale = Scale("text")
        asked = [Criterion(one, scale, required=False, pairwise=True) for one in criteria]
        return Rubric(name, tuple(asked) or (Criterion("reason", scale, required=False),))
    rubric = project.rubrics.get(name)
    known = [one.name for one in questions(rubric)]
    for criterion in criteria:
        if criterion not in known:
            raise NotFoundError.among("criterion", criterion, known[1:])
    return name


def _units(
    project: "Project",
    records: Sequence[PreferenceRecord],
    options: PreferenceImport,
    source: "Source",
) -> int:
    """Make the traces that there are not yet; returns how many."""
    if not options.create_units:
        return 0
    before = project.traces.count()
    seen: set[tuple[str, str]] = set()
    with project.ingest(source.path.name, str(source.path), options.author) as writer:
        for one in records:
            for run, output in ((one.run_a, one.output_a), (one.run_b, one.output_b)):
                if output is None or (run, one.scenario) in seen:
                    continue
                if not any(known == run for known, _ in seen):
                    writer.run(run, system=run, dataset="", details={})
                seen.add((run, one.scenario))
                messages: list[Message] = [
                    {"role": role, "parts": [{"type": "text", "content": text}]}
                    for role, text in (("user", one.text), ("assistant", output))
                ]
                scenario = Scenario(one.scenario, one.text)
                writer.add(TraceRecord(scenario, {"messages": messages}, system=run), run)
        writer.finish(options.author)
    return project.traces.count() - before


def _key(one: PreferenceRecord) -> _Key:
    return one.scenario, one.text, one.run_a, one.run_b, one.trace_a, one.trace_b


def _ends(project: "Project", records: Sequence[PreferenceRecord]) -> dict[_Key, _Ends]:
    """The traces that each record speaks of: by their ids, else by run and scenario."""
    by_id = project.traces.find_all(
        dict.fromkeys(id for one in records for id in (one.trace_a, one.trace_b) if id)
    )
    by_place: dict[tuple[str, str], list[int]] = {}
    lacking = [one for one in records if not (one.trace_a in by_id and one.trace_b in by_id)]
    for run in dict.fromkeys(run for one in lacking for run in (one.run_a, one.run_b)):
        pks = [trace.pk for trace in project.traces.of_run(run)]
        for start in range(0, len(pks), 1000):
            for row in project.traces.rows(pks[start : start + 1000]):
                by_place.setdefault((run, row.scenario), []).append(row.pk)
    found: dict[_Key, _Ends] = {}
    for one in records:
        pks = []
        for run, id in ((one.run_a, one.trace_a), (one.run_b, one.trace_b)):
            fitting = by_id.get(id) or by_place.get((run, one.scenario), [])
            if not fitting:
                raise InputError(
                    f"There is no trace of “{one.scenario}” in the run “{run}”.",
                    "Import the traces first, or have them made from the file.",
                    record=one.place,
                )
            pks.append(fitting[0])
        found[_key(one)] = (pks[0], pks[1])
    rows = {
        row.pk: row.scenario_id
        for row in project.traces.rows(sorted({pk for ends in found.values() for pk in ends}))
    }
    for one in records:
        a, b = found[_key(one)]
        if rows[a] != rows[b]:
            raise InputError(
                f"The two traces of “{one.scenario}” are not of one scenario: it has another "
                "text in either run.",
                "Compare runs over the same dataset.",
                record=one.place,
            )
    return found


def _pairs(
    records: Sequence[PreferenceRecord], ends: Mapping[_Key, _Ends]
) -> dict[_Ends, PairItem]:
    left: dict[_Ends, dict[str, Any]] = {}
    repeats: dict[_Ends, dict[str, None]] = {}
    first: dict[_Ends, PreferenceRecord] = {}
    for one in sorted(records, key=lambda record: record.reading):
        at = ends[_key(one)]
        first.setdefault(at, one)
        if one.reading:
            # A second reading without a first one still needs the place of the first.
            left.setdefault(at, {}).setdefault(one.rater, other(one.left) if one.left else "")
            repeats.setdefault(at, {})[one.rater] = None
        else:
            left.setdefault(at, {})[one.rater] = one.left
    return {
        at: PairItem(
            number=number,
            a=at[0],
            b=at[1],
            left=left[at],
            stratum=one.stratum,
            probability=one.probability,
            repeats=tuple(repeats.get(at, ())),
        )
        for number, (at, one) in enumerate(first.items(), 1)
    }


def _fitted(
    project: "Project",
    name: str,
    records: Sequence[PreferenceRecord],
    ends: Mapping[_Key, _Ends],
) -> dict[_Ends, int]:
    """The numbers that a round's pairs have, all of which are to be there already."""
    pairs = {(pair.a, pair.b): pair for pair in project.preferences.pairs(name)}
    for one in records:
        pair = pairs.get(ends[_key(one)])
        if pair is None or one.rater not in pair.left:
            raise UsageError(
                f"{one.place}: {one.rater} compares no such pair in the round “{name}”.",
                "Import into a round of another name.",
            )
    return {at: pair.number for at, pair in pairs.items()}
