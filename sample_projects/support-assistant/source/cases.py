"""Reads the sources of the sample project.

A scenario in a source::

    ## KEY | title
    tier | language topic [attack=NAME] | origin
    cust NAME                       who is signed in, where it is not the holder of the order
    order ID | holder | status | date | payment | items | key=value …
    exp: the expected behaviour
    Q: what the customer writes first
    @14 PASS GROUNDEDNESS CODE [failure modes] [severity]       the trace of prompt v14
    X: why the program's check failed it
    U: / A: / R:                    user, assistant, the assistant's reasoning
    > tool arguments [=> response]  a call; ``=> !text`` where it failed
    ? query => DOCUMENT SCORE, …    a call of search_policy
    i: / t: / a: CODE comment       how a rater differs from the trace's own CODE
    J: criterion kind [value] | reason

CODE has one character a criterion: task_success (y n), right_tool_arguments (0 1 2),
honest_report (y p n), grounded (0 1 2), tone (1 to 5); a dot leaves a character as it is.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
FILES = ("returns", "orders", "delivery", "warranty", "account", "privacy")


@dataclass
class Draft:
    """One trace as the source tells it."""

    run: str
    outcome: str
    groundedness: str
    truth: str
    modes: list[str]
    severity: str
    check: str = ""
    turns: list[tuple[str, str]] = field(default_factory=list)
    raters: dict[str, tuple[str, str]] = field(default_factory=dict)
    rulings: list[tuple[str, str, str, str]] = field(default_factory=list)


@dataclass
class Case:
    """One scenario as the source tells it."""

    key: str
    title: str
    tier: str = ""
    slices: dict[str, str] = field(default_factory=dict)
    origin: str = ""
    customer: str = ""
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    expected: str = ""
    question: str = ""
    drafts: list[Draft] = field(default_factory=list)


def read_handbook() -> dict[str, tuple[str, str]]:
    """Section → title and text."""
    blocks = re.split(r"^(\w+) \| (.+)\n", (HERE / "handbook.txt").read_text("utf-8"), flags=re.M)
    return {
        blocks[i]: (blocks[i + 1].strip(), blocks[i + 2].strip()) for i in range(1, len(blocks), 3)
    }


def read_cases() -> list[Case]:
    """All scenarios in the order of the files."""
    cases: list[Case] = []
    for name in FILES:
        text = (HERE / f"{name}.txt").read_text("utf-8")
        for block in text.split("\n## "):
            cases.append(_case(block.removeprefix("## ").strip().splitlines()))
    return cases


def _case(lines: list[str]) -> Case:
    key, title = lines[0].split(" | ", 1)
    tier, slices, origin = (part.strip() for part in lines[1].split("|"))
    language, topic, *rest = slices.split(maxsplit=2)
    case = Case(key, title, tier, {"language": language, "topic": topic}, origin)
    if rest:
        case.slices["attack"] = rest[0].removeprefix("attack=")
    for line in lines[2:]:
        if not line.strip():
            continue
        mark, _, text = line.partition(" ")
        text = text.strip()
        if mark == "cust":
            case.customer = text
        elif mark == "order":
            order = _order(text)
            case.orders[order["order_id"]] = order
            case.customer = case.customer or order["customer"]
        elif mark == "exp:":
            case.expected = text
        elif mark == "Q:":
            case.question = text
        elif mark in ("@14", "@15"):
            outcome, grounded, truth, *rest = text.split(" ")
            modes = rest[0].split(",") if rest and outcome != "error" else []
            if outcome == "error":
                outcome, grounded, truth = text.split('"')[1], "", ""
            case.drafts.append(
                Draft(mark[1:], outcome, grounded, truth, modes, rest[1] if len(rest) == 2 else "")
            )
        elif mark == "X:":
            case.drafts[-1].check = text
        elif mark in ("U:", "A:", "R:", ">", "?"):
            case.drafts[-1].turns.append((mark[0], text))
        elif mark in ("i:", "t:", "a:"):
            code, _, comment = text.partition(" ")
            case.drafts[-1].raters[mark[0]] = (code, comment.strip())
        elif mark == "J:":
            ruling, _, reason = text.partition(" | ")
            criterion, kind, *value = ruling.split()
            case.drafts[-1].rulings.append((criterion, kind, value[0] if value else "", reason))
        else:
            raise ValueError(f"{key}: cannot read “{line}”")
    return case


def _order(text: str) -> dict[str, Any]:
    number, customer, status, date, payment, items, *extra = (p.strip() for p in text.split(" | "))
    parsed: list[dict[str, Any]] = []
    for item in items.split(";"):
        sku, name, price = re.fullmatch(r"\s*(\S+) (.+) (\d+\.\d\d)\s*", item).groups()  # type: ignore[union-attr]
        parsed.append({"item_id": sku, "name": name, "price": float(price)})
    order: dict[str, Any] = {
        "order_id": f"#{number}",
        "customer": customer,
        "status": status,
        "ordered_on": date,
        "payment": payment,
        "items": parsed,
        "total": round(sum(float(item["price"]) for item in parsed), 2),
    }
    return order | dict(pair.split("=", 1) for pair in extra)
