"""The results inside of promptfoo's files, whatever their version and whether JSON or YAML."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers import fields
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.promptfoo_cell import cell_result
from evaldesk.importers.promptfoo_csv import csv_results, layout
from evaldesk.importers.promptfoo_result import prompt_label, provider_name
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source
from evaldesk.importers.yaml_document import load

Found = tuple[tuple[str, ...], str, Any]
"""Path of a member, place, value; the path of a result ends with `ROW`."""

ROW = "\0row"
YAML = "promptfoo yaml"
"""Under which a source keeps its document while it is read several times."""

_HOLDERS = ("results", "data")
_DEEPEST = 3
_LOOKED_AT = 8 << 20


def walk(source: Source) -> Generator[Found, None, None]:
    """Every member of the document, with its results one at a time.

    Raises:
        InputError: it is not whole.
    """
    seen = sketch(source)
    found = layout(source)
    if found is not None:
        for place, result in csv_results(source, found):
            yield (ROW,), place, result
    elif seen.kind in ("lines", "array") or is_result(seen.members):
        with closing(iter(Records(source))) as rows:
            for place, values, _ in rows:
                yield (ROW,), place, values
    elif source.head().lstrip()[:1] == "{":
        with JsonReader(source) as reader:
            yield from _members(reader, ())
            reader.end()
    else:
        if YAML not in source.facts:
            source.facts[YAML] = load(source)
        yield from _loaded(source.facts[YAML], ())


def _members(reader: JsonReader, path: tuple[str, ...]) -> Iterator[Found]:
    for name in reader.members():
        here = (*path, name)
        mark = reader.peek()
        if name == "results" and mark == "[":
            for place, value in reader.array(".".join(here)):
                yield (*here, ROW), place, value
        elif name in _HOLDERS and mark == "{" and len(here) < _DEEPEST:
            yield from _members(reader, here)
        else:
            place = ".".join(here)
            yield here, place, reader.value(place)


def _loaded(value: Any, path: tuple[str, ...]) -> Iterator[Found]:
    for name, inner in fields.mapping(value).items():
        here = (*path, name)
        if name == "results" and isinstance(inner, list):
            for index, item in enumerate(inner):
                yield (*here, ROW), f"{'.'.join(here)}[{index}]", item
        elif name in _HOLDERS and isinstance(inner, dict) and len(here) < _DEEPEST:
            yield from _loaded(inner, here)
        else:
            yield here, ".".join(here), inner


def first_result(source: Source) -> Any:
    """The first result of a long document; None where its beginning holds none."""
    if source.head().lstrip()[:1] != "{":
        return None
    try:
        with JsonReader(source, limit=_LOOKED_AT) as reader:
            for path, _, value in _members(reader, ()):
                if path[-1] == ROW:
                    return value
    except InputError:
        pass
    return None


def document(source: Source) -> dict[str, Any]:
    """The document without its results.

    Raises:
        InputError: it is not whole.
    """
    made: dict[str, Any] = {}
    with closing(walk(source)) as found:
        for path, _, value in found:
            if path[-1] == ROW:
                continue
            holder = made
            for name in path[:-1]:
                inner = holder.setdefault(name, {})
                # A name that is there twice may have been a value the first time.
                holder = inner if isinstance(inner, dict) else holder
            holder[path[-1]] = value
    return made


def inner(about: dict[str, Any], name: str) -> Any:
    """A member of the document, at the top or inside of what holds the results."""
    level: Any = about
    for step in ((), ("results",), ("data",), ("data", "results")):
        level = about
        for key in step:
            level = fields.mapping(level).get(key)
        value = fields.mapping(level).get(name)
        if value not in fields.EMPTY:
            return value
    return None


class Table:
    """The table of versions 1 and 2: for each test case the outputs of every column."""

    def __init__(self, about: dict[str, Any]) -> None:
        table = fields.mapping(inner(about, "table"))
        head = fields.mapping(table.get("head"))
        self.prompts = fields.sequence(head.get("prompts"))
        self._variables = [fields.text(name) for name in fields.sequence(head.get("vars"))]
        self._body = fields.mappings(table.get("body"))
        self._places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for index, row in enumerate(self._body):
            for column, output in enumerate(fields.sequence(row.get("outputs"))):
                key = self._key(row, output)
                self._places.setdefault(key, []).append((index, column))

    def __bool__(self) -> bool:
        return bool(self._body)

    def complete(self, row: dict[str, Any]) -> dict[str, Any]:
        """A result with the column and test case that the table names for it."""
        if not self._body or "promptIdx" in row:
            return row
        prompt = fields.mapping(row.get("prompt"))
        said = fields.text(fields.mapping(row.get("response")).get("output"))
        given = fields.mapping(row.get("vars"))
        keys = (
            (provider_name(row.get("provider")), fields.text(prompt.get("raw")), said),
            (*(fields.text(given.get(name)) for name in self._variables), said),
        )
        places = next((found for key in keys if (found := self._places.get(key))), None)
        if not places:
            return row
        # Outputs that are alike are in the order of their columns, and each is there once.
        index, column = places.pop(0) if len(places) > 1 else places[0]
        return {"promptIdx": column, "testCase": self._test(self._body[index])} | row

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The outputs as results, for files without a list of them."""
        for index, row in enumerate(self._body):
            test = self._test(row)
            for column, output in enumerate(fields.sequence(row.get("outputs"))):
                place = f"table.body[{index}].outputs[{column}]"
                given = {"promptIdx": column, "testIdx": index, "testCase": test}
                given["vars"] = test.get("vars") or self._named(row)
                if isinstance(output, dict):
                    yield place, self._result(output) | given
                elif output is not None:
                    yield place, cell_result(fields.text(output)) | given

    def _result(self, output: dict[str, Any]) -> dict[str, Any]:
        made = {name: value for name, value in output.items() if name not in ("pass", "text")}
        made["success"] = output.get("pass")
        made["prompt"] = {"raw": output.get("prompt")}
        if "response" not in made:
            made["response"] = {"output": output.get("text")}
        return made

    def _test(self, row: dict[str, Any]) -> dict[str, Any]:
        test = fields.mapping(row.get("test"))
        said = fields.text(row.get("description"))
        return {"description": said, **test} if said else test

    def _named(self, row: dict[str, Any]) -> dict[str, Any]:
        return dict(zip(self._variables, fields.sequence(row.get("vars")), strict=False))

    def _key(self, row: dict[str, Any], output: Any) -> tuple[str, ...]:
        if isinstance(output, dict):
            keys = (provider_name(output.get("provider")), output.get("prompt"), output.get("text"))
            return tuple(fields.text(item) for item in keys)
        said = cell_result(fields.text(output))
        shown = fields.mapping(said.get("response")).get("output")
        given = self._named(row)
        return (*(fields.text(given.get(name)) for name in self._variables), fields.text(shown))


def is_result(row: Any) -> bool:
    """Whether a record is a result by its members."""
    if not isinstance(row, dict) or "vars" not in row or "prompt" not in row:
        return False
    known = ("promptIdx", "testIdx", "success", "gradingResult", "namedScores", "testCase")
    return "response" in row and sum(name in row for name in known) >= 2


def heads(source: Source, about: dict[str, Any], table: Table) -> list[dict[str, Any]]:
    """What the file says of its columns, in order: provider, prompt and metrics."""
    found = layout(source)
    if found is not None:
        return found.heads
    listed = inner(about, "prompts") or table.prompts
    return [
        item if isinstance(item, dict) else {"label": prompt_label(item)}
        for item in fields.sequence(listed)
    ]


def results(source: Source, table: Table) -> Generator[tuple[str, Any], None, None]:
    """Place and result, each with what the table adds; or why one cannot be read."""
    any_row = False
    with closing(walk(source)) as found:
        for path, place, value in found:
            if path[-1] == ROW:
                if isinstance(value, dict):
                    value = table.complete(value)
                elif not isinstance(value, InputError):
                    value = source.error("The result is not an object.", record=place)
                any_row = True
                yield place, value
    if not any_row:
        yield from table.rows()
