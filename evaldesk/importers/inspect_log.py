"""Logs of Inspect: ``.eval`` archives and ``.json`` documents, versions 2 and 3."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.wording import counted
from evaldesk.importers import chat
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.inspect_archive import Archive
from evaldesk.importers.inspect_sample import trace_of
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.source import Source

_ZIP = b"PK\x03\x04"


class InspectLog:
    """One evaluation: a header and one sample a trace."""

    name = "inspect"
    title = "Inspect log"
    extensions = (".eval", ".json")
    description = (
        "Samples with messages, tool calls, reasoning, scores (C, I, P, N count 1, 0, 0.5, 0), "
        "tokens and time; attachments are put back in place. Of the events only type, name, time "
        "and duration are kept. A sample that failed has the status error and no scores."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """An archive with a header or journal; a document with version, status and eval."""
        if source.magic()[:4] == _ZIP:
            try:
                with Archive(source) as archive:
                    names = archive.names
            except InputError:
                return 0.3 if source.path.suffix.lower() == ".eval" else 0.0
            return 0.95 if {"header.json", "_journal/start.json"} & set(names) else 0.0
        members = sketch(source).members
        about = members.get("eval")
        if not isinstance(about, dict) or "version" not in members:
            return 0.0
        return 0.95 if {"task", "model"} <= set(about) else 0.5

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads one sample at a time."""
        if source.magic()[:4] == _ZIP:
            with Archive(source) as archive:
                header = archive.header()
                yield from _items(header, _zipped(archive, header, source), source, options)
        else:
            header = _document_header(source)
            if not isinstance(header.get("eval"), dict):
                raise source.error("It is no Inspect log: it has no “eval”.")
            yield from _items(header, _listed(source), source, options)


def _items(
    header: dict[str, Any],
    samples: Generator[tuple[str, Any], None, None],
    source: Source,
    options: ImportOptions,
) -> Iterator[Item]:
    about = _dict(header.get("eval"))
    dataset = _dict(about.get("dataset"))
    yield RunHeader(
        system=chat.plain_text(about.get("model")),
        dataset=chat.plain_text(dataset.get("name") or about.get("task")),
        created_at=chat.plain_text(about.get("created")),
        metadata=header,
    )
    status = header.get("status")
    if status != "success":
        error = _dict(header.get("error")).get("message")
        yield ImportNote(
            f"The log's status is “{chat.plain_text(status) or 'unknown'}”, not “success”"
            + (f": {error}" if error else ".")
        )
    read = failed = 0
    seen: set[tuple[str, int]] = set()
    with closing(samples) as opened:
        for place, sample in opened:
            try:
                if isinstance(sample, InputError):
                    raise sample
                if not isinstance(sample, dict):
                    raise source.error("The sample is not an object.", record=place)
                try:
                    trace = trace_of(sample, header, place)
                except ValueError as error:
                    raise source.error(str(error), record=place) from error
                where = (trace.scenario.key, trace.trial)
                if where in seen:
                    raise source.error(
                        f"Sample “{where[0]}” of epoch {where[1] + 1} is there twice.", record=place
                    )
            except InputError as error:
                if not options.skip_bad:
                    raise
                yield Skipped(place, f"{error.reason} {error.hint}".strip())
                continue
            seen.add(where)
            read += 1
            failed += trace.status == "error"
            yield trace
    if failed:
        which = counted(failed, "%1 sample", "%1 samples")
        yield ImportNote(f"{which} failed: status error, and no scores.")
    note = _count_note(header, read)
    if note:
        yield ImportNote(note)


def _count_note(header: Mapping[str, Any], read: int) -> str:
    results = _dict(header.get("results"))
    total = results.get("total_samples")
    if read == 0:
        totals = [
            f"{score.get('name')} {name} {_dict(metric).get('value')}"
            for score in _list(results.get("scores"))
            if isinstance(score, dict)
            for name, metric in _dict(score.get("metrics")).items()
        ]
        said = f" It only says: {', '.join(totals)}." if totals else ""
        return f"The log holds no samples, so there are no traces.{said}"
    if type(total) is int and total > read:
        return f"The log holds {read} of the {total} samples that its results speak of."
    return ""


def _zipped(
    archive: Archive, header: Mapping[str, Any], source: Source
) -> Generator[tuple[str, Any], None, None]:
    order = _dict(_dict(header.get("eval")).get("dataset")).get("sample_ids")
    names = archive.samples(order if isinstance(order, list) else [])
    for index, name in enumerate(names):
        source.advance(index / len(names))
        try:
            sample = archive.sample(name)
        except InputError as error:
            sample = error  # one member; the others can still be read
        yield name, sample
    source.advance(1.0)


def _document_header(source: Source) -> dict[str, Any]:
    header: dict[str, Any] = {}
    with JsonReader(source) as reader:
        for name in reader.members():
            if name == "samples" and reader.peek() == "[":
                for _ in reader.array(name):
                    pass  # the header's last members may stand behind the samples
            else:
                header[name] = reader.value(name)
        reader.end()
    return header


def _listed(source: Source) -> Generator[tuple[str, Any], None, None]:
    with JsonReader(source) as reader:
        for name in reader.members():
            if name == "samples" and reader.peek() == "[":
                yield from reader.array(name)
            else:
                reader.value(name)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
