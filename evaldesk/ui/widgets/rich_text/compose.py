"""Chunks of every kind, laid out at a width."""

from PySide6.QtCore import QCoreApplication, QRectF

from evaldesk.ui.widgets.rich_text.chunks import Chunk, runs_right_to_left
from evaldesk.ui.widgets.rich_text.flow import Flow, Laid, Shape, Target
from evaldesk.ui.widgets.rich_text.fonts import TextStyle, TextStyles
from evaldesk.ui.widgets.rich_text.json_folds import JsonFolds, JsonLine
from evaldesk.ui.widgets.rich_text.json_lines import Hints, shown_line
from evaldesk.ui.widgets.rich_text.markdown import Block, blocks
from evaldesk.ui.widgets.rich_text.shown import Shown
from evaldesk.ui.widgets.rich_text.syntax import colours
from evaldesk.ui.widgets.rich_text.tables import fits, lay_out_table

GAP = 7.0
"""Between paragraphs."""
INDENT = 22.0
QUOTE = 14.0
CODE_PAD = 9.0
GUTTER = 16.0
"""Left of JSON, for the signs that fold."""
_STEP = 16.0
_FENCE = 20
"""Characters that the line of a fence has at most, with its language."""


def lay_out_plain(chunk: Chunk, style: TextStyle, width: float) -> Laid:
    """Text as it came."""
    flow = Flow(Shown.plain(chunk.text, chunk.start), style, width, rtl=chunk.rtl)
    return Laid(flow.height, [flow])


def lay_out_code(chunk: Chunk, styles: TextStyles, width: float) -> Laid:
    """Lines of a fence on a ground of their own."""
    laid = Laid()
    if chunk.first and chunk.start > _FENCE:  # something stands above it
        laid.height += GAP
    shown = Shown.plain(chunk.text, chunk.start)
    shown.styles = colours(chunk.text, chunk.info)
    _code(laid, shown, styles, 0.0, width, chunk.info, first=chunk.first, last=chunk.last)
    return laid


def lay_out_markdown(chunk: Chunk, styles: TextStyles, base: TextStyle, width: float) -> Laid:
    """Paragraphs, headings, lists, quotations and what lies within them.

    Args:
        base: font of the paragraphs.
    """
    laid = Laid()
    before: Block | None = None
    for block in blocks(chunk.text, chunk.start, chunk.info if chunk.kind == "table" else ""):
        if laid.flows or not chunk.first or chunk.start:
            laid.height += _gap(before, block, at_start=not laid.flows, chunk=chunk)
        top = laid.height
        _block(laid, block, chunk, styles, base, width)
        for depth in range(block.quote):
            bar = QRectF(depth * QUOTE + block.outer * INDENT, top, 3, laid.height - top)
            laid.shapes.append(Shape("bar", bar, "line"))
        before = block
    if not laid.flows and not laid.shapes:
        return lay_out_plain(chunk, base, width)
    return laid


def _gap(before: Block | None, block: Block, *, at_start: bool, chunk: Chunk) -> float:
    if at_start:
        return 0.0 if chunk.kind == "table" and not chunk.first else GAP
    if block.level:
        return GAP * 1.8
    if block.tight and before is not None and before.indent:
        return 2.0
    return GAP


def _block(
    laid: Laid, block: Block, chunk: Chunk, styles: TextStyles, base: TextStyle, width: float
) -> None:
    # However deep it lies, something of the width remains.
    x = min(block.quote * QUOTE + block.indent * INDENT, width * 0.6)
    room = width - x
    if block.kind == "rule":
        laid.shapes.append(Shape("line", QRectF(x, laid.height + 4, room, 0), "line"))
        laid.height += 9
    elif block.kind == "code":
        block.shown.styles = colours(block.shown.text, block.lang)
        _code(laid, block.shown, styles, x, room, block.lang)
    elif block.kind == "table" and fits(block, room):
        head = chunk.kind != "table" or chunk.first
        lay_out_table(laid, block, styles, x, room, head=head)
    elif block.kind == "table":
        for row in block.rows:
            for cell in row:
                _text(laid, cell, base, styles, x, room)
    else:
        style = base
        if block.level:
            style = styles.title if block.level <= 2 else styles.strong
        top = laid.height
        ink = "muted" if block.quote else ""
        said = block.shown.text
        turned = not said.isascii() and runs_right_to_left(said, 0, len(said))
        if turned:  # it is indented from the right
            x = min(block.quote * QUOTE, x)
        _text(laid, block.shown, style, styles, x, room, ink=ink)
        if block.bullet and turned:
            _bullet_right(laid, block, base, x + room, top, width)
        elif block.bullet:
            _bullet(laid, block, base, x, top)


def _text(
    laid: Laid,
    shown: Shown,
    style: TextStyle,
    styles: TextStyles,
    x: float,
    width: float,
    *,
    ink: str = "",
) -> None:
    flow = Flow(shown, style, width, styles, x=x, y=laid.height, ink=ink)
    laid.flows.append(flow)
    laid.height += flow.height


def _bullet(laid: Laid, block: Block, base: TextStyle, x: float, top: float) -> None:
    sign = Shown()
    sign.add(block.bullet)
    wide = len(block.bullet) * base.letter + 6 > INDENT
    left = max(0.0, x - INDENT * (2 if wide else 1))
    flow = Flow(sign.done(), base, x - left - 7, x=left, y=top, ink="muted", align="right")
    laid.flows.insert(len(laid.flows) - 1, flow)


def _bullet_right(
    laid: Laid, block: Block, base: TextStyle, x: float, top: float, width: float
) -> None:
    sign = Shown()
    sign.add(block.bullet)
    room = max(width - x - 7, 1.0)
    flow = Flow(sign.done(), base, room, x=x + 7, y=top, ink="muted", rtl=False, wrap=False)
    laid.flows.insert(len(laid.flows) - 1, flow)


def _code(
    laid: Laid,
    shown: Shown,
    styles: TextStyles,
    x: float,
    width: float,
    language: str,
    *,
    first: bool = True,
    last: bool = True,
) -> None:
    top = laid.height
    laid.height += CODE_PAD if first else 0.0
    flow = Flow(shown, styles.payload, width - 2 * CODE_PAD, styles, x=x + CODE_PAD, y=laid.height)
    laid.flows.append(flow)
    laid.height += flow.height + (CODE_PAD if last else 0.0)
    laid.shapes.append(Shape("box", QRectF(x, top, width, laid.height - top), "soft"))
    if first and language:
        place = QRectF(x, top + 2, width - 8, 14)
        laid.shapes.append(Shape("text", place, "muted", language[:24], styles.payload_head))


def lay_out_json(chunk: Chunk, folds: JsonFolds, styles: TextStyles, width: float) -> Laid:
    """Lines of JSON, with signs that fold before those that can be."""
    hints = _hints()
    laid = Laid()
    items: tuple[JsonLine, ...] = chunk.data
    for item in items:
        x = GUTTER + min(item.depth * _STEP, width * 0.5)
        flow = Flow(
            shown_line(folds, item, hints),
            styles.payload,
            width - x,
            styles,
            x=x,
            y=laid.height,
            rtl=False,
        )
        laid.flows.append(flow)
        if item.begins and folds.can_fold(item.line):
            sign = "▾" if folds.is_open(item.line) else "▸"
            place = QRectF(x - 14, laid.height, 12, styles.payload.pitch)
            laid.shapes.append(Shape("text", place, "muted", sign, styles.small))
            # The sign, and the line where it says how much is hidden.
            reach = 14.0 if folds.is_open(item.line) else 14.0 + flow.natural_width
            laid.targets.append(
                Target(QRectF(x - 14, laid.height, reach, flow.height), "fold", item.line)
            )
        laid.height += flow.height
    return laid


def _hints() -> Hints:
    translate = QCoreApplication.translate
    return Hints(
        key=translate("TraceView", "1 key"),
        keys=translate("TraceView", "{count} keys"),
        item=translate("TraceView", "1 item"),
        items=translate("TraceView", "{count} items"),
        characters=translate("TraceView", "{count} characters"),
    )
