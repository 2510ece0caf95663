"""promptfoo's CSV exports: old (``[PASS] (1.00) text`` in a cell) and new (columns for each)."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers import cells, fields
from evaldesk.importers.promptfoo_cell import cell_result
from evaldesk.importers.records import Records, table_kind
from evaldesk.importers.source import Source

_BESIDE = {
    "Status": "status",
    "Score": "score",
    "Named Scores": "named",
    "Grader Reason": "reason",
    "Comment": "comment",
}
_THIRD = (["Named Scores"], ["Grader Reason"])
_AGAIN = re.compile(r" \(\d+\)$")
_METRIC = "Metric: "
_RED_TEAM = frozenset(
    (
        *("Messages", "RedteamHistory", "RedteamTreeHistory", "pluginId", "strategyId"),
        *("sessionId", "sessionIds"),
    )
)
_MARKED = re.compile(r"\[(PASS|FAIL|ERROR)\]")
_SAMPLE = 20
_FILLED = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(slots=True)
class _Output:
    """A column of answers and what stands beside it: its own name → column."""

    column: str
    head: dict[str, Any]
    beside: dict[str, str] = field(default_factory=dict)
    metrics: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Layout:
    """Which column is what.

    Attributes:
        outputs: the columns of answers.
        variables: names of the variables.
        others: what else a row has; ``Description`` among them.
    """

    outputs: list[_Output]
    variables: list[str]
    others: list[str]

    @property
    def heads(self) -> list[dict[str, Any]]:
        """What the header says of each provider and prompt."""
        return [output.head for output in self.outputs]


def layout(source: Source) -> Layout | None:
    """The layout of a CSV export; None where the file is none."""
    known = source.facts.get("promptfoo csv", source)
    if known is source:
        known = source.facts["promptfoo csv"] = _layout(source)
    return known if isinstance(known, Layout) else None


def _layout(source: Source) -> Layout | None:
    if table_kind(source) != "csv":
        return None
    try:
        records = Records(source)
    except InputError:
        return None
    columns = records.columns
    if not any(_prompt(name) for name in columns) and not _may_have_outputs(source):
        return None
    rows = records.sample(_SAMPLE)
    made = Layout([], [], [])
    for index, name in enumerate(columns):
        plain = _AGAIN.sub("", name)
        follows = [_AGAIN.sub("", later) for later in columns[index + 1 : index + 4]]
        told = follows[:2] == ["Status", "Score"] and follows[2:] in _THIRD
        if told or _prompt(name) or _is_marked(rows, name):
            made.outputs.append(_Output(name, _head(name)))
        elif made.outputs and plain in _BESIDE:
            made.outputs[-1].beside.setdefault(_BESIDE[plain], name)
        elif made.outputs and plain.startswith(_METRIC):
            made.outputs[-1].metrics[plain.removeprefix(_METRIC)] = name
        elif name in _RED_TEAM or name == "Description":
            made.others.append(name)
        else:
            made.variables.append(name)
    return made if made.outputs else None


def _may_have_outputs(source: Source) -> bool:
    head = source.head()
    return _MARKED.search(head) is not None or "Status,Score" in head


def csv_results(source: Source, found: Layout) -> Iterator[tuple[str, Any]]:
    """Place and result, or why a row cannot be read."""
    with closing(iter(Records(source))) as rows:
        for number, (place, values, _) in enumerate(rows):
            if isinstance(values, InputError):
                yield place, values
                continue
            for index, output in enumerate(found.outputs):
                if output.column in values and not _is_absent(values, output):
                    result = _result(values, output, found)
                    yield (
                        f"{place}, {_short(output.column)}",
                        result | {"promptIdx": index, "testIdx": number},
                    )


def _is_absent(values: dict[str, Any], output: _Output) -> bool:
    return not any(
        values.get(name) for name in (output.column, *output.beside.values())
    )  # a test case that was not run with this prompt


def _result(values: dict[str, Any], output: _Output, found: Layout) -> dict[str, Any]:
    given = {name: values.get(name, "") for name in found.variables}
    text = fields.text(values.get(output.column))
    beside = {key: fields.text(values.get(name)) for key, name in output.beside.items()}
    status = beside.get("status", "")
    if status:
        made: dict[str, Any] = {"success": status == "PASS"}
        made["failureReason"] = {"PASS": 0, "FAIL": 1}.get(status, 2)
        made |= {"error": text} if status == "ERROR" else {"response": {"output": text}}
    else:
        made = cell_result(text)
    if (score := fields.finite(beside.get("score"))) is not None:
        made["score"] = score
    named = fields.mapping(cells.parsed(beside.get("named", "")))
    named |= {
        metric: score
        for metric, name in output.metrics.items()
        if (score := fields.finite(values.get(name))) is not None and metric not in named
    }
    if named:
        made["namedScores"] = named
    grading = {key: beside[key] for key in ("reason", "comment") if beside.get(key)}
    if grading:
        made["gradingResult"] = grading
    made["vars"] = given
    made["prompt"] = {"raw": _asked(output.head, given)}
    made["provider"] = fields.text(output.head.get("provider"))
    description = fields.text(values.get("Description"))
    made["testCase"] = {"description": description} if description else {}
    made |= {
        "metadata": {
            name: values[name]
            for name in found.others
            if name != "Description" and values.get(name)
        }
    }
    return made


def _asked(head: dict[str, Any], given: dict[str, Any]) -> Any:
    """The prompt with its variables filled in; the variables alone where it is not known."""
    template = head.get("raw")
    if not isinstance(template, str) or (head.get("is_label") and "{{" not in template):
        return "\n".join(f"{name}: {value}" for name, value in given.items())
    parsed = cells.parsed(template)
    return _filled(parsed, given)


def _filled(value: Any, given: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return _FILLED.sub(lambda match: fields.text(given.get(match[1], match[0])), value)
    if isinstance(value, dict):
        return {name: _filled(item, given) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, given) for item in value]
    return value


def _head(name: str) -> dict[str, Any]:
    prompt = _prompt(name)
    if prompt:
        return prompt
    label = _AGAIN.sub("", name)
    match = re.match(r"\[([^\]]+)\] (.*)", label, re.DOTALL)
    if match:
        return {"provider": match[1], "label": match[2], "raw": match[2], "is_label": True}
    return {"label": label, "raw": label, "is_label": True}


def _prompt(name: str) -> dict[str, Any]:
    """The prompt that old files write as JSON into a header."""
    if name[:1] != "{":
        return {}
    found = cells.parsed(_AGAIN.sub("", name))
    if not isinstance(found, dict) or "raw" not in found:
        return {}
    match = re.match(r"\[([^\]]+)\] (.*)", fields.text(found.get("display")), re.DOTALL)
    if match:
        return {"provider": match[1], **found, "label": match[2]}
    return found


def _is_marked(rows: list[dict[str, Any]], name: str) -> bool:
    told = [text for row in islice(rows, _SAMPLE) if (text := fields.text(row.get(name)))]
    return bool(told) and all(_MARKED.match(text) for text in told)


def _short(column: str) -> str:
    return f"“{column[:40]}”"
