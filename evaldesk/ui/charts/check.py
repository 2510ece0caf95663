"""Whether charts can be drawn on this machine."""

from xml.dom import minidom

import pyqtgraph as pg

from evaldesk.ui.charts.export import image, svg
from evaldesk.ui.charts.forest import ForestPlot, ForestRow
from evaldesk.ui.theme.apply import current_tokens


def draw() -> tuple[bool, str]:
    """Draw a small forest plot out of sight, as pixels and as SVG: (whether it works, detail)."""
    chart = ForestPlot(current_tokens())
    chart.resize(640, 200)
    chart.show_rows(
        [
            ForestRow("All", 40, 0.1, 0.02, 0.18, "+0.10", tone="ok", whole=True),
            ForestRow("Some", 20, -0.05, -0.2, 0.1, "−0.05"),
        ],
        captions=("A", "difference", "B"),
        tick_text=lambda value: f"{value:+.1f}",
    )
    try:
        picture = image(chart, 1)
        points = (
            picture.pixelColor(x, y)
            for x in range(0, picture.width(), 3)
            for y in range(0, picture.height(), 3)
        )
        colours = len({point.rgb() for point in points})
        paths = len(minidom.parseString(svg(chart)).getElementsByTagName("path"))
    finally:
        chart.close()
        chart.deleteLater()
    fine = colours > 2 and paths > 0
    return fine, f"pyqtgraph {pg.__version__}, PNG {'and SVG' if paths else 'only'}"
