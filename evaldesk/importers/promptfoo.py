"""Results of promptfoo: exports and shared evaluations of versions 1 to 4, as JSON, JSON Lines,
YAML or CSV.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.wording import counted
from evaldesk.importers import fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.promptfoo_csv import layout
from evaldesk.importers.promptfoo_result import (
    Column,
    prompt_label,
    provider_name,
    test_of,
    trace_of,
    variables,
)
from evaldesk.importers.promptfoo_rows import (
    YAML,
    Table,
    document,
    first_result,
    heads,
    inner,
    is_result,
    results,
)
from evaldesk.importers.record_loop import digest
from evaldesk.importers.source import Source
from evaldesk.importers.yaml_document import may_be_yaml

_LABEL_MAX = 60
_BRACKETED = re.compile(r"\[(?P<provider>[^\]]+)\] (?P<label>.*)", re.DOTALL)
_HEAD = re.compile(
    r"^\s*\{\s*\"evalId\"\s*:\s*(\"[^\"]*\"|null)\s*,\s*\"results\"\s*:\s*\{\s*\"version\""
)
_YAML_HEAD = re.compile(r"^(evalId: |version: [12]\s|results:\s*$)", re.MULTILINE)
_NAMED = re.compile(r"\"(results|data)\"\s*:\s*[{\[]")
_Key = tuple[Any, ...]


class Promptfoo:
    """One evaluation: prompts and providers over test cases."""

    name = "promptfoo"
    title = "promptfoo results"
    extensions = (".json", ".jsonl", ".yaml", ".yml", ".csv")
    description = (
        "Prompt, answer, variables (the scenario), assertions (what is expected), pass, score and "
        "named scores with their reasons, people's grades and comments as annotations, latency, "
        "tokens, cost, model and the prompt as prompt version. Each provider and prompt becomes a "
        "run of its own. An error has the status error and no scores; all else is metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """Results with prompts, or a shared evaluation; a line that is a result."""
        seen = sketch(source)
        sure = 0.0
        if seen.kind in ("lines", "array"):
            return 0.9 if is_result(seen.first) else 0.0
        if seen.kind == "object":
            if is_result(seen.members):
                return 0.9
            sure = _sureness(seen.members)
        if seen.kind in ("object", "other") and not sure and _NAMED.search(source.head()):
            # The sketch holds what of a long document is whole; its results may not be.
            first = first_result(source)
            sure = 0.9 if is_result(first) or _HEAD.match(source.head()) else 0.0
        if sure:
            return sure
        if source.magic()[:2] == b"PK":
            return 0.0
        if layout(source) is not None:
            return 0.9
        if not may_be_yaml(source):
            return 0.0
        head = source.head()
        return 0.9 if _YAML_HEAD.search(head) and "prompt" in head else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice: what it says of its columns may stand behind the results."""
        try:
            about = document(source)
            survey = _surveyed(source, Table(about))
            table = Table(about)
            columns = _columns(survey, heads(source, about, table))
            yield from _items(source, options, table, survey, columns, _run_metadata(about))
        finally:
            source.facts.pop(YAML, None)


@dataclass(slots=True)
class _Survey:
    """What a first reading finds: the columns, and test cases with the same variables."""

    columns: dict[_Key, Column] = field(default_factory=dict)
    cases: dict[bytes, dict[bytes, int]] = field(default_factory=dict)


def _sureness(members: dict[str, Any]) -> float:
    """How sure it is of a document by its beginning."""
    levels = [members, *(inner(members, name) for name in ("results", "data"))]
    levels.append(fields.mapping(fields.mapping(members.get("data")).get("results")))
    listed = [
        level["results"]
        for level in levels
        if isinstance(level, dict) and isinstance(level.get("results"), list)
    ]
    table = fields.mapping(inner(members, "table"))
    tabled = bool(fields.mapping(table.get("head"))) and isinstance(table.get("body"), list)
    first = next((item for items in listed for item in items[:1]), None)
    if is_result(first):
        return 0.95
    if tabled and (first is None or _is_old_result(first)):
        return 0.9
    if members.get("version") in (1, 2) and _is_old_result(first):
        return 0.9  # its table stands behind more results than were looked at
    names = ("evalId", "prompts", "stats", "config", "timestamp", "shareableUrl")
    known = sum(inner(members, name) is not None for name in names)
    return 0.9 if listed and first is None and known >= 3 else 0.0


def _is_old_result(row: Any) -> bool:
    return isinstance(row, dict) and {"prompt", "vars", "success"} <= set(row)


def _surveyed(source: Source, table: Table) -> _Survey:
    made = _Survey()
    with closing(results(source, table)) as rows:
        for _, row in rows:
            if not isinstance(row, dict):
                continue
            key = _column_key(row)
            if key not in made.columns:
                label = prompt_label(row.get("prompt"))
                provider = provider_name(row.get("provider"))
                if not provider and (match := _BRACKETED.match(label)):
                    provider, label = match["provider"], match["label"]
                made.columns[key] = Column(provider, label)
            cases = made.cases.setdefault(digest(variables(row)), {})
            cases.setdefault(digest(test_of(row)), len(cases))
    return made


def _column_key(row: dict[str, Any]) -> _Key:
    number = row.get("promptIdx")
    if type(number) is int:
        return (0, number, "", "")
    return (1, 0, provider_name(row.get("provider")), prompt_label(row.get("prompt")))


def _columns(survey: _Survey, listed: list[dict[str, Any]]) -> dict[_Key, Column]:
    """The columns with their names; what the document says of them goes before what a row says."""
    for key, column in survey.columns.items():
        if key[0] == 0 and 0 <= key[1] < len(listed):
            head = listed[key[1]]
            column.about = head
            label = prompt_label(head)
            if match := _BRACKETED.match(label):
                column.provider = column.provider or match["provider"]
                label = match["label"]
            column.provider = column.provider or provider_name(head.get("provider"))
            column.prompt = label or column.prompt
    ordered = [survey.columns[key] for key in sorted(survey.columns)]
    prompts = list(dict.fromkeys(column.prompt for column in ordered))
    several_providers = len({column.provider for column in ordered}) > 1
    taken: Counter[str] = Counter()
    for column in ordered:
        label = column.prompt.strip()
        short = len(label) <= _LABEL_MAX and "\n" not in label and label[:1] not in ("[", "{")
        number = prompts.index(column.prompt) + 1
        name = (label if short else "") or f"prompt {number}"
        column.system = column.provider
        pieces = [column.provider] if several_providers and column.provider else []
        if len(prompts) > 1:
            pieces.append(name)
            column.system = f"{column.provider} · {name}" if column.provider else name
        column.prompt = name if label else ""
        part = " · ".join(pieces)
        if len(ordered) > 1:
            taken[part] += 1
            column.part = f"{part} ({taken[part]})".strip() if taken[part] > 1 else part
    return survey.columns


def _items(
    source: Source,
    options: ImportOptions,
    table: Table,
    survey: _Survey,
    columns: dict[_Key, Column],
    details: dict[str, Any],
) -> Iterator[Item]:
    created = fields.text(details.get("timestamp")) or fields.text(details.get("createdAt"))
    trials: Counter[bytes] = Counter()
    failed = graded = read = 0
    last: Column | None = None
    yield RunHeader(dataset=source.name, created_at=created, metadata=details)
    with closing(results(source, table)) as rows:
        for place, row in rows:
            try:
                if isinstance(row, InputError):
                    raise row
                column = columns[_column_key(row)]
                case = survey.cases[digest(variables(row))][digest(test_of(row))]
                try:
                    trace = trace_of(row, column, place, nth=case)
                except ValueError as error:
                    raise source.error(str(error), record=place) from error
            except InputError as error:
                if not options.skip_bad:
                    raise
                yield Skipped(place, f"{error.reason} {error.hint}".strip())
                continue
            where = digest([column.part, trace.scenario.key, trace.scenario.input])
            trial = trials[where]
            trials[where] += 1
            if trial:
                trace = trace_of(row, column, place, nth=case, trial=trial)
            if column is not last:
                last = column
                more = {"prompt": column.about} if column.about else {}
                yield RunHeader(
                    system=column.system,
                    dataset=source.name,
                    created_at=created,
                    metadata=details | more,
                    part=column.part,
                )
            read += 1
            failed += trace.status == "error"
            graded += any(said.name == "human" for said in trace.annotations)
            yield trace
    yield from (ImportNote(note) for note in _notes(columns, trials, read, failed, graded))


def _notes(
    columns: dict[_Key, Column], trials: Counter[bytes], read: int, failed: int, graded: int
) -> Iterator[str]:
    if not read:
        yield "The file holds no results, so there are no traces."
    if len(columns) > 1:
        yield (
            f"The file holds {len(columns)} columns of results, one for each provider and prompt; "
            "each is a run of its own, and they can be compared."
        )
    if failed:
        which = counted(failed, "%1 result is an error", "%1 results are errors")
        yield f"{which}: status error, and no scores."
    if graded:
        yield (
            counted(graded, "%1 result was graded", "%1 results were graded")
            + " by a person in promptfoo; its pass and score there are that person's, and stand "
            "as an annotation too."
        )
    repeated = sum(times > 1 for times in trials.values())
    if repeated:
        yield (
            counted(repeated, "%1 scenario occurs", "%1 scenarios occur")
            + " more than once in a column; its results are taken as trials, in the file's order."
        )


def _run_metadata(about: dict[str, Any]) -> dict[str, Any]:
    """What the document says of the whole, without what stands with the traces."""
    made: dict[str, Any] = {}
    for level in (
        about,
        fields.mapping(about.get("data")),
        fields.mapping(about.get("results")),
        fields.mapping(fields.mapping(about.get("data")).get("results")),
    ):
        made |= fields.rest(level, ("results", "data", "table", "prompts"))
    return made
