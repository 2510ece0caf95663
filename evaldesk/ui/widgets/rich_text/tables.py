"""Tables laid out in columns that fit the width."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF

from evaldesk.ui.widgets.rich_text.flow import Flow, Laid, Shape
from evaldesk.ui.widgets.rich_text.fonts import TextStyles
from evaldesk.ui.widgets.rich_text.markdown import Block

PAD = 7.0
NARROWEST = 44.0
"""A column that is narrower cannot be read."""


def fits(block: Block, width: float) -> bool:
    """Whether there is room for all columns."""
    return len(block.aligns) * (NARROWEST + 2 * PAD) <= width


def lay_out_table(
    laid: Laid, block: Block, styles: TextStyles, x: float, width: float, *, head: bool
) -> None:
    """Add a table to what is laid out, below what is there.

    Args:
        head: whether the first row names the columns.
    """
    columns = len(block.aligns)
    if not columns or not block.rows:
        return
    widths = _widths(block, styles, width, columns)
    edges = [x]
    for one in widths:
        edges.append(edges[-1] + one + 2 * PAD)
    y = laid.height
    top = y
    for number, row in enumerate(block.rows):
        is_head = head and number == 0
        style = styles.strong if is_head else styles.prose
        flows = [
            Flow(
                cell,
                style,
                widths[column],
                styles,
                x=edges[column] + PAD,
                y=y + 4,
                align=_align(block.aligns[column]),
            )
            for column, cell in enumerate(row[:columns])
        ]
        height = max((flow.height for flow in flows), default=style.pitch) + 8
        if is_head:
            laid.shapes.append(Shape("box", QRectF(x, y, edges[-1] - x, height), "soft"))
        laid.flows.extend(flows)
        y += height
        laid.shapes.append(Shape("line", QRectF(x, y, edges[-1] - x, 0), "line"))
    if head:
        laid.shapes.append(Shape("line", QRectF(x, top, edges[-1] - x, 0), "line"))
    for edge in edges:
        laid.shapes.append(Shape("line", QRectF(edge, top, 0, y - top), "line"))
    laid.height = y


def _align(name: str) -> str:
    return "" if name == "left" else name


def _widths(block: Block, styles: TextStyles, width: float, columns: int) -> list[float]:
    """What each column would like, or its share where that is too much."""
    room = width - columns * 2 * PAD - 1
    wanted = [NARROWEST] * columns
    longest = [NARROWEST] * columns  # words that should stay whole
    for row in block.rows[:100]:
        for column, cell in enumerate(row[:columns]):
            lines = cell.text.split("\n")
            letters = max(map(len, lines))
            wanted[column] = max(wanted[column], letters * styles.strong.letter * 1.15 + 4)
            word = max((len(part) for part in cell.text[:2000].split()), default=0)
            longest[column] = max(longest[column], min(word, 24) * styles.strong.letter * 1.15)
    if sum(wanted) <= room:
        return wanted
    return _shared(wanted, longest, room)


def _shared(wanted: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    """Narrow columns keep what they want; wide ones share what is left."""
    if sum(least) > room:
        scale = room / sum(least)
        return [max(NARROWEST * min(scale, 1.0), one * scale) for one in least]
    rest = room - sum(least)
    over = [max(0.0, one - low) for one, low in zip(wanted, least, strict=True)]
    # A square root, so that one very long column does not take everything.
    weight = [one**0.5 for one in over]
    total = sum(weight) or 1.0
    return [low + rest * share / total for low, share in zip(least, weight, strict=True)]
