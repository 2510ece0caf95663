"""The look of the workbook: a few styles by name, and the widths of what they show."""

from dataclasses import dataclass
from typing import Literal

from openpyxl.formatting.rule import DataBar, FormatObject, Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle

# Okabe–Ito hues, lightened for fills: they hold for colour-blind eyes, and the words beside them
# say the same.
INK = "1F2933"
MUTED = "5F6B7A"
LINE = "D5DBE3"
HEAD = "E9EDF2"
BLUE = "0072B2"
ORANGE = "D55E00"
GREEN = "009E73"
GREY = "9AA5B1"
GOOD_FILL = "D6EFE6"
BAD_FILL = "F9DCCB"
WARN_FILL = "FBEFC9"
LINK = "0B5CAD"

FONT = "Calibri"
SIZE = 10

Kind = Literal[
    "text",
    "wrapped",
    "id",
    "integer",
    "number",
    "fraction",
    "percent",
    "points",
    "money",
    "p",
    "date",
    "reason",
    "link",
    "value",
    "head",
    "head_right",
    "heading",
    "title",
    "subtitle",
    "strong",
    "helper",
]

_FORMATS: dict[str, str] = {
    "integer": "#,##0",
    "number": "0.000",
    "fraction": "+0.000;-0.000;0.000",
    "helper": "0.000",
    "percent": "0.0 %",
    "points": "+0.0 %;-0.0 %;0.0 %",
    "money": "0.0000",
    "p": "0.0000",
    "date": "yyyy-mm-dd hh:mm:ss",
    "text": "@",
    "wrapped": "@",
    "id": "@",
    "reason": "@",
    "strong": "@",
}
NUMERIC = frozenset(
    {"integer", "number", "fraction", "percent", "points", "money", "p", "date", "helper"}
)


@dataclass(frozen=True, slots=True)
class Look:
    """What openpyxl needs for one style."""

    font: Font
    alignment: Alignment
    number_format: str
    fill: PatternFill | None = None
    border: Border | None = None


def look(kind: Kind) -> Look:
    """The look of a kind of cell."""
    number_format = _FORMATS.get(kind, "General")
    plain = Alignment(vertical="top", horizontal="left")
    if kind == "title":
        return Look(Font(name=FONT, size=18, bold=True, color=INK), plain, "@")
    if kind == "subtitle":
        return Look(Font(name=FONT, size=SIZE, color=MUTED), plain, "@")
    if kind == "heading":
        rule = Border(bottom=Side(style="medium", color=BLUE))
        return Look(Font(name=FONT, size=13, bold=True, color=INK), plain, "@", border=rule)
    if kind in ("head", "head_right"):
        side = "right" if kind == "head_right" else "left"
        return Look(
            Font(name=FONT, size=SIZE, bold=True, color=INK),
            Alignment(
                vertical="center",
                horizontal=side,
                wrap_text=True,
                indent=0 if kind == "head_right" else 1,
            ),
            "@",
            PatternFill("solid", start_color=HEAD, end_color=HEAD),
            Border(bottom=Side(style="thin", color=GREY)),
        )
    rule = Border(bottom=Side(style="hair", color=LINE))
    # Texts stand a little off the numbers to their left.
    top = Alignment(vertical="top", horizontal="left", indent=1)
    font = Font(name=FONT, size=SIZE, color=INK)
    if kind in NUMERIC:
        top = Alignment(vertical="top", horizontal="right")
        if kind == "helper":
            font = Font(name=FONT, size=SIZE - 1, color=GREY)
    elif kind == "reason":
        font = Font(name=FONT, size=SIZE, italic=True, color=MUTED)
    elif kind == "link":
        font = Font(name=FONT, size=SIZE, color=LINK, underline="single")
    elif kind == "id":
        font = Font(name="Consolas", size=SIZE - 1, color=MUTED)
    elif kind == "strong":
        font = Font(name=FONT, size=SIZE, bold=True, color=INK)
    elif kind == "wrapped":
        top = Alignment(vertical="top", horizontal="left", indent=1, wrap_text=True)
    return Look(font, top, number_format, border=rule)


def tinted(fill: str, *, bold: bool = False) -> DifferentialStyle:
    """A conditional style."""
    return DifferentialStyle(
        font=Font(bold=bold, color=INK),
        fill=PatternFill(bgColor=fill, fill_type="solid"),
    )


def when_equal(word: str, fill: str, *, bold: bool = False) -> Rule:
    """Colour a cell that holds exactly this word."""
    return when(f'{{cell}}="{word}"', fill, bold=bold)


def when(formula: str, fill: str, *, bold: bool = False) -> Rule:
    """Colour cells for which a formula holds.

    Args:
        formula: of the first cell of the range; ``{cell}`` stands for its place.
    """
    return Rule(type="expression", formula=[formula], dxf=tinted(fill, bold=bold))


def bar(color: str, *, most: float | None = None) -> Rule:
    """A bar behind each number from 0 to ``most``, or to nearly the greatest number there is."""
    ends = [
        FormatObject(type="num", val=0),
        FormatObject(type="percentile", val=99)
        if most is None
        else FormatObject(type="num", val=most),
    ]
    return Rule(type="dataBar", dataBar=DataBar(cfvo=ends, color=color))
