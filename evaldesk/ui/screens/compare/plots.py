"""The forest plot and the distribution. The charts' library is imported beside the window, after
the figures are there.
"""

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from evaldesk.domain.comparison import SliceComparison
from evaldesk.domain.errors import EvalDeskError
from evaldesk.ui.screens.compare.wording import (
    Wording,
    p_number,
    p_text,
    reason,
    slice_detail,
    tone,
)
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.figures import percent
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.comparing.study import Study
    from evaldesk.ui.charts.distribution import DifferenceHistogram, OutcomeChart
    from evaldesk.ui.charts.forest import ForestPlot, ForestRow

_FOREST = "evaldesk.ui.charts.forest"
_DISTRIBUTION = "evaldesk.ui.charts.distribution"

_ALPHA = 0.05

Group = tuple[str, str]


class Plots(QObject):
    """The charts, and where they stand.

    Attributes:
        forest_card: the forest plot; ``spread`` the distribution, for another card.
        forest, outcomes, histogram: the charts; None until their library is there.

    Signals:
        group_chosen(group): (slice or ``tier``, value) of a row, None for all.
    """

    group_chosen = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.forest: ForestPlot | None = None
        self.outcomes: OutcomeChart | None = None
        self.histogram: DifferenceHistogram | None = None
        self._shown: tuple[Study, Wording] | None = None
        self._groups: list[Group | None] = []
        self._wanted = False
        self._whole_title = ""
        self.forest_card = Card(self.tr("By tier and slice"), " ")
        self.waiting = text_label(self.tr("Drawing …"), "muted")
        self.undefined = text_label("", "muted", wrap=True)
        self.undefined.hide()
        self.forest_card.body.addWidget(self.waiting)
        self.forest_card.body.addWidget(self.undefined)
        self.forest_card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.spread = QWidget()
        self._spread = QVBoxLayout(self.spread)
        self._spread.setContentsMargins(0, 4, 0, 0)
        self._spread.setSpacing(2)
        self.spread.hide()

    def show_study(self, study: "Study", words: Wording) -> None:
        """Show a study, at once or as soon as the charts' library is there."""
        self._shown = (study, words)
        if self.forest is not None:
            self._draw()
        elif not self._wanted:
            self._wanted = True
            self._workspace.jobs.read(
                lambda _control: [importlib.import_module(n) for n in (_FOREST, _DISTRIBUTION)],
                lambda modules: self._build(*modules),
            )

    def choose(self, group: Group | None) -> None:
        """Mark the row of a group."""
        if self.forest is not None:
            index = self._groups.index(group) if group is not None and group in self._groups else -1
            self.forest.choose(index)

    def retheme(self) -> None:
        """Another theme."""
        for chart in (self.forest, self.outcomes, self.histogram):
            if chart is not None:
                chart.set_tokens(self._workspace.tokens)

    # the picture

    def picture(self, use: Callable[[Any, Any], None]) -> None:
        """Have the module that exports and a forest plot with its title, to be thrown away."""
        if self.forest is None or self._shown is None:
            return
        export = importlib.import_module("evaldesk.ui.charts.export")
        chart = type(self.forest)(self._workspace.tokens)
        chart.resize(max(self.forest.width(), 820), 200)
        chart.setAccessibleName(self._whole_title.partition("\n")[0])
        self._fill(chart, self._whole_title)
        try:
            use(export, chart)
        except EvalDeskError as error:
            self._workspace.report(error)
        finally:
            chart.close()
            chart.deleteLater()

    def save(self, path: Path, kind: str) -> None:
        """Save the forest plot as ``png`` or ``svg``."""

        def use(export: Any, chart: Any) -> None:
            (export.save_png if kind == "png" else export.save_svg)(chart, path)
            self._workspace.say(self.tr("{name} saved").format(name=path.name))

        self.picture(use)

    def copy(self) -> None:
        """Put the forest plot into the clipboard."""

        def use(export: Any, chart: Any) -> None:
            export.copy(chart)
            self._workspace.say(self.tr("Chart copied"))

        self.picture(use)

    def copy_table(self) -> None:
        """Put the rows of the forest plot into the clipboard as tab-separated text."""
        if self._shown is not None:
            QGuiApplication.clipboard().setText(table(*self._shown))
            rows = 1 + len(self._shown[0].comparison.slices)
            self._workspace.say(self.tr("{rows} rows copied").format(rows=rows))

    # drawing

    def _build(self, forest: Any, distribution: Any) -> None:
        tokens = self._workspace.tokens
        self.waiting.hide()
        self.forest = forest.ForestPlot(tokens)
        self.outcomes = distribution.OutcomeChart(tokens)
        self.histogram = distribution.DifferenceHistogram(tokens)
        self.forest.setAccessibleName(self.tr("Forest plot of paired differences"))
        self.outcomes.setAccessibleName(self.tr("Pairs by outcome"))
        self.histogram.setAccessibleName(self.tr("Histogram of paired differences"))
        self.forest_card.body.addWidget(self.forest)
        for chart in (self.outcomes, self.histogram):
            chart.hide()
            self._spread.addWidget(chart)
        self.forest.row_chosen.connect(self._row_chosen)
        if self._shown is not None:
            self._draw()

    def _row_chosen(self, index: int) -> None:
        if 0 <= index < len(self._groups):
            self.group_chosen.emit(self._groups[index])

    def _draw(self) -> None:
        if self._shown is None or self.forest is None:
            return
        study, _ = self._shown
        empty = not study.comparison.pairs
        self.undefined.setVisible(empty)
        self.forest.setVisible(not empty)
        self.spread.setVisible(not empty)
        self._say_subtitle()
        if empty:
            self.undefined.setText(
                self.tr("Nothing is drawn: {reason}.").format(
                    reason=reason(study.comparison.difference)
                )
            )
            return
        self._fill(self.forest, "")
        self._draw_spread()

    def _say_subtitle(self) -> None:
        if self._shown is None:
            return
        study, words = self._shown
        found = study.comparison
        parts = []
        if found.difference.level is not None:
            level = percent(found.difference.level, 0)
            parts.append(self.tr("{level} interval").format(level=level))
        if found.slices:
            parts.append(self.tr("p of slices adjusted by Benjamini–Hochberg"))
        if found.minimum_detectable is not None:
            parts.append(
                self.tr("smallest detectable at n={n}: {least}").format(
                    n=f"{len(found.pairs):,}",
                    least=words.bare(found.minimum_detectable) + words.difference_unit,
                )
            )
        subtitle = " · ".join(parts)
        if self.forest_card.header is not None:
            self.forest_card.header.title.setText(
                self.tr("By tier and slice") if found.slices else self.tr("Difference, paired")
            )
            self.forest_card.header.detail.setText(subtitle)
        self._whole_title = f"A {found.run_a} · B {found.run_b} · {found.metric}\n" + " · ".join(
            (subtitle, study.dataset, *found.notes)
        )

    def _fill(self, chart: "ForestPlot", title: str) -> None:
        if self._shown is None:
            return
        study, words = self._shown
        found = study.comparison
        rows, self._groups = self._rows(study, words)
        if found.direction == "none":
            sides = (self.tr("higher in A"), self.tr("higher in B"))
        else:
            sides = (self.tr("A better"), self.tr("B better"))
        if found.direction == "lower":
            sides = (sides[1], sides[0])
        if words.rate:
            about = self.tr("difference in {metric} rate, percentage points")
        elif words.unit:
            about = self.tr("difference in {metric}, {unit}")
        else:
            about = self.tr("difference in {metric}")
        about = about.format(metric=found.metric, unit=words.unit.strip())
        chart.show_rows(
            rows,
            captions=(sides[0], about, sides[1]),
            tick_text=words.tick,
            heads=(self.tr("pairs"), self.tr("B minus A"), "p"),
            values=_width(rows),
            title=title,
        )

    def _rows(self, study: "Study", words: Wording) -> "tuple[list[ForestRow], list[Group | None]]":
        from evaldesk.ui.charts.forest import ForestRow

        found = study.comparison
        gap = found.difference
        whole = ForestRow(
            self.tr("All"),
            len(found.pairs),
            gap.value,
            gap.low,
            gap.high,
            words.difference(gap),
            p_number(found.p_value),
            f"{words.difference(gap)}\n{gap.method or ''}\n{p_text(found.p_value)}".strip(),
            _tone(tone(gap, found.direction)),
            whole=True,
        )
        rows: list[ForestRow] = [whole]
        groups: list[Group | None] = [None]
        name = ""
        for part in found.slices:
            if part.name != name:
                name = part.name
                rows.append(ForestRow(self.tr("Tier") if name == "tier" else name.capitalize()))
                groups.append(None)
            rows.append(self._row(part, words, found.direction))
            groups.append((part.name, part.value))
        return rows, groups

    def _row(self, part: SliceComparison, words: Wording, direction: Any) -> "ForestRow":
        from evaldesk.ui.charts.forest import ForestRow

        gap = part.difference
        return ForestRow(
            part.value,
            part.pairs,
            gap.value,
            gap.low,
            gap.high,
            words.difference(gap),
            p_number(part.p_adjusted),
            slice_detail(part, words),
            # Among many slices some differ by chance: the adjusted p has to say that it does not.
            _tone(tone(gap, direction)) if (part.p_adjusted or 0) < _ALPHA else "neutral",
            indent=True,
        )

    def _draw_spread(self) -> None:
        if self._shown is None or self.outcomes is None or self.histogram is None:
            return
        study, words = self._shown
        found = study.comparison
        self.outcomes.setVisible(found.binary)
        self.histogram.setVisible(not found.binary)
        if found.binary:
            self._draw_outcomes()
            return
        gap = found.difference
        unit = words.difference_unit.strip()
        about = self.tr("B minus A") + (f", {unit}" if unit else "")
        self.histogram.show_differences(
            [pair.difference for pair in found.pairs],
            lower_is_better=found.direction == "lower",
            neutral=found.direction == "none",
            mean=(gap.value, gap.low, gap.high),
            caption=f"{about} · {self.tr('◆ mean and its interval')}",
            tick_text=words.tick,
            description=words.difference(gap),
        )

    def _draw_outcomes(self) -> None:
        from evaldesk.ui.charts.distribution import OutcomeBar

        if self._shown is None or self.outcomes is None:
            return
        found = self._shown[0].comparison
        n = len(found.pairs)
        cells = {(a, b): 0 for a in (0.0, 1.0) for b in (0.0, 1.0)}
        for pair in found.pairs:
            cells[pair.a, pair.b] += 1
        lower = found.direction == "lower"
        up, down = ("bad", "ok") if lower else ("ok", "bad")
        if found.direction == "none":
            up = down = "neutral"
        bars = [
            OutcomeBar(
                label, cells[key], f"{cells[key]:,} · {100 * cells[key] / n:.1f} %", _tone(ink)
            )
            for label, key, ink in (
                (self.tr("Both"), (1.0, 1.0), "neutral"),
                (self.tr("Only B"), (0.0, 1.0), up),
                (self.tr("Only A"), (1.0, 0.0), down),
                (self.tr("Neither"), (0.0, 0.0), "neutral"),
            )
        ]
        self.outcomes.show_bars(bars)


def table(study: "Study", words: Wording) -> str:
    """The comparison as tab-separated text, one line for all pairs and one for each slice; values
    and differences as plain numbers.
    """
    found = study.comparison
    head = "slice value pairs A B difference low high level p p_adjusted better equal worse method"
    lines = [head.split()]

    def line(name: str, value: str, part: Any, pairs: int, adjusted: float | None) -> list[str]:
        gap = part.difference
        numbers = (
            part.a.value, part.b.value, gap.value, gap.low, gap.high, gap.level, part.p_value,
            adjusted,
        )  # fmt: skip
        return [
            name,
            value,
            str(pairs),
            *("" if number is None else f"{number:.6g}" for number in numbers),
            str(part.wins),
            str(part.ties),
            str(part.losses),
            gap.undefined_reason or gap.method or "",
        ]

    lines.append(line("all", "", found, len(found.pairs), None))
    lines.extend(
        line(part.name, part.value, part, part.pairs, part.p_adjusted) for part in found.slices
    )
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in lines)


def _width(rows: "Sequence[ForestRow]") -> int:
    """Pixels of the column at the right, up to what it may take from the plot."""
    metrics = QFontMetrics(sans(bold=True))
    widths = (
        metrics.horizontalAdvance(row.text) + (84 if row.aside else 40) for row in rows if row.text
    )
    return min(max(widths, default=0), 330)


def _tone(name: str) -> Any:
    return name
