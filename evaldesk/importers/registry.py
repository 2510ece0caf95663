"""Every format there is, and which one a file has. A new format is a module and a line here."""

from evaldesk.domain.errors import InputError, NotFoundError
from evaldesk.importers.anthropic_messages import AnthropicMessages
from evaldesk.importers.atif import Atif
from evaldesk.importers.contract import RatingFormat, TraceFormat
from evaldesk.importers.deepeval import DeepEval
from evaldesk.importers.delimited import DelimitedText
from evaldesk.importers.exported_ratings import ExportedRatings
from evaldesk.importers.inspect_log import InspectLog
from evaldesk.importers.jaeger import Jaeger
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.jsonl import JsonRecords
from evaldesk.importers.judge_bench import JudgeBench
from evaldesk.importers.langfuse import Langfuse
from evaldesk.importers.langsmith import LangSmith
from evaldesk.importers.lm_eval import LmEval
from evaldesk.importers.mapping import RatingMapping, TraceMapping
from evaldesk.importers.mini_swe_agent import MiniSweAgent
from evaldesk.importers.mlflow import MlflowTraces
from evaldesk.importers.openai_chat import OpenAiChat
from evaldesk.importers.openai_evals import OpenAiEvals
from evaldesk.importers.openai_items import OpenAiItems
from evaldesk.importers.openhands import OpenHands
from evaldesk.importers.openinference import OpenInference
from evaldesk.importers.otlp import Otlp
from evaldesk.importers.parquet import Parquet
from evaldesk.importers.promptfoo import Promptfoo
from evaldesk.importers.ragas import Ragas
from evaldesk.importers.ratings_long import LongRatings
from evaldesk.importers.ratings_wide import WideRatings
from evaldesk.importers.records import Records, table_kind
from evaldesk.importers.scenario_lines import ScenarioLines
from evaldesk.importers.source import Source
from evaldesk.importers.swe_agent import SweAgent
from evaldesk.importers.tau2 import Tau2
from evaldesk.importers.tau_bench import TauBench
from evaldesk.importers.whowhen import WhoAndWhen
from evaldesk.importers.workbook import Workbook

TRACE_FORMATS: tuple[TraceFormat, ...] = (
    JsonRecords(),
    ScenarioLines(),
    DelimitedText(),
    Workbook(),
    TauBench(),
    Tau2(),
    InspectLog(),
    Promptfoo(),
    LmEval(),
    DeepEval(),
    Ragas(),
    Atif(),
    SweAgent(),
    MiniSweAgent(),
    OpenHands(),
    WhoAndWhen(),
    Langfuse(),
    AnthropicMessages(),
    OpenAiChat(),
    OpenAiEvals(),
    OpenAiItems(),
    Otlp(),
    Jaeger(),
    OpenInference(),
    MlflowTraces(),
    Parquet(),
    LangSmith(),
)
RATING_FORMATS: tuple[RatingFormat, ...] = (
    LongRatings(),
    WideRatings(),
    JudgeBench(),
    ExportedRatings(),
)

_LEAST = 0.1
_TABLES = ("csv", "xlsx", "parquet")


def detect(source: Source, mapping: TraceMapping | None = None) -> TraceFormat:
    """The format that a file's content speaks for.

    Args:
        mapping: where a person gives one, the file is read as records with columns.

    Raises:
        InputError: none does; says what was seen and which formats there are.
    """
    kind = table_kind(source) if mapping is not None else None
    if kind is not None:
        return by_name(kind if kind in _TABLES else "jsonl")
    scored = [(item.recognises(source), -index) for index, item in enumerate(TRACE_FORMATS)]
    best, index = max(scored, default=(0.0, 0))
    if best < _LEAST:
        titles = ", ".join(f"{item.title} ({item.name})" for item in TRACE_FORMATS)
        raise _fault(source) or source.error(
            f"Its format is not known: {_seen(source)}.", f"Formats that can be read: {titles}."
        )
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


def check_kind(source: Source, format: TraceFormat) -> None:
    """Whether a file can be of the format that a person named.

    Raises:
        InputError: it is a table and the format is JSON, or the other way round.
    """
    if not format.mapped:
        return
    kind = table_kind(source)
    fits = kind == format.name if format.name in _TABLES else kind not in _TABLES
    if not fits:
        raise source.error(
            f"It is not {format.title}.", "Leave --format out, or name the format that it has."
        )


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
        raise _fault(source) or source.error(
            f"No ratings were recognised in it: {_seen(source)}.",
            f"Give a mapping of its columns, or a file in one of: {titles}.",
        )
    return RATING_FORMATS[-index]


def _fault(source: Source) -> InputError | None:
    """Why a file that no format knows cannot be read at all, where that is so."""
    try:
        if source.size == 0 or table_kind(source) is None:
            return None
        return Records(source).fault()
    except InputError as error:
        return error


def _seen(source: Source) -> str:
    """What the beginning of a file shows, in words."""
    if source.size == 0:
        return "it is empty"
    if source.magic()[:2] == b"PK":
        return "it is a ZIP archive without a workbook or an evaluation log in it"
    seen = sketch(source)
    if seen.kind == "object":
        names = list(seen.members)
        shown = ", ".join(f"“{name[:40]}”" for name in names[:8]) + (" …" if len(names) > 8 else "")
        return f"it is a JSON object with {shown or 'no members'}"
    if seen.kind == "array":
        return "it is a JSON array, but not of objects"
    line = source.head().lstrip().partition("\n")[0].strip()
    if not line.isprintable():
        return "it is not text"
    return f"it begins with “{line[:60]}”" if line else "it holds only white space"
