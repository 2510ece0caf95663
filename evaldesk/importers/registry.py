"""Every format there is, and which one a file has. A new format is a module and a line here."""

from evaldesk.domain.errors import NotFoundError
from evaldesk.importers.contract import RatingFormat, TraceFormat
from evaldesk.importers.delimited import DelimitedText
from evaldesk.importers.inspect_log import InspectLog
from evaldesk.importers.jsonl import JsonRecords
from evaldesk.importers.judge_bench import JudgeBench
from evaldesk.importers.mapping import RatingMapping
from evaldesk.importers.ratings_long import LongRatings
from evaldesk.importers.ratings_wide import WideRatings
from evaldesk.importers.source import Source
from evaldesk.importers.tau2 import Tau2
from evaldesk.importers.tau_bench import TauBench
from evaldesk.importers.workbook import Workbook

TRACE_FORMATS: tuple[TraceFormat, ...] = (
    JsonRecords(),
    DelimitedText(),
    Workbook(),
    TauBench(),
    Tau2(),
    InspectLog(),
)
RATING_FORMATS: tuple[RatingFormat, ...] = (LongRatings(), WideRatings(), JudgeBench())

_LEAST = 0.1


def detect(source: Source) -> TraceFormat:
    """The format that the content speaks for.

    Raises:
        InputError: none does; says what was seen and which formats there are.
    """
    scored = [(item.recognises(source), -index) for index, item in enumerate(TRACE_FORMATS)]
    best, index = max(scored, default=(0.0, 0))
    if best < _LEAST:
        raise source.error("Its format is not known.", _listing())
    return TRACE_FORMATS[-index]


def by_name(name: str) -> TraceFormat:
    """The format of traces with this name.

    Raises:
        NotFoundError: there is none; offers the nearest.
    """
    for item in TRACE_FORMATS:
        if item.name == name:
            return item
    raise NotFoundError.among("format", name, (item.name for item in TRACE_FORMATS))


def detect_ratings(source: Source, mapping: RatingMapping | None = None) -> RatingFormat:
    """The shape of a file of ratings, given the mapping where there is one.

    Raises:
        InputError: it is none; says what was seen.
    """
    scored = [
        (item.recognises(source, mapping), -index) for index, item in enumerate(RATING_FORMATS)
    ]
    best, index = max(scored, default=(0.0, 0))
    if best < _LEAST:
        titles = ", ".join(f"{item.title} ({item.name})" for item in RATING_FORMATS)
        raise source.error(
            "No ratings were recognised in it.",
            f"Give a mapping of its columns, or a file in one of: {titles}.",
        )
    return RATING_FORMATS[-index]


def _listing() -> str:
    titles = ", ".join(f"{item.title} ({item.name})" for item in TRACE_FORMATS)
    return f"Formats: {titles}."
