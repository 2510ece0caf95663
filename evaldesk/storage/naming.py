"""From what a person writes to the trace that is meant."""

from sqlalchemy import Connection, select, tuple_

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.storage import tables as t

PLACES = t.trace.join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk).join(
    t.run, t.run.c.pk == t.trace.c.run_pk
)


def find_one(connection: Connection, reference: str) -> int:
    """The trace that a person names: an id, the beginning of one, ``run/scenario`` or
    ``run/scenario/trial``, or the key of a scenario that has one trace only.

    Raises:
        NotFoundError: none.
        UsageError: several.
    """
    fitting: dict[str, list[int]] = {reference: []}
    find_some(connection, [reference], fitting)
    found = fitting[reference]
    if not found:
        raise NotFoundError(
            f"There is no trace “{reference}”.",
            "Give an id, the beginning of one, or run/scenario; `evaldesk traces` lists them.",
        )
    if len(found) > 1:
        raise UsageError(
            f"“{reference}” fits {len(found)} traces.",
            "Give more of the id, or run/scenario/trial.",
        )
    return found[0]


def find_some(connection: Connection, wanted: list[str], result: dict[str, list[int]]) -> None:
    """Fill ``result`` with the traces that each reference fits, for up to 500 references."""
    pk = t.trace.c.pk
    whole = {item.lower(): item for item in wanted if _is_hex(item) and len(item) == 64}
    if whole:
        ids = [bytes.fromhex(item) for item in whole]
        for number, found in connection.execute(
            select(pk, t.trace.c.id).where(t.trace.c.id.in_(ids))
        ):
            result[whole[found.hex()]].append(number)
    keys = [item for item in wanted if not result[item]]
    for number, key in connection.execute(
        select(pk, t.scenario.c.key)
        .select_from(PLACES)
        .where(t.scenario.c.key.in_(keys))
        .order_by(pk)
    ):
        result[key].append(number)
    for item in keys:
        if result[item]:
            continue
        if "/" in item:
            result[item] = _by_place(connection, item)
        if not result[item] and _is_hex(item) and 4 <= len(item) < 64:
            even = item[: len(item) // 2 * 2].lower()
            low = bytes.fromhex(even)
            candidates = connection.execute(
                select(pk, t.trace.c.id).where(
                    t.trace.c.id >= low, t.trace.c.id < low + b"\xff" * (33 - len(low))
                )
            )
            result[item] = [
                number for number, found in candidates if found.hex().startswith(item.lower())
            ]


def _by_place(connection: Connection, reference: str) -> list[int]:
    # Runs and scenario keys may themselves hold a slash, so every split is tried.
    parts = reference.split("/")
    splits = [("/".join(parts[:i]), "/".join(parts[i:])) for i in range(1, len(parts))]
    found = list(
        connection.execute(
            select(t.trace.c.pk)
            .select_from(PLACES)
            .where(tuple_(t.run.c.name, t.scenario.c.key).in_(splits))
            .order_by(t.trace.c.trial)
        ).scalars()
    )
    if found or not parts[-1].isdigit() or len(parts) < 3:
        return found
    trial = int(parts[-1])
    splits = [("/".join(parts[:i]), "/".join(parts[i:-1])) for i in range(1, len(parts) - 1)]
    return list(
        connection.execute(
            select(t.trace.c.pk)
            .select_from(PLACES)
            .where(tuple_(t.run.c.name, t.scenario.c.key).in_(splits), t.trace.c.trial == trial)
        ).scalars()
    )


def _is_hex(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF" for character in text)
