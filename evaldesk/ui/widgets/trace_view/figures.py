"""Figures as people read them; no widgets here."""

from PySide6.QtCore import QCoreApplication

from evaldesk.ui.widgets.trace_view.sections import Section


def duration(milliseconds: float | None) -> str:
    """``0.3 s``, ``8.4 s``, ``2 min 5 s``, ``340 ms`` below a tenth of a second; empty for none."""
    if milliseconds is None:
        return ""
    if milliseconds < 100:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 99.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def figure(value: float | None) -> str:
    """A score: three decimals at most, without zeros at the end; a dash for none."""
    if value is None:
        return "—"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    if text in ("0", "-0") and value:
        text = f"{value:.2g}"
    return text.replace("-", "−")


def cost(value: float | None) -> str:
    """US dollars; empty for none."""
    if value is None:
        return ""
    if value == 0 or value >= 0.995:
        return f"${value:,.2f}"
    return f"${value:.4f}" if value < 0.1 else f"${value:.3f}"


def count(value: int) -> str:
    """A whole number with thousands set apart."""
    return f"{value:,}"


def tr(text: str) -> str:
    """A text of the trace view in the person's language."""
    return QCoreApplication.translate("TraceView", text)


def size(number: int) -> str:
    """``640 B``, ``12 kB``, ``4.8 MB``."""
    if number < 1000:
        return f"{number} B"
    if number < 999_500:
        return f"{number / 1000:,.0f} kB"
    return f"{number / 1e6:,.1f} MB"


def more(section: Section) -> str:
    """``… 4.8 MB, 81,000 lines: show all``."""
    bytes, lines = section.extent
    if lines == 1:
        text = tr("… {size} in one line: show all")
    else:
        text = tr("… {size}, {count} lines: show all")
    return text.format(size=size(bytes), count=count(lines))


def words(number: int) -> str:
    """``2,140 words``."""
    if number == 1:
        return QCoreApplication.translate("TraceView", "1 word")
    return QCoreApplication.translate("TraceView", "{count} words").format(count=count(number))
