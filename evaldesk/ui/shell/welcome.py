"""What the window shows without a project."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from evaldesk.ui.theme.icons import pixmap
from evaldesk.ui.theme.measure import fix_width
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.workspace import Workspace

WIDTH = 560


class Welcome(QWidget):
    """Open, make, try, and what was open lately.

    Signals:
        open_path(path): a recent project was chosen.
    """

    open_path = Signal(object)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(16)
        outer.addLayout(column)
        outer.addStretch(1)
        column.addStretch(2)
        heading = QHBoxLayout()
        heading.setSpacing(14)
        self._mark = QLabel()
        heading.addWidget(self._mark)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text_label("EvalDesk", "figure"))
        words.addWidget(
            text_label(
                self.tr("Judge what a language-model system did. Nothing leaves this machine."),
                "muted",
            )
        )
        heading.addLayout(words, 1)
        column.addLayout(heading)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self._before: QWidget | None = None
        self.buttons: dict[str, ActionButton] = {}
        for action_id, kind, text in (
            ("project.open", "primary", self.tr("Open a project")),
            ("project.new", "", self.tr("New project")),
            ("project.new_encrypted", "", self.tr("New encrypted project")),
            ("project.open_package", "", self.tr("Open a package")),
            ("project.sample", "", self.tr("Try the sample project")),
        ):
            button = ActionButton(text, workspace.actions.keys(action_id), kind=kind)
            button.clicked.connect(
                lambda _checked=False, wanted=action_id: workspace.actions.trigger(wanted)
            )
            buttons.addWidget(button)
            self.buttons[action_id] = button
        buttons.addStretch(1)
        column.addLayout(buttons)
        self._recents = Card(self.tr("Recent projects"))
        fix_width(self._recents, WIDTH)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        self._recents.body.addLayout(self._list)
        column.addWidget(self._recents)
        self.hint = text_label(self.tr("Or drop a project or a package here."), "muted")
        column.addWidget(self.hint)
        column.addStretch(3)
        self.setFocusProxy(self.buttons["project.open"])
        workspace.theme_changed.connect(self._draw)
        self._draw()
        self.show_recents()

    def show_recents(self) -> None:
        """Look again at what was open lately."""
        while self._list.count():
            item = self._list.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        self._before = None
        recents = self._workspace.settings.recents
        self._recents.setVisible(bool(recents))
        last: QWidget = self.buttons["project.sample"]
        for text in recents:
            path = Path(text)
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(8)
            button = ActionButton(path.stem, kind="link")
            button.setToolTip(text)
            button.clicked.connect(lambda _checked=False, wanted=path: self.open_path.emit(wanted))
            folder = ElidedLabel(str(path.parent), kind="muted", mode=Qt.TextElideMode.ElideMiddle)
            line.addWidget(button)
            line.addWidget(folder, 1)
            self._list.addWidget(row)
            # Made anew, they would come last in the window.
            self.setTabOrder(last, button)
            last = button

    def show_busy(self, text: str) -> None:
        """A project is being opened: say so and take no other."""
        if text:
            # What is disabled loses the focus, and it would end up somewhere else in the window.
            focused: QWidget | None = self.window().focusWidget()
            inside = focused is not None and self.isAncestorOf(focused)
            self._before = focused if inside else None
        for button in self.buttons.values():
            button.setEnabled(not text)
        self._recents.setEnabled(not text)
        self.hint.setText(text or self.tr("Or drop a project or a package here."))
        if not text and self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw(self) -> None:
        self._mark.setPixmap(pixmap("app", self._workspace.tokens.accent, 44))
