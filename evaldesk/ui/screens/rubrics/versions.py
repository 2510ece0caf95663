"""Two versions of a rubric beside each other, and what each change does to answers."""

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.conditions import AllOf, AnyOf, Condition
from evaldesk.domain.rubric import Criterion, FailureMode, Rubric
from evaldesk.services.rubrics.changes import differences, is_same_question
from evaldesk.ui.screens.rubrics.quiet_combo import QuietCombo
from evaldesk.ui.widgets.card import Card, hairline, pane, text_label
from evaldesk.ui.widgets.chip import Chip


class VersionsSideBySide(QWidget):
    """The older one at the left, the newer one at the right; lines that differ stand out.

    Attributes:
        name: of the rubric that is shown.

    Signals:
        closed(): the person goes back to writing.
    """

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.name = ""
        self._versions: Sequence[Rubric] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 16, 8)
        head.setSpacing(8)
        self.old, self.new = QuietCombo(), QuietCombo()
        self.old.setAccessibleName(self.tr("Left version"))
        self.new.setAccessibleName(self.tr("Right version"))
        head.addWidget(self.old)
        head.addWidget(text_label("→", "muted"))
        head.addWidget(self.new)
        head.addStretch(1)
        self.close_button = QPushButton(self.tr("Back to writing"))
        self.close_button.clicked.connect(self.closed)
        head.addWidget(self.close_button)
        column.addLayout(head)
        column.addWidget(hairline())
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.area, 1)
        for box in (self.old, self.new):
            box.activated.connect(lambda _: self._show())

    def show_versions(self, name: str, versions: Sequence[Rubric]) -> None:
        """The last two of these.

        Args:
            versions: oldest first, at least two; version 0 is a draft.
        """
        self.name, self._versions = name, versions
        for box, place in ((self.old, len(versions) - 2), (self.new, len(versions) - 1)):
            box.clear()
            for item in versions:
                words = self.tr("Version {v}").format(v=item.version)
                box.addItem(words if item.version else self.tr("what is being written"))
            box.setCurrentIndex(place)
        self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _show(self) -> None:
        old = self._versions[self.old.currentIndex()]
        new = self._versions[self.new.currentIndex()]
        body = pane("bg")
        column = QVBoxLayout(body)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        if not differences(old, new):
            column.addWidget(text_label(self.tr("They are the same."), "muted"))
        if old.guidance != new.guidance:
            column.addWidget(
                self._card(
                    self.tr("How to rate"),
                    (self.tr("answers hold"), "ok"),
                    old.guidance.splitlines(),
                    new.guidance.splitlines(),
                )
            )
        names = dict.fromkeys(item.name for item in (*new.criteria, *old.criteria))
        for name in names:
            column.addWidget(self._criterion(old, new, name))
        if old.failure_modes != new.failure_modes:
            column.addWidget(
                self._card(
                    self.tr("Failure modes"),
                    ("", ""),
                    [_mode_line(mode) for mode in old.failure_modes],
                    [_mode_line(mode) for mode in new.failure_modes],
                )
            )
        column.addStretch(1)
        self.area.setWidget(body)

    def _criterion(self, old: Rubric, new: Rubric, name: str) -> Card:
        one, two = old.criterion(name), new.criterion(name)
        if one is None:
            chip = (self.tr("new: asked for the first time"), "warn")
        elif two is None:
            chip = (self.tr("gone: its answers stay with the old version"), "neutral")
        elif one == two:
            chip = (self.tr("unchanged"), "neutral")
        elif is_same_question(one, two):
            chip = (self.tr("changed, answers hold"), "ok")
        else:
            chip = (self.tr("another question: asked again"), "warn")
        item = two or one
        assert item is not None
        if one == two:
            return self._card(item.text, chip, (), ())
        return self._card(item.text, chip, self._lines(old, one), self._lines(new, two))

    def _card(
        self, title: str, chip: tuple[str, str], left: Sequence[str], right: Sequence[str]
    ) -> Card:
        card = Card(title)
        if chip[0] and card.header is not None:
            card.header.add(Chip(*chip))
        if not left and not right:
            return card
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        for row, (a, b) in enumerate(zip_longest(left, right, fillvalue="")):
            for place, (words, others) in enumerate(((a, right), (b, left))):
                # Marked by words as well: colour alone would not reach everybody.
                differs = bool(words) and words not in others
                label = text_label(
                    f"± {words}" if differs else words, "warn" if differs else "", wrap=True
                )
                grid.addWidget(label, row, place, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(grid)
        return card

    def _lines(self, rubric: Rubric, item: Criterion | None) -> list[str]:
        if item is None:
            return []
        scale = item.scale
        bounds = [
            words.format(n=f"{value:g}")
            for words, value in (
                (self.tr("from {n}"), scale.minimum),
                (self.tr("to {n}"), scale.maximum),
                (self.tr("in steps of {n}"), scale.step),
            )
            if value is not None
        ]
        facts = [
            scale.kind,
            " ".join([*bounds, scale.unit]).strip(),
            {
                "higher": self.tr("higher is better"),
                "lower": self.tr("lower is better"),
                "none": "",
            }[item.direction],
            self.tr("needed") if item.required else self.tr("optional"),
            self.tr("may be “cannot judge”") if item.cannot_judge else "",
            self.tr("asked of pairs too") if item.pairwise else "",
            self.tr("weight {n}").format(n=f"{item.weight:g}") if item.weight != 1 else "",
            self.tr("group {g}").format(g=item.group) if item.group else "",
        ]
        lines = [item.text, item.question, *(fact for fact in facts if fact)]
        if item.shown_if is not None:
            lines.append(
                self.tr("asked where {c}").format(c=self._condition(rubric, item.shown_if))
            )
        for point in scale.points:
            marks = [
                self.tr("alone") if point.exclusive else "",
                self.tr("say why") if point.comment else "",
            ]
            noted = ", ".join(mark for mark in marks if mark)
            head = point.text if point.text == str(point.value) else f"{point.text} ({point.value})"
            lines.append(
                f"• {head}"
                + (f" [{noted}]" if noted else "")
                + (f" — {point.anchor}" if point.anchor else "")
            )
            lines += [self.tr("   e.g. {e}").format(e=example) for example in point.examples]
        return [line for line in lines if line]

    def _condition(self, rubric: Rubric, condition: Condition) -> str:
        if isinstance(condition, AllOf | AnyOf):
            joint = self.tr(" and ") if isinstance(condition, AllOf) else self.tr(" or ")
            inner = [self._condition(rubric, item) for item in condition.items]
            return "(" + joint.join(inner) + ")" if len(inner) > 1 else inner[0]
        criterion = rubric.criterion(condition.criterion)
        title = criterion.text if criterion is not None else condition.criterion
        values = ", ".join(
            criterion.scale.text_of(value) if criterion is not None else str(value)
            for value in condition.values
        )
        words = {
            "is": self.tr("“{c}” is {v}"),
            "in": self.tr("“{c}” is one of {v}"),
            "above": self.tr("“{c}” is above {v}"),
            "below": self.tr("“{c}” is below {v}"),
        }
        return words[condition.operator].format(c=title, v=values)


def _mode_line(mode: FailureMode) -> str:
    parts = [mode.text if mode.text == mode.name else f"{mode.text} ({mode.name})"]
    parts += [mode.severity, mode.definition]
    parts.append(f"← {', '.join(mode.aliases)}" if mode.aliases else "")
    return " · ".join(part for part in parts if part)
