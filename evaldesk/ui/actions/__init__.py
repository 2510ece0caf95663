"""Every command once: its words, its keys and where it holds."""

from evaldesk.ui.actions.registry import ActionRegistry
from evaldesk.ui.actions.spec import GLOBAL, ActionSpec

__all__ = ["GLOBAL", "ActionRegistry", "ActionSpec"]
