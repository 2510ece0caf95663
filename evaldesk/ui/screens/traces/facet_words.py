"""How facets and their values are called, and the order they stand in; no widgets here."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from evaldesk.domain.query import Comparison, Filter

_TITLES = {
    "run": QT_TRANSLATE_NOOP("Facets", "Run"),
    "system": QT_TRANSLATE_NOOP("Facets", "System"),
    "model": QT_TRANSLATE_NOOP("Facets", "Model"),
    "prompt_version": QT_TRANSLATE_NOOP("Facets", "Prompt version"),
    "tier": QT_TRANSLATE_NOOP("Facets", "Tier"),
    "status": QT_TRANSLATE_NOOP("Facets", "Status"),
    "flags": QT_TRANSLATE_NOOP("Facets", "Marks"),
    "tag": QT_TRANSLATE_NOOP("Facets", "Failure mode"),
    "annotation": QT_TRANSLATE_NOOP("Facets", "Annotated in other tools"),
    "dataset": QT_TRANSLATE_NOOP("Facets", "Dataset"),
    "suite": QT_TRANSLATE_NOOP("Facets", "Suite"),
}
_FLAGS = {
    "has_error": QT_TRANSLATE_NOOP("Facets", "Has an error"),
    "disagreement": QT_TRANSLATE_NOOP("Facets", "Raters disagree"),
    "unrated": QT_TRANSLATE_NOOP("Facets", "Not rated yet"),
    "rated": QT_TRANSLATE_NOOP("Facets", "Rated"),
    "bookmarked": QT_TRANSLATE_NOOP("Facets", "Bookmarked"),
    "noted": QT_TRANSLATE_NOOP("Facets", "With a note"),
}
_ORDER = (
    *("run", "system", "model", "prompt_version", "tier", "status", "flags"),
    *("score.", "slice.", "tag", "annotation", "dataset", "suite"),
)
_JUDGED = ("tag", "highlight", "disagreement", "bookmarked", "noted")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Facets", text)


def facet_order(name: str) -> int:
    """Place of a facet; those of one kind keep their order."""
    kind = name.partition(".")[0] + "." if name.startswith(("score.", "slice.")) else name
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def facet_title(name: str, *, own_only: bool = False) -> str:
    """What a facet is called.

    Args:
        own_only: others' tags are kept from somebody who still has traces to rate.
    """
    if name == "tag" and own_only:
        return _tr(str(QT_TRANSLATE_NOOP("Facets", "Failure mode (yours)")))
    if name in _TITLES:
        return _tr(str(_TITLES[name]))
    if name.startswith("score."):
        score = name.removeprefix("score.")
        return _tr(str(QT_TRANSLATE_NOOP("Facets", "Score: {name}"))).format(name=score)
    return name.removeprefix("slice.")


def value_title(name: str, text: str, where: Filter, *, own_only: bool = False) -> str:
    """What a line is called: its value; a flag in words."""
    if name == "flags" and isinstance(where, Comparison) and where.name in _FLAGS:
        title = _tr(str(_FLAGS[where.name]))
        if own_only and where.name in _JUDGED:
            return _tr(str(QT_TRANSLATE_NOOP("Facets", "{title} (by you)"))).format(title=title)
        return title
    return text
