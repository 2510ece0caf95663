"""Names of people that come from elsewhere: which can be shown, and which look like another."""

import unicodedata

MOST = 200
_JOINERS = "\u200c\u200d"
"""That Persian and Indic names are written with."""
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that are not seen, or turn round the ones beside them."""
_ALIKE = str.maketrans(
    "авекмнорстухіјѕԁԛԝһɡαβεικνορτυχı0",
    "abekmhopctyxijsdqwhgabeikvoptuxio",
)
"""Letters of other alphabets that look like Latin ones, in small letters."""


def can_be_shown(name: str) -> bool:
    """Whether a name is one line of characters that are seen."""
    hidden = (unicodedata.category(one) in _HIDDEN for one in name if one not in _JOINERS)
    return bool(name.strip()) and len(name) <= MOST and not any(hidden)


def look(name: str) -> str:
    """The same for names that a person may take for one another: of other alphabets, sizes, marks
    and spaces.
    """
    apart = unicodedata.normalize("NFKD", name).casefold()
    plain = unicodedata.normalize("NFKD", apart.translate(_ALIKE))
    return "".join(one for one in plain if one.isalnum()) or apart
