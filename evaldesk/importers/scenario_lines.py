"""EvalDesk's own scenarios, one a line: test cases without any trace, as `dataset export` writes
them.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import Skipped
from evaldesk.domain.trace import Scenario
from evaldesk.importers import chat
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source

_KNOWN = frozenset(
    (
        *("id", "key", "title", "input", "tier", "slices", "expected", "origin"),
        *("redactions", "metadata", "dataset"),
    )
)


class ScenarioLines:
    """One scenario a line; they become a version of a dataset, and no run."""

    name = "scenarios"
    title = "EvalDesk scenarios"
    extensions = (".jsonl", ".jsonl.gz", ".json")
    description = (
        "Test cases without traces, one a line: key, input, tier, slices, expected behaviour, "
        "origin, redactions, metadata. They become a dataset version and no run."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """Records that have a key and an input, and nothing that a scenario has not."""
        seen = sketch(source)
        first = seen.first if seen.kind in ("lines", "array") else seen.members
        return 0.9 if is_scenario(first) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """The scenarios.

        Raises:
            InputError: a record is none; says what it lacks.
        """
        named = False
        with closing(iter(Records(source))) as rows:
            for place, values, _ in rows:
                try:
                    if isinstance(values, InputError):
                        raise values
                    item = scenario_from_json(values)
                except (InputError, ValueError) as error:
                    if not options.skip_bad:
                        if isinstance(error, InputError):
                            raise
                        raise source.error(str(error), record=place) from error
                    reason = error.reason if isinstance(error, InputError) else str(error)
                    yield Skipped(place, reason)
                    continue
                if not named:
                    yield RunHeader(dataset=chat.plain_text(values.get("dataset")))
                    named = True
                yield item


def is_scenario(record: Any) -> bool:
    """Whether a record has the shape of a scenario line."""
    return (
        isinstance(record, dict)
        and "key" in record
        and "input" in record
        and all(name in _KNOWN for name in record)
    )


def scenario_from_json(record: Mapping[str, Any]) -> Scenario:
    """The scenario of a line.

    Raises:
        ValueError: it has not that shape.
    """
    if not isinstance(record, dict) or "key" not in record or "input" not in record:
        raise ValueError("It is no scenario: “key” or “input” is missing.")
    key = chat.plain_text(record["key"])
    if not key:
        raise ValueError("“key” is empty.")
    slices, metadata = record.get("slices") or {}, record.get("metadata") or {}
    redactions = record.get("redactions") or []
    if not isinstance(slices, dict) or not isinstance(metadata, dict):
        raise ValueError("“slices” or “metadata” is not an object.")
    if not isinstance(redactions, list):
        raise ValueError("“redactions” is not a list.")
    extra = {name: value for name, value in record.items() if name not in _KNOWN}
    return Scenario(
        key=key,
        input=record["input"],
        tier=chat.plain_text(record.get("tier")),
        slices={str(name): chat.plain_text(value) for name, value in slices.items()},
        expected=chat.plain_text(record.get("expected")),
        origin=chat.plain_text(record.get("origin")),
        title=chat.plain_text(record.get("title")),
        metadata={**metadata, **extra},
        redactions=tuple(dict.fromkeys(chat.plain_text(item) for item in redactions)),
    )
