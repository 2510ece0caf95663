"""Whether this machine has fonts for the scripts that traces are written in."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QFontDatabase

_SYSTEM = QFontDatabase.WritingSystem

_SCRIPTS: tuple[tuple[str, tuple[_SYSTEM, ...], str], ...] = (
    (str(QT_TRANSLATE_NOOP("Scripts", "Korean")), (_SYSTEM.Korean,), "fonts-noto-cjk"),
    (
        str(QT_TRANSLATE_NOOP("Scripts", "Chinese")),
        (_SYSTEM.SimplifiedChinese, _SYSTEM.TraditionalChinese),
        "fonts-noto-cjk",
    ),
    (str(QT_TRANSLATE_NOOP("Scripts", "Japanese")), (_SYSTEM.Japanese,), "fonts-noto-cjk"),
    (str(QT_TRANSLATE_NOOP("Scripts", "Arabic")), (_SYSTEM.Arabic,), "fonts-noto-core"),
    (str(QT_TRANSLATE_NOOP("Scripts", "Hebrew")), (_SYSTEM.Hebrew,), "fonts-noto-core"),
    (str(QT_TRANSLATE_NOOP("Scripts", "Devanagari")), (_SYSTEM.Devanagari,), "fonts-noto-core"),
    (str(QT_TRANSLATE_NOOP("Scripts", "Thai")), (_SYSTEM.Thai,), "fonts-noto-core"),
)
"""Name, what Qt calls it (one of them is enough), and the package of Debian that has it."""

_EMOJI = str(QT_TRANSLATE_NOOP("Scripts", "Emoji"))
_EMOJI_PACKAGE = "fonts-noto-color-emoji"


def missing_scripts() -> dict[str, str]:
    """Script without a font → package of Debian that brings one. Characters of such a script are
    shown as boxes, and kept as they are.
    """
    have = set(QFontDatabase.writingSystems())
    missing = {name: package for name, any_of, package in _SCRIPTS if have.isdisjoint(any_of)}
    if not any("emoji" in family.casefold() for family in QFontDatabase.families()):
        missing[_EMOJI] = _EMOJI_PACKAGE
    return missing


def scripts_text() -> str:
    """What a person reads about it."""
    missing = missing_scripts()
    if not missing:
        return QCoreApplication.translate("Scripts", "Every script has a font here.")
    names = ", ".join(QCoreApplication.translate("Scripts", name) for name in missing)
    said = QCoreApplication.translate(
        "Scripts", "No font here for %1, which shows as boxes. On Debian: apt install %2"
    )
    return str(said).replace("%1", names).replace("%2", " ".join(dict.fromkeys(missing.values())))
