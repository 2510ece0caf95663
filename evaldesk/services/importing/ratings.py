"""Bringing in ratings made elsewhere: every one of them, or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.errors import InputError, NotFoundError
from evaldesk.domain.project import ImportedRatings, ImportNote, Skipped
from evaldesk.domain.rating import MarkedSpan, RatingRecord
from evaldesk.domain.rubric import (
    COMMENT,
    FAILURE_MODES,
    SEVERITIES,
    SEVERITY,
    CannotJudge,
    Criterion,
    Given,
    Level,
    Point,
    Rubric,
    Scale,
)
from evaldesk.domain.trace import Scenario, TraceBody, TraceRecord
from evaldesk.importers import archive, registry
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.mapping import RatingMapping
from evaldesk.importers.source import Source
from evaldesk.services.importing import spans as span_import

if TYPE_CHECKING:
    from evaldesk.storage.project import Project
    from evaldesk.storage.rating_ingest import RatingWriter

_MOST_POINTS = 50
_CANNOT_JUDGE = "cannot judge"


@dataclass(frozen=True, slots=True)
class RatingImport:
    """How a file of ratings is to be read.

    Attributes:
        rubric: name of the rubric that the ratings answer.
        mapping: which column is what; None to guess.
        sheet: of a workbook; empty for the first that has rows.
        create_units: make bare items for units that the project does not have.
        create_rubric: make the criteria that the file speaks of, at this level; None not to.
        categories: the points of a nominal or ordinal scale in their order; empty for the values
            found, numbers by size.
        skip_bad: leave out records that cannot be read, and list them.
        author: who imports.
    """

    rubric: str
    mapping: RatingMapping | None = None
    sheet: str = ""
    create_units: bool = False
    create_rubric: Level | None = None
    categories: Sequence[str] = ()
    skip_bad: bool = False
    author: str = ""


def import_ratings(
    project: "Project",
    path: Path | str,
    options: RatingImport,
    progress: Callable[[float, str], None] = lambda fraction, text: None,
) -> ImportedRatings:
    """Import ratings from a long or wide table or a JUDGE-BENCH file.

    Raises:
        InputError: names file and record, and what was expected; nothing was written.
        NotFoundError: there is no such rubric and none was to be made.
    """
    source = archive.only_source(path)
    chosen = registry.detect_ratings(source, options.mapping)
    records: list[RatingRecord] = []
    marked: list[MarkedSpan] = []
    skipped: list[Skipped] = []
    notes: list[ImportNote] = []
    how = ImportOptions(skip_bad=options.skip_bad, sheet=options.sheet)
    reader = chosen.read(source, options.mapping, how)
    for count, item in enumerate(reader):
        if count % 1000 == 0:
            progress(source.position() / 2, source.path.name)
        if isinstance(item, RatingRecord):
            records.append(item)
        elif isinstance(item, MarkedSpan):
            marked.append(item)
        elif isinstance(item, Skipped):
            skipped.append(item)
        else:
            notes.append(item)
    records = _of_rubric(records, options.rubric, notes)
    if not records and not marked:
        raise source.error("It holds no ratings.", "Check the mapping of its columns.")
    try:
        rubric = _rubric(project, options, records)
    except InputError as error:
        raise InputError(error.reason, error.hint, path=source.shown) from error
    answers = _checked(rubric, records, source, options, skipped)
    marked = [one for one in marked if one.rubric in ("", options.rubric)]
    units = _units(project, [record for record, _ in answers], marked, source, options, notes)
    new_units = [unit for unit, pk in units.items() if pk is None]
    with project.bring_ratings(rubric, source.path.name, options.author) as writer:
        writer.files.begin(source.path.name, chosen.name, options.author)
        if new_units:
            _make_units(writer, new_units, answers, marked, source)
            made = writer.units_of(source.name)
            units.update((unit, made[unit]) for unit in new_units)
        numbers = {unit: pk for unit, pk in units.items() if pk is not None}
        ids = writer.ids_of(list(dict.fromkeys(numbers.values())))
        for count, (record, value) in enumerate(answers):
            if count % 1000 == 0:
                progress(0.5 + count / len(answers) / 2, source.path.name)
            pk = numbers[record.unit]
            writer.add(
                pk, ids[pk], record.criterion, record.rater, value, record.comment, record.time
            )
        writer.flush()
        writer.submit_all(
            (numbers[record.unit], record.rater) for record, _ in answers if record.submitted
        )
        added, already_there = writer.added, writer.already_there
        brought = writer.mark_all(
            span_import.highlights(project, rubric, marked, numbers, ids, set(new_units), source)
        )
        if marked:
            notes.append(span_import.told(marked, brought))
        writer.files.end(
            sha256=source.sha256(), added=added, already_there=already_there, notes=notes
        )
    return ImportedRatings(
        raters=len({record.rater for record, _ in answers}),
        units=len(units),
        ratings=len(answers),
        added=added,
        already_there=already_there,
        skipped=tuple(skipped),
        notes=tuple(notes),
    )


def _of_rubric(
    records: list[RatingRecord], rubric: str, notes: list[ImportNote]
) -> list[RatingRecord]:
    """Those that answer this rubric, where the file says which each answers and it has some."""
    named = {record.rubric for record in records if record.rubric}
    if rubric not in named or len(named) == 1:
        return records
    kept = [record for record in records if record.rubric in ("", rubric)]
    others = ", ".join(sorted(named - {rubric}))
    notes.append(
        ImportNote(f"{len(records) - len(kept)} answers to other rubrics were left out: {others}.")
    )
    return kept


def _rubric(project: "Project", options: RatingImport, records: Sequence[RatingRecord]) -> Rubric:
    known = {rubric.name: rubric for rubric in project.rubrics.list()}
    found = known.get(options.rubric)
    named = dict.fromkeys(record.criterion for record in records)
    missing = [name for name in named if not name.startswith("#")]
    if found is not None:
        missing = [name for name in missing if found.criterion(name) is None]
    if not missing:
        if found is None:
            raise NotFoundError.among("rubric", options.rubric, known)
        return found
    if options.create_rubric is None:
        if found is None:
            error = NotFoundError.among("rubric", options.rubric, known)
            raise NotFoundError(error.message, f"{error.hint} Or make it: --create-rubric LEVEL.")
        raise InputError(
            f"The rubric “{found.name}” does not ask “{missing[0]}”.",
            f"It asks: {', '.join(item.name for item in found.criteria)}. "
            "Correct the mapping, or add the criterion with --create-rubric LEVEL.",
        )
    made = tuple(_criterion(name, options, records) for name in missing)
    if found is None:
        return Rubric(options.rubric, made)
    return replace(found, criteria=(*found.criteria, *made))


def _criterion(name: str, options: RatingImport, records: Sequence[RatingRecord]) -> Criterion:
    level = options.create_rubric
    assert level is not None
    direction = "none" if level == "nominal" else "higher"
    if level in ("interval", "ratio"):
        return Criterion(name, Scale(level), direction=direction)  # type: ignore[arg-type]
    if options.categories:
        values = [_plain(item) for item in options.categories]
    else:
        found = {_plain(str(item.value)) for item in records if item.criterion == name}
        numbers = sorted(item for item in found if not isinstance(item, str))
        values = [*numbers, *sorted(item for item in found if isinstance(item, str))]
        if level == "ordinal" and numbers and len(numbers) != len(values):
            raise InputError(
                f"“{name}” mixes numbers and words, so its order is not plain.",
                "Give the order: --categories A,B,C.",
            )
        if level == "ordinal" and not numbers:
            raise InputError(
                f"The order of the answers to “{name}” is not plain.",
                f"Give it, worst first: --categories {','.join(map(str, values[:6]))}.",
            )
    if len(values) > _MOST_POINTS:
        raise InputError(
            f"“{name}” has {len(values)} different answers; a {level} scale holds "
            f"{_MOST_POINTS} at most.",
            "Use the level interval or ratio, or correct the mapping.",
        )
    if len(values) < 2:
        values = [*values, *(item for item in ("(other)",) if item not in values)]
    return Criterion(
        name,
        Scale(level, tuple(Point(value) for value in values)),
        direction=direction,  # type: ignore[arg-type]
    )


def _plain(text: str) -> str | int | float:
    stripped = text.strip()
    try:
        number = float(stripped)
    except ValueError:
        return stripped
    if number != number or number in (float("inf"), float("-inf")):
        return stripped
    return int(number) if number.is_integer() else number


def _checked(
    rubric: Rubric,
    records: Sequence[RatingRecord],
    source: Source,
    options: RatingImport,
    skipped: list[Skipped],
) -> list[tuple[RatingRecord, Given]]:
    cache: dict[tuple[str, object], Given] = {}
    answers: list[tuple[RatingRecord, Given]] = []
    for record in records:
        given = record.value
        key = (record.criterion, tuple(given) if isinstance(given, list) else given)
        value = cache.get(key)
        if value is None:
            try:
                value = cache[key] = _value(rubric, record)
            except InputError as error:
                if options.skip_bad:
                    skipped.append(Skipped(record.place, error.reason))
                    continue
                raise InputError(
                    f"{record.criterion}: {error.reason}",
                    error.hint,
                    path=source.shown,
                    record=record.place,
                ) from error
        answers.append((record, value))
    return answers


def _value(rubric: Rubric, record: RatingRecord) -> Given:
    if record.criterion == COMMENT:
        return str(record.value)
    if isinstance(record.value, list):
        return _several(rubric, record.criterion, record.value)
    if record.criterion == FAILURE_MODES:
        return [name.strip() for name in str(record.value).split(";") if name.strip()]
    if record.criterion == SEVERITY:
        severity = str(record.value).strip().upper()
        if severity not in SEVERITIES:
            raise InputError(
                f"“{record.value}” is not a severity.", f"It can be: {', '.join(SEVERITIES)}."
            )
        return severity
    criterion = rubric.criterion(record.criterion)
    if criterion is None:
        raise InputError("The rubric does not ask this.")
    if isinstance(record.value, CannotJudge):
        if not criterion.cannot_judge:
            raise InputError("The rubric wants a judgement here.", "Choose an answer.")
        return record.value
    text = str(record.value).strip()
    if criterion.cannot_judge and text.casefold().startswith(_CANNOT_JUDGE):
        reason = text[len(_CANNOT_JUDGE) :].strip(" :–-") or record.comment.strip()
        if not reason:
            raise InputError("“Cannot judge” needs a reason.", "Say it behind a colon.")
        return CannotJudge(reason)
    if criterion.scale.kind == "multi":
        whole = any(str(point.value) == text for point in criterion.scale.points)
        names = [text] if whole else [name.strip() for name in text.split(";") if name.strip()]
        return criterion.scale.check(names)
    return criterion.scale.check(record.value)


def _several(rubric: Rubric, name: str, values: list[str]) -> Given:
    if name == FAILURE_MODES:
        return [str(value) for value in values]
    criterion = rubric.criterion(name)
    if criterion is None:
        raise InputError("The rubric does not ask this.")
    return criterion.scale.check(values)


def _units(
    project: "Project",
    answers: Sequence[RatingRecord],
    marked: Sequence[MarkedSpan],
    source: Source,
    options: RatingImport,
    notes: list[ImportNote],
) -> dict[str, int | None]:
    places: dict[str, str] = {}
    for record in answers:
        places.setdefault(record.unit, record.place)
    for one in marked:
        places.setdefault(one.unit, one.place)
    own = [f"{source.name}/{unit}" for unit in places]
    found = project.traces.find_all([*places, *own])
    # Items that an earlier import of this file made come before other traces of that key.
    fitting = {unit: found[f"{source.name}/{unit}"] or found[unit] for unit in places}
    several = [unit for unit, pks in fitting.items() if len(pks) > 1]
    if several and not options.create_units:
        raise InputError(
            f"“{several[0]}” fits {len(fitting[several[0]])} traces.",
            "Name units as run/scenario, run/scenario/trial or by trace id, or keep them apart "
            "from the traces with --create-units.",
            path=source.shown,
            record=places[several[0]],
        )
    if several:
        # Keys that fit several traces are another collection's: none of this file's is taken
        # for a trace that it may not mean.
        fitting = {unit: found[f"{source.name}/{unit}"] for unit in places}
        notes.append(
            ImportNote(
                f"{len(several)} units, such as “{several[0]}”, fit several traces of the project; "
                "the file's units were made items of their own."
            )
        )
    units: dict[str, int | None] = {unit: pks[0] if pks else None for unit, pks in fitting.items()}
    missing = [unit for unit, pk in units.items() if pk is None]
    if missing and not options.create_units:
        others = f" (and {len(missing) - 1} more units)" if len(missing) > 1 else ""
        raise InputError(
            f"The project has no trace “{missing[0]}”{others}.",
            "Import the traces first, name units as run/scenario or by trace id, or make bare "
            "items with --create-units.",
            path=source.shown,
            record=places[missing[0]],
        )
    return units


def _make_units(
    writer: "RatingWriter",
    units: Sequence[str],
    answers: Sequence[tuple[RatingRecord, object]],
    marked: Sequence[MarkedSpan],
    source: Source,
) -> None:
    texts: Mapping[str, str] = {
        **{one.unit: one.text.strip() for one in marked},
        **{record.unit: record.text for record, _ in answers},
    }
    records = []
    for unit in units:
        text = texts.get(unit, "")
        body: TraceBody = {"messages": []}
        if text:
            body = {"messages": [{"role": "user", "parts": [{"type": "text", "content": text}]}]}
        records.append(
            TraceRecord(
                Scenario(unit, text or None, title="" if text else unit), body, status="unit"
            )
        )
    writer.make_units(records, source.name, source.name)
