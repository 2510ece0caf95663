"""Test runs of DeepEval: ``.deepeval/.latest_test_run.json`` and what it is put into."""

import re
from collections.abc import Generator, Iterator
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers import fields
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.deepeval_case import trace_of
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.record_loop import Loop
from evaldesk.importers.records import Row
from evaldesk.importers.source import Source

_CASES = ("testCases", "conversationalTestCases")
_MARKS = frozenset(
    ("metricsData", "actualOutput", "retrievalContext", "expectedTools", "toolsCalled", "turns")
)
_HEAD = re.compile(
    r"\s*\{\s*\"testRunData\"\s*:\s*\{\s*\"(testFile|testCases|conversationalTestCases|identifier)"
)
_SYSTEM = ("model", "Model", "llm", "system", "chatbot", "agent")


class DeepEval:
    """One test run: test cases and conversations with the metrics of each."""

    name = "deepeval"
    title = "DeepEval test run"
    extensions = (".json",)
    description = (
        "Input, answer, expected answer, conversations turn by turn, tools called with their "
        "results, retrieved documents, every metric with its reason, pass, time, tokens, cost, "
        "images and the spans of the trace. Thresholds, context, expected tools and the run's "
        "hyperparameters are kept as metadata."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """Lists of test cases, inside of ``testRunData`` or not."""
        seen = sketch(source)
        members = seen.members
        if seen.kind in ("object", "other") and _HEAD.match(source.head()):
            return 0.95  # also of a document too long to be looked at as a whole
        run = members.get("testRunData")
        if isinstance(run, dict):
            return 0.95 if any(name in run for name in _CASES) else 0.6
        listed = [fields.sequence(members.get(name)) for name in _CASES]
        if not any(name in members for name in _CASES):
            return 0.0
        firsts = [fields.mapping(items[0]) for items in listed if items]
        known = {"metricsScores", "testPassed", "testFailed", "hyperparameters", "testFile"}
        if any(_MARKS & set(first) for first in firsts):
            return 0.9
        return 0.6 if not firsts and known & set(members) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice: what it says of the run may stand behind the test cases."""
        about = _about(source)
        run = fields.mapping(about.get("testRunData")) or about
        parameters = fields.mapping(run.get("hyperparameters"))
        yield RunHeader(
            run=fields.text(run.get("identifier")),
            system=next(
                (said for name in _SYSTEM if (said := fields.text(parameters.get(name)))), ""
            ),
            dataset=fields.first_text(run.get("datasetAlias"), run.get("testFile")),
            metadata=fields.rest(about, ("testRunData",)) | fields.rest(run, _CASES),
        )
        loop = Loop(source, options)
        yield from loop.over(
            lambda record, place: trace_of(record, place, parameters), _rows(source)
        )


def _about(source: Source) -> dict[str, Any]:
    with JsonReader(source) as reader:
        made = _without_cases(reader)
        reader.end()
    return made


def _without_cases(reader: JsonReader, inner: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name in reader.members():
        mark = reader.peek()
        if name in _CASES and mark == "[":
            for _ in reader.array(name):
                pass
        elif name == "testRunData" and mark == "{" and not inner:
            made[name] = _without_cases(reader, name)
        else:
            made[name] = reader.value(name)
    return made


def _rows(source: Source) -> Generator[Row, None, None]:
    with JsonReader(source) as reader:
        yield from _cases(reader, source)


def _cases(reader: JsonReader, source: Source, inner: str = "") -> Iterator[Row]:
    for name in reader.members():
        mark = reader.peek()
        if name in _CASES and mark == "[":
            for place, value in reader.array(f"{inner}{name}"):
                if isinstance(value, dict):
                    yield place, value, b""
                else:
                    yield place, _no_case(source, place), b""
        elif name == "testRunData" and mark == "{" and not inner:
            yield from _cases(reader, source, f"{name}.")
        else:
            reader.value(name)


def _no_case(source: Source, place: str) -> InputError:
    return source.error("The test case is not an object.", record=place)
