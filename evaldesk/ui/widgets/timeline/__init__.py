"""When everything in a trace happened, as a waterfall."""

from evaldesk.ui.widgets.timeline.waterfall import Waterfall

__all__ = ["Waterfall"]
