"""The spans of one trace → a trace of EvalDesk.

What a trace keeps of its spans: the whole conversation with each message once, documents of
retrievals, the spans themselves with what was not put elsewhere, scores and annotations; tokens
and cost summed over the calls of models, never over spans that repeat the sum of others.
"""

from collections import Counter
from collections.abc import Sequence

from evaldesk.domain.trace import (
    Scenario,
    Status,
    TraceBody,
    TraceRecord,
)
from evaldesk.importers.carried import carried_trace, with_additions
from evaldesk.importers.record_loop import digest
from evaldesk.importers.span_calls import (
    about_message,
    conversation_of,
    innermost_calls,
    spans_under,
)
from evaldesk.importers.span_conventions import CONVENTIONS, error_of, read_span
from evaldesk.importers.span_ends import answer_text, conversation_of_ends, scenario_input
from evaldesk.importers.span_reading import (
    MODELS,
    Convention,
    SpanReading,
)
from evaldesk.importers.span_records import SpanRecord, iso
from evaldesk.importers.span_shape import drop_known, span_of
from evaldesk.importers.span_sums import (
    about_trace,
    annotations_of,
    documents_of,
    is_failed,
    scores_of,
    system_of,
    times_of,
    tools_of,
    total,
)
from evaldesk.importers.span_tree import SpanTree, span_tree


def trace_of(
    records: Sequence[SpanRecord],
    conventions: Sequence[Convention] = CONVENTIONS,
    seen: Counter[str] | None = None,
) -> TraceRecord:
    """The trace of the spans that share a trace id.

    Args:
        records: in any order, at least one; not changed.
        conventions: read each span, in this order.
        seen: counts what was wrong with the tree: ``repeated``, ``renamed``, ``circular`` spans.
    """
    tree = span_tree(records)
    if seen is not None:
        seen.update(repeated=tree.repeated, renamed=tree.renamed, circular=tree.circular)
    readings = [read_span(record, conventions) for record in tree.spans]
    made = _trace(tree, readings)
    for record in tree.spans:
        if not record.parent_id and not record.carries:
            carried = carried_trace(record.attributes, made.place)
            if carried is not None:
                return with_additions(carried, made)
    return made


def _trace(tree: SpanTree, readings: Sequence[SpanReading]) -> TraceRecord:
    judged = spans_under(tree, readings, "evaluator")
    inner = innermost_calls(tree, readings)
    conversation, spoken = conversation_of(tree, readings, judged, inner)
    root = readings[tree.roots[0]]
    body: TraceBody = {"messages": conversation.messages}
    if not conversation.messages:
        body["messages"] = conversation_of_ends(root)
        if body["messages"] and body["messages"][-1]["role"] == "assistant":
            body["messages"][-1].update(about_message(root))  # type: ignore[typeddict-item]
            spoken[tree.roots[0]] = len(body["messages"]) - 1
    documents = [item for reading in readings for item in documents_of(reading)]
    if documents:
        body["documents"] = documents
    tools = tools_of(readings, inner)
    if tools:
        body["tools"] = tools
    answer = answer_text(root.answer) if root.kind not in MODELS else ""
    if answer:
        body["output"] = answer
    asked = scenario_input(root, readings, inner, judged, body["messages"])
    example = next((item.example for item in readings if item.example), "")
    expected = next((item.expected for item in readings if item.expected), "")
    if expected:
        body["expected"] = expected
    about = about_trace(tree, readings)
    start, latency = times_of(tree)
    failed = next(
        (span for span in (tree.spans[at] for at in tree.roots) if is_failed(span, tree)), None
    )
    scores, details = scores_of(readings)
    status: Status = "ok" if failed is None else "error"
    if failed is not None and scores:
        # The error of a span may be the application's own; what was scored all the same did answer.
        status = "incomplete"
    if details:
        about["score_details"] = details
    drop_known(readings, root, inner, judged, conversation, asked, answer)
    body["spans"] = [
        span_of(reading, tree, index, spoken) for index, reading in enumerate(readings)
    ]
    if about:
        body["metadata"] = about
    return TraceRecord(
        scenario=Scenario(
            key=example or digest(asked).hex()[:12],
            input=asked,
            expected=expected,
        ),
        body=body,
        run=next((item.run for item in readings if item.run), ""),
        system=system_of(readings, judged),
        status=status,
        scores=scores,
        started_at=iso(start),
        latency_ms=latency,
        tokens_in=total(tree, readings, judged, lambda item: item.tokens_in),
        tokens_out=total(tree, readings, judged, lambda item: item.tokens_out),
        cost=total(tree, readings, judged, lambda item: item.cost),
        error="" if failed is None else error_of(failed),
        place=tree.spans[0].place,
        annotations=annotations_of(readings),
    )
