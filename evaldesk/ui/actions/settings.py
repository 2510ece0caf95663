"""Commands of the Settings."""

from evaldesk.ui.actions.spec import ActionSpec

actions: tuple[ActionSpec, ...] = ()
