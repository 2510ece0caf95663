"""The one round of a project that was made of a package: what its reader rates."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from evaldesk.domain.errors import InputError
from evaldesk.domain.exchange import PackageRecord
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.rubric import Rubric
from evaldesk.storage import codec, people
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database, row_number
from evaldesk.storage.packages import keep


def lay_out(
    database: Database,
    *,
    round: Mapping[str, Any],
    rules: Mapping[str, Any],
    rubric: Rubric,
    rubric_id: str,
    rater: str,
    sender: str,
    traces: Sequence[str],
    record: PackageRecord,
) -> None:
    """Write rubric, round and queue, all of it or nothing, and where they came from.

    Args:
        round: its id, name and kind.
        rubric: with the number that its version has in the sender's project.
        rubric_id: of that version.
        traces: ids in the order of the queue.

    Raises:
        InputError: the traces are not those of the queue.
    """
    with database.write(
        event="package.opened", author=rater, details={"package": record.package, "from": sender}
    ) as connection:
        known: dict[bytes, int] = dict(connection.execute(select(t.trace.c.id, t.trace.c.pk)).all())
        pks = [known.get(bytes.fromhex(one), 0) for one in traces]
        if len(set(pks)) != len(known) or len(pks) != len(known) or 0 in pks:
            raise InputError("The traces in the package are not those that its manifest names.")
        at = now()
        made = connection.execute(
            t.rubric.insert().values(id=new_id(), name=rubric.name, created_at=at)
        )
        rubric_pk = row_number(made)
        made = connection.execute(
            t.rubric_version.insert().values(
                id=rubric_id,
                rubric_pk=rubric_pk,
                version=rubric.version,
                content=codec.encode(rubric.to_json()),
                author=sender,
                created_at=at,
            )
        )
        version_pk = row_number(made)
        rater_pk = people.ensure(connection, rater)
        made = connection.execute(
            t.round_.insert().values(
                id=round["id"],
                name=round["name"],
                kind=round["kind"],
                rubric_pk=rubric_pk,
                version_pk=version_pk,
                plan=codec.encode({"raters": [rater]}),
                rules=codec.encode(dict(rules)),
                author_pk=people.ensure(connection, sender),
                created_at=at,
            )
        )
        round_pk = row_number(made)
        connection.execute(
            t.round_item.insert(),
            [{"round_pk": round_pk, "trace_pk": pk, "role": "sample"} for pk in pks],
        )
        connection.execute(
            t.assignment.insert(),
            [
                {
                    "round_pk": round_pk,
                    "rater_pk": rater_pk,
                    "trace_pk": pk,
                    "reading": 0,
                    "position": position,
                }
                for position, pk in enumerate(pks)
            ],
        )
        keep(connection, record)
