"""Which parts of a filter are ticks of facets, so that a view that is opened shows them as such."""

from evaldesk.domain.query import (
    FLAG_FIELDS,
    AnyOf,
    Comparison,
    Every,
    Filter,
    Not,
)

Ticks = dict[str, list[Filter]]
"""Facet → its lines that are ticked; see `evaldesk.services.finding.facets`."""

_VALUES = frozenset(
    ("run", "system", "model", "prompt_version", "status", "tier", "tag", "dataset", "suite")
)


def split(where: Filter | None) -> tuple[Filter | None, Ticks]:
    """What of a filter has to stay a filter, and what facets can show as ticks. Together
    (``finding.narrowed``) they mean what the filter means.
    """
    ticks: Ticks = {}
    rest: list[Filter] = []
    closed: set[str] = set()  # facets whose lines are joined already: “or” would take more in
    for part in _parts(where):
        name, lines = _lines(part)
        joined = name != "flags" and any(not isinstance(line, Not) for line in lines)
        if not name or (joined and name in closed):
            rest.append(part)
            continue
        if joined:
            closed.add(name)
        ticks.setdefault(name, []).extend(lines)
    if len(rest) > 1:
        return Every(tuple(rest)), ticks
    return (rest[0] if rest else None), ticks


def _parts(where: Filter | None) -> list[Filter]:
    if where is None:
        return []
    return list(where.items) if isinstance(where, Every) and not _is_band(where) else [where]


def _lines(part: Filter) -> tuple[str, list[Filter]]:
    """The facet that a part belongs to and its lines; an empty name for none."""
    if isinstance(part, Not):
        name = _facet(part.item)
        return name, [part]
    if isinstance(part, AnyOf):
        names = {_facet(item) for item in part.items}
        name = names.pop() if len(names) == 1 else ""
        # Of the flags each has to hold.
        return ("", []) if name == "flags" else (name, list(dict.fromkeys(part.items)))
    if isinstance(part, Comparison) and part.operator == "in" and part.name not in FLAG_FIELDS:
        lines: list[Filter] = [
            Comparison(part.name, "=", (value,)) for value in dict.fromkeys(part.values)
        ]
        return (_facet(lines[0]) if lines else ""), lines
    return _facet(part), [part]


def _facet(line: Filter) -> str:
    """The facet that could have such a line; empty for none."""
    if isinstance(line, Every):
        return line.items[0].name if _is_band(line) else ""  # type: ignore[union-attr]
    if not isinstance(line, Comparison):
        return ""
    if line.operator == "exists":
        if line.name in FLAG_FIELDS:
            return "flags"
        return "annotation" if line.name.startswith("annotation.") else ""
    if line.operator != "=" or len(line.values) != 1:
        return ""
    value = line.values[0]
    if line.name in _VALUES or line.name.startswith("slice."):
        return line.name if isinstance(value, str) else ""
    return line.name if line.name.startswith("score.") and not isinstance(value, str) else ""


def _is_band(where: Every) -> bool:
    """Whether it is a range of one score."""
    if len(where.items) != 2:
        return False
    low, high = where.items
    return (
        isinstance(low, Comparison)
        and isinstance(high, Comparison)
        and low.name == high.name
        and low.name.startswith("score.")
        and low.operator == ">="
        and high.operator in ("<", "<=")
        and all(isinstance(value, float) for value in (*low.values, *high.values))
    )
