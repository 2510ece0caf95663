"""The right pane: the board, what the raters said, the ruling and its history."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.highlight import SpansBesideEachOther
from evaldesk.domain.rating import Ruling
from evaldesk.domain.rubric import Criterion
from evaldesk.services.judging.adjudication import Board, BoardRow
from evaldesk.ui.screens.adjudicate.board import BoardView, ruling_text
from evaldesk.ui.screens.adjudicate.controller import AdjudicateController
from evaldesk.ui.screens.adjudicate.highlights_card import HighlightsCard
from evaldesk.ui.screens.adjudicate.reading import can_rule
from evaldesk.ui.screens.adjudicate.ruling_card import RulingCard
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, pane, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.figures import local_time

_MOST_COMMENTS = 12


class BoardPane(QWidget):
    """Shows the item in hand; what is decided goes to the controller.

    Board and words scroll where the window is small; the ruling stays in sight below them.

    Signals:
        left(): the keys may go back to the screen.
    """

    left = Signal()

    def __init__(self, controller: AdjudicateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(340)
        self.board = BoardView()
        self.board.row_wanted.connect(self._take_row)
        self.board.adopted.connect(self._adopt)
        self.comments = text_label("", "muted", wrap=True)
        self.comments.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.comments.setAccessibleName(self.tr("What the raters wrote"))
        self.history = HistoryCard()
        self.highlights = HighlightsCard()
        self.upper = Snug((self.board, self.highlights, self.history, self.comments))
        self.card = RulingCard(controller)
        self.card.left.connect(self.left)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 12)
        outer.setSpacing(8)
        outer.addWidget(self.upper)
        lower = QVBoxLayout()
        lower.setContentsMargins(16, 0, 16, 0)
        lower.setSpacing(12)
        lower.addWidget(self.card)
        lower.addWidget(self._buttons())
        outer.addLayout(lower)
        outer.addStretch(1)
        controller.item_changed.connect(self._show_item)
        controller.row_changed.connect(self._show_row)
        controller.draft_changed.connect(self._show_saving)
        self._show_item()

    def _buttons(self) -> QWidget:
        actions = self._controller.workspace.actions
        self.buttons = QWidget()
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.rule_button = ActionButton(
            self.tr("Rule and next"), actions.keys("adjudicate.rule"), kind="primary"
        )
        self.rule_button.clicked.connect(self._controller.rule)
        self.rubric_button = ActionButton(self.tr("Change the rubric …"))
        self.rubric_button.clicked.connect(self._change_rubric)
        row.addWidget(self.rule_button)
        row.addWidget(self.rubric_button)
        row.addStretch(1)
        return self.buttons

    # -- inside

    def _show_item(self) -> None:
        place = self._controller.place
        board = self._controller.board
        for widget in (self.upper, self.card, self.buttons):
            widget.setVisible(board is not None)
        self.board.show_board(board, place[1] if place is not None else "")
        if board is not None:
            self.highlights.show_highlights(board.highlights, board.rubric)
        else:
            self.highlights.show_highlights(SpansBesideEachOther(), None)
        self._show_row()

    def _show_row(self) -> None:
        board, row = self._controller.board, self._controller.board_row
        self.board.board.set_active(row.criterion.name if row is not None else "")
        self.card.show_row(row)
        text = _comments(board, row) if board is not None else ""
        self.comments.setText(text)
        self.comments.setVisible(bool(text))
        able = row is not None and can_rule(row.criterion)
        self.rule_button.setVisible(able)
        if row is not None:
            self.history.show_rulings(row.rulings, row.criterion)
        self._show_saving()
        self.upper.fit()
        if row is not None:
            self.upper.verticalScrollBar().setValue(0)
            self.upper.ensureVisible(0, self.board.middle_of(row.criterion.name), 0, 60)

    def _show_saving(self) -> None:
        row = self._controller.board_row
        self.rule_button.setEnabled(not self._controller.saving)
        again = row is not None and row.ruling is not None
        self.rule_button.setText(self.tr("Rule again") if again else self.tr("Rule and next"))

    def _take_row(self, name: str) -> None:
        if self._controller.place is not None:
            self._controller.go((self._controller.place[0], name))

    def _adopt(self, name: str, value: object) -> None:
        self._take_row(name)
        self._controller.pick(value)

    def _change_rubric(self) -> None:
        place = self._controller.place
        self._controller.workspace.navigate(
            "rubrics",
            rubric=self._controller.scope.rubric,
            criterion=place[1] if place is not None else "",
        )


class Snug(QScrollArea):
    """As high as what is in it, and scrolling where that is too much."""

    def __init__(self, widgets: Sequence[QWidget]) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(96)
        inner = pane()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(16, 8, 16, 4)
        self._column.setSpacing(12)
        for widget in widgets:
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self.setWidget(inner)

    def sizeHint(self) -> QSize:
        """What the column needs at this width."""
        width = max(self.viewport().width(), 300)
        column = self._column
        height = (
            column.totalHeightForWidth(width)
            if column.hasHeightForWidth()
            else column.totalSizeHint().height()
        )
        return QSize(width, height + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width needs another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def fit(self) -> None:
        """Its content has changed."""
        self._column.invalidate()
        self.updateGeometry()


class HistoryCard(QWidget):
    """Every ruling on the question, the newest first; nothing is ever taken away."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(text_label(self.tr("Rulings on this question"), "heading"))
        self._cards: list[QWidget] = []
        self.hide()

    def show_rulings(self, rulings: Sequence[Ruling], criterion: Criterion) -> None:
        """Others."""
        for card in self._cards:
            self._column.removeWidget(card)
            card.deleteLater()
        self._cards = [
            self._card(ruling, criterion, stands=ruling is rulings[-1])
            for ruling in reversed(rulings)
        ]
        for card in self._cards:
            self._column.addWidget(card)
        self.setVisible(bool(self._cards))

    def _card(self, ruling: Ruling, criterion: Criterion, *, stands: bool) -> QWidget:
        card = Card()
        card.body.setContentsMargins(12, 8, 12, 10)
        card.body.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(8)
        text, kind = ruling_text(self, ruling, criterion)
        head.addWidget(Chip(text.removesuffix(" ✓"), kind if stands else "neutral"))
        head.addWidget(text_label(ruling.author))
        head.addWidget(text_label(local_time(ruling.created_at), "muted"))
        head.addStretch(1)
        state = self.tr("stands") if stands else self.tr("superseded")
        head.addWidget(text_label(state, "muted"))
        card.body.addLayout(head)
        reason = text_label(ruling.reason, "" if stands else "muted", wrap=True)
        reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.body.addWidget(reason)
        card.setAccessibleName(f"{text}, {ruling.author}, {state}: {ruling.reason}")
        return card


def _comments(board: Board, row: BoardRow | None) -> str:
    lines = [f"⚑ {alias}: “{note}”" for alias, note in board.flags.items() if note]
    if row is not None:
        lines += [f"{alias}: “{text}”" for alias, text in row.comments.items()]
    lines += [f"{alias}: “{text}”" for alias, text in board.comments.items()]
    for other in board.rows:
        if row is None or other.criterion.name != row.criterion.name:
            lines += [
                f"{alias} · {other.criterion.text}: “{text}”"
                for alias, text in other.comments.items()
            ]
    if len(lines) > _MOST_COMMENTS:
        lines = [*lines[:_MOST_COMMENTS], f"… {len(lines) - _MOST_COMMENTS}"]
    return "\n".join(lines)
