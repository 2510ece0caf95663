"""The figures on top, and how the scenarios fell."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from evaldesk.ui.screens.compare.wording import Wording, method, p_text, reason, test_name, tone
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import Card, FigureCard, text_label
from evaldesk.ui.widgets.figures import percent
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.label import ElidedLabel

if TYPE_CHECKING:
    from evaldesk.services.comparing.study import Study


NO_BREAK = "\u00a0"


class Figures(QWidget):
    """A, B, their difference, and failures on the critical tier (else what n could show)."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self._tones: dict[str, str] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        self.a = FigureCard("A")
        self.b = FigureCard("B")
        self.difference = FigureCard(self.tr("Difference, paired"))
        self.last = FigureCard("")
        for card in (self.a, self.b, self.difference, self.last):
            card.setMinimumHeight(100)
            caption = ElidedLabel(
                card.caption.text(), kind="muted", mode=Qt.TextElideMode.ElideMiddle
            )
            card.body.replaceWidget(card.caption, caption)
            card.caption.deleteLater()
            card.caption = caption
            row.addWidget(card, 1)

    def show_study(self, study: "Study", words: Wording) -> None:
        """Write the figures."""
        found = study.comparison
        for card, name, run, estimate in (
            (self.a, "A", found.run_a, found.a),
            (self.b, "B", found.run_b, found.b),
        ):
            card.caption.setText(f"{name} · {run}")
            card.show_figure(words.value(estimate.value), words.side(estimate, binary=found.binary))
        gap = found.difference
        how = " ".join(part for part in (words.interval(gap) or reason(gap), method(gap)) if part)
        test = f"{p_text(found.p_value).replace(' ', NO_BREAK)} {test_name(found.test)}".strip()
        n = self.tr("n\u00a0{n}").format(n=f"{gap.n or 0:,}")
        self.difference.show_figure(
            words.signed(gap.value),
            "\n".join((how, " · ".join(part for part in (test, n) if part))),
        )
        self._tones = {"difference": tone(gap, found.direction), "last": ""}
        critical = study.critical
        if critical is not None:
            self._show_critical(study)
        else:
            self.last.caption.setText(self.tr("Smallest detectable"))
            least = found.minimum_detectable
            if least is None:
                why = reason(gap) or self.tr("It cannot be said: nothing differs enough.")
                self.last.show_figure("–", why)
            else:
                self.last.show_figure(
                    f"{words.bare(least)}{words.difference_unit}",
                    self.tr(
                        "A true difference of this size would show in 80 % of studies of {n} pairs."
                    ).format(n=f"{len(found.pairs):,}"),
                )
        self.retheme(self._tokens)

    def _show_critical(self, study: "Study") -> None:
        critical = study.critical
        assert critical is not None
        self.last.caption.setText(self.tr("Critical failures in B"))
        if critical.upper.high is None:
            self.last.show_figure("–", reason(critical.upper))
            return
        several = self.tr(", in any of its trials") if study.trials else ""
        self.last.show_figure(
            self.tr("{failures} of {n}").format(failures=critical.failures, n=f"{critical.n:,}"),
            self.tr("upper bound {upper}{several} ({level} one-sided, Clopper–Pearson)").format(
                upper=percent(critical.upper.high),
                several=several,
                level=percent(critical.upper.level or 0.95, 0),
            ),
        )
        self._tones["last"] = "warn" if critical.failures else "text"

    def retheme(self, tokens: Tokens) -> None:
        """Colours of A and B, and of what the figures say."""
        self._tokens = tokens
        self.a.caption.setStyleSheet(f"color: {tokens.a};")
        self.b.caption.setStyleSheet(f"color: {tokens.b};")
        for card, name in ((self.difference, "difference"), (self.last, "last")):
            kind = self._tones.get(name, "")
            ink = {"ok": tokens.ok, "bad": tokens.bad, "warn": tokens.warn}.get(kind, tokens.text)
            card.figure.setStyleSheet(f"color: {ink};")


class OutcomeCard(Card):
    """Better, equal, worse: as a bar and in figures."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__(self.tr("Scenario by scenario"), " ")
        self.bar = _OutcomeBar(tokens)
        self.body.addWidget(self.bar)
        counts = QWidget()
        row = FlowLayout(counts)  # below one another where the words have no room beside
        row.setSpacing(12)
        self.better = text_label("", "ok")
        self.equal = text_label("", "muted")
        self.worse = text_label("", "error")
        for label in (self.better, self.equal, self.worse):
            row.addWidget(label)
        self.body.addWidget(counts)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_study(self, study: "Study") -> None:
        """Write the counts."""
        found = study.comparison
        total = len(found.pairs)
        if self.header is not None:
            self.header.detail.setText(
                self.tr("1 pair") if total == 1 else self.tr("{n} pairs").format(n=f"{total:,}")
            )
        up, down = (
            (self.tr("{n} higher in B"), self.tr("{n} lower in B"))
            if found.direction == "none"
            else (self.tr("▲ {n} better in B"), self.tr("▼ {n} worse in B"))
        )
        self.better.setText(up.format(n=f"{found.wins:,}"))
        self.equal.setText(self.tr("{n} equal").format(n=f"{found.ties:,}"))
        self.worse.setText(down.format(n=f"{found.losses:,}"))
        self.bar.show_counts(found.wins, found.ties, found.losses)
        self.setAccessibleName(f"{self.better.text()}, {self.equal.text()}, {self.worse.text()}")


class _OutcomeBar(QWidget):
    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self.tokens = tokens
        self._counts = (0, 0, 0)
        self.setFixedHeight(10)

    def sizeHint(self) -> QSize:
        return QSize(200, 10)

    def show_counts(self, better: int, equal: int, worse: int) -> None:
        self._counts = (better, equal, worse)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        total = sum(self._counts)
        shown = [
            (count, ink)
            for count, ink in zip(
                self._counts, (self.tokens.ok, self.tokens.line, self.tokens.bad), strict=True
            )
            if count
        ]
        left, gap = 0.0, 2.0
        room = self.width() - gap * max(0, len(shown) - 1)
        painter.setPen(QColor(0, 0, 0, 0))
        for count, ink in shown or [(1, self.tokens.soft)]:
            width = room * count / (total or 1)
            painter.setBrush(QColor(ink))
            painter.drawRoundedRect(QRectF(left, 0, width, self.height()), 3, 3)
            left += width + gap
        painter.end()
