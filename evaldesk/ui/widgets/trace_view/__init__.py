"""Traces as people read them: one, or two side by side."""

from evaldesk.ui.widgets.trace_view.pane import TracePane
from evaldesk.ui.widgets.trace_view.view import TraceView

__all__ = ["TracePane", "TraceView"]
