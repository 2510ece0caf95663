"""Room beside the number of a spin box, where a style sheet's padding does not reach."""

from typing import TypeVar

from PySide6.QtWidgets import QAbstractSpinBox

from evaldesk.ui.theme.measure import px, sized

S = TypeVar("S", bound=QAbstractSpinBox)


def roomy(box: S) -> S:
    """Let the number stand as far from the edge as the words of other fields."""

    def give(it: S) -> None:
        margin = px(8)
        it.lineEdit().setTextMargins(margin, 0, margin, 0)

    return sized(box, give)
