"""How a filter is written: a small pane with the grammar and examples from the project."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from evaldesk.domain.query import (
    DATE_FIELDS,
    DIFFERENCES,
    FLAG_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
)
from evaldesk.services.finding.completion import quoted
from evaldesk.services.finding.facets import Vocabulary
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label

_WIDTH, _MOST_HIGH = 600, 560


def examples(known: Vocabulary) -> list[str]:
    """Filters that find something in this project."""
    values = known.values or {}
    runs = [quoted(name) for name, _ in values.get("run", ())]
    made = []
    if known.scores:
        score = known.scores[0]
        made.append(f"{_name('score', score)} = 0")
    made.append("latency_ms > 2000 and not has_error")
    if known.slices:
        name = known.slices[0]
        some = [quoted(value) for value, _ in values.get(f"slice.{name}", ())][:2]
        if some:
            made.append(f"{_name('slice', name)} in ({', '.join(some)})")
    if runs:
        made.append(f"run = {runs[0]} and unrated = me")
    if len(runs) > 1:
        made.append(f"differs({runs[0]}, {runs[1]})")
    if known.annotations:
        made.append(f"{_name('annotation', known.annotations[0])} exists")
    made.append('(status = error or title contains "refund") and age < 7')
    return made


def _name(prefix: str, name: str) -> str:
    return quoted(f"{prefix}.{name}")


class FilterHelp(QFrame):
    """The pane. Escape or a click beside it closes; an example goes into the field by a click."""

    def __init__(
        self, known: Vocabulary, take: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "overlay")
        self.setAccessibleName(self.tr("How a filter is written"))
        self._take = take
        inner = QWidget()
        inner.setProperty("surface", "pane")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(8)
        self._column.addWidget(text_label(self.tr("How a filter is written"), "title"))
        self._rows(self._grammar(known))
        self._column.addWidget(hairline())
        self._column.addWidget(text_label(self.tr("Examples; a click takes one"), "heading"))
        self.buttons = [self._example(text) for text in examples(known)]
        scroll = QScrollArea()
        scroll.setWidget(inner)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.addWidget(scroll)
        self._inner = inner

    def open_below(self, field: QWidget) -> None:
        """Show it below a field, within the screen."""
        room = field.screen().availableGeometry()
        high = self._inner.heightForWidth(_WIDTH - 20)
        wanted = max(high, self._inner.sizeHint().height()) + 4
        at = field.mapToGlobal(QPoint(0, field.height() + 4))
        self.resize(QSize(_WIDTH, min(wanted, _MOST_HIGH, room.bottom() - at.y() - 8)))
        self.move(max(room.left() + 8, min(at.x(), room.right() - _WIDTH - 8)), at.y())
        self.show()
        if self.buttons:
            self.buttons[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down go through the examples."""
        steps = {Qt.Key.Key_Down: True, Qt.Key.Key_Up: False}
        forward = steps.get(Qt.Key(event.key()))
        if forward is not None:
            self.focusNextPrevChild(forward)
        elif event.key() == Qt.Key.Key_F1:
            self.close()
        else:
            super().keyPressEvent(event)

    def _grammar(self, known: Vocabulary) -> list[tuple[str, str]]:
        own = [
            *(_name("score", name) for name in known.scores[:4]),
            *(_name("slice", name) for name in known.slices[:4]),
            *(_name("annotation", name) for name in known.annotations[:2]),
        ]
        rows = [
            (self.tr("A test"), self.tr('name = value · != < <= > >= · contains "text"')),
            ("", self.tr('in ("a", "b") · not in (…) · exists')),
            (self.tr("Joined by"), self.tr("and · or · not · brackets")),
            (self.tr("Texts"), " ".join(TEXT_FIELDS)),
            (self.tr("Numbers"), " ".join(NUMBER_FIELDS) + "  " + self.tr("(age in days)")),
            (self.tr("Dates"), " ".join(DATE_FIELDS) + '  imported >= "2026-11-01"'),
            (self.tr("Hold or not"), " ".join(FLAG_FIELDS)),
            ("", self.tr('alone, or of somebody: rated = me, noted = "Ada"')),
            (self.tr("Two runs"), 'differs("a", "b")  ' + self.tr("and what may differ:")),
            ("", f"{' '.join(DIFFERENCES)} score.NAME"),
            (self.tr("Likeness"), 'similar("run/scenario")'),
        ]
        if own:
            rows.insert(6, (self.tr("Of this project"), " ".join(own)))
        return rows

    def _rows(self, rows: Sequence[tuple[str, str]]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for place, (caption, text) in enumerate(rows):
            grid.addWidget(text_label(caption, "muted"), place, 0, Qt.AlignmentFlag.AlignTop)
            # Not in the font for code, which would draw <= as one sign.
            grid.addWidget(text_label(text, wrap=True), place, 1)
        self._column.addLayout(grid)

    def _example(self, text: str) -> ActionButton:
        button = ActionButton(text, kind="link")
        button.setAccessibleName(self.tr("Use: {filter}").format(filter=text))
        button.clicked.connect(lambda: self._chosen(text))
        self._column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        return button

    def _chosen(self, text: str) -> None:
        self.close()
        self._take(text)
