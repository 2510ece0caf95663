"""A way to differ that comes back, told below the list."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout

from evaldesk.services.judging.patterns import Pattern
from evaldesk.ui.screens.adjudicate.controller import AdjudicateController
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.label import ElidedLabel


class PatternCard(Card):
    """A way to differ that comes back, and a button that lists its items."""

    def __init__(self, controller: AdjudicateController) -> None:
        super().__init__(surface="")
        self._controller = controller
        self._shown = 0
        self.body.setContentsMargins(26, 22, 26, 22)
        head = QHBoxLayout()
        head.addWidget(text_label(self.tr("A pattern"), "heading"))
        head.addStretch(1)
        self.other = ActionButton("", kind="link")
        self.other.clicked.connect(self._next)
        head.addWidget(self.other)
        self.body.addLayout(head)
        self.question = ElidedLabel("", kind="muted")
        self.text = text_label("", "muted", wrap=True)
        self.body.addWidget(self.question)
        self.body.addWidget(self.text)
        row = QHBoxLayout()
        self.button = ActionButton("")
        self.button.clicked.connect(self.toggle)
        row.addWidget(self.button)
        row.addStretch(1)
        self.body.addLayout(row)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A quiet ground that asks for attention."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_tokens().warn_soft))
        painter.drawRoundedRect(self.rect().adjusted(12, 10, -12, -12), 8, 8)
        painter.end()

    @property
    def current(self) -> Pattern | None:
        """The one that is listed, else the one that is told of."""
        found = self._controller.found
        patterns = found.patterns if found is not None else []
        if self._controller.scope.pattern is not None:
            return self._controller.scope.pattern
        return patterns[self._shown % len(patterns)] if patterns else None

    def show_patterns(self) -> None:
        """Tell of one, if there is any."""
        pattern, found = self.current, self._controller.found
        self.setVisible(pattern is not None)
        if pattern is None or found is None or found.rubric is None:
            return
        listed = self._controller.scope.pattern is not None
        criterion = found.rubric.criterion(pattern.criterion)
        number = len(pattern.places)
        value, others = str(pattern.value), str(pattern.others)
        if criterion is not None:
            value = criterion.scale.text_of(pattern.value)
            others = criterion.scale.text_of(pattern.others)
        if pattern.kind == "reader":
            words = self.tr(
                "In {n} items the same rater alone says “{value}” where all others say “{others}”. "
                "Settle the reading once, then confirm each."
            )
        else:
            words = self.tr(
                "{n} of {all} disagreements are between “{value}” and “{others}”. "
                "The rubric may not say where the line is."
            )
        self.question.setText(criterion.text if criterion is not None else pattern.criterion)
        self.text.setText(words.format(n=number, all=pattern.among, value=value, others=others))
        self.button.setText(
            self.tr("Show all disagreements")
            if listed
            else self.tr("Show the {n}").format(n=number)
        )
        self.button.setAccessibleName(self.button.text())
        total = len(found.patterns)
        self.other.setVisible(total > 1 and not listed)
        self.other.setText(
            self.tr("{i} of {n} ›").format(i=self._shown % max(total, 1) + 1, n=total)
        )
        self.other.setAccessibleName(self.tr("Next pattern"))

    def toggle(self) -> None:
        """List its items, or everything again."""
        listed = self._controller.scope.pattern is not None
        self._controller.show_pattern(None if listed else self.current)

    def _next(self) -> None:
        self._shown += 1
        self.show_patterns()
