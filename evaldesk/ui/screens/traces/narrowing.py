"""What the list of traces is asked to show; no widgets here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.query import RELEVANCE, Comparison, Every, Filter, TraceQuery
from evaldesk.services.finding.facet_ticks import split
from evaldesk.services.finding.facets import narrowed
from evaldesk.services.finding.query import parse
from evaldesk.services.finding.query import write as write_filter
from evaldesk.services.finding.view_address import View, as_meant, as_typed

AS_IMPORTED = "imported"
Ticks = Mapping[str, tuple[Filter, ...]]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is looked for, and in what order.

    Attributes:
        text: full-text search as typed. where: the filter as typed, which may make no sense yet.
        ticks: facet → lines that are ticked, or excluded as ``Not``.
        similar: only traces like this one (id, or ``run/scenario``).
        sort: key that the person chose; empty for what comes by itself: the best hits first while
            words or likeness are looked for, else in the order of import.
    """

    text: str = ""
    where: str = ""
    ticks: Ticks = field(default_factory=dict)
    similar: str = ""
    sort: str = ""

    @property
    def order(self) -> str:
        """The key that the list is sorted by."""
        return self.sort or self.own_order

    @property
    def own_order(self) -> str:
        """The key it is sorted by while nobody chose one."""
        return RELEVANCE if self.text.strip() or self.similar else AS_IMPORTED

    @property
    def narrows(self) -> bool:
        """Whether anything keeps traces out of the list."""
        return bool(self.text.strip() or self.where.strip() or self.ticks or self.similar)

    def typed_filter(self) -> Filter | None:
        """The filter as a tree; None for none, and where it makes no sense."""
        try:
            return parse(self.where)
        except EvalDeskError:
            return None

    def query(self, *, tags_by: str = "", me: str = "") -> TraceQuery:
        """What is listed, facets and all."""
        return narrowed(self.untouched(tags_by=tags_by, me=me), self.ticks)

    def untouched(self, *, tags_by: str = "", me: str = "") -> TraceQuery:
        """What would be listed if nothing were ticked."""
        return TraceQuery(
            text=self.text if self.text.strip() else "",
            where=self.typed_filter(),
            sort=self.order,
            tags_by=tags_by,
            similar=self.similar,
            me=me,
        )

    def view(self, trace: str = "") -> View:
        """As it can be sent to somebody, with the trace that is open."""
        query = replace(self.query(), text=as_meant(self.text))
        return View.of(query, trace)

    @classmethod
    def of(cls, view: View) -> "Narrowing":
        """As a view says: what facets can show are ticks, the rest of its filter stays one."""
        where = view.where
        rest, ticks = split(where)
        if view.run:
            run, more = split(parse(f"run = {_quoted(view.run)}"))
            if "run" in ticks:  # both have to hold
                rest, ticks = where, {}
            assert run is None
            ticks = {**more, **ticks}
        made = cls(
            text=as_typed(view.text),
            where=write_filter(rest),
            ticks={name: tuple(lines) for name, lines in ticks.items()},
            similar=view.similar,
        )
        return made if view.sort == made.own_order else replace(made, sort=view.sort)

    @property
    def differing_runs(self) -> tuple[str, str] | None:
        """The two runs of which only what differs is listed; None for none."""
        for part in _parts(self.typed_filter()):
            if isinstance(part, Comparison) and part.name == "differs" and len(part.values) > 1:
                return str(part.values[0]), str(part.values[1])
        return None

    def with_difference(self, test: Comparison) -> "Narrowing":
        """Only where two runs differ, in place of two others, besides what the filter says."""
        kept = [
            part
            for part in _parts(self.typed_filter())
            if not (isinstance(part, Comparison) and part.name == "differs")
        ]
        where = Every((*kept, test)) if kept else test
        return replace(self, where=write_filter(where))


def _parts(where: Filter | None) -> tuple[Filter, ...]:
    if where is None:
        return ()
    return where.items if isinstance(where, Every) else (where,)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
