"""The screens there are. Each is imported at its first visit."""

import importlib
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from evaldesk.domain.identity import Role
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """One screen.

    Attributes:
        id: what actions and `Workspace.navigate` call it.
        title: for rail and header; translated where it is shown.
        icon: name of a file in ``resources/icons``.
        factory: ``module:Class``.
        rail: where in the rail it stands; ``none`` for a screen that is reached by an action.
        needs_project: whether it has anything to show without a project.
        rail_as: the screen whose button in the rail stands for it, where it has none.
        least: the least role that has it; see `evaldesk.services.projects.roles`.
        tells: whether it shows systems, scores or what others answered, which a person who still
            rates blind may not see.
    """

    id: str
    title: str
    icon: str
    factory: str
    rail: Literal["top", "bottom", "none"] = "top"
    needs_project: bool = True
    tells: bool = False
    rail_as: str = ""
    least: Role = "reviewer"

    def build(self, workspace: Workspace) -> Screen:
        """Import and make it."""
        module, _, name = self.factory.partition(":")
        made = getattr(importlib.import_module(module), name)(workspace)
        if not isinstance(made, Screen):
            raise TypeError(f"{self.factory} is not a Screen")
        made.setAccessibleName(screen_title(self.id))
        return made


_HOME = "evaldesk.ui.screens"

SCREENS: tuple[ScreenSpec, ...] = (
    ScreenSpec(
        "overview",
        str(QT_TRANSLATE_NOOP("Screens", "Overview")),
        "overview",
        f"{_HOME}.overview.page:OverviewPage",
        tells=True,
    ),
    ScreenSpec(
        "traces",
        str(QT_TRANSLATE_NOOP("Screens", "Traces")),
        "traces",
        f"{_HOME}.traces.page:TracesPage",
        tells=True,
        least="specialist",
    ),
    ScreenSpec(
        "datasets",
        str(QT_TRANSLATE_NOOP("Screens", "Datasets")),
        "datasets",
        f"{_HOME}.datasets.page:DatasetsPage",
        tells=True,
        least="specialist",
    ),
    ScreenSpec(
        "review",
        str(QT_TRANSLATE_NOOP("Screens", "Review")),
        "review",
        f"{_HOME}.review.page:ReviewPage",
    ),
    ScreenSpec(
        "prefer",
        str(QT_TRANSLATE_NOOP("Screens", "Compare pairs")),
        "review",
        f"{_HOME}.prefer.page:PreferPage",
        rail="none",
        rail_as="review",
    ),
    ScreenSpec(
        "rounds",
        str(QT_TRANSLATE_NOOP("Screens", "Rounds")),
        "rounds",
        f"{_HOME}.rounds.page:RoundsPage",
        least="specialist",
    ),
    ScreenSpec(
        "adjudicate",
        str(QT_TRANSLATE_NOOP("Screens", "Adjudicate")),
        "adjudicate",
        f"{_HOME}.adjudicate.page:AdjudicatePage",
        tells=True,
        least="adjudicator",
    ),
    ScreenSpec(
        "compare",
        str(QT_TRANSLATE_NOOP("Screens", "Compare")),
        "compare",
        f"{_HOME}.compare.page:ComparePage",
        tells=True,
        least="specialist",
    ),
    ScreenSpec(
        "rubrics",
        str(QT_TRANSLATE_NOOP("Screens", "Rubrics")),
        "rubrics",
        f"{_HOME}.rubrics.page:RubricsPage",
    ),
    ScreenSpec(
        "import",
        str(QT_TRANSLATE_NOOP("Screens", "Import")),
        "import",
        f"{_HOME}.imports.page:ImportPage",
        rail="none",
        least="specialist",
    ),
    ScreenSpec(
        "exchange",
        str(QT_TRANSLATE_NOOP("Screens", "Exchange")),
        "exchange",
        f"{_HOME}.exchange.page:ExchangePage",
        needs_project=False,
        tells=True,
        least="specialist",
    ),
    ScreenSpec(
        "privacy",
        str(QT_TRANSLATE_NOOP("Screens", "Privacy")),
        "privacy",
        f"{_HOME}.privacy.page:PrivacyPage",
        rail="bottom",
        tells=True,
        least="owner",
    ),
    ScreenSpec(
        "audit",
        str(QT_TRANSLATE_NOOP("Screens", "Audit")),
        "audit",
        f"{_HOME}.audit.page:AuditPage",
        rail="bottom",
        tells=True,
    ),
    ScreenSpec(
        "settings",
        str(QT_TRANSLATE_NOOP("Screens", "Settings")),
        "settings",
        f"{_HOME}.settings.page:SettingsPage",
        rail="bottom",
        needs_project=False,
    ),
)


def least_role(screen_id: str) -> Role:
    """The least role that has a screen; any, where there is none of that name."""
    return next((spec.least for spec in SCREENS if spec.id == screen_id), "reviewer")


def screen_title(screen_id: str) -> str:
    """A screen's title in the person's language; its id where there is none of that name."""
    titles = (spec.title for spec in SCREENS if spec.id == screen_id)
    return str(QCoreApplication.translate("Screens", next(titles, screen_id)))
