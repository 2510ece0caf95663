"""What a pairwise round found: win rates as a forest plot, sides, agreement, strengths."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.estimate import Estimate
from evaldesk.exporters.listing import as_tsv
from evaldesk.services.judging.preferences import CriterionPreferences, PairResult
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.figures import estimate_detail, estimate_text, percent
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.ui.charts.forest import ForestPlot, ForestRow

_FOREST = "evaldesk.ui.charts.forest"


class PairCards(QWidget):
    """A card a criterion. The charts' library comes in beside the window, after the figures."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._module: Any = None
        self._round = ""
        self.cards: list[CriterionCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        workspace.theme_changed.connect(self._retheme)

    def show_findings(self, round: str, found: Sequence[CriterionPreferences]) -> None:
        """What a round found; nothing of the one before stays."""
        self._round = round
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [CriterionCard(self._workspace, round, one) for one in found]
        for card in self.cards:
            self._column.addWidget(card)
        if not self.cards:
            return
        if self._module is not None:
            self._draw(self._module)
            return
        self._workspace.jobs.read(
            lambda _control: importlib.import_module(_FOREST), self._draw, key="pair-charts"
        )

    def _draw(self, module: Any) -> None:
        self._module = module
        for card in self.cards:
            card.draw(module)

    def _retheme(self) -> None:
        for card in self.cards:
            card.retheme()


class CriterionCard(Card):
    """What is preferred by one criterion."""

    def __init__(self, workspace: Workspace, round: str, found: CriterionPreferences) -> None:
        super().__init__()
        self._workspace = workspace
        self._round = round
        self.found = found
        self.forest: ForestPlot | None = None
        self.ranking: ForestPlot | None = None
        title = found.title or self.tr("Which is better")
        head = QHBoxLayout()
        head.addWidget(text_label(title, "heading"))
        told = self.tr("{n} of {total} pairs compared").format(
            n=f"{found.compared:,}", total=f"{found.pairs:,}"
        )
        head.addStretch(1)
        head.addWidget(text_label(told, "muted"))
        self.menu_button = ActionButton(self.tr("Copy or save …"), kind="flat")
        self.menu_button.setAccessibleName(self.tr("Copy or save: {title}").format(title=title))
        self.menu_button.clicked.connect(self._offer)
        head.addWidget(self.menu_button)
        self.body.addLayout(head)
        self.setAccessibleName(title)
        if not found.compared:
            self.menu_button.setEnabled(False)
            self.body.addWidget(text_label(self.tr("Nobody has submitted a pair yet."), "muted"))
            return
        self._charts = QVBoxLayout()
        self.body.addLayout(self._charts)
        self.body.addWidget(
            text_label(
                self.tr(
                    "A tie and “both bad” count as half a win for either. The interval is over "
                    "scenarios."
                ),
                "small",
                wrap=True,
            )
        )
        self.body.addLayout(self._facts())

    # -- figures

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        position, agreement = self.found.position, self.found.agreement
        p_value = (
            ""
            if position.p_value is None
            else self.tr("p = {p} against one half").format(p=f"{position.p_value:.3g}")
        )
        if position.unknown:
            unknown = self.tr("{n} choices of unknown order").format(n=f"{position.unknown:,}")
            p_value = " · ".join(part for part in (p_value, unknown) if part)
        rows: list[tuple[str, Estimate, str, bool]] = [
            (self.tr("Prefer the left side"), position.left, p_value, True),
            (
                self.tr("Same choice, sides swapped"),
                position.consistent,
                self.tr("otherwise: left both times {l}, right both times {r}").format(
                    l=position.to_left, r=position.to_right
                ),
                True,
            ),
            (
                self.tr("Raters agree"),
                agreement.percent,
                self.tr("share of pairs of raters"),
                True,
            ),
            (
                self.tr("Alpha of the choice"),
                agreement.nominal,
                self.tr("nominal: A, B, tie, both bad"),
                False,
            ),
            (
                self.tr("Alpha with strength"),
                agreement.ordinal,
                self.tr("ordinal: from much better A to much better B"),
                False,
            ),
        ]
        for row, (words, estimate, aside, share) in enumerate(rows):
            grid.addWidget(text_label(words), row, 0)
            text = estimate_text(estimate, as_percent=share)
            if estimate.value is not None and estimate.n is not None:
                text += f"  n={estimate.n:,}"
            label = text_label(text)
            label.setToolTip(estimate_detail(estimate))
            label.setAccessibleName(f"{words}: {text}")
            grid.addWidget(label, row, 1)
            if estimate.value is None:
                aside = estimate.undefined_reason or ""
            grid.addWidget(text_label(aside, "muted", wrap=True), row, 2)
        return grid

    # -- the charts

    def draw(self, module: Any) -> None:
        """Make the charts."""
        if not self.found.compared:
            return
        self.forest = module.ForestPlot(self._workspace.tokens)
        self.forest.setAccessibleName(self.tr("Forest plot of win rates"))
        self._charts.addWidget(self.forest)
        self._fill(self.forest, module.ForestRow)
        if self.found.strengths:
            self.ranking = module.ForestPlot(self._workspace.tokens)
            self.ranking.setAccessibleName(self.tr("Forest plot of strengths"))
            self._charts.addWidget(self.ranking)
            self._fill_ranking(self.ranking, module.ForestRow)

    def retheme(self) -> None:
        """Another theme."""
        for chart in (self.forest, self.ranking):
            if chart is not None:
                chart.set_tokens(self._workspace.tokens)

    def _fill(self, chart: "ForestPlot", row: type["ForestRow"], title: str = "") -> None:
        several = len(self.found.results) > 1
        rows: list[ForestRow] = []
        for result in self.found.results:
            if several:
                rows.append(row(f"A {result.run_a} · B {result.run_b}"))
            rows.append(self._row(row, result, self.tr("All scenarios"), several))
            by = ""
            for one in self.found.groups:
                if (one.run_a, one.run_b) != (result.run_a, result.run_b):
                    continue
                if one.by != by and not several:
                    by = one.by
                    rows.append(row(by))
                label = one.group if not several else f"{one.by}: {one.group}"
                rows.append(self._row(row, one, label, True))
        first = self.found.results[0]
        sides = (
            (self.tr("B wins"), self.tr("A wins"))
            if several
            else (
                self.tr("{run} wins").format(run=first.run_b),
                self.tr("{run} wins").format(run=first.run_a),
            )
        )
        chart.show_rows(
            rows,
            captions=(sides[0], self.tr("win rate of A"), sides[1]),
            tick_text=lambda value: f"{50 + 100 * value:.0f} %",
            heads=(self.tr("scenarios"), self.tr("A wins"), self.tr("won · tied · lost · bad")),
            names=_room(rows),
            values=270,
            title=title,
        )

    def _row(
        self, row: type["ForestRow"], result: PairResult, label: str, indent: bool
    ) -> "ForestRow":
        win = result.win

        def at(value: float | None) -> float | None:
            return None if value is None else value - 0.5

        away = win.low is not None and win.high is not None and not win.low <= 0.5 <= win.high
        return row(
            label,
            n=win.n or 0,
            value=at(win.value),
            low=at(win.low),
            high=at(win.high),
            text=estimate_text(win, as_percent=True),
            aside=f"{result.wins} · {result.ties} · {result.losses} · {result.bad}",
            detail=estimate_detail(win),
            tone="neutral" if not away else "ok" if (win.value or 0.0) > 0.5 else "bad",
            whole=not result.by,
            indent=indent,
        )

    def _fill_ranking(self, chart: "ForestPlot", row: type["ForestRow"], title: str = "") -> None:
        rows = [
            row(
                one.run,
                n=one.strength.n or 0,
                value=one.strength.value,
                low=one.strength.low,
                high=one.strength.high,
                text=estimate_text(one.strength),
                aside="" if one.share is None else percent(one.share, 0),
                detail=estimate_detail(one.strength),
            )
            for one in self.found.strengths
        ]
        chart.show_rows(
            rows,
            captions=(
                self.tr("weaker"),
                self.tr("Bradley–Terry strength, log odds"),
                self.tr("stronger"),
            ),
            tick_text=lambda value: f"{value:+.1f}".replace("-", "−"),
            heads=(self.tr("scenarios"), self.tr("strength"), self.tr("wins against others")),
            names=_room(rows),
            values=270,
            title=title,
        )

    # -- copying and saving

    def table(self) -> str:
        """The figures as tab-separated text."""
        head = (
            "a", "b", "slice", "value", "win rate of a", "low", "high", "scenarios", "wins",
            "losses", "ties", "both bad", "method",
        )  # fmt: skip
        rows = [
            (
                one.run_a, one.run_b, one.by, one.group, one.win.value, one.win.low, one.win.high,
                one.win.n, one.wins, one.losses, one.ties, one.bad, one.win.method or "",
            )
            for one in (*self.found.results, *self.found.groups)
        ]  # fmt: skip
        return as_tsv(head, rows)

    def _offer(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy the table")).triggered.connect(self.copy_table)
        drawn = self.forest is not None
        for words, run in (
            (self.tr("Copy the chart"), self.copy_chart),
            (self.tr("Save the chart as PNG …"), lambda: self._ask_picture("png")),
            (self.tr("Save the chart as SVG …"), lambda: self._ask_picture("svg")),
        ):
            action = menu.addAction(words)
            action.setEnabled(drawn)
            action.triggered.connect(run)
        menu.addSeparator()
        menu.addAction(self.tr("Save all preferences …")).triggered.connect(self._ask_table)
        menu.popup(self.menu_button.mapToGlobal(QPoint(0, self.menu_button.height())))

    def copy_table(self) -> None:
        """Put the figures into the clipboard."""
        QGuiApplication.clipboard().setText(self.table())
        rows = len(self.found.results) + len(self.found.groups)
        self._workspace.say(self.tr("{rows} rows copied").format(rows=rows))

    def copy_chart(self) -> None:
        """Put the forest plot into the clipboard."""

        def use(export: Any, chart: Any) -> None:
            export.copy(chart)
            self._workspace.say(self.tr("Chart copied"))

        self._picture(use)

    def save_chart(self, path: Path, kind: str) -> None:
        """Save the forest plot as ``png`` or ``svg``."""

        def use(export: Any, chart: Any) -> None:
            (export.save_png if kind == "png" else export.save_svg)(chart, path)
            self._workspace.say(self.tr("{name} saved").format(name=path.name))

        self._picture(use)

    def _ask_picture(self, kind: str) -> None:
        names = {"png": self.tr("PNG pictures (*.png)"), "svg": self.tr("SVG drawings (*.svg)")}
        self._workspace.prompts.ask_save_file(
            self.tr("Save the chart"),
            f"{self._file_name()}.{kind}",
            names[kind],
            lambda path: self.save_chart(path, kind),
        )

    def _ask_table(self) -> None:
        self._workspace.prompts.ask_save_file(
            self.tr("Save all preferences"),
            f"{self._file_name()}.csv",
            self.tr("Tables (*.csv);;JSON lines (*.jsonl)"),
            self._save_table,
        )

    def _save_table(self, path: Path) -> None:
        project, name = self._workspace.project, self._round
        if project is None:
            return

        def work(_control: object) -> int:
            from evaldesk.services.exporting.preference_files import export_preferences

            return export_preferences(project, name, path, overwrite=True)

        def done(rows: int) -> None:
            words = self.tr("{rows} rows saved in {name}")
            self._workspace.say(words.format(rows=f"{rows:,}", name=path.name))

        self._workspace.jobs.read(work, done, self._workspace.report)

    def _picture(self, use: Any) -> None:
        if self.forest is None:
            return
        export = importlib.import_module("evaldesk.ui.charts.export")
        module = importlib.import_module(_FOREST)
        chart = module.ForestPlot(self._workspace.tokens)
        chart.resize(max(self.forest.width(), 820), 200)
        title = self.found.title or self.tr("Which is better")
        chart.setAccessibleName(f"{self._round}: {title}")
        about = self.tr("ties and both bad as half a win · 95 % interval over scenarios")
        self._fill(chart, module.ForestRow, f"{self._round} · {title}\n{about}")
        try:
            use(export, chart)
        except EvalDeskError as error:
            self._workspace.report(error)
        finally:
            chart.close()
            chart.deleteLater()

    def _file_name(self) -> str:
        name = f"{self._round} {self.found.title or 'overall'}"
        return "".join(c if c.isalnum() or c in " ._-" else "_" for c in name)


def _room(rows: Sequence["ForestRow"]) -> int:
    """Width of the column of names, in pixels: as long as the longest, within reason."""
    metrics = QFontMetrics(sans())
    small = QFontMetrics(sans("small"))
    wide = max(
        small.horizontalAdvance(one.label) + 16
        if one.heading
        else metrics.horizontalAdvance(one.label) + 72
        for one in rows
    )
    return min(max(wide, 190), 440)
