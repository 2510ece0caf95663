"""Records with columns → traces, by a mapping."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from hashlib import blake2b
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import content_id
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.trace import Message, Scenario, Score, Status, TraceBody, TraceRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import cells, chat
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.guessing import guess_in_words, guess_trace_mapping
from evaldesk.importers.mapping import Column, Const, TraceMapping, get_path
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source

Getter = Callable[[dict[str, Any]], Any]

_TIERS = frozenset(("critical", "important", "nice-to-have"))
_NO_ERROR = frozenset(("", "none", "null", "nan", "false", "0"))
_RESULTS = (
    *("output", "messages", "scores", "latency_ms", "tokens_in", "tokens_out", "cost"),
    *("status", "error"),
)
_NEEDED = ("scenario", "input", "output", "messages", "run", "system")


def read_mapped(source: Source, options: ImportOptions) -> Iterator[Item]:
    """Traces, or scenarios where the mapping names no result.

    Raises:
        InputError: no mapping could be guessed, a column is missing, or a record is bad.
    """
    records = Records(source, sheet=options.sheet)
    mapping = options.mapping
    if mapping is None:
        mapping = guess_trace_mapping(records.columns, records.sample())
        if not (mapping.input or mapping.messages or mapping.output):
            if fault := records.fault():
                raise fault
            shown = ", ".join(records.columns[:12]) or "none"
            raise source.error(
                "It is not clear which column holds what the system was asked and answered.",
                f"Give a mapping. The columns are: {shown}.",
            )
    notes = records.check(mapping.columns(), _NEEDED)
    yield RunHeader()
    if options.mapping is None:
        yield ImportNote(_note_on_guess(mapping))
    yield from (ImportNote(note) for note in notes)
    builder = TraceBuilder(mapping, records.columns)
    # Without a number of the trial a record that is there again is another trial: systems do
    # answer the same twice, and a rate over trials must count both.
    seen: set[bytes] | None = set() if mapping.trial else None
    again = 0
    place = ""
    with closing(iter(records)) as rows:
        for place, values, raw in rows:
            try:
                if isinstance(values, InputError):
                    raise values
                if seen is not None:
                    digest = blake2b(raw, digest_size=16).digest()
                    if digest in seen:
                        again += 1
                        continue
                    seen.add(digest)
                yield builder.build(values, place)
            except InputError as error:
                if not options.skip_bad:
                    raise
                yield Skipped(place, f"{error.reason} {error.hint}".strip())
            except (ValueError, OverflowError) as error:
                bad = source.error(str(error), record=place)
                if not options.skip_bad:
                    raise bad from error
                yield Skipped(place, bad.reason)
    if not place:
        raise source.error("It holds no records.", "Check that it is the file you meant.")
    if again:
        yield ImportNote(
            counted(again, "%1 record is", "%1 records are")
            + " word for word there twice and taken once."
        )
    yield from (ImportNote(note) for note in (*records.notes, *builder.notes()))


def _note_on_guess(mapping: TraceMapping) -> str:
    note = guess_in_words(mapping)
    if not holds_results(mapping):
        note += " No column with answers was recognised: the records are test cases without traces."
    return note


def holds_results(mapping: TraceMapping) -> bool:
    """Whether records tell what a system did (its answer, or at least scores, time, tokens, cost
    or how it ended) and not only what it is to be asked.
    """
    return any(getattr(mapping, key) for key in _RESULTS)


class TraceBuilder:
    """Builds one trace a record; numbers the trials of repeated scenarios."""

    def __init__(self, mapping: TraceMapping, columns: list[str]) -> None:
        self._mapping = mapping
        self._trials: dict[int, int] = {}
        self._repeated: set[int] = set()
        self._failed = 0
        named = frozenset(mapping.columns())

        def getter(column: str) -> Getter | None:
            if not column:
                return None
            if column in columns or "." not in column:
                return lambda values: values.get(column)
            return lambda values: get_path(values, column)

        def constant(column: Column) -> Getter | None:
            if isinstance(column, Const):
                return lambda values: column.value
            return getter(column)

        self._scenario = getter(mapping.scenario)
        self._input = getter(mapping.input)
        self._output = getter(mapping.output)
        self._messages = getter(mapping.messages)
        self._expected = getter(mapping.expected)
        self._system = constant(mapping.system)
        self._run = constant(mapping.run)
        self._tier = constant(mapping.tier)
        self._origin = constant(mapping.origin)
        self._title = getter(mapping.title)
        self._context = getter(mapping.context)
        self._trial = getter(mapping.trial)
        self._status = getter(mapping.status)
        self._error = getter(mapping.error)
        self._started_at = getter(mapping.started_at)
        self._slices = [
            (name.removeprefix("slice."), get) for name in mapping.slices if (get := getter(name))
        ]
        self._scores = [(name, get) for name, at in mapping.scores.items() if (get := getter(at))]
        self._numbers = [
            (key, column, get)
            for key in ("latency_ms", "tokens_in", "tokens_out", "cost")
            if (column := getattr(mapping, key)) and (get := getter(column))
        ]
        self._kept = mapping.metadata
        self._named = named
        self._datasets_only = not holds_results(mapping)

    def build(self, values: dict[str, Any], place: str) -> TraceRecord | Scenario:
        """A trace, or a scenario where the mapping names no result.

        Raises:
            ValueError: a cell does not hold what its column should; names the column.
        """
        given = self._input(values) if self._input else None
        if (
            isinstance(given, str)
            and given[:2] == "[{"
            and chat.is_conversation(turns := cells.parsed(given))
        ):
            given = turns
        conversation = self._conversation(given, values)
        question = given
        if self._input is None:
            question = _before_answer(conversation)
        scenario = self._make_scenario(question, values)
        metadata = self._metadata(values)
        if self._datasets_only:
            return Scenario(
                scenario.key,
                scenario.input,
                scenario.tier,
                scenario.slices,
                scenario.expected,
                scenario.origin,
                scenario.title,
                metadata,
            )
        body: TraceBody = {"messages": conversation}
        if self._output is not None:
            answer = self._output(values)
            if not cells.is_missing(answer):
                text = cells.text_of(answer)
                body["output"] = text
                conversation.append(chat.text_message("assistant", text))
        if self._context is not None and (found := cells.documents(self._context(values))):
            body["documents"] = found
        if scenario.expected:
            body["expected"] = scenario.expected
        error = self._error_text(values) if self._error else ""
        state = self._state(values, error, metadata) if self._status or error else "ok"
        scores = self._made_scores(values) if self._scores else {}
        if state == "error" and scores:
            # An infrastructure error is a status, not a score of 0.
            metadata["scores"] = {name: item.label or item.value for name, item in scores.items()}
            scores = {}
            self._failed += 1
        if metadata:
            body["metadata"] = metadata
        run = self._text(self._run, values) if self._run else ""
        numbers = {
            key: self._number(key, column, get(values)) for key, column, get in self._numbers
        }
        return TraceRecord(
            scenario,
            body,
            run,
            self._text(self._system, values) if self._system else "",
            self._number_trial(run, scenario, values),
            state,
            scores,
            self._text(self._started_at, values) if self._started_at else "",
            error=error,
            place=place,
            **numbers,
        )

    def notes(self) -> list[str]:
        """What was done that a person should know."""
        made = []
        if self._repeated:
            made.append(
                f"{len(self._repeated)} scenarios occur more than once; their records are taken "
                "as trials, numbered in the file's order."
            )
        if self._failed:
            made.append(
                f"{self._failed} records carry an error; it is kept as their status, and what "
                "was scored for them is not taken as a score."
            )
        return made

    def _make_scenario(self, question: Any, values: dict[str, Any]) -> Scenario:
        key = self._text(self._scenario, values) if self._scenario else ""
        if not key:
            # The input names the test case where nothing else does.
            key = content_id(question)[:12]
        slices = {
            name: chat.plain_text(value)
            for name, get in self._slices
            if not cells.is_missing(value := get(values))
        }
        expected = self._expected(values) if self._expected else None
        return Scenario(
            key,
            question,
            _tier(self._text(self._tier, values)) if self._tier else "",
            slices,
            "" if expected is None else cells.text_of(expected),
            self._text(self._origin, values) if self._origin else "",
            self._text(self._title, values) if self._title else "",
        )

    def _conversation(self, given: Any, values: dict[str, Any]) -> list[Message]:
        if self._messages is not None:
            raw = cells.parsed(self._messages(values))
            if raw is None:
                return []
            if not isinstance(raw, list):
                raise ValueError(
                    f"The column “{self._mapping.messages}” holds no list of messages."
                )
            return chat.messages(raw)
        if chat.is_conversation(given):
            return chat.messages(given)
        if cells.is_missing(given):
            return []
        return [chat.text_message("user", cells.text_of(given))]

    def _metadata(self, values: dict[str, Any]) -> dict[str, Any]:
        if self._kept is not None:
            picked = {name: get_path(values, name) for name in self._kept}
        else:
            named = self._named
            picked = {name: value for name, value in values.items() if name not in named}
        return {name: value for name, value in picked.items() if value is not None and value != ""}

    def _state(self, values: dict[str, Any], error: str, metadata: dict[str, Any]) -> Status:
        said = self._status(values) if self._status else None
        known = cells.status(said) if not cells.is_missing(said) else None
        if known is None and not cells.is_missing(said):
            metadata[self._mapping.status] = said
        return known or ("error" if error else "ok")

    def _error_text(self, values: dict[str, Any]) -> str:
        value = self._error(values) if self._error else None
        if not value or (isinstance(value, str) and value.strip().lower() in _NO_ERROR):
            return ""
        return chat.plain_text(value)

    def _made_scores(self, values: dict[str, Any]) -> Mapping[str, Score]:
        return {
            name: made
            for name, get in self._scores
            if (made := cells.score(get(values))) is not None
        }

    def _number(self, key: str, column: str, value: Any) -> Any:
        try:
            if key in ("tokens_in", "tokens_out"):
                return cells.whole_number(value)
            return cells.number(value)
        except (ValueError, TypeError) as error:
            shown = chat.plain_text(value)[:40]
            raise ValueError(f"“{shown}” in the column “{column}” is not a number.") from error

    def _number_trial(self, run: str, scenario: Scenario, values: dict[str, Any]) -> int:
        if self._trial is not None:
            try:
                trial = cells.whole_number(self._trial(values)) or 0
                if trial < 0:
                    raise ValueError("negative")
                return trial
            except (ValueError, TypeError) as error:
                shown = chat.plain_text(self._trial(values))[:40]
                raise ValueError(
                    f"“{shown}” in the column “{self._mapping.trial}” is not a whole number."
                ) from error
        question = scenario.input
        where = hash((run, scenario.key, question if isinstance(question, str) else None))
        if question is not None and not isinstance(question, str):
            where = hash((where, content_id(question)))
        trial = self._trials.get(where, -1) + 1
        self._trials[where] = trial
        if trial:
            self._repeated.add(where)
        return trial

    def _text(self, get: Getter | None, values: dict[str, Any]) -> str:
        if get is None:
            return ""
        value = get(values)
        return value if type(value) is str else chat.plain_text(value)


def _tier(said: str) -> str:
    """One spelling of the tiers that have a meaning; others as they are."""
    spelled = re.sub(r"[\s_]+", "-", said.strip().lower())
    return spelled if spelled in _TIERS else said


def _before_answer(conversation: list[Message]) -> Any:
    """What was asked, in a conversation that ends with answers: all before the first of them."""
    asked = []
    for item in conversation:
        if item["role"] in ("assistant", "tool"):
            break
        asked.append(item)
    if len(asked) == 1 and len(asked[0]["parts"]) == 1 and asked[0]["parts"][0]["type"] == "text":
        return asked[0]["parts"][0]["content"]
    return asked
