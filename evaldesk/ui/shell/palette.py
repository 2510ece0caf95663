"""Search for anything: commands, screens, recent projects, traces."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.jobs.runner import JobControl
from evaldesk.services.finding.view_address import SCHEME, read
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.theme import style
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.workspace import PaletteEntry, Workspace

ROW = 34
SHOWN = 11
TRACES = 20
_TYPING_MS = 60

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the palette."""

    title: str
    detail: str
    keys: str
    run: Callable[[], object]


def matches(text: str, title: str) -> int | None:
    """How well a title answers what was typed; smaller is better, None for not at all.

    Every typed word must begin a word of the title, or (worse) stand anywhere in it.
    """
    low = title.casefold()
    words = low.replace("-", " ").split()
    cost = 0
    for typed in text.casefold().split():
        place = next((i for i, word in enumerate(words) if word.startswith(typed)), None)
        if place is not None:
            cost += place
        elif typed in low:
            cost += 20
        else:
            return None
    return cost


class FoundModel(QAbstractListModel):
    """What was found, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: list[Found] = []

    def show_items(self, items: list[Found]) -> None:
        """Replace all."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The title; the whole for readers of the screen."""
        item = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (item.title, item.detail, item.keys) if part)
        return None


class FoundDelegate(QStyledItemDelegate):
    """Title, muted detail, and the key at the right."""

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are alike."""
        return QSize(200, row_px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one line."""
        model = index.model()
        if not isinstance(model, FoundModel):
            return
        item, tokens = model.items[index.row()], self._workspace.tokens
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.accent_soft))
            painter.fillRect(box.left(), box.top(), 3, box.height(), QColor(tokens.accent))
        right = box.right() - 16
        middle = box.center().y() + 1
        if item.keys:
            width = style.keycap_width(item.keys)
            style.paint_keycap(painter, tokens, right - width, middle, item.keys)
            right -= width + 4
        font = sans()
        painter.setFont(font)
        title_width = min(painter.fontMetrics().horizontalAdvance(item.title) + 2, right - 32)
        left = box.left() + 16
        style.paint_elided(
            painter,
            QRect(left, box.top(), title_width, box.height()),
            item.title,
            tokens.text,
            font,
        )
        if item.detail:
            start = left + title_width + 10
            style.paint_elided(
                painter,
                QRect(start, box.top(), max(0, right - start - 8), box.height()),
                item.detail,
                tokens.muted,
                sans(),
            )


class Palette(Overlay):
    """A line to type in, and what answers to it. Return carries out, ↑↓ choose."""

    def __init__(self, window: QWidget, workspace: Workspace) -> None:
        super().__init__(window, width=620, top=72)
        self._workspace = workspace
        self.screen_id = ""
        self._commands: list[Found] = []
        self._traces: list[Found] = []
        self.field = QLineEdit()
        self.field.setProperty("kind", "bare")
        self.field.setObjectName("palette-field")
        self.field.setTextMargins(16, 0, 16, 0)
        self.field.setPlaceholderText(self.tr("Search commands, screens, traces…"))
        self.field.setAccessibleName(self.tr("Search commands, screens and traces"))
        self.field.installEventFilter(self)
        self.model = FoundModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(FoundDelegate(workspace, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(self.tr("What was found"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(lambda index: self.run(index.row()))
        self.nothing = text_label("", "muted")
        self.nothing.setContentsMargins(16, 10, 16, 10)
        for widget in (self.field, hairline(), self.list, self.nothing):
            self.body.addWidget(widget)
        self.body.addSpacing(6)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._search_project)
        self.field.textChanged.connect(self._typed)

    def first_focus(self) -> QWidget:
        """The line."""
        return self.field

    def open_for(self, screen_id: str) -> None:
        """Show it with the commands of this screen first."""
        self.screen_id = screen_id
        self.field.clear()
        self._typed("")
        self.open()

    def run(self, row: int) -> None:
        """Carry a line out."""
        if 0 <= row < len(self.model.items):
            item = self.model.items[row]
            self.close_overlay()
            item.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows and Return go to the list while the line keeps the focus."""
        if (
            watched is self.field
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and self._steer(event.key())
        ):
            return True
        return super().eventFilter(watched, event)

    def _steer(self, key: int) -> bool:
        row, last = self.list.currentIndex().row(), len(self.model.items) - 1
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.run(row)
            return True
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Backtab: -1,
            Qt.Key.Key_PageDown: SHOWN,
            Qt.Key.Key_PageUp: -SHOWN,
        }
        step = steps.get(Qt.Key(key))
        if step is None:
            return False
        if last >= 0:
            self.list.setCurrentIndex(self.model.index(max(0, min(last, row + step)), 0))
        return True

    def _typed(self, text: str) -> None:
        self._commands = self._addressed(text.strip()) or self._matching_commands(text.strip())
        self._traces = []
        self._show()
        if self._workspace.project is not None and len(text.strip()) >= 2:
            self._typing.start()
        else:
            self._typing.stop()

    def _addressed(self, text: str) -> list[Found]:
        """The view that was pasted; nothing where it is none."""
        if self._workspace.project is None or not text.lower().startswith(SCHEME):
            return []
        try:
            read(text)
        except EvalDeskError as error:
            title, detail = self.tr("The address cannot be opened"), str(error)
            refused = error
            return [Found(title, detail, "", lambda: self._workspace.report(refused))]
        workspace = self._workspace
        title = self.tr("Open this view of the traces")
        return [Found(title, text, "", lambda: workspace.navigate("traces", view=text))]

    def _matching_commands(self, text: str) -> list[Found]:
        actions = self._workspace.actions
        scored: list[tuple[int, int, Found]] = []
        for order, spec in enumerate(actions.offered(self.screen_id)):
            if not spec.palette or spec.id == "app.palette":
                continue
            title = actions.text(spec.id)
            cost = matches(text, title)
            if cost is not None:
                run = _triggering(self._workspace, spec.id)
                scored.append((cost, order, Found(title, "", actions.keys(spec.id), run)))
        scored.sort(key=lambda item: item[:2])
        return [found for _, _, found in scored]

    def _search_project(self) -> None:
        project, text = self._workspace.project, self.field.text().strip()
        providers = tuple(self._workspace.palette_providers)
        if project is None or not providers:
            return

        def search(control: JobControl) -> list[PaletteEntry]:
            found: list[PaletteEntry] = []
            for provider in providers:
                control.check()
                found.extend(provider(project, text, TRACES, control))
            return found

        def show(entries: list[PaletteEntry]) -> None:
            if text != self.field.text().strip():
                return
            self._traces = [
                Found(entry.title, entry.detail, "", _leading(self._workspace, entry))
                for entry in entries
            ]
            self._show()

        self._workspace.jobs.read(search, show, key="palette")

    def _show(self) -> None:
        current = self.list.currentIndex().row()
        items = [*self._commands, *self._traces]
        self.model.show_items(items)
        if items:
            row = min(max(current, 0), len(items) - 1) if self._traces else 0
            self.list.setCurrentIndex(self.model.index(row, 0))
        self.list.setVisible(bool(items))
        self.list.setFixedHeight(min(len(items), SHOWN) * row_px(ROW) + 2)
        self.nothing.setVisible(not items)
        self.nothing.setText(self.tr("Nothing answers to that."))
        if self.isVisible():
            self.place()


def _triggering(workspace: Workspace, action_id: str) -> Callable[[], object]:
    # After the palette has closed and given the focus back, or the command would run in it.
    return lambda: QTimer.singleShot(0, lambda: workspace.actions.trigger(action_id))


def _leading(workspace: Workspace, entry: PaletteEntry) -> Callable[[], object]:
    return lambda: workspace.navigate(entry.screen, **entry.place)
