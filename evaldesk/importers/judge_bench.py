"""JUDGE-BENCH data sets: instances with a list of human scores for each metric."""

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import Skipped
from evaldesk.domain.rating import RatingRecord
from evaldesk.importers import chat
from evaldesk.importers.contract import ImportOptions, RatingItem
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.mapping import RatingMapping
from evaldesk.importers.ratings import Ledger
from evaldesk.importers.source import Source

_SCORES = "individual_human_scores"


class JudgeBench:
    """``{dataset, annotations, instances}`` with ``individual_human_scores``."""

    name = "judge-bench"
    title = "JUDGE-BENCH ratings"
    extensions = (".json", ".json.gz")
    description = (
        "Human scores of each instance and metric. The file does not say who gave them: positions "
        "in the list become raters slot001, slot002 …, which are not people."
    )
    mapped = False

    def recognises(self, source: Source, mapping: RatingMapping | None = None) -> float:
        """Instances whose annotations hold lists of human scores."""
        members = sketch(source).members
        instances = members.get("instances")
        if not isinstance(instances, list) or not instances or not isinstance(instances[0], dict):
            return 0.0
        annotations = instances[0].get("annotations")
        if not isinstance(annotations, dict):
            return 0.0
        return 0.95 if "annotations" in members else 0.7

    def read(
        self, source: Source, mapping: RatingMapping | None, options: ImportOptions
    ) -> Iterator[RatingItem]:
        """Needs no mapping; of one that is given, ``missing`` and ``recode`` are used."""
        ledger = Ledger(source, mapping or RatingMapping(), options)
        seen: set[str] = set()
        with closing(_instances(source)) as instances:
            for place, instance in instances:
                try:
                    if not isinstance(instance, dict) or instance.get("id") is None:
                        raise source.error("The instance has no “id”.", record=place)
                    unit = chat.plain_text(instance["id"])
                    if unit in seen:
                        raise source.error(f"Instance “{unit}” is there twice.", record=place)
                    seen.add(unit)
                    for rating in _ratings(instance, unit, place, source, ledger):
                        if ledger.accepts(rating):
                            yield rating
                except InputError as error:
                    if not options.skip_bad:
                        raise
                    yield Skipped(place, f"{error.reason} {error.hint}".strip())
                except ValueError as error:
                    if not options.skip_bad:
                        raise source.error(str(error), record=place) from error
                    yield Skipped(place, str(error))
        yield from ledger.told()


def _instances(source: Source) -> Generator[tuple[str, Any], None, None]:
    with JsonReader(source) as reader:
        for name in reader.members():
            if name == "instances" and reader.peek() == "[":
                yield from reader.array(name)
            else:
                reader.value(name)
        reader.end()


def _ratings(
    instance: dict[str, Any], unit: str, place: str, source: Source, ledger: Ledger
) -> Iterator[RatingRecord]:
    annotations = instance.get("annotations")
    if not isinstance(annotations, dict):
        raise source.error("Its “annotations” is not an object.", record=place)
    text = _text(instance.get("instance"))
    for metric, found in annotations.items():
        scores = found.get(_SCORES) if isinstance(found, dict) else None
        if scores is None:
            continue
        if not isinstance(scores, list):
            raise source.error(f"Its “{metric}.{_SCORES}” is not a list.", record=place)
        for index, raw in enumerate(scores, start=1):
            value = ledger.value(raw)
            if value is not None:
                yield RatingRecord(unit, f"slot{index:03d}", metric, value, place=place, text=text)


def _text(instance: Any) -> str:
    if isinstance(instance, dict):
        return "\n\n".join(f"{name}: {chat.plain_text(value)}" for name, value in instance.items())
    return chat.plain_text(instance)
