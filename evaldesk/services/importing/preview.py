"""What a file seems to be and what an import would make of its beginning; nothing is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from evaldesk.domain.errors import InputError
from evaldesk.domain.rating import RatingRecord
from evaldesk.domain.trace import Message, Scenario, Trace, TraceBody, TraceRecord, TraceRow
from evaldesk.importers import chat, preview, registry
from evaldesk.importers.canonical import is_canonical
from evaldesk.importers.contract import RatingFormat, RunHeader, TraceFormat
from evaldesk.importers.guessing import column_paths, guess_rating_mapping
from evaldesk.importers.mapping import Const, RatingMapping, TraceMapping, get_path
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source

Kind = Literal["traces", "ratings"]
SHOWN = 20
"""Records that are shown."""

_LONGEST = 400
_RATINGS = 5000
_RATINGS_SHOWN = 200
_MOST_VALUES = 51


@dataclass(frozen=True, slots=True)
class FormatChoice:
    """A format that a person can choose; ``mapped`` where columns are told apart by a mapping."""

    name: str
    title: str
    description: str
    mapped: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column or dotted path, and what it holds in the first record that has it."""

    name: str
    sample: str


@dataclass(frozen=True, slots=True)
class Look:
    """A file's beginning, as it would be read.

    Attributes:
        kind: traces, or ratings made elsewhere.
        format: name of the format; ``title`` for people.
        mapping: the one given, or the one guessed; None where columns play no part.
        guessed: whether nobody gave the mapping.
        own: the file holds EvalDesk's own traces, which need no mapping.
        columns: every column that a mapping can name.
        rows: the first records as they stand, as text.
        sheets: of a workbook; ``sheet`` is the one read, empty for the first with rows.
        traces: the first traces as they would come in (a test case without an answer as well).
        ratings: the first ratings as they would come in.
        runs, systems, datasets: names that the file itself gives; empty where it gives none.
        criteria: what the ratings answer; ``values`` the answers to each in the first records.
        notes: what a person should know.
        problems: why records, or the whole file, cannot be read as they stand.
        default_run: the run's name where nobody gives one.
    """

    kind: Kind
    format: str
    title: str
    mapping: TraceMapping | RatingMapping | None = None
    guessed: bool = True
    own: bool = False
    columns: Sequence[Column] = ()
    rows: Sequence[Mapping[str, str]] = ()
    sheets: Sequence[str] = ()
    sheet: str = ""
    traces: Sequence[Trace] = ()
    ratings: Sequence[RatingRecord] = ()
    runs: Sequence[str] = ()
    systems: Sequence[str] = ()
    datasets: Sequence[str] = ()
    criteria: Sequence[str] = ()
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()
    default_run: str = ""

    @property
    def mapped(self) -> bool:
        """Whether a person can say which column is what."""
        return self.mapping is not None and not self.own


def choices(kind: Kind) -> tuple[FormatChoice, ...]:
    """The formats there are for traces or for ratings."""
    formats: Sequence[TraceFormat | RatingFormat] = (
        registry.TRACE_FORMATS if kind == "traces" else registry.RATING_FORMATS
    )
    return tuple(FormatChoice(f.name, f.title, f.description, f.mapped) for f in formats)


def seems(source: Source) -> Kind:
    """Whether a file's content speaks for ratings more than for traces."""
    traces = max(item.recognises(source) for item in registry.TRACE_FORMATS)
    ratings = max(item.recognises(source) for item in registry.RATING_FORMATS)
    return "ratings" if ratings > traces else "traces"


def look(
    source: Source,
    kind: Kind | None = None,
    format: str = "",
    mapping: TraceMapping | RatingMapping | None = None,
    sheet: str = "",
    check: Callable[[], None] = lambda: None,
) -> Look:
    """Read the beginning of a file.

    Args:
        kind: None to find out.
        format: name of a format; empty to find out.
        mapping: of the kind that is read; None to guess.
        check: called now and then; whatever it raises ends the reading.

    Raises:
        InputError: no format fits; says what was seen.
    """
    kind = kind or seems(source)
    if kind == "ratings":
        given = mapping if isinstance(mapping, RatingMapping) else None
        return _ratings(source, format, given, sheet, check)
    return _traces(
        source, format, mapping if isinstance(mapping, TraceMapping) else None, sheet, check
    )


def _traces(
    source: Source,
    format: str,
    mapping: TraceMapping | None,
    sheet: str,
    check: Callable[[], None],
) -> Look:
    chosen = registry.by_name(format) if format else registry.detect(source, mapping)
    check()
    missing = _lacks(mapping)
    if missing:
        seen = preview.Preview(mapping=mapping, problems=(missing,))
        columns: Sequence[str]
        rows: Sequence[Mapping[str, Any]]
        columns, rows = _table(source, sheet)
        sheets = _sheets(source)
    else:
        seen = preview.preview(source, chosen, mapping, SHOWN, sheet=sheet)
        columns, rows, sheets = seen.columns, seen.rows, seen.sheets
    check()
    header = seen.header or RunHeader()
    traces = [as_trace(item, header) for item in seen.items if not isinstance(item, RatingRecord)]
    own = chosen.name == "jsonl" and mapping is None and bool(rows) and is_canonical(rows[0])
    # The table of columns says what was guessed, better than a sentence.
    guessed = mapping is None
    notes = [note for note in seen.notes if not (guessed and note.startswith(_GUESSED))]
    if any(isinstance(item, Scenario) for item in seen.items):
        notes.append("No column holds answers: the records are test cases without traces.")
    return Look(
        "traces",
        chosen.name,
        chosen.title,
        seen.mapping if chosen.mapped else None,
        guessed,
        own,
        _columns(columns, rows),
        _as_text(rows[:SHOWN]),
        sheets,
        sheet,
        traces,
        runs=_distinct(trace.row.run for trace in traces),
        systems=_distinct(trace.row.system for trace in traces),
        datasets=_distinct((header.dataset,)),
        notes=tuple(notes),
        problems=_told(source, seen.problems),
        default_run=source.name,
    )


def _ratings(
    source: Source,
    format: str,
    mapping: RatingMapping | None,
    sheet: str,
    check: Callable[[], None],
) -> Look:
    known = {item.name: item for item in registry.RATING_FORMATS}
    chosen = known[format] if format in known else registry.detect_ratings(source, mapping)
    check()
    if not chosen.mapped:
        seen = preview.preview_ratings(source, chosen, None, _RATINGS)
        return _rated(source, chosen, None, True, (), (), (), sheet, seen)
    guessed = mapping is None
    columns, rows = _table(source, sheet)
    if mapping is None:
        # One column may name the unit in the first records and not in all of them.
        every = _values(Records(source, sheet=sheet), check)
        mapping = guess_rating_mapping(columns, rows, every)
        if mapping.wide != (chosen.name == "ratings-wide"):
            mapping = _reshaped(mapping)
    sheets = _sheets(source)
    missing = _lacks(mapping)
    seen = (
        preview.Preview(mapping=mapping, problems=(missing,))
        if missing
        else preview.preview_ratings(source, chosen, mapping, _RATINGS, sheet=sheet)
    )
    return _rated(source, chosen, mapping, guessed, columns, rows, sheets, sheet, seen)


def _rated(
    source: Source,
    chosen: RatingFormat,
    mapping: RatingMapping | None,
    guessed: bool,
    columns: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    sheets: Sequence[str],
    sheet: str,
    seen: preview.Preview,
) -> Look:
    ratings = tuple(item for item in seen.items if isinstance(item, RatingRecord))
    values: dict[str, dict[str, None]] = {}
    for item in ratings:
        found = values.setdefault(item.criterion, {})
        if len(found) < _MOST_VALUES:
            found[str(item.value)] = None
    return Look(
        "ratings",
        chosen.name,
        chosen.title,
        mapping,
        guessed,
        False,
        _columns(columns, rows),
        _as_text(rows[:SHOWN]),
        sheets,
        sheet,
        ratings=ratings[:_RATINGS_SHOWN],
        values={name: tuple(found) for name, found in values.items()},
        criteria=_distinct(item.criterion for item in ratings),
        notes=tuple(seen.notes),
        problems=_told(source, seen.problems),
        default_run=source.name,
    )


def as_trace(item: TraceRecord | Scenario, header: RunHeader | None = None) -> Trace:
    """A record on its way in, as it will be read on the screen."""
    header = header or RunHeader()
    if isinstance(item, Scenario):
        body: TraceBody = {"messages": _asked(item)}
        item = TraceRecord(item, body, status="unit")
    scenario = item.scenario
    row = TraceRow(
        pk=0,
        id="",
        scenario=scenario.key,
        title=scenario.title,
        run=item.run or header.run,
        system=item.system or header.system,
        trial=item.trial,
        status=item.status,
        tier=scenario.tier,
        slices=scenario.slices,
        scores={name: score.value for name, score in item.scores.items()},
        latency_ms=item.latency_ms,
        tokens_in=item.tokens_in,
        tokens_out=item.tokens_out,
        cost=item.cost,
        started_at=item.started_at,
        error=item.error,
        preview="",
    )
    return Trace(row, scenario, "", item.body, item.scores)


_GUESSED = "The columns were guessed"


def _asked(scenario: Scenario) -> list[Message]:
    if chat.is_conversation(scenario.input):
        return chat.messages(scenario.input)
    text = chat.plain_text(scenario.input)
    return [chat.text_message("user", text)] if text else []


def _lacks(mapping: TraceMapping | RatingMapping | None) -> str:
    """What a mapping needs and does not say, in words; empty where it is whole."""
    try:
        if isinstance(mapping, TraceMapping):
            TraceMapping.from_json(mapping.to_json())
        elif mapping is not None:
            mapping.check()
    except InputError as error:
        return str(error)
    return ""


def _reshaped(mapping: RatingMapping) -> RatingMapping:
    """What a guess of the other shape still says of this one."""
    asked = mapping.criterion if isinstance(mapping.criterion, Const) else Const("rating")
    return RatingMapping(unit=mapping.unit, criterion=asked, text=mapping.text)


def _values(records: Records, check: Callable[[], None]) -> Iterator[Mapping[str, Any]]:
    for number, (_, values, _) in enumerate(records):
        if number % 1000 == 0:
            check()
        if isinstance(values, dict):
            yield values


def _table(source: Source, sheet: str) -> tuple[list[str], list[dict[str, Any]]]:
    records = Records(source, sheet=sheet)
    return records.columns, records.sample()


def _sheets(source: Source) -> Sequence[str]:
    from evaldesk.importers.records import table_kind
    from evaldesk.importers.sheets import sheet_names

    return sheet_names(source) if table_kind(source) == "xlsx" else ()


def _columns(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    found = []
    for name in column_paths(columns, rows):
        values = (get_path(row, name) for row in rows)
        sample = next((text for value in values if (text := chat.plain_text(value).strip())), "")
        found.append(Column(name, sample[:_LONGEST]))
    return tuple(found)


def _as_text(rows: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, str], ...]:
    return tuple(
        {name: chat.plain_text(value)[:_LONGEST] for name, value in row.items()} for row in rows
    )


def _told(source: Source, problems: Sequence[str]) -> tuple[str, ...]:
    """Without the path, which stands above them on the screen."""
    where = f"{source.shown}"
    return tuple(text.removeprefix(where).lstrip(":, ") for text in problems)


def _distinct(names: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
