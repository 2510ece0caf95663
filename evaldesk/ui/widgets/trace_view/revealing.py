"""Showing the original of a redacted trace: the reason is asked in a line below it, and logged."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from evaldesk.domain.project import Changes
from evaldesk.domain.trace import Trace
from evaldesk.services.privacy.sight import sight_of
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.pane import TracePane


class RevealBar(QWidget):
    """A line for the reason.

    Signals:
        given(reason): Enter. closed(): Escape.
    """

    given = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Why you need the original"))
        self.field.setPlaceholderText(self.tr("Why do you need the original?"))
        self.button = ActionButton(self.tr("Show it"), kind="primary")
        self.button.setEnabled(False)
        told = text_label(
            self.tr(
                "Your name, the reason and the trace go into the log. It is shown until the "
                "project is closed."
            ),
            "small",
            wrap=True,
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(told)
        self.field.textChanged.connect(lambda text: self.button.setEnabled(bool(text.strip())))
        self.field.returnPressed.connect(self._give)
        self.button.clicked.connect(self._give)
        self.hide()

    def open_bar(self) -> None:
        """Ask."""
        self.field.clear()
        self.show()
        self.field.setFocus()

    def _give(self) -> None:
        reason = self.field.text().strip()
        if reason:
            self.hide()
            self.given.emit(reason)
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it redacted."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class RevealingDesk(QObject):
    """Reveals what one pane shows.

    Attributes:
        bar: where the reason is written.
    """

    def __init__(self, pane: "TracePane") -> None:
        super().__init__(pane)
        self._pane = pane
        self.bar = RevealBar()
        self.bar.given.connect(self._reveal)
        self.bar.closed.connect(pane.focus_trace)

    def hidden(self) -> tuple[int, ...]:
        """Which of the traces in sight are redacted."""
        project = self._pane.workspace.project
        if project is None:
            return ()
        sight = sight_of(project)
        return tuple(pk for pk in self._pane.pks if sight.hides(pk))

    def ask(self) -> None:
        """Ask for the reason, where anything is redacted."""
        if self.hidden():
            self.bar.open_bar()
        elif self._pane.pks:
            self._pane.workspace.say(self.tr("This is the original already"))

    def _reveal(self, reason: str) -> None:
        workspace, project, pks = self._pane.workspace, self._pane.workspace.project, self.hidden()
        if project is None or not pks:
            return

        def go() -> None:
            user = workspace.user
            workspace.jobs.write(
                lambda _: {pk: sight_of(project).reveal(pk, user, reason) for pk in pks},
                done,
                workspace.report,
            )

        def done(traces: dict[int, Trace]) -> None:
            workspace.changed(Changes.of("audit"), "revealing")
            if set(traces) <= set(self._pane.pks):
                self._pane.show_revealed(traces)
                self._pane.reveal_hint.hide()

        workspace.with_user(go)
