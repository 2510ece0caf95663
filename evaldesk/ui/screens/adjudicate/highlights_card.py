"""What each rater highlighted in the trace in hand, side by side, and how far they agree."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from evaldesk.domain.highlight import Highlight, SpanOverlap, SpansBesideEachOther
from evaldesk.domain.rubric import Rubric
from evaldesk.services.reading.highlights import labels_of
from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.trace_view.canvas import TraceCanvas
from evaldesk.ui.widgets.trace_view.figures import figure
from evaldesk.ui.widgets.trace_view.highlight_list import (
    ITEM_ROLE,
    TEXTS_ROLE,
    HighlightDelegate,
)
from evaldesk.ui.widgets.trace_view.highlight_marks import PlacedMark, by_section, place_of
from evaldesk.ui.widgets.trace_view.places import Span

_TONES = ("a", "b", "c", "d", "tool", "warn")
_BESIDE = 3
"""Raters in one row of columns."""
_MOST_ROWS = 5
_MOST_PAIRS = 10
_ROW = 42


class HighlightsCard(QWidget):
    """A column a rater; what is chosen in one is shown in the trace.

    Signals:
        wanted(id): of the highlight to be shown.
    """

    wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(text_label(self.tr("Highlights"), "heading"))
        self._grid_host = QWidget()
        self._grid = QGridLayout(self._grid_host)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self.agreement = text_label("", "muted", wrap=True)
        self.agreement.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.agreement.setAccessibleName(self.tr("How far the raters marked the same"))
        self._column.addWidget(self._grid_host)
        self._column.addWidget(self.agreement)
        self._made: list[QWidget] = []
        self.lists: list[QListWidget] = []
        self._beside = SpansBesideEachOther()
        self._names: dict[tuple[str, str], str] = {}
        self.hide()

    def show_highlights(self, beside: SpansBesideEachOther, rubric: Rubric | None) -> None:
        """Others; hidden where nobody marked anything."""
        for widget in self._made:
            self._grid.removeWidget(widget)
            widget.deleteLater()
        self._made, self.lists = [], []
        self._beside = beside
        known = labels_of((rubric,)) if rubric is not None else []
        self._names = {(one.kind, one.name): one.text for one in known}
        marking = [
            (number, rater)
            for number, rater in enumerate(beside.raters)
            if rater.placed.found or rater.placed.lost
        ]
        for place, (number, rater) in enumerate(marking):
            column = QWidget()
            inner = QVBoxLayout(column)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.setSpacing(2)
            count = len(rater.placed.found) + len(rater.placed.lost)
            inner.addWidget(text_label(f"{number + 1} · {rater.alias} · {count}", "muted"))
            listed = QListWidget()
            listed.setAccessibleName(self.tr("Highlights of {alias}").format(alias=rater.alias))
            listed.setItemDelegate(HighlightDelegate(listed, two_lines=True))
            listed.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            for one, _ in rater.placed.found:
                self._add(listed, number, one, "")
            for one in rater.placed.lost:
                self._add(listed, number, one, self.tr("no longer found"))
            listed.setFixedHeight(min(count, _MOST_ROWS) * row_px(_ROW) + 4)
            listed.itemClicked.connect(self._tell)
            listed.installEventFilter(self)
            inner.addWidget(listed)
            inner.addStretch(1)
            self._grid.addWidget(column, place // _BESIDE, place % _BESIDE)
            self._made.append(column)
            self.lists.append(listed)
        self.agreement.setText(self._agreement(beside.overlaps))
        self.agreement.setVisible(bool(beside.overlaps))
        self.setVisible(bool(marking))

    def mark(self, canvas: TraceCanvas, current: str = "") -> list[PlacedMark]:
        """Underline what the raters marked, a line and a figure for each rater."""
        texts = place_of(canvas.cards)
        placed = [
            PlacedMark(
                one,
                found,
                Span(*texts[found.step, found.key], found.start, found.end - found.start),
                str(number + 1),
                f"{rater.alias}: {self._label(one)}",
                _TONES[number % len(_TONES)],
            )
            for number, rater in enumerate(self._beside.raters)
            for one, found in rater.placed.found
            if (found.step, found.key) in texts
        ]
        canvas.set_labelled(by_section(placed, current))
        return placed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter shows what is chosen; arrows stay in the list."""
        if (
            event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
            and isinstance(event, QKeyEvent)
            and isinstance(watched, QListWidget)
        ):
            pressed = event.type() == QEvent.Type.KeyPress
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and not pressed:
                event.accept()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                item = watched.currentItem()
                if pressed and item is not None:
                    self._tell(item)
                else:
                    event.accept()
                return True
        return super().eventFilter(watched, event)

    def _add(self, listed: QListWidget, number: int, one: Highlight, lost: str) -> None:
        item = QListWidgetItem()
        severity = f" · {one.severity}" if one.severity else ""
        quote = " ".join(one.anchor.quote[:160].split())
        detail = " · ".join(part for part in (lost, f"“{quote}”", one.comment) if part)
        label = self._label(one) + severity
        item.setData(ITEM_ROLE, one.id)
        item.setData(TEXTS_ROLE, (str(number + 1), label, detail, _TONES[number % len(_TONES)]))
        item.setText(f"{label}. {detail}")
        item.setToolTip(f"{one.anchor.quote[:600]}\n{one.comment}".strip())
        listed.addItem(item)

    def _label(self, one: Highlight) -> str:
        return self._names.get((one.kind, one.label), one.label)

    def _tell(self, item: QListWidgetItem) -> None:
        self.wanted.emit(str(item.data(ITEM_ROLE)))

    def _agreement(self, overlaps: Sequence[SpanOverlap]) -> str:
        said = self.tr(
            "{one} and {other}: {shared} of {either} marked characters shared "
            "(overlap {iou}, F1 {f1}); the same label on {labelled}."
        )
        lines = [
            said.format(
                one=pair.one,
                other=pair.other,
                shared=pair.shared,
                either=pair.either,
                iou=figure(pair.iou) if pair.iou is not None else "–",
                f1=figure(pair.f1) if pair.f1 is not None else "–",
                labelled=pair.labelled,
            )
            for pair in overlaps[:_MOST_PAIRS]
        ]
        if len(overlaps) > _MOST_PAIRS:
            more = self.tr("… and {n} more pairs").format(n=len(overlaps) - _MOST_PAIRS)
            lines.append(more)
        return "\n".join(lines)
