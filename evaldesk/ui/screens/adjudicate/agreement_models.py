"""Agreement as tables: criteria, pairs of raters, slices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.domain.agreement import RELIABLE_FROM, TENTATIVE_FROM, CriterionAgreement, reading
from evaldesk.domain.estimate import Estimate
from evaldesk.ui.screens.adjudicate.agreement_controller import Outcome, raters_of
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.theme.style import paint_elided, paint_rule
from evaldesk.ui.widgets.figures import NONE, estimate_detail, estimate_text

_Index = QModelIndex | QPersistentModelIndex
ESTIMATE_ROLE = Qt.ItemDataRole.UserRole
AXIS_ROLE = Qt.ItemDataRole.UserRole + 1
KIND_ROLE = Qt.ItemDataRole.UserRole + 2


def field_row_height() -> int:
    """Of a row with a bar."""
    return row_px(36)


_BAR = 120
_WIDEST = 320


@dataclass(frozen=True, slots=True)
class Field:
    """One cell: its words, its tooltip, and the estimate where a bar belongs to it."""

    text: str
    detail: str = ""
    estimate: Estimate | None = None
    kind: str = ""


class FieldModel(QAbstractTableModel):
    """A table of fields."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.head: Sequence[str] = ()
        self.side: Sequence[str] = ()
        self.fields: Sequence[Sequence[Field]] = ()
        self.axis = 0.0

    def show_fields(
        self,
        head: Sequence[str],
        fields: Sequence[Sequence[Field]],
        side: Sequence[str] = (),
    ) -> None:
        """Another table; the axis of its bars begins at 0, or below where a value does."""
        self.beginResetModel()
        self.head, self.fields, self.side = head, fields, side
        lows = [
            end
            for row in fields
            for field in row
            if field.estimate is not None
            for end in (field.estimate.low, field.estimate.value)
            if end is not None
        ]
        least = min(lows, default=0.0)
        self.axis = 0.0 if least >= 0 else -0.5 if least >= -0.5 else -1.0
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many rows."""
        return 0 if parent is not None and parent.isValid() else len(self.fields)

    def columnCount(self, parent: _Index | None = None) -> int:
        """How many columns."""
        return 0 if parent is not None and parent.isValid() else len(self.head)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        names = self.head if orientation == Qt.Orientation.Horizontal else self.side
        return names[section] if section < len(names) else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words, tooltip, estimate."""
        if not index.isValid():
            return None
        field = self.fields[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return field.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return field.detail or field.text
        if role == ESTIMATE_ROLE:
            return field.estimate
        if role == AXIS_ROLE:
            return self.axis
        if role == KIND_ROLE:
            return field.kind
        return None


class FieldDelegate(QStyledItemDelegate):
    """Words, and before an alpha its interval against the marks at .667 and .80."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Words and bar."""
        width = QFontMetrics(sans()).horizontalAdvance(str(index.data() or "")) + 20
        if index.data(ESTIMATE_ROLE) is not None:
            # A reason why there is none may be long; the tooltip has the whole.
            width = min(width + _BAR + 12, _WIDEST)
        return QSize(width, field_row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One cell."""
        tokens = current_tokens()
        box = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.accent_soft))
        paint_rule(painter, tokens, box.left(), box.right(), box.bottom())
        inner = box.adjusted(10, 0, -8, 0)
        estimate: Estimate | None = index.data(ESTIMATE_ROLE)
        if estimate is not None and estimate.value is not None:
            bar = QRectF(inner.left(), inner.top(), _BAR, inner.height())
            paint_range(painter, bar, estimate, index.data(AXIS_ROLE))
            inner.setLeft(inner.left() + _BAR + 12)
        inks = {"ok": tokens.ok, "bad": tokens.bad, "warn": tokens.warn, "muted": tokens.muted}
        ink = inks.get(index.data(KIND_ROLE), tokens.text)
        paint_elided(painter, inner, str(index.data() or ""), ink, sans())


def paint_range(painter: QPainter, box: QRectF, estimate: Estimate, least: float) -> None:
    """An interval as a bar with its point, on an axis from ``least`` to 1 with Krippendorff's two
    marks. An end beyond the axis is cut off there.
    """
    tokens = current_tokens()
    middle = box.center().y()

    def x(value: float) -> float:
        share = (min(max(value, least), 1.0) - least) / (1.0 - least)
        return box.left() + 5 + share * (box.width() - 10)

    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    axis = QColor(tokens.muted)
    axis.setAlphaF(0.35)
    painter.setPen(QPen(axis, 1))
    painter.drawLine(round(x(least)), round(middle), round(x(1.0)), round(middle))
    for mark in (TENTATIVE_FROM, RELIABLE_FROM):
        pen = QPen(QColor(tokens.muted), 1)
        pen.setStyle(Qt.PenStyle.SolidLine if mark == RELIABLE_FROM else Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(round(x(mark)), round(middle - 9), round(x(mark)), round(middle + 9))
    if least < 0:
        painter.setPen(QPen(axis, 1))
        painter.drawLine(round(x(0.0)), round(middle - 5), round(x(0.0)), round(middle + 5))
    ink = QColor(getattr(tokens, READING_INK[reading(estimate)]))
    if estimate.low is not None and estimate.high is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        left, right = x(estimate.low), x(estimate.high)
        painter.drawRoundedRect(QRectF(left, middle - 2, max(right - left, 1.0), 4), 2, 2)
    if estimate.value is not None:
        painter.setPen(QPen(QColor(tokens.pane), 1.5))
        painter.setBrush(ink)
        point = x(estimate.value)
        painter.drawEllipse(QRectF(point - 3.5, middle - 3.5, 7, 7))
    painter.restore()


READING_INK = {
    "reliable": "ok",
    "tentative": "warn",
    "unreliable": "bad",
    "no interval": "muted",
    "undefined": "muted",
}


def alpha_text(estimate: Estimate) -> str:
    """Value and interval, or why there is no value."""
    if estimate.value is None:
        return estimate.undefined_reason or NONE
    text = estimate_text(estimate)
    return text if estimate.low is not None else f"{text}, {estimate.undefined_reason or ''}"


def reading_text(teller: QObject, estimate: Estimate) -> str:
    """What the lower end of the interval allows, in words."""
    words = {
        "reliable": teller.tr("from .80: reliable"),
        "tentative": teller.tr("from .667: tentative conclusions only"),
        "unreliable": teller.tr("below .667: not reliable"),
        "no interval": teller.tr("no interval to read"),
        "undefined": teller.tr("undefined"),
    }
    return words[reading(estimate)]


def criterion_fields(
    teller: QObject, outcomes: Sequence[Outcome]
) -> tuple[list[str], list[list[Field]]]:
    """The table of criteria: headings and rows."""
    head = [
        teller.tr("Question"),
        teller.tr("Level"),
        teller.tr("Krippendorff's α with 95 % interval"),
        teller.tr("Read at the lower end"),
        teller.tr("AC1 / AC2"),
        teller.tr("Agreement"),
        teller.tr("Units"),
        teller.tr("Raters"),
        teller.tr("Answers"),
        teller.tr("Missing"),
    ]
    rows = []
    for one in outcomes:
        name = Field(one.criterion.text, one.criterion.question)
        result = one.result
        if result is None:
            reason = Field(one.reason, kind="muted")
            rows.append([name, Field(NONE), reason, *[Field("")] * (len(head) - 3)])
            continue
        units = str(result.pairable_units)
        if result.units != result.pairable_units:
            units = teller.tr("{n} of {all}").format(n=units, all=result.units)
        alone = teller.tr("units with two answers or more, of all that were answered")
        rows.append(
            [
                name,
                Field(level_text(teller, result.level)),
                Field(alpha_text(result.alpha), _alpha_detail(teller, result), result.alpha),
                Field(reading_text(teller, result.alpha), kind=READING_INK[reading(result.alpha)]),
                Field(estimate_text(result.ac), estimate_detail(result.ac)),
                Field(
                    estimate_text(result.percent, as_percent=True), estimate_detail(result.percent)
                ),
                Field(units, alone),
                Field(str(result.raters)),
                _answers_field(teller, result),
                Field(f"{result.missing:,}".replace(",", "\u202f")),
            ]
        )
    return head, rows


def _answers_field(teller: QObject, result: CriterionAgreement) -> Field:
    """How many answers count, and how many do not as they were given to another wording."""
    counted = f"{result.ratings:,}".replace(",", "\u202f")
    if not result.reworded:
        return Field(counted)
    left_out = f"{result.reworded:,}".replace(",", "\u202f")
    detail = teller.tr(
        "{n} answers stand that were given to an earlier wording of this question. They are left "
        "out here until it is answered again."
    )
    words = teller.tr("{n} (+{more} to an earlier wording)").format(n=counted, more=left_out)
    return Field(words, detail.format(n=left_out), kind="warn")


def point_fields(
    teller: QObject, result: CriterionAgreement
) -> tuple[list[str], list[list[Field]]]:
    """The table of a multi-select's points."""
    head = [
        teller.tr("Point"),
        teller.tr("Chosen"),
        teller.tr("α, chosen or not"),
        teller.tr("Read at the lower end"),
        teller.tr("Agreement"),
    ]
    rows = [
        [
            Field(item.text),
            Field(str(item.chosen)),
            Field(alpha_text(item.alpha), estimate_detail(item.alpha), item.alpha),
            Field(reading_text(teller, item.alpha), kind=READING_INK[reading(item.alpha)]),
            Field(estimate_text(item.percent, as_percent=True), estimate_detail(item.percent)),
        ]
        for item in result.points
    ]
    return head, rows


def _alpha_detail(teller: QObject, result: CriterionAgreement) -> str:
    detail = estimate_detail(result.alpha)
    if result.jaccard is None:
        return detail
    jaccard = teller.tr("With Jaccard distance: {a}").format(a=alpha_text(result.jaccard))
    return f"{detail}\n{jaccard}"


def level_text(teller: QObject, level: str) -> str:
    """A level of measurement."""
    words = {
        "nominal": teller.tr("nominal"),
        "ordinal": teller.tr("ordinal"),
        "interval": teller.tr("interval"),
        "ratio": teller.tr("ratio"),
        "multi": teller.tr("sets, MASI"),
    }
    return words[level]


def pair_fields(
    teller: QObject, result: CriterionAgreement, called: Callable[[str, Sequence[str]], str]
) -> tuple[list[str], list[list[Field]]]:
    """The matrix of pairs: names, and rows of kappas with how many units stand behind each."""
    raters = sorted(raters_of(result), key=lambda name: called(name, raters_of(result)))
    names = [called(name, raters) for name in raters]
    kappas = {frozenset((pair.a, pair.b)): pair for pair in result.pairs}
    rows = []
    for a in raters:
        row = []
        for b in raters:
            pair = kappas.get(frozenset((a, b)))
            if a == b or pair is None:
                row.append(Field("", kind="muted"))
                continue
            text = NONE if pair.kappa.value is None else f"{pair.kappa.value:.2f}"
            units = teller.tr("n {n}").format(n=pair.units)
            detail = f"{estimate_text(pair.kappa)}\n{estimate_detail(pair.kappa)}"
            row.append(Field(f"{text} · {units}", detail))
        rows.append(row)
    return names, rows


def slice_fields(
    teller: QObject, result: CriterionAgreement
) -> tuple[list[str], list[list[Field]]]:
    """The table of slices."""
    head = [
        teller.tr("Value"),
        teller.tr("Units"),
        teller.tr("α with 95 % interval"),
        teller.tr("Read at the lower end"),
    ]
    rows = [
        [
            Field(item.value),
            Field(str(item.units)),
            Field(alpha_text(item.alpha), estimate_detail(item.alpha), item.alpha),
            Field(reading_text(teller, item.alpha), kind=READING_INK[reading(item.alpha)]),
        ]
        for item in result.slices
    ]
    return head, rows
