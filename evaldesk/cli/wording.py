"""Numbers and tables as a person reads them in a terminal."""

from collections.abc import Sequence

from evaldesk.domain.estimate import Estimate


def number(value: float | None, digits: int = 3) -> str:
    """A number; a dash where there is none."""
    if value is None:
        return "–"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.{digits}f}"


def estimate(item: Estimate, digits: int = 3) -> str:
    """A value with its interval and n, or the reason why there is none."""
    if item.value is None:
        return item.undefined_reason or "undefined"
    text = f"{item.value:.{digits}f}"
    if item.low is not None and item.high is not None:
        text += f" [{item.low:.{digits}f}, {item.high:.{digits}f}]"
    if item.n is not None:
        text += f" n={item.n}"
    if item.undefined_reason:
        text += f" ({item.undefined_reason})"
    return text


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns in line; numbers to the right."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [
        max([len(title), *(len(row[index]) for row in cells)]) for index, title in enumerate(head)
    ]
    right = [
        bool(rows) and all(isinstance(row[index], int | float) for row in rows)
        for index in range(len(head))
    ]

    def line(values: Sequence[str]) -> str:
        parts = [
            value.rjust(width) if to_right else value.ljust(width)
            for value, width, to_right in zip(values, widths, right, strict=True)
        ]
        return "  ".join(parts).rstrip()

    return "\n".join([line(head), line(["─" * width for width in widths]), *map(line, cells)])
