"""The bookmarks and notes of the project, below the facets."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.project import Changes
from evaldesk.domain.reading import Note
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.screens.traces.panels import KeyedList
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.theme.style import paint_elided, paint_row_ground, two_lines
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import SectionHeader, hairline
from evaldesk.ui.workspace import Workspace

MOST = 500
_LINE = 40
_NOTE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class MarkModel(QAbstractListModel):
    """Bookmarks and notes, newest first, with the names of their traces."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.notes: Sequence[Note] = ()
        self._names: Mapping[int, str] = {}
        self._person = ""

    def set_notes(self, notes: Sequence[Note], names: Mapping[int, str], person: str) -> None:
        """Show these."""
        self.beginResetModel()
        self.notes, self._names, self._person = notes, names, person
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """One a note."""
        return 0 if parent.isValid() else len(self.notes)

    def title(self, row: int) -> str:
        """``★ RET-0421``."""
        note = self.notes[row]
        sign = "★" if note.kind == "bookmark" else "✎"
        return f"{sign} {self._names.get(note.trace_pk, '')}"

    def detail(self, row: int) -> str:
        """The note, or where the bookmark stands; whose it is where it is another's."""
        note = self.notes[row]
        if note.text:
            said = " ".join(note.text.split())[:200]
        elif note.message >= 0:
            said = self.tr("message {number}").format(number=note.message + 1)
        else:
            said = self.tr("the whole trace")
        return said if note.author == self._person else f"{note.author}: {said}"

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for the eye and for a screen reader."""
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{self.title(index.row())}. {self.detail(index.row())}"
        return None


class MarkDelegate(QStyledItemDelegate):
    """Two lines a note."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tokens = tokens

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines."""
        return QSize(80, row_px(_LINE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Sign and scenario, and below what is said."""
        model = index.model()
        assert isinstance(model, MarkModel)
        tokens = self.tokens
        box: QRect = option.rect
        paint_row_ground(painter, tokens, option)
        upper, lower = two_lines(box, box.left() + 12, box.right() - 8)
        paint_elided(painter, upper, model.title(index.row()), tokens.text, sans())
        paint_elided(painter, lower, model.detail(index.row()), tokens.muted, sans("small"))


class MarksPanel(QWidget):
    """The list of them; hidden while there are none.

    Signals:
        chosen(trace, message, part): the person wants to go there.
    """

    chosen = Signal(int, int, int)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._author = workspace.user
        self.model = MarkModel(self)
        self._delegate = MarkDelegate(workspace.tokens, self)
        self.header = SectionHeader(self.tr("Bookmarks and notes"), "")
        self.header.setContentsMargins(12, 8, 12, 4)
        self.list = KeyedList(self.tr("Bookmarks and notes"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(self._delegate)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.picked.connect(self._picked)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(hairline())
        column.addWidget(self.header)
        column.addWidget(self.list)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.header.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        workspace.project_changed.connect(self._changed)
        workspace.theme_changed.connect(self._retheme)
        self.hide()

    def show_author(self, author: str) -> None:
        """Show one person's, or everybody's where it is empty."""
        self._author = author
        self.load()

    def load(self) -> None:
        """Read them."""
        project, author, person = self._workspace.project, self._author, self._workspace.user
        if project is None:
            self._show([], {}, person)
            return

        def work(_control: JobControl) -> tuple[list[Note], dict[int, str]]:
            notes = project.notes.all(author)[:MOST]
            rows = project.traces.rows(sorted({note.trace_pk for note in notes}))
            return notes, {row.pk: row.scenario for row in rows}

        self._workspace.jobs.read(
            work, lambda found: self._show(*found, person), key="traces-marks"
        )

    def _show(self, notes: list[Note], names: dict[int, str], person: str) -> None:
        self.model.set_notes(notes, names, person)
        self.setVisible(bool(notes))
        self._fit()
        self.header.detail.setText(f"{len(notes):,}")

    def _fit(self) -> None:
        self.list.setFixedHeight(min(6, len(self.model.notes)) * row_px(_LINE) + 2)

    def _picked(self, index: QModelIndex) -> None:
        note = self.model.notes[index.row()]
        self.chosen.emit(note.trace_pk, note.message, note.part)

    def _changed(self, changes: Changes, _origin: str) -> None:
        if "notes" in changes.areas:
            self.load()

    def _retheme(self) -> None:
        self._delegate.tokens = self._workspace.tokens
        self._fit()
        self.list.viewport().update()
