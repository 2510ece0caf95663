"""What a trace view shows, as frames of text; no widgets here.

A card is one step, or one of the frames around the steps: scenario, documents, error, scores,
metadata. Text is never read as HTML.
"""

from collections.abc import Sequence

from evaldesk.domain.trace import Trace
from evaldesk.services.reading.steps import Step, steps_of
from evaldesk.ui.widgets.trace_view.card import STEP_KINDS, Card, CardKind
from evaldesk.ui.widgets.trace_view.figures import tr
from evaldesk.ui.widgets.trace_view.frame_cards import (
    annotations_card,
    documents_cards,
    metadata_card,
    nothing_card,
    scenario_card,
    scores_card,
)
from evaldesk.ui.widgets.trace_view.sections import Section
from evaldesk.ui.widgets.trace_view.step_cards import step_card

__all__ = ["STEP_KINDS", "Card", "CardKind", "Section", "cards_of", "tr"]


def cards_of(
    trace: Trace,
    steps: Sequence[Step] | None = None,
    *,
    hide_scores: bool = False,
    hide_systems: bool = False,
) -> list[Card]:
    """The cards of a trace, in the order they are read.

    Args:
        trace: what to show.
        steps: its steps, where the caller has them already.
        hide_scores: leave out what a program or person decided about it.
        hide_systems: leave out what tells which system it was.
    """
    if steps is None:
        steps = steps_of(trace)
    body = trace.body
    cards: list[Card] = []
    scenario = scenario_card(trace)
    if scenario is not None:
        cards.append(scenario)
    if trace.row.error:
        error = Section("error", trace.row.error, tone="bad")
        cards.append(Card("error", tr("Error"), sections=[error]))
    retrieved = documents_cards(trace)
    for index, step in enumerate(steps):
        before = [card for at, card in retrieved if 0 <= at <= step.message and step.number]
        retrieved = [one for one in retrieved if one[1] not in before]
        cards.extend(before)
        cards.append(step_card(index, step, hide_systems=hide_systems))
        if step.kind == "user":  # where the source does not say for which message it retrieved
            cards.extend(card for at, card in retrieved if at < 0)
            retrieved = [one for one in retrieved if one[0] >= 0]
    cards.extend(card for _, card in retrieved)
    output = body.get("output") or ""
    if output and not any(output.strip() == step.text.strip() for step in steps[-3:]):
        cards.append(
            Card(
                "output", tr("Final answer"), sections=[Section("output", output, form="markdown")]
            )
        )
    if not (steps or output or trace.row.error or body.get("documents")):
        cards.append(nothing_card(trace))
    if not hide_scores:
        explained = {
            name: score for name, score in trace.scores.items() if score.explanation or score.answer
        }
        if explained:
            cards.append(scores_card(explained))
        if trace.annotations:
            cards.append(annotations_card(trace))
    # Sources keep their verdicts and the model's name in the metadata, so a blind view has none.
    if not (hide_scores or hide_systems):
        metadata = metadata_card(trace)
        if metadata is not None:
            cards.append(metadata)
    return cards
