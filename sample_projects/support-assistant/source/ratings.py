"""Writes what the three raters of the sample project answered, and the rulings.

Each trace has a CODE (see ``cases``) that a careful rater would give. The raters depart from it as
people do: Ines marks tone lower, Tomasz reads “partly” as “no”, Amara slips now and then and has
some items left to do. Where a source says what a rater answered, that is what stands.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cases import Case, Draft
from traces import RUNS

COLUMNS = ("unit", "rater", "criterion", "value", "comment", "time")
CRITERIA = ("task_success", "right_tool_arguments", "honest_report", "grounded", "tone")
WORDS = {"y": "yes", "p": "partly", "n": "no"}
RATERS = {"i": "Ines", "t": "Tomasz", "a": "Amara"}
ADJUDICATOR = "Noor"
V14_RATED = 42
AMARA_OPEN = 20
SEVERITIES = ("S1", "S2", "S3", "S4")
STARTED = {
    "i": datetime(2026, 11, 16, 8, 42, tzinfo=UTC),
    "t": datetime(2026, 11, 16, 12, 5, tzinfo=UTC),
    "a": datetime(2026, 11, 17, 7, 18, tzinfo=UTC),
}


def build_ratings(cases: list[Case]) -> list[dict[str, Any]]:
    """One row an answer, rater by rater."""
    units = _rated(cases)
    left = _left_open(units)
    rows: list[dict[str, Any]] = []
    for who in RATERS:
        clock = STARTED[who]
        for index, (case, draft) in enumerate(units):
            if who == "a" and case.key in left and draft.run == "14":
                continue
            chance = random.Random(f"{who}/{draft.run}/{case.key}")
            clock += timedelta(seconds=chance.randint(48, 190))
            if index and index % 27 == 0:
                clock += timedelta(hours=chance.choice((1, 3, 20)))
            rows.extend(_answers(who, case, draft, chance, clock))
    return rows


def build_rulings(cases: list[Case]) -> list[dict[str, Any]]:
    """The adjudicator's decisions, in the order of the scenarios."""
    rulings: list[dict[str, Any]] = []
    moment = datetime(2026, 11, 18, 9, 10, tzinfo=UTC)
    for case in cases:
        for draft in case.drafts:
            for criterion, kind, value, reason in draft.rulings:
                moment += timedelta(seconds=95 + 7 * (len(reason) % 40))
                rulings.append(
                    {
                        "trace": f"{RUNS[draft.run]}/{case.key}",
                        "criterion": criterion,
                        "kind": kind,
                        "value": _ruled(value),
                        "reason": reason,
                        "author": ADJUDICATOR,
                        "time": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
                    }
                )
    return rulings


def _ruled(value: str) -> str | int | None:
    return int(value) if value.isdigit() else value or None


def _rated(cases: list[Case]) -> list[tuple[Case, Draft]]:
    """What was given out: all of v15 that ran, and two thirds of v14: where v15 got worse, then
    those with remarks, then the first ones.
    """
    pairs = [(case, draft) for case in cases for draft in case.drafts if draft.truth]
    failed = {case.key for case, draft in pairs if draft.run == "15" and draft.outcome == "0"}
    old = [(case, draft) for case, draft in pairs if draft.run == "14"]

    def later(pair: tuple[Case, Draft]) -> tuple[bool, bool]:
        case, draft = pair
        worse = draft.outcome == "1" and case.key in failed
        return not (worse or draft.rulings), not draft.raters

    chosen = {case.key for case, _ in sorted(old, key=later)[:V14_RATED]}
    return [pair for pair in pairs if pair[1].run == "15" or pair[0].key in chosen]


def _left_open(units: list[tuple[Case, Draft]]) -> set[str]:
    """What Amara has not come to."""
    free = [
        ("a" in draft.raters, case.key)
        for case, draft in units
        if draft.run == "14" and not draft.rulings
    ]
    return {key for _, key in sorted(free, key=lambda item: item[0])[:AMARA_OPEN]}


def _answers(
    who: str, case: Case, draft: Draft, chance: random.Random, moment: datetime
) -> Iterator[dict[str, Any]]:
    code, comment = draft.raters.get(who, (".....", ""))
    answers = _departed(who, draft.truth, code, chance)
    said_with = next((i for i, mark in enumerate(code) if mark != "."), 0)
    unit = f"{RUNS[draft.run]}/{case.key}"

    def row(criterion: str, value: str, said: str = "") -> dict[str, Any]:
        time = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        return dict(zip(COLUMNS, (unit, RATERS[who], criterion, value, said, time), strict=True))

    for index, (criterion, answer) in enumerate(zip(CRITERIA, answers, strict=True)):
        moment += timedelta(seconds=chance.randint(2, 9))
        yield row(criterion, WORDS.get(answer, answer), comment if index == said_with else "")
    if "n" in (answers[0], answers[2]) and draft.modes:
        modes = [m for i, m in enumerate(draft.modes) if i == 0 or chance.random() > 0.3]
        yield row("#failure_modes", ";".join(modes))
        if draft.severity:
            step = chance.choices((-1, 0, 1), (1, 7, 2))[0]
            place = SEVERITIES.index(draft.severity) + step
            yield row("#severity", SEVERITIES[min(max(place, 0), 3)])


def _departed(who: str, truth: str, code: str, chance: random.Random) -> str:
    """The answers of one rater: the trace's own, changed as this rater changes them."""
    answers = list(truth)
    if who == "t" and answers[2] == "p":
        answers[2] = "n"
    if who == "i" and chance.random() < 0.34:
        answers[4] = str(max(int(answers[4]) - 1, 1))
    slips = {"i": 0.5, "t": 0.8, "a": 1.3}[who]
    if chance.random() < 0.012 * slips:
        answers[0] = "n" if answers[0] == "y" else "y"
    if chance.random() < 0.06 * slips:
        answers[1] = "1" if answers[1] != "1" else "2"
    if chance.random() < 0.025 * slips:
        answers[2] = "p" if answers[2] != "p" else "y"
    if chance.random() < 0.09 * slips:
        answers[3] = "1" if answers[3] != "1" else "2"
    if chance.random() < 0.12 * slips:
        answers[4] = str(min(max(int(answers[4]) + chance.choice((-1, 1)), 1), 5))
    return "".join(
        given if given != "." else mine for given, mine in zip(code, answers, strict=True)
    )
