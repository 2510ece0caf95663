"""Pairwise preferences made elsewhere: what EvalDesk exports, LLMBar and PandaLM."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from evaldesk.domain.errors import InputError
from evaldesk.domain.preference import CHOICES, OVERALL, Choice, End, PreferenceRecord
from evaldesk.domain.project import ImportNote
from evaldesk.importers.exported_ratings import bare
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source, run_name

_OWN = frozenset(("scenario", "run_a", "run_b", "rater", "choice", "left", "reading"))
_LLMBAR = frozenset(("input", "output_1", "output_2", "label"))
_PANDALM = frozenset(("cmp_key", "instruction", "response1", "response2", "annotator1"))
_SWAPS = ("swap = False", "swap = True")


@dataclass(frozen=True, slots=True)
class PreferenceFormat:
    """A kind of file of preferences.

    Attributes:
        columns: that tell it. read: gives the records of one row and their place.
    """

    name: str
    title: str
    columns: frozenset[str]
    read: Callable[[Mapping[str, Any], str, str], Iterator[PreferenceRecord | ImportNote]]


def read_preferences(source: Source) -> tuple[str, list[PreferenceRecord], list[ImportNote]]:
    """Read a file of preferences of any kind that is known.

    Returns:
        The format's name, the preferences, and what a person should know.

    Raises:
        InputError: names the file and the record, and what was expected.
    """
    records = Records(source)
    found = next((one for one in FORMATS if one.columns <= set(records.columns)), None)
    if found is None:
        raise source.error(
            "It holds no pairwise preferences of a kind that is known.",
            "Known are: " + "; ".join(one.title for one in FORMATS) + ".",
        )
    preferences: list[PreferenceRecord] = []
    notes: list[ImportNote] = []
    name = run_name(source.path.name)
    for place, values, _ in records:
        if isinstance(values, InputError):
            raise values
        if records.kind == "csv":
            values = {key: bare(value) for key, value in values.items()}
        try:
            for one in found.read(values, place, name):
                if isinstance(one, ImportNote):
                    notes.append(one)
                else:
                    preferences.append(one)
        except (ValueError, KeyError, TypeError) as error:
            reason = f"“{error.args[0]}” is missing." if isinstance(error, KeyError) else str(error)
            raise source.error(reason, record=place) from error
    return found.name, preferences, notes


def _own(row: Mapping[str, Any], place: str, _: str) -> Iterator[PreferenceRecord | ImportNote]:
    choice, left = cast("Choice", _text(row, "choice")), cast("End", _text(row, "left"))
    if choice not in CHOICES:
        raise ValueError(f"“{choice}” is no choice; it can be {', '.join(CHOICES)}.")
    if left not in ("", "a", "b"):
        raise ValueError(f"“{left}” is no end of a pair; it can be a, b or empty.")
    strength, chance = _text(row, "strength"), _text(row, "probability")
    if strength and strength not in ("1", "2", "3"):
        raise ValueError(f"“{strength}” is no strength; it can be 1, 2, 3 or empty.")
    yield PreferenceRecord(
        scenario=_needed(row, "scenario"),
        run_a=_needed(row, "run_a"),
        run_b=_needed(row, "run_b"),
        rater=_needed(row, "rater"),
        choice=choice,
        criterion=OVERALL
        if _text(row, "criterion") in ("", "overall")
        else _text(row, "criterion"),
        strength=int(strength) if strength else None,
        reason=_text(row, "reason"),
        left=left,
        reading=int(_text(row, "reading") or 0),
        submitted=_text(row, "submitted") != "draft",
        time=_text(row, "answered_at"),
        place=place,
        trace_a=_text(row, "trace_a"),
        trace_b=_text(row, "trace_b"),
        probability=float(chance) if chance else None,
        stratum=_text(row, "stratum"),
    )


def _llmbar(
    row: Mapping[str, Any], place: str, name: str
) -> Iterator[PreferenceRecord | ImportNote]:
    """The label, and a judge's two verdicts, in whose names the winner is told as the outputs stand
    in the file, whichever the judge saw first.
    """

    def record(rater: str, winner: Any, left: End | str, reading: int) -> PreferenceRecord:
        ends: dict[str, Choice] = {"1": "a", "2": "b"}
        if str(winner) not in ends:
            raise ValueError(f"“{winner}” is no winner; it can be 1 or 2.")
        return PreferenceRecord(
            scenario=place,
            run_a="output 1",
            run_b="output 2",
            rater=rater,
            choice=ends[str(winner)],
            left=cast("End", left),
            reading=reading,
            place=place,
            text=str(row["input"]),
            output_a=str(row["output_1"]),
            output_b=str(row["output_2"]),
        )

    yield record("LLMBar label", row["label"], "", 0)
    results = row.get("results")
    if not isinstance(results, list) or not results:
        return
    for reading, swap in enumerate(_SWAPS):
        winner = results[0][swap].get("winner")
        if winner is None:
            yield ImportNote(f"{name}, {swap}: no winner could be read.", place)
            continue
        yield record(name.removesuffix("_result"), winner, "b" if reading else "a", reading)


def _pandalm(row: Mapping[str, Any], place: str, _: str) -> Iterator[PreferenceRecord | ImportNote]:
    """Three people's verdicts: 0 for a tie. Which answer they saw first is not told."""
    first, mark, second = str(row["cmp_key"]).partition("_")
    if not mark:
        raise ValueError(f"“{first}” does not name two systems.")
    given = str(row.get("input") or "")
    text = str(row["instruction"]) + (f"\n\n{given}" if given else "")
    ends: dict[str, Choice] = {"0": "tie", "1": "a", "2": "b"}
    for number in (1, 2, 3):
        value = row.get(f"annotator{number}")
        if str(value) not in ends:
            raise ValueError(f"annotator{number}: “{value}” is none of 0, 1, 2.")
        yield PreferenceRecord(
            scenario=str(row.get("idx", place)),
            run_a=first,
            run_b=second,
            rater=f"annotator {number}",
            choice=ends[str(value)],
            place=place,
            text=text,
            output_a=str(row["response1"]),
            output_b=str(row["response2"]),
        )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def _needed(row: Mapping[str, Any], name: str) -> str:
    text = _text(row, name)
    if not text:
        raise ValueError(f"The column “{name}” is empty.")
    return text


FORMATS: tuple[PreferenceFormat, ...] = (
    PreferenceFormat("preferences", "Preferences as EvalDesk exports them", _OWN, _own),
    PreferenceFormat("pandalm", "PandaLM test set", _PANDALM, _pandalm),
    PreferenceFormat("llmbar", "LLMBar data set or judge's result", _LLMBAR, _llmbar),
)
