"""The steps of two to four traces in rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from evaldesk.domain.identifiers import canonical_json
from evaldesk.services.alignment.formatting import NO_FORMATTING, Formatting
from evaldesk.services.alignment.matching import columns
from evaldesk.services.reading.steps import Step

Relation = Literal["equal", "differs", "only"]


@dataclass(frozen=True, slots=True)
class Row:
    """Steps that stand beside each other.

    Attributes:
        steps: index into the steps of each trace; None where a trace has none here.
        groups: a number for each trace; those with the same number say and do the same, -1 for
            none. The first trace that has a step is in group 0.
        moved: number of another row in which a trace that has no step here makes the same call or
            says the same; -1 for none.
    """

    steps: tuple[int | None, ...]
    groups: tuple[int, ...]
    moved: int = -1

    @property
    def relation(self) -> Relation:
        """Whether all say the same, all have a step but not the same, or only some have one."""
        if -1 in self.groups:
            return "only"
        return "equal" if not any(self.groups) else "differs"

    @property
    def present(self) -> tuple[int, ...]:
        """The traces that have a step here."""
        return tuple(side for side, step in enumerate(self.steps) if step is not None)

    @property
    def a(self) -> int | None:
        """The step of the first trace."""
        return self.steps[0]

    @property
    def b(self) -> int | None:
        """The step of the second."""
        return self.steps[1]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Rows in order: every step of every trace is in exactly one.

    Attributes:
        first_divergence: the first row in which they *do* different things (a tool that only some
            call, or call otherwise); where they only do it in another order or word it
            differently, the first such row; None where all is equal.
    """

    rows: tuple[Row, ...]
    first_divergence: int | None

    @property
    def differing(self) -> tuple[int, ...]:
        """The rows that are not equal."""
        return tuple(i for i, row in enumerate(self.rows) if row.relation != "equal")


def align(*traces: Sequence[Step], ignored: Formatting = NO_FORMATTING) -> Alignment:
    """Put the steps of traces side by side; one trace alone has only equal rows.

    The same steps are matched in whatever order the traces are given, and whatever is ignored.
    Where a row may stand before or after another, that of the earlier trace comes first.

    Args:
        ignored: formatting of texts that is no difference. Arguments of calls are compared as
            they are.
    """
    signatures = [[step.signature for step in steps] for steps in traces]
    found = columns(traces, signatures)
    if ignored:
        signatures = [[plain_signature(step, ignored) for step in steps] for steps in traces]
    rows = [Row(column, _groups(column, signatures)) for column in found]
    rows = _moved(rows, traces)
    return Alignment(tuple(rows), _first_divergence(rows, traces))


def _groups(column: Sequence[int | None], signatures: Sequence[Sequence[bytes]]) -> tuple[int, ...]:
    known: dict[bytes, int] = {}
    return tuple(
        -1 if index is None else known.setdefault(signatures[side][index], len(known))
        for side, index in enumerate(column)
    )


def plain_signature(step: Step, ignored: Formatting) -> bytes:
    """Equal for steps that say and do the same but for formatting."""
    result = step.result
    return canonical_json(
        [
            step.kind,
            step.name,
            ignored.plain(step.text),
            ignored.plain(step.refusal),
            step.attachments,
            step.arguments,
            ignored.plain(result) if isinstance(result, str) else result,
            step.answered,
            step.error,
            list(step.tools),
        ]
    )


def _moved(rows: list[Row], traces: Sequence[Sequence[Step]]) -> list[Row]:
    """Join rows in which the same is done, but not at the same place: calls made at once have no
    order, and what was said may have been said earlier.
    """
    lonely: dict[Any, list[int]] = {}
    for number, row in enumerate(rows):
        if row.relation == "only":
            lonely.setdefault(_deed(_first(row, traces)), []).append(number)
    found = list(rows)
    for numbers in lonely.values():
        while numbers:
            one = numbers.pop(0)
            here = set(rows[one].present)
            other = next((n for n in numbers if not here & set(rows[n].present)), None)
            if other is not None:
                numbers.remove(other)
                found[one] = Row(rows[one].steps, rows[one].groups, other)
                found[other] = Row(rows[other].steps, rows[other].groups, one)
    return found


def _deed(step: Step) -> Any:
    if step.kind == "tool":
        return "tool", step.name, canonical_json(step.arguments)
    # Two empty messages, or two times "Yes", are no sign that something moved.
    return step.signature if len(step.text) > 20 else object()


def _first(row: Row, traces: Sequence[Sequence[Step]]) -> Step:
    side = row.present[0]
    index = row.steps[side]
    assert index is not None
    return traces[side][index]


def _first_divergence(rows: list[Row], traces: Sequence[Sequence[Step]]) -> int | None:
    differing = [number for number, row in enumerate(rows) if row.relation != "equal"]

    def first(holds: Callable[[Row, Step], bool]) -> int | None:
        return next((n for n in differing if holds(rows[n], _first(rows[n], traces))), None)

    for holds in (
        lambda row, step: step.kind == "tool" and row.moved < 0,
        lambda row, step: step.kind != "setup",
        lambda row, step: True,
    ):
        found = first(holds)
        if found is not None:
            return found
    return None
