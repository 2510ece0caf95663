"""A chart as a picture: pixels twice as fine as the screen's, or drawing instructions."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.dom import minidom

from PySide6.QtCore import QMimeData, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter

from evaldesk.domain.errors import UsageError
from evaldesk.ui.charts.theme import Chart

# The package has a class of the same name that hides the module.
_svg: Any = importlib.import_module("pyqtgraph.exporters.SVGExporter")
_SCALE = 2


def image(chart: Chart, scale: int = _SCALE) -> QImage:
    """The chart in its theme, ``scale`` times as fine as on the screen."""
    _settle(chart)
    made = QImage(chart.size() * scale, QImage.Format.Format_ARGB32)
    made.setDevicePixelRatio(scale)
    made.fill(QColor(chart.tokens.pane))
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    with _pens(chart, scale):
        chart.render(painter, QRectF(0, 0, chart.width(), chart.height()), chart.viewport().rect())
    painter.end()
    return made


def save_png(chart: Chart, path: Path) -> None:
    """Write a PNG file.

    Raises:
        UsageError: it cannot be written.
    """
    if not image(chart).save(str(path), "PNG"):  # type: ignore[call-overload]
        raise _not_written(path)


def svg(chart: Chart) -> str:
    """The chart as an SVG document."""
    _settle(chart)
    exporter = _svg.SVGExporter(chart.scene())
    exporter.parameters()["background"] = QColor(chart.tokens.pane)
    with _mended():
        text = bytes(exporter.export(toBytes=True)).decode("utf-8")
    document = minidom.parseString(text)
    root = document.documentElement
    assert root is not None
    # Not every reader knows what 100 % of a drawing without a size is.
    for element in (root, root.getElementsByTagName("rect")[0]):
        element.setAttribute("width", str(chart.width()))
        element.setAttribute("height", str(chart.height()))
    # Some readers draw the paths that clip, as a black frame; nothing of ours needs clipping.
    for clip in root.getElementsByTagName("clipPath"):
        holder = clip.parentNode
        if holder is not None:
            holder.removeChild(clip)
    for group in root.getElementsByTagName("g"):
        if group.hasAttribute("clip-path"):
            group.removeAttribute("clip-path")
    for name, words in (("title", chart.accessibleName()), ("desc", chart.accessibleDescription())):
        for element in root.getElementsByTagName(name)[:1]:
            while element.firstChild is not None:
                element.removeChild(element.firstChild)
            element.appendChild(document.createTextNode(words))
    return document.toxml()


def save_svg(chart: Chart, path: Path) -> None:
    """Write an SVG file.

    Raises:
        UsageError: it cannot be written.
    """
    text = svg(chart)
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise _not_written(path) from error


def copy(chart: Chart) -> None:
    """Put the picture into the clipboard, as pixels and as SVG."""
    data = QMimeData()
    data.setImageData(image(chart))
    data.setData("image/svg+xml", svg(chart).encode("utf-8"))
    QGuiApplication.clipboard().setMimeData(data)


def _settle(chart: Chart) -> None:
    """Have the layout done and the axes painted once: a chart that was never painted has no
    figures on its axes.
    """
    if not chart.isVisible():
        chart.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        chart.show()
    chart.grab()


@contextmanager
def _pens(chart: Chart, scale: int) -> Iterator[None]:
    """Lines of a fixed width count in the picture's pixels, so they are made wider for it."""
    chart.line_scale = float(scale)
    chart.redraw()
    try:
        yield
    finally:
        chart.line_scale = 1.0
        chart.redraw()


class _mended:
    """While it lasts, SVG paths are given to pyqtgraph without the ``Z`` that closes them.

    Qt 6.11 and later write that token, and pyqtgraph 0.14 takes it for a pair of coordinates
    (pyqtgraph issue 3485). A closed path that Qt writes ends on the point where it began, so that
    nothing is lost.
    """

    def __enter__(self) -> None:
        self._original = _svg.correctCoordinates
        original = self._original

        def mended(node: minidom.Element, *rest: object) -> object:
            for path in node.getElementsByTagName("path"):
                tokens = path.getAttribute("d").split()
                path.setAttribute("d", " ".join(part for part in tokens if part not in "Zz"))
            return original(node, *rest)

        _svg.correctCoordinates = mended

    def __exit__(self, *_: object) -> None:
        _svg.correctCoordinates = self._original


def _not_written(path: Path) -> UsageError:
    return UsageError(f"{path} could not be written.", "Choose another folder.")
