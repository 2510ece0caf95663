"""What a pairwise round puts before whom, in which order and on which side."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from evaldesk.domain.preference import other
from evaldesk.domain.round import RoundDraft
from evaldesk.storage import tables as t
from evaldesk.storage.queue_order import queue_order


def lay_out(
    connection: Connection, round_pk: int, draft: RoundDraft, numbers: Mapping[str, int]
) -> None:
    """Write what a new pairwise round compares, and everybody's queue.

    Args:
        numbers: rater → row number of the person.
    """
    connection.execute(
        t.pair_item.insert(),
        [
            {
                "round_pk": round_pk,
                "number": pair.number,
                "a_pk": pair.a,
                "b_pk": pair.b,
                "role": pair.role,
                "stratum": pair.stratum,
                "probability": pair.probability,
            }
            for pair in draft.pairs
        ],
    )
    rows = [row for rater in draft.raters for row in _queue(round_pk, draft, rater, numbers[rater])]
    if rows:
        connection.execute(t.pair_assignment.insert(), rows)


def waits_for(connection: Connection, round_pk: int, rater: str) -> bool:
    """Whether a rater still has a pair of this round to compare."""
    a, s = t.pair_assignment.c, t.pair_submission.c
    later = t.pair_submission.alias("later_submission")
    same = (
        later.c.round_pk == s.round_pk,
        later.c.rater_pk == s.rater_pk,
        later.c.number == s.number,
        later.c.reading == s.reading,
        later.c.seq > s.seq,
        later.c.state != "",
    )
    done = (
        select(1)
        .where(
            s.round_pk == a.round_pk,
            s.rater_pk == a.rater_pk,
            s.number == a.number,
            s.reading == a.reading,
            s.state.in_(("submitted", "flagged")),
            ~select(1).where(*same).exists(),
        )
        .exists()
    )
    open_pair = (
        select(1)
        .select_from(t.pair_assignment)
        .join(t.person, t.person.c.pk == a.rater_pk)
        .where(a.round_pk == round_pk, t.person.c.name == rater, ~done)
        .limit(1)
    )
    return connection.execute(open_pair).first() is not None


def _queue(round_pk: int, draft: RoundDraft, rater: str, rater_pk: int) -> list[dict[str, Any]]:
    mine = {pair.number: pair for pair in draft.pairs if rater in pair.left}
    again = [number for number, pair in mine.items() if rater in pair.repeats]
    own = draft.rules.order == "own"
    rows = []
    queue = queue_order(list(mine), again, f"{rater}\n{draft.name}", own=own)
    for position, (number, reading) in enumerate(queue):
        left = mine[number].left[rater]
        # The second time the other way round: that is what tells a preference for a side.
        shown = other(left) if reading and left else left
        rows.append(
            {
                "round_pk": round_pk,
                "rater_pk": rater_pk,
                "number": number,
                "reading": reading,
                "position": position,
                "left": shown,
            }
        )
    return rows
