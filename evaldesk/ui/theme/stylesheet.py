"""The one stylesheet, made from tokens.

Widgets say what they are by dynamic properties, so that a change of theme is one call:

- ``kind`` of a QLabel: ``muted``, ``small``, ``title``, ``heading``, ``figure``,
  ``mono``, ``error``, ``ok``, ``warn``
- ``chip`` of a QLabel: ``neutral``, ``ok``, ``bad``, ``warn``, ``a``, ``b``, ``accent``
- ``keycap`` of a QLabel
- ``kind`` of a QPushButton or QToolButton: ``primary``, ``danger``, ``flat``, ``link``,
  ``part``, ``choice``
- ``kind`` of a list: ``framed``, where it is a field among fields
- ``surface`` of a QWidget or QFrame: ``pane``, ``bg``, ``card``, ``soft``, ``warn``, ``bad``,
  ``ok``, ``accent``
- ``rule`` of a QFrame: ``h`` or ``v``, a hairline
"""

from evaldesk.settings import resource
from evaldesk.ui.theme.contrast import channels, disabled, mix, ring_on_accent
from evaldesk.ui.theme.measure import BASE
from evaldesk.ui.theme.tokens import SIZES, Tokens

CHIPS: dict[str, tuple[str, str]] = {
    "neutral": ("soft", "muted"),
    "ok": ("ok_soft", "ok"),
    "bad": ("bad_soft", "bad"),
    "warn": ("warn_soft", "warn"),
    "a": ("accent_soft", "a"),
    "b": ("warn_soft", "b"),
    "c": ("ok_soft", "c"),
    "d": ("warn_soft", "d"),
    "accent": ("accent_soft", "accent"),
}
"""Kind of a chip → tokens of its ground and its text."""

SURFACES: dict[str, str] = {
    "pane": "pane",
    "bg": "bg",
    "soft": "soft",
    "warn": "warn_soft",
    "bad": "bad_soft",
    "ok": "ok_soft",
    "accent": "accent_soft",
}


def stylesheet(t: Tokens) -> str:
    """Qt style sheet for the whole application."""
    scale = t.measure.interface / BASE
    small, base, title, figure = (
        round(SIZES[name] * scale) for name in ("small", "base", "title", "figure")
    )
    chip = round(16 * scale)  # a radius beyond half the height would be left out
    faded, ring = disabled(t), ring_on_accent(t)
    icons = resource("icons").as_posix()
    chips = "\n".join(
        f'QLabel[chip="{kind}"] {{ background: {getattr(t, ground)}; color: {getattr(t, ink)}; }}'
        for kind, (ground, ink) in CHIPS.items()
    )
    surfaces = "\n".join(
        f'*[surface="{name}"] {{ background: {getattr(t, token)}; }}'
        for name, token in SURFACES.items()
    )
    return f"""
* {{ outline: none; }}
QWidget {{ color: {t.text}; }}
QMainWindow, QDialog {{ background: {t.bg}; }}
QToolTip {{ background: {t.pane}; color: {t.text}; border: 1px solid {t.line}; padding: 4px 6px; }}

{surfaces}
*[surface="card"] {{ background: {t.pane}; border: 1px solid {t.line}; border-radius: 10px; }}
*[surface="overlay"] {{ background: {t.pane}; border: 1px solid {t.line}; border-radius: 12px; }}
QFrame[rule="h"] {{ background: {t.line}; max-height: 1px; min-height: 1px; border: none; }}
QFrame[rule="v"] {{ background: {t.line}; max-width: 1px; min-width: 1px; border: none; }}

QLabel {{ background: transparent; }}
QLabel[kind="muted"] {{ color: {t.muted}; }}
QLabel[kind="small"] {{ color: {t.muted}; font-size: {small}px; }}
QLabel[kind="title"] {{ font-size: {title}px; font-weight: 600; }}
QLabel[kind="heading"] {{ font-weight: 600; }}
QLabel[kind="figure"] {{ font-size: {figure}px; font-weight: 600; }}
QLabel[kind="mono"] {{ font-family: "JetBrains Mono", monospace; font-size: {base - 1}px; }}
QLabel[kind="error"] {{ color: {t.bad}; }}
QLabel[kind="ok"] {{ color: {t.ok}; }}
QLabel[kind="warn"] {{ color: {t.warn}; }}
QLabel[chip] {{ border-radius: {chip // 2 + 1}px; padding: 1px 8px; font-size: {small}px;
  min-height: {chip}px; }}
{chips}
QLabel[keycap="true"] {{ background: {t.pane}; color: {t.muted}; border: 1px solid {t.line};
  border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; font-size: {small}px;
  font-family: "JetBrains Mono", monospace; min-height: {15 * scale:.0f}px; }}

QPushButton, QToolButton {{ background: {t.pane}; color: {t.text}; border: 1px solid {t.line};
  border-radius: 6px; padding: 4px 12px; min-height: {18 * scale:.0f}px; }}
QToolButton {{ padding: 4px 8px; }}
QPushButton:hover, QToolButton:hover {{ background: {t.soft}; border-color: {t.muted}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {t.line}; }}
QPushButton:focus, QToolButton:focus {{ border-color: {t.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {faded};
  background: {t.soft}; border-color: {t.line}; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent};
  border-color: {t.accent}; font-weight: 600; padding: 5px 14px; }}
QPushButton[kind="primary"]:hover {{ background: {mix(t.accent, t.text, 0.88)}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {ring}; padding: 4px 13px; }}
QPushButton[kind="primary"]:disabled {{ background: {t.line};
  color: {faded}; border-color: {t.line}; }}
QPushButton[kind="danger"] {{ color: {t.bad}; border-color: {t.bad}; }}
QPushButton[kind="danger"]:focus {{ border: 2px solid {t.accent}; padding: 3px 11px; }}
QPushButton[kind="danger"]:hover {{ background: {t.bad_soft}; }}
QPushButton[kind="flat"], QToolButton[kind="flat"] {{ background: transparent;
  border-color: transparent; padding: 4px 8px; }}
QPushButton[kind="flat"]:hover, QToolButton[kind="flat"]:hover {{ background: {t.soft}; }}
QPushButton[kind="flat"]:focus, QToolButton[kind="flat"]:focus {{ border-color: {t.accent}; }}
QPushButton[kind="flat"]:checked, QToolButton[kind="flat"]:checked {{ background: {t.accent_soft};
  color: {t.accent}; }}
QPushButton[kind="link"] {{ background: transparent; border-color: transparent; color: {t.accent};
  padding: 2px 4px; text-align: left; }}
QPushButton[kind="link"]:focus, QPushButton[kind="part"]:focus {{ border-color: {t.accent};
  border-radius: 4px; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="part"], QToolButton[kind="part"] {{ background: transparent;
  border-color: transparent; padding: 2px 8px 0 8px; min-height: 0; }}
QToolButton[kind="part"]:hover {{ background: {t.soft}; }}
QToolButton[kind="part"]:focus {{ border-color: {t.accent}; }}
QPushButton[kind="choice"] {{ padding: 3px 9px; }}
QPushButton[kind="choice"]:checked {{ background: {t.accent}; color: {t.on_accent};
  border-color: {t.accent}; }}
QPushButton[kind="choice"]:checked:focus {{ border: 2px solid {ring}; padding: 2px 8px; }}
QToolButton::menu-indicator, QPushButton::menu-indicator {{
  image: url({icons}/chevron-{t.name}.svg); width: 10px; height: 10px;
  subcontrol-position: right center; right: 4px; }}

QAbstractScrollArea {{ border: none; background: transparent; }}
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateTimeEdit {{
  background: {t.pane}; color: {t.text}; border: 1px solid {t.line}; border-radius: 6px;
  padding: 3px 8px; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {{ min-height: {20 * scale:.0f}px; }}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus,
QComboBox:focus {{ border-color: {t.accent}; }}
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled {{ background: {t.soft};
  color: {t.muted}; }}
QLineEdit {{ lineedit-clear-button-icon: url({icons}/clear-{t.name}.svg); }}
QLineEdit QToolButton {{ background: transparent; border: none; padding: 0; min-height: 0; }}
QLineEdit[kind="bare"] {{ border: none; background: transparent; padding: 0; }}
QPlainTextEdit[kind="bare"], QTextEdit[kind="bare"] {{ border: none; background: transparent;
  padding: 0; }}
QLineEdit[invalid="true"], QPlainTextEdit[invalid="true"] {{ border-color: {t.bad}; }}
QComboBox::drop-down {{ border: none; width: {20 * scale:.0f}px; }}
QComboBox::down-arrow {{ image: url({icons}/chevron-{t.name}.svg); width: 10px; height: 10px; }}
QComboBox QAbstractItemView {{ background: {t.pane}; border: 1px solid {t.line}; padding: 4px;
  selection-background-color: {t.accent_soft}; selection-color: {t.text}; }}
QComboBox QAbstractItemView::item {{ min-height: {24 * scale:.0f}px; padding: 0 6px;
  border-radius: 4px; }}
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button,
QDoubleSpinBox::down-button {{ width: 0; border: none; }}

QCheckBox, QRadioButton {{ spacing: 8px; background: transparent;
  border: 1px solid transparent; min-height: {20 * scale:.0f}px; }}
QCheckBox::indicator, QRadioButton::indicator, QListWidget::indicator,
QTableView::indicator {{ width: {14 * scale:.0f}px; height: {14 * scale:.0f}px;
  border: 1px solid {t.muted}; background: {t.pane}; }}
QCheckBox::indicator, QListWidget::indicator, QTableView::indicator {{ border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:checked, QListWidget::indicator:checked,
QTableView::indicator:checked {{ background: {t.accent};
  border-color: {t.accent}; image: url({icons}/check-{t.name}.svg); }}
QRadioButton::indicator:checked {{ border-color: {t.accent};
  background: qradialgradient(cx: 0.5, cy: 0.5, radius: 0.5, fx: 0.5, fy: 0.5,
    stop: 0 {t.accent}, stop: 0.55 {t.accent}, stop: 0.65 {t.pane}, stop: 1 {t.pane}); }}
QCheckBox:focus, QRadioButton:focus {{ border: 1px solid {t.accent}; border-radius: 4px; }}

QAbstractItemView {{ background: {t.pane}; color: {t.text}; border: 1px solid transparent;
  selection-background-color: {t.accent_soft}; selection-color: {t.text};
  alternate-background-color: {t.bg}; }}
QAbstractItemView[kind="framed"] {{ border-color: {t.line}; border-radius: 6px; padding: 3px; }}
QAbstractItemView:focus {{ border-color: {t.accent}; }}
QListView::item:selected, QTreeView::item:selected {{ background: {t.accent_soft};
  color: {t.text}; }}
QTableView {{ gridline-color: transparent; }}
QTableView::item {{ padding: 0 8px; border-bottom: 1px solid {t.line}; }}
QTableView::item:selected {{ background: {t.accent_soft}; color: {t.text}; }}
QTableView::item:hover:!selected {{ background: {t.soft}; }}
QHeaderView {{ background: {t.pane}; border: none; }}
QHeaderView::section {{ background: {t.pane}; color: {t.muted}; border: none;
  border-bottom: 1px solid {t.line}; padding: 5px 11px; font-size: {small}px; font-weight: 500; }}
QHeaderView::section:hover {{ color: {t.text}; }}
QHeaderView::up-arrow {{ image: url({icons}/sort-up-{t.name}.svg); width: 9px; height: 9px; }}
QHeaderView::down-arrow {{ image: url({icons}/sort-down-{t.name}.svg); width: 9px; height: 9px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QTableCornerButton::section {{ background: {t.pane}; border: none; }}

QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
QScrollBar::handle {{ background: {mix(t.muted, t.pane, 0.35)}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: {28 * scale:.0f}px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {mix(t.muted, t.pane, 0.6)}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QSplitter::handle:hover {{ background: {t.accent}; }}

QProgressBar {{ background: {t.soft}; border: none; border-radius: 2px; max-height: 4px;
  min-height: 4px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 2px; }}

QMenu {{ background: {t.pane}; border: 1px solid {t.line}; border-radius: 8px; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent_soft}; }}
QMenu::item:disabled {{ color: {t.muted}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}

QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 6px 12px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {t.accent}; border-bottom-color: {t.accent}; font-weight: 600; }}
QTabBar::tab:selected:focus {{ background: {t.accent_soft}; border: 1px solid {t.accent};
  border-bottom-width: 2px; padding: 5px 11px 6px 11px; border-radius: 4px; }}
QTabBar::tab:hover:!selected {{ color: {t.text}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {t.line}; }}
QGroupBox {{ border: 1px solid {t.line}; border-radius: 8px; margin-top: 8px; padding: 8px; }}
QGroupBox::title {{ subcontrol-origin: margin; left: 10px; color: {t.muted}; }}

#rail QToolButton {{ background: transparent; border: none; border-radius: 8px; color: {t.muted};
  font-size: {small - 1}px; padding: 4px 0 3px 0; }}
#rail QToolButton:hover {{ background: {t.soft}; color: {t.text}; }}
#rail QToolButton:checked {{ background: {t.accent_soft}; color: {t.accent}; font-weight: 600; }}
#rail QToolButton:focus {{ border: 1px solid {t.accent}; }}
#rail QToolButton:disabled {{ color: {faded}; }}
#statusbar QLabel, #statusbar QPushButton {{ color: {t.muted}; font-size: {small}px; }}
#statusbar QLabel[kind="ok"] {{ color: {t.ok}; }}
#statusbar QPushButton {{ background: transparent; border: none; padding: 0 2px;
  min-height: {16 * scale:.0f}px; }}
#statusbar QPushButton:hover, #statusbar QPushButton:focus {{ color: {t.accent};
  text-decoration: underline; }}
#search {{ background: {t.soft}; border: 1px solid {t.line}; border-radius: 6px; color: {t.muted};
  text-align: left; padding: 3px 10px; }}
#search:hover, #search:focus {{ border-color: {t.accent}; }}
#palette-field {{ font-size: {title}px; min-height: {46 * scale:.0f}px; border: none;
  background: transparent; }}
#suggestions {{ background: {t.pane}; border: 1px solid {t.line}; }}
#scrim {{ background: {_rgba(t.text if t.name == "light" else t.bg, 0.35)}; }}
"""


def _rgba(colour: str, alpha: float) -> str:
    red, green, blue = channels(colour)
    return f"rgba({red}, {green}, {blue}, {alpha})"
