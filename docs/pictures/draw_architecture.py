"""Draw docs/pictures/architecture.svg: ``python docs/pictures/draw_architecture.py``."""

from pathlib import Path
from xml.sax.saxutils import escape

LAYERS: list[tuple[str, list[tuple[str, str]]]] = [
    ("entry", [("__main__", "the entry point")]),
    ("composition", [("app", "makes every object and wires it; nothing else does")]),
    (
        "presentation",
        [
            ("ui", "PySide6: screens, widgets, charts, actions, theme"),
            ("cli", "the same use cases without a window"),
        ],
    ),
    (
        "background work",
        [("jobs", "work off the UI thread: one writer, several readers (QtCore only)")],
    ),
    ("use cases", [("services", "use cases over frozen values; from here down there is no Qt")]),
    (
        "one skill each",
        [
            ("storage", "SQLite"),
            ("importers", "formats in"),
            ("exporters", "workbooks,\nformats out"),
            ("stats", "arrays in,\nestimates out"),
            ("exchange", "packages\nas bytes"),
            ("privacy", "personal data,\nredaction"),
            ("net", "refuses\nconnections"),
            ("credentials", "people's and\nprojects' keys"),
            ("settings", "preferences"),
        ],
    ),
    (
        "the language",
        [
            (
                "domain",
                "traces, rubrics, ratings, rulings, estimates, errors; imports none of the rest",
            )
        ],
    ),
]

WIDTH, LEFT, TOP, ROW, GAP = 1040, 168, 20, 64, 22
INK, QUIET, PAPER = "#1f2933", "#616e7c", "#ffffff"
TINTS = ["#f5f7fa", "#f5f7fa", "#e3f0f8", "#f5f7fa", "#fdf3e3", "#e9f5ef", "#f3ebf6"]
EDGES = ["#9aa5b1", "#9aa5b1", "#0072b2", "#9aa5b1", "#d98e04", "#009e73", "#a3628f"]


def text(
    x: float, y: float, words: str, *, size: int = 12, weight: int = 400, fill: str = INK
) -> str:
    """Centred lines of text around y."""
    lines = words.split("\n")
    first = y - (len(lines) - 1) * (size + 2) / 2
    return "".join(
        f'<text x="{x:.0f}" y="{first + n * (size + 2):.0f}" font-size="{size}" '
        f'font-weight="{weight}" fill="{fill}" text-anchor="middle" '
        f'dominant-baseline="middle">{escape(line)}</text>'
        for n, line in enumerate(lines)
    )


def draw() -> str:
    """The whole picture as SVG."""
    height = TOP * 2 + len(LAYERS) * ROW + (len(LAYERS) - 1) * GAP + 14
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="Inter, Helvetica, Arial, sans-serif" role="img" '
        'aria-label="The layers of EvalDesk: each may use those below it">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="{QUIET}"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{height}" rx="10" fill="{PAPER}"/>',
    ]
    y: float = TOP
    for number, (what, rooms) in enumerate(LAYERS):
        tall = ROW + (14 if len(rooms) > 2 else 0)
        out.append(
            f'<text x="{LEFT - 20}" y="{y + tall / 2:.0f}" font-size="12" fill="{QUIET}" '
            f'text-anchor="end" dominant-baseline="middle">{escape(what)}</text>'
        )
        space = WIDTH - LEFT - 24
        wide = (space - 10 * (len(rooms) - 1)) / len(rooms)
        for place, (name, task) in enumerate(rooms):
            x = LEFT + place * (wide + 10)
            out.append(
                f'<rect x="{x:.1f}" y="{y}" width="{wide:.1f}" height="{tall}" rx="6" '
                f'fill="{TINTS[number]}" stroke="{EDGES[number]}"/>'
            )
            middle, many = x + wide / 2, len(rooms) > 2
            out.append(text(middle, y + tall * 0.33, name, size=12 if many else 14, weight=600))
            out.append(text(middle, y + tall * 0.68, task, size=11 if many else 12, fill=QUIET))
        y += tall
        if number < len(LAYERS) - 1:
            x = LEFT + space / 2
            out.append(
                f'<line x1="{x}" y1="{y + 3}" x2="{x}" y2="{y + GAP - 3}" stroke="{QUIET}" '
                'stroke-width="1.4" marker-end="url(#tip)"/>'
            )
            y += GAP
    return "\n".join([*out, "</svg>\n"])


if __name__ == "__main__":
    Path(__file__).with_name("architecture.svg").write_text(draw(), "utf-8")
