"""All commands, from the module of each screen."""

import importlib
import importlib.util
from functools import cache

from evaldesk.ui.actions.spec import ActionSpec

MODULES = (
    "shell",
    "overview",
    "traces",
    "datasets",
    "review",
    "prefer",
    "rounds",
    "adjudicate",
    "compare",
    "rubrics",
    "imports",
    "exchange",
    "privacy",
    "audit",
    "settings",
)
"""Modules of this package that have a tuple named ``actions``."""


@cache
def all_actions() -> tuple[ActionSpec, ...]:
    """Every command there is, those of the whole window first."""
    found: list[ActionSpec] = []
    for name in MODULES:
        path = f"evaldesk.ui.actions.{name}"
        if importlib.util.find_spec(path) is None:
            continue
        found.extend(importlib.import_module(path).actions)
    return tuple(found)
