"""Images and sounds of a trace: drawn from what lies in the trace, never from elsewhere."""

from collections import OrderedDict
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QObject,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QThreadPool,
    Signal,
)
from PySide6.QtGui import QColor, QImage, QImageIOHandler, QImageReader, QPainter, QPixmap

from evaldesk.domain.trace import Part
from evaldesk.services.reading.attachments import Wave, decode, format_of, peek, size_of, wave_of
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.rich_text.chunks import Chunk
from evaldesk.ui.widgets.rich_text.flow import Flow, Laid, Shape, Target
from evaldesk.ui.widgets.rich_text.fonts import TextStyles
from evaldesk.ui.widgets.rich_text.shown import Shown

WIDEST = 560
HIGHEST = 320
_MOST_PIXELS = 60_000_000
_MOST_MEGABYTES = 256
"""An image may claim any size in a few bytes; Qt refuses to hold more than this."""
_WAVE_HEIGHT = 56.0
_KEPT = 24


class Pictures(QObject):
    """Decodes images beside the window, at the size that is wanted.

    Signals:
        ready(): an image can be drawn now.
    """

    ready = Signal()
    _decoded = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: OrderedDict[tuple[int, int, int], QPixmap | None] = OrderedDict()
        self._waves: OrderedDict[int, Wave | None] = OrderedDict()
        self._parts: dict[int, Part] = {}
        self._asked: set[Any] = set()
        self._decoded.connect(self._keep)

    def clear(self) -> None:
        """Forget everything, as when another trace is shown."""
        self._images.clear()
        self._waves.clear()
        self._parts.clear()
        self._asked.clear()

    def image(self, part: Part, size: QSize) -> QPixmap | None:
        """An image at a size; None while it is being decoded, and a null one where it cannot be."""
        key = (id(part), size.width(), size.height())
        if key not in self._images:
            self._ask(key, part, partial(_read_image, part, size))
            return None
        made = self._images[key]
        return made if made is not None else QPixmap()

    def wave(self, part: Part) -> Wave | None:
        """What a sound looks like; None while it is being read, or where it is no WAV."""
        if id(part) not in self._waves:
            self._ask(id(part), part, partial(_read_wave, part))
            return None
        return self._waves[id(part)]

    def _ask(self, key: Any, part: Part, work: Any) -> None:
        if key in self._asked:
            return
        self._asked.add(key)
        self._parts[id(part)] = part  # or its id could be another's by then

        def run() -> None:
            made = work()
            try:
                self._decoded.emit(key, made)
            except RuntimeError:  # the view is gone
                pass

        QThreadPool.globalInstance().start(run)

    def _keep(self, key: Any, made: object) -> None:
        if key not in self._asked:
            return
        if isinstance(key, tuple):
            self._images[key] = (
                QPixmap.fromImage(made) if isinstance(made, QImage) and not made.isNull() else None
            )
            if len(self._images) > _KEPT:
                old, _ = self._images.popitem(last=False)
                self._asked.discard(old)
        else:
            self._waves[key] = made if isinstance(made, Wave) else None
        self.ready.emit()


def _reader(data: bytes) -> tuple[QImageReader, QBuffer] | None:
    """A reader of exactly the format that the first bytes say."""
    name = format_of(data)
    if name not in ("png", "jpeg", "gif", "bmp", "webp"):
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(name.encode()))
    reader.setDecideFormatFromContent(False)
    reader.setAutoDetectImageFormat(False)
    return reader, buffer


def image_size(part: Part) -> QSize:
    """How large an image is, from its first bytes; invalid where it cannot be told."""
    made = _reader(peek(part))
    if made is None:
        return QSize()
    size = made[0].size()
    return size.transposed() if _lies(made[0]) else size


def _lies(reader: QImageReader) -> bool:
    """Whether a camera was held upright, so that the image is to be turned."""
    turned = QImageIOHandler.Transformation.TransformationRotate90
    return bool(reader.transformation() & turned)


def _read_image(part: Part, size: QSize) -> QImage:
    data = decode(part)
    made = _reader(data) if data is not None else None
    if made is None:
        return QImage()
    QImageReader.setAllocationLimit(_MOST_MEGABYTES)
    reader, buffer = made
    whole = reader.size()
    if not whole.isValid() or whole.width() * whole.height() > _MOST_PIXELS:
        return QImage()
    reader.setAutoTransform(True)
    # Scaled first and turned then.
    reader.setScaledSize(size.transposed() if _lies(reader) else size)
    image = reader.read()
    buffer.close()
    return image


def _read_wave(part: Part) -> Wave | None:
    data = decode(part)
    return wave_of(data) if data is not None else None


def _tr(text: str) -> str:
    return QCoreApplication.translate("TraceView", text)


def lay_out_picture(chunk: Chunk, styles: TextStyles, width: float) -> Laid:
    """An image, a sound or a file, with what it is below and a way to save it."""
    part: Part = chunk.data
    laid = Laid()
    said = chunk.text
    if chunk.kind == "image":
        said = _image(laid, part, styles, width, said)
    elif chunk.kind == "audio":
        said = _sound(laid, part, styles, said)
    caption = Flow(
        Shown.plain(said, 0) if said == chunk.text else _unmapped(said),
        styles.payload,
        width,
        styles,
        y=laid.height + (4 if laid.height else 0),
        ink="muted",
    )
    laid.flows.append(caption)
    save = Shown()
    save.add(_tr("Save as…"), style="link")
    button = Flow(save.done(), styles.prose, width, styles, y=caption.y + caption.height)
    laid.flows.append(button)
    laid.targets.append(
        Target(QRectF(0, button.y, button.natural_width + 4, button.height), "save")
    )
    laid.height = button.y + button.height
    return laid


def _unmapped(text: str) -> Shown:
    made = Shown()
    made.add(text)
    return made.done()


def _image(laid: Laid, part: Part, styles: TextStyles, width: float, said: str) -> str:
    size = image_size(part)
    if not size.isValid() or size.isEmpty():
        return _tr("{what}: this image cannot be read").format(what=said)
    said = f"{said} · {size.width():,} × {size.height():,}"
    if size.width() * size.height() > _MOST_PIXELS or size_of(part) > 64_000_000:
        return _tr("{what}: too large to show here").format(what=said)
    box = QSize(min(int(width), WIDEST), HIGHEST)
    shown = size
    if size.width() > box.width() or size.height() > box.height():
        shown = size.scaled(box, Qt.AspectRatioMode.KeepAspectRatio)
    shown = shown.expandedTo(QSize(1, 1))
    pictures = styles.pictures
    top = 4.0

    def paint(painter: QPainter, at: QPointF, tokens: Tokens) -> None:
        place = QRectF(at.x(), at.y() + top, shown.width(), shown.height())
        pixmap = pictures.image(part, shown) if pictures is not None else None
        if pixmap is None or pixmap.isNull():
            painter.fillRect(place, QColor(tokens.soft))
            painter.setPen(QColor(tokens.muted))
            word = _tr("…") if pixmap is None else _tr("This image cannot be read")
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, word)
        else:
            painter.drawPixmap(place.toRect(), pixmap)

    laid.paint = paint
    laid.height = top + shown.height()
    return said


def _sound(laid: Laid, part: Part, styles: TextStyles, said: str) -> str:
    """A picture of the sound where it is WAV; what it is in any case."""
    name = format_of(peek(part)) or "?"
    header = wave_of(peek(part), 1)
    if name != "wav" or header is None:
        return _tr("{what} · {format} · it cannot be played here, save it to listen").format(
            what=said, format=name
        )
    bytes_a_second = header.rate * header.channels * max(1, header.bits // 8)
    seconds = max(0, size_of(part) - 44) / bytes_a_second
    pictures = styles.pictures
    breadth = 480.0

    def paint(painter: QPainter, at: QPointF, tokens: Tokens) -> None:
        wave = pictures.wave(part) if pictures is not None else None
        peaks = wave.peaks if wave is not None else ()
        middle = at.y() + 4 + _WAVE_HEIGHT / 2
        step = breadth / max(1, len(peaks))
        colour = QColor(tokens.accent)
        for index, peak in enumerate(peaks):
            half = max(0.5, peak * (_WAVE_HEIGHT / 2 - 4))
            bar = QRectF(at.x() + index * step, middle - half, max(1.0, step - 0.6), 2 * half)
            painter.fillRect(bar, colour)

    laid.shapes.append(Shape("box", QRectF(0, 4, breadth, _WAVE_HEIGHT), "soft"))
    laid.paint = paint
    laid.height = 4 + _WAVE_HEIGHT
    return _tr(
        "{what} · WAV · {seconds} s · {rate} Hz · {channels} · it cannot be played here, save it "
        "to listen"
    ).format(
        what=said,
        seconds=f"{seconds:.1f}",
        rate=f"{header.rate:,}",
        channels=_tr("mono") if header.channels == 1 else _tr("stereo"),
    )
