"""The address of a view of the traces: one line that can be pasted into a message and opened by a
colleague in their copy of the project.

``evaldesk:traces?text=refund&where=score.pass%20%3D%200&run=baseline&sort=-latency_ms``

What is like a trace stands as ``similar=``, the trace that is open as ``trace=``, both as ids or
``run/scenario``. What is left out is as it is at first. A key that this program does not know is
an error, so that nobody takes a part of a view for the whole.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import Filter, TraceQuery
from evaldesk.services.finding.query import parse
from evaldesk.services.finding.query import write as write_filter

SCHEME = "evaldesk:traces"
_KEYS = ("text", "where", "run", "sort", "similar", "trace")
# Brackets, quotes and commas stay as they are; chat programs end a link at a space.
_READABLE = "/:,@()'!*~$.-_"


@dataclass(frozen=True, slots=True)
class View:
    """What a list of traces shows, and which of them is open.

    Attributes:
        text: full-text search. where: filter. run: only of this run. sort: see `TraceQuery`.
        similar: only traces like this one. trace: the one that is open; empty for none.
    """

    text: str = ""
    where: Filter | None = None
    run: str = ""
    sort: str = "imported"
    similar: str = ""
    trace: str = ""

    def query(self, *, tags_by: str = "", me: str = "") -> TraceQuery:
        """What it lists, for the person who asks."""
        return TraceQuery(
            self.text, self.where, self.run, self.sort, tags_by, similar=self.similar, me=me
        )

    @classmethod
    def of(cls, query: TraceQuery, trace: str = "") -> "View":
        """The view that a query lists."""
        return cls(query.text, query.where, query.run, query.sort, query.similar, trace)


def as_meant(typed: str) -> str:
    """Words of the search field as they mean the same once they were typed out: there the last
    word, from its third letter on, stands for all that begin so, while in a view it stands for
    itself.
    """
    text = typed.strip(" ")
    if not text or typed.endswith((" ", '"', "*")):
        return text
    last = text.split()[-1].strip('"')
    return f"{text}*" if len(last) > 2 or not last.isascii() else text


def as_typed(text: str) -> str:
    """Words of a view as they have to stand in the search field to mean the same."""
    return text if not text or text.endswith((" ", '"', "*")) else f"{text} "


def write(view: View) -> str:
    """The address of a view."""
    said = {
        "text": view.text,
        "where": write_filter(view.where),
        "run": view.run,
        "sort": "" if view.sort == "imported" else view.sort,
        "similar": view.similar,
        "trace": view.trace,
    }
    pairs = [
        f"{key}={quote(value, safe=_READABLE, errors='replace')}"
        for key, value in said.items()
        if value
    ]
    return f"{SCHEME}?{'&'.join(pairs)}" if pairs else SCHEME


def read(address: str) -> View:
    """The view that an address names. White space around it, and angle brackets or quotes that a
    message put there, do not matter.

    Raises:
        UsageError: it is not an address, or says something that this program does not know.
    """
    bare = address.strip().strip('<>"“”„»«').strip()
    scheme, _, rest = bare.partition("?")
    if scheme.rstrip("/").lower() != SCHEME:
        raise UsageError(
            "This is not the address of a view.", f"One begins with “{SCHEME}?” and is one line."
        )
    try:
        pairs = parse_qsl(rest, keep_blank_values=True, strict_parsing=bool(rest), errors="strict")
    except ValueError as error:
        raise UsageError(
            "The address of the view is not whole.", "Copy it again, the whole line."
        ) from error
    said: dict[str, str] = {}
    for key, value in pairs:
        if key not in _KEYS or key in said:
            raise UsageError(
                f"The address says “{key}”, which is not known or stands there twice.",
                f"Known are {', '.join(_KEYS)}; a newer EvalDesk may know more.",
            )
        said[key] = value
    return View(
        text=said.get("text", ""),
        where=parse(said.get("where", "")),
        run=said.get("run", ""),
        sort=said.get("sort", "") or "imported",
        similar=said.get("similar", ""),
        trace=said.get("trace", ""),
    )
