"""The points of a scale as buttons: one of them, or several."""

from collections.abc import Sequence
from typing import Any

from evaldesk.domain.rubric import Criterion, Point
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.rubric_form.cards import FieldCard, KeysOf
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton
from evaldesk.ui.widgets.rubric_form.point_details import PointDetails

_SHORT_ANCHORS = 140


class ChoiceCard(FieldCard):
    """One of the points; the first nine have a digit, the arrows reach all."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion.name, criterion.text, criterion)
        self._scale = criterion.scale
        points = criterion.scale.points
        lines = [f"{point.text}: {point.anchor}" for point in points if point.anchor]
        joined = " · ".join(lines)
        self._anchors = text_label(joined, "muted", wrap=True)
        self._long = len(joined) > _SHORT_ANCHORS
        self._anchors.setVisible(bool(lines) and not self._long)
        self.body.addWidget(self._anchors)
        self.details: PointDetails | None = None
        if self._long or any(point.examples for point in points):
            self.details = PointDetails(points)
            self.body.addWidget(self.details)
        self._values: list[Any] = [point.value for point in points]
        row = FlowLayout()
        self.buttons: list[ChoiceButton] = []
        for number, point in enumerate(points, 1):
            button = ChoiceButton(point.text, str(number) if number <= 9 else "", _tooltip(point))
            button.setAccessibleDescription(point.anchor)
            button.clicked.connect(lambda _=False, value=point.value: self._clicked(value))
            row.addWidget(button)
            self.buttons.append(button)
        self.body.addLayout(row)
        self._pointed = -1

    def show_keys(self, keys: KeysOf) -> None:
        """On the button of each point."""
        super().show_keys(keys)
        for number, button in enumerate(self.buttons[:9], 1):
            button.follow_keys(keys(f"answer{number}"))

    def set_active(self, active: bool) -> None:
        """Long anchors are shown on the active card only."""
        super().set_active(active)
        if self.details is not None:
            if self._long:
                self.details.setVisible(active)
            elif not active:
                self.show_details_of(False)
            if not active:
                self.details.show_examples(False)
        if not active:
            self._point(-1)

    def show_value(self, value: Any) -> None:
        """Mark what is chosen. An answer to an earlier version that the scale no longer has marks
        none.
        """
        super().show_value(value)
        chosen = self._chosen()
        for button, own in zip(self.buttons, self._values, strict=True):
            button.setChecked(own in chosen)

    def mark_suggested(self, value: Any) -> None:
        """A dashed line round its button."""
        ready = value if isinstance(value, list) else [value]
        for button, own in zip(self.buttons, self._values, strict=True):
            button.set_suggested(own in ready)

    def words_of(self, value: Any) -> str:
        """What the button says."""
        return self._scale.text_of(value)

    def digit(self, number: int) -> bool:
        """Choose the point of that place."""
        if not 1 <= number <= min(9, len(self._values)):
            return False
        self._choose(self._values[number - 1])
        return True

    def enter(self) -> None:
        """Choose what the arrows point at; the comment that the answer wants; else go on."""
        if self._pointed >= 0:
            self.final.emit(self.name)
            self._choose(self._values[self._pointed])
        elif self.wants_comment:
            self.say()
        elif self.answered:
            self.left.emit(1)

    def point_at(self, step: int) -> bool:
        """Go to another point, without choosing it."""
        places = [i for i, own in enumerate(self._values) if own in self._chosen()]
        begin = self._pointed if self._pointed >= 0 else places[0] if places else None
        if begin is None:
            self._point(0 if step > 0 else len(self._values) - 1)
        else:
            self._point((begin + step) % len(self._values))
        return True

    def show_details(self) -> bool:
        """Show or hide anchors and examples in full."""
        if self.details is None:
            return self._anchors.isVisible()
        if self._long:
            return self.details.show_examples(not self.details.with_examples) or True
        self.show_details_of(self.details.isHidden())
        return True

    def show_details_of(self, shown: bool) -> None:
        """The anchors in one line, or in full with their examples."""
        if self.details is not None and not self._long:
            self.details.setVisible(shown)
            self.details.show_examples(shown)
            self._anchors.setVisible(bool(self._anchors.text()) and not shown)

    def _chosen(self) -> Sequence[Any]:
        return () if self.value is None else (self.value,)

    def _choose(self, value: Any) -> None:
        self.chosen.emit(self.name, value)

    def _clicked(self, value: Any) -> None:
        # Qt has checked the button already; whether it is answered is not the button's to say.
        self.show_value(self.value)
        self.reached.emit(self.name)
        self._choose(value)

    def _point(self, place: int) -> None:
        if self._pointed >= 0:
            self.buttons[self._pointed].set_pointed(False)
        self._pointed = place
        if place >= 0:
            self.buttons[place].set_pointed(True)
            self.setAccessibleDescription(
                self.tr("at %1").replace("%1", self.buttons[place].text())
            )


class SeveralCard(ChoiceCard):
    """Any number of the points. An exclusive one stands alone: choosing it lets go of the others,
    and choosing another lets go of it.
    """

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion)
        self._head.insertWidget(1, text_label(self.tr("any number"), "small"))

    def digit(self, number: int) -> bool:
        """Choose the point of that place, or let go of it; more may follow."""
        super().digit(number)
        return False

    def has_digit(self, number: int) -> bool:
        """Whether there is a point for it."""
        return 1 <= number <= min(9, len(self._values))

    def enter(self) -> None:
        """Toggle what the arrows point at; the comment that the answer wants; else go on."""
        if self._pointed >= 0:
            self._choose(self._values[self._pointed])
        else:
            super().enter()

    def _chosen(self) -> Sequence[Any]:
        value = self.value
        return [v for v in self._values if str(v) in value] if isinstance(value, list) else ()

    def _choose(self, value: Any) -> None:
        alone = {point.value for point in self._scale.points if point.exclusive}
        chosen = list(self._chosen())
        if value in chosen:
            chosen.remove(value)
        elif value in alone:
            chosen = [value]
        else:
            chosen = [item for item in chosen if item not in alone] + [value]
        self.chosen.emit(self.name, [item for item in self._values if item in chosen] or None)


def _tooltip(point: Point) -> str:
    lines = [point.anchor, *(f"· {example}" for example in point.examples)]
    return "\n".join(line for line in lines if line)
