"""The line above traces side by side: what is equal and what not, and how they are shown."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from evaldesk.services.alignment import ALL_FORMATTING, Formatting
from evaldesk.services.alignment.summary import Summary
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.trace_view.hints import ClickableHint, HintBar, ToggleHint
from evaldesk.ui.widgets.trace_view.pins import Pin
from evaldesk.ui.widgets.trace_view.summary_words import counted, parted


class SummaryLine(HintBar):
    """``12 steps equal · 3 differ``, ``G First divergence at step 5: A calls …``, the toggles, and
    the pins below.

    Signals:
        divergence_wanted(), folding_wanted(): a hint was clicked.
        formatting_wanted(formatting): this is to count as no difference.
        unpin_wanted(pin): a pin was clicked.
    """

    divergence_wanted = Signal()
    folding_wanted = Signal()
    formatting_wanted = Signal(object)
    unpin_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.ignored = Formatting()
        self.counts = ElidedLabel(kind="muted")
        self.divergence = ClickableHint("G", "", self.divergence_wanted.emit, elided=True)
        self.folding = ToggleHint("O", self.tr("only differences"), self.folding_wanted.emit)
        self.formatting = ToggleHint("I", self.tr("ignore formatting"), self.toggle_formatting)
        self.formatting.setToolTip(self.tr("A right click chooses what is ignored"))
        self.formatting.menu_wanted.connect(lambda _at: self.offer_formatting())
        row = QHBoxLayout()
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(12)
        row.addWidget(self.counts, 1)
        row.addWidget(self.folding)
        row.addWidget(self.formatting)
        second = QHBoxLayout()
        second.setContentsMargins(16, 0, 16, 6)
        second.addWidget(self.divergence, 1)
        for hint in (self.formatting, self.folding):
            self.add_yielding(hint)
        self._pins = QWidget()
        self._flow = FlowLayout(self._pins, between=4, least=80, centred=True)
        self._flow.setContentsMargins(16, 0, 16, 6)
        self._pins.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(row)
        layout.addLayout(second)
        layout.addWidget(self._pins)

    def show_summary(
        self, summary: Summary, ignored: Formatting, *, folded: bool, scenarios: int = 1
    ) -> None:
        """Show figures of other traces, or of the same ones looked at otherwise.

        Args:
            scenarios: how many scenarios the traces are of.
        """
        self.ignored = ignored
        text = counted(summary)
        if scenarios > 1:
            text = self.tr("Of {n} scenarios").format(n=scenarios) + " · " + text
        self.counts.setText(text)
        self.divergence.show_text(parted(summary.divergence))
        self.divergence.setVisible(summary.divergence is not None)
        self.show_folding(folded)
        self.formatting.set_on(bool(ignored), self._ignored_words(ignored))
        self.fit()

    def show_folding(self, folded: bool) -> None:
        """Say whether equal stretches are folded."""
        self.folding.set_on(folded)

    def show_pins(self, pins: Sequence[Pin]) -> None:
        """Say what stays open."""
        while self._flow.count():
            item = self._flow.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for pin in pins:
            button = QToolButton()
            button.setProperty("kind", "flat")
            button.setText(self.tr("Stays open: {what} ✕").format(what=pin.label))
            button.setToolTip(self.tr("Let it go"))
            button.clicked.connect(lambda _on=False, pin=pin: self.unpin_wanted.emit(pin))
            self._flow.addWidget(button)
        self._pins.setVisible(bool(pins))

    def toggle_formatting(self) -> None:
        """Ignore all formatting, or none."""
        self.formatting_wanted.emit(Formatting() if self.ignored else ALL_FORMATTING)

    def offer_formatting(self) -> QMenu:
        """Offer what of the formatting to ignore."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        now = self.ignored

        def add(text: str, on: bool, then: Formatting) -> QAction:
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(on)
            action.triggered.connect(lambda _on=False: self.formatting_wanted.emit(then))
            return action

        add(
            self.tr("White space and line breaks"),
            bool(now),
            Formatting() if now else Formatting(whitespace=True),
        )
        add(
            self.tr("Markdown marks, quotes and dashes"),
            now.marks,
            Formatting(True, not now.marks, now.case),
        )
        add(self.tr("Capitals"), now.case, Formatting(True, now.marks, not now.case))
        menu.popup(self.formatting.mapToGlobal(self.formatting.rect().bottomLeft()))
        return menu

    def _ignored_words(self, ignored: Formatting) -> str:
        if not ignored or ignored == ALL_FORMATTING:
            return ""
        parts = [self.tr("white space")]
        if ignored.marks:
            parts.append(self.tr("marks"))
        if ignored.case:
            parts.append(self.tr("capitals"))
        return self.tr("ignore {what}").format(what=", ".join(parts))
