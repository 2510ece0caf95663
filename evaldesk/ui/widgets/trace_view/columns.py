"""One to four trace views beside each other, as wide as one another, their strips level."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import hairline
from evaldesk.ui.widgets.trace_view.comparing import SIDES
from evaldesk.ui.widgets.trace_view.view import TraceView

_NARROWEST = 120


class Columns(QWidget):
    """Makes columns when they are first needed, and keeps those that are not out of sight.

    Attributes:
        views: the columns in sight. made: all there are.
    """

    def __init__(
        self, tokens: Tokens, join: Callable[[TraceView], None], parent: QWidget | None = None
    ) -> None:
        """``join`` is called once with each column that is made."""
        super().__init__(parent)
        self._tokens = tokens
        self._join = join
        self.made: list[TraceView] = []
        self.views: list[TraceView] = []
        self._rules: list[QFrame] = []
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    def use(self, count: int) -> None:
        """Show so many."""
        while len(self.made) < min(count, len(SIDES)):
            self._make()
        for number, view in enumerate(self.made):
            view.setVisible(number < count)
            if number:
                self._rules[number - 1].setVisible(number < count)
            if number >= count:
                view.clear()
        self.views = self.made[:count]
        for view in self.views:
            view.canvas.setVerticalScrollBarPolicy(
                Qt.ScrollBarPolicy.ScrollBarAsNeeded
                if view is self.views[-1]
                else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            )

    def level_heads(self) -> None:
        """All strips are as high as the highest, or the rows would not stand level."""
        heads = [view.head for view in self.views]
        width = (self.width() - len(heads) + 1) // len(heads)
        height = max(head.heightForWidth(width) for head in heads)
        for head in heads:
            head.setFixedHeight(height)

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._tokens = tokens
        for view in self.made:
            view.set_tokens(tokens)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Chips may take another line."""
        super().resizeEvent(event)
        if self.views:
            self.level_heads()

    def _make(self) -> None:
        view = TraceView(self._tokens)
        view.setMinimumWidth(_NARROWEST)
        name = SIDES[len(self.made)]
        view.canvas.setAccessibleName(self.tr("Trace {side}").format(side=name))
        if self.made:
            rule = hairline("v")
            self._rules.append(rule)
            self._layout.addWidget(rule)
        self._layout.addWidget(view, 1)
        self.made.append(view)
        self._join(view)
