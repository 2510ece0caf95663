"""The colours, sizes and spaces of the interface, in light and in dark.

Every colour pair used for text holds a contrast of 4.5:1 (a test measures it); hues are of the
Okabe–Ito set, which colour-blind eyes tell apart. A colour never carries a meaning alone.
"""

from dataclasses import dataclass

from evaldesk.ui.theme.measure import USUAL, Measure


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme. Colours are ``#rrggbb``.

    Attributes:
        bg: behind panes. pane: lists, cards, forms. line: hairlines. soft: fields, chips.
        text, muted: type. accent, accent_soft: what is active. on_accent: type on accent.
        a, b, c, d: the sides of a comparison.
        ok, bad, warn and their ``_soft``: agree, differ or failed, attention.
        tool: the edge of a tool message. mark: found or changed text.
        measure: the sizes that the person chose; other sizes are another look.
    """

    name: str
    bg: str
    pane: str
    line: str
    text: str
    muted: str
    soft: str
    accent: str
    accent_soft: str
    on_accent: str
    a: str
    b: str
    c: str
    d: str
    ok: str
    ok_soft: str
    bad: str
    bad_soft: str
    warn: str
    warn_soft: str
    tool: str
    mark: str
    measure: Measure = USUAL


LIGHT = Tokens(
    name="light",
    bg="#f6f7f9",
    pane="#ffffff",
    line="#e2e5ea",
    text="#1b1f24",
    muted="#5f6878",
    soft="#f0f2f5",
    accent="#0072b2",
    accent_soft="#e6f2f9",
    on_accent="#ffffff",
    a="#0072b2",
    b="#b84f00",
    c="#00785a",
    d="#756500",
    ok="#00785a",
    ok_soft="#e2f4ee",
    bad="#b93a2b",
    bad_soft="#fbeae8",
    warn="#8f5f12",
    warn_soft="#fdf3dc",
    tool="#a84d7f",
    mark="#fff3b8",
)

DARK = Tokens(
    name="dark",
    bg="#15181c",
    pane="#1c2026",
    line="#2c323a",
    text="#e4e7eb",
    muted="#98a2b0",
    soft="#242930",
    accent="#56b4e9",
    accent_soft="#1b3342",
    on_accent="#10202b",
    a="#56b4e9",
    b="#f0a35e",
    c="#3fc59b",
    d="#d8cc4e",
    ok="#3fc59b",
    ok_soft="#17342b",
    bad="#ff7b6e",
    bad_soft="#3d2322",
    warn="#f0c060",
    warn_soft="#3a3019",
    tool="#d184b0",
    mark="#57481a",
)


SIZES = {"small": 11, "base": 13, "title": 15, "figure": 22}
"""The four type sizes, in pixels, beside type of 13."""
