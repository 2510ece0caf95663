"""What narrows and orders the list, in words; no widgets here."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from evaldesk.domain.query import RELEVANCE, Filter, Not
from evaldesk.services.finding.facets import bare, said
from evaldesk.ui.screens.traces.columns import Column
from evaldesk.ui.screens.traces.facet_words import facet_order, facet_title, value_title
from evaldesk.ui.screens.traces.narrowing import Narrowing
from evaldesk.ui.widgets.trace_view import figures

_NAMED = 4
"""Values of a facet that are named; of more their number is said."""
_ORDERS = {
    "imported": QT_TRANSLATE_NOOP("Finding", "Order of import"),
    "-imported": QT_TRANSLATE_NOOP("Finding", "Newest first"),
    RELEVANCE: QT_TRANSLATE_NOOP("Finding", "Best match first"),
    f"-{RELEVANCE}": QT_TRANSLATE_NOOP("Finding", "Best match last"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that narrows or orders the list.

    Attributes:
        key: what it is: ``text``, ``where``, ``similar``, ``sort``,
            ``facet:NAME`` for its ticks, ``out:NAME`` for what is left out of it.
        caption: its kind. text: what it says. out: whether it leaves out what it names.
    """

    key: str
    caption: str
    text: str
    out: bool = False


def _tr(text: str) -> str:
    return QCoreApplication.translate("Finding", text)


def parts(
    narrowing: Narrowing,
    columns: Sequence[Column],
    *,
    like: str = "",
    own_only: bool = False,
    failed: bool = False,
) -> list[Part]:
    """What narrows the list, in the order it is shown.

    Args:
        columns: to name an order by. like: the name of the trace that others are likened to.
        failed: the list is not narrowed by it, since the filter cannot be used.
    """
    made = []
    if narrowing.similar:
        made.append(Part("similar", _tr("Like"), like or narrowing.similar))
    if narrowing.text.strip():
        words = narrowing.text.strip()
        made.append(Part("text", _tr("Text"), words if '"' in words else f"“{words}”"))
    if narrowing.where.strip():
        caption = _tr("Filter, cannot be used") if failed else _tr("Filter")
        made.append(Part("where", caption, narrowing.where.strip(), out=failed))
    for name in sorted(narrowing.ticks, key=facet_order):
        made.extend(_of_facet(name, narrowing.ticks[name], own_only))
    if narrowing.sort:
        made.append(Part("sort", _tr("Sorted"), order_words(narrowing, columns)))
    return made


def _of_facet(name: str, lines: Sequence[Filter], own_only: bool) -> list[Part]:
    title = facet_title(name, own_only=own_only)
    ticked = [line for line in lines if not isinstance(line, Not)]
    left_out = [bare(line) for line in lines if isinstance(line, Not)]

    def words(some: Sequence[Filter], joined: str) -> str:
        named = [value_title(name, said(line), line, own_only=own_only) for line in some]
        if len(named) > _NAMED:
            more = _tr("{count} more").format(count=figures.count(len(named) - _NAMED + 1))
            named = [*named[: _NAMED - 1], more]
        return joined.join(named)

    made = []
    if ticked:
        joined = _tr(" and ") if name == "flags" else _tr(" or ")
        made.append(Part(f"facet:{name}", title, words(ticked, joined)))
    if left_out:
        said_out = words(left_out, _tr(", "))
        made.append(
            Part(f"out:{name}", title, _tr("not {values}").format(values=said_out), out=True)
        )
    return made


def order_words(narrowing: Narrowing, columns: Sequence[Column], *, ranked: bool = True) -> str:
    """What the list is sorted by.

    Args:
        ranked: whether the best hits are known; until then the newest come first.
    """
    key = narrowing.order
    if key == RELEVANCE and narrowing.similar:
        return _tr(str(QT_TRANSLATE_NOOP("Finding", "Most alike first")))
    if key == RELEVANCE and not ranked:
        return _tr(str(QT_TRANSLATE_NOOP("Finding", "Newest first, ranking…")))
    if key in _ORDERS:
        return _tr(str(_ORDERS[key]))
    name, descending = key.removeprefix("-"), key.startswith("-")
    title = next((column.title for column in columns if column.sort == name), name)
    if descending:
        return _tr(str(QT_TRANSLATE_NOOP("Finding", "{column}, descending"))).format(column=title)
    return _tr(str(QT_TRANSLATE_NOOP("Finding", "{column}, ascending"))).format(column=title)


def total_words(shown: int, total: int, *, complete: bool, narrowed: bool) -> str:
    """``1,204 of 1,000,000``."""
    if not total:
        return ""
    if not complete:
        return _tr("… of {total}").format(total=figures.count(total))
    if narrowed:
        return _tr("{shown} of {total}").format(
            shown=figures.count(shown), total=figures.count(total)
        )
    return _tr("{total} traces").format(total=figures.count(total))
