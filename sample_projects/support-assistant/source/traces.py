"""Writes the conversations of the sample project as canonical traces."""

import copy
import json
import random
import re
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

from cases import HERE, Case, Draft, read_handbook

RUNS = {"14": "prompt-v14", "15": "prompt-v15"}
MODEL = "kestrel-2"
STARTED = {
    "14": datetime(2026, 11, 12, 9, 0, tzinfo=UTC),
    "15": datetime(2026, 11, 12, 14, 30, tzinfo=UTC),
}

TOOLS: dict[str, tuple[str, tuple[str, ...]]] = {
    "get_order": ("One order with its items, state and payment.", ("order_id",)),
    "find_orders": ("The orders of the signed-in customer.", ("email",)),
    "cancel_order": ("Cancel a pending order, as a whole.", ("order_id", "reason")),
    "change_item": ("Change an item to another variant.", ("order_id", "item_id", "new_item_id")),
    "change_payment": ("Choose another saved payment.", ("order_id", "payment")),
    "update_address": ("Change where a pending order goes.", ("order_id", "address")),
    "create_return": ("Announce a return.", ("order_id", "item_ids", "reason")),
    "exchange_item": ("Exchange for another variant.", ("order_id", "item_id", "new_item_id")),
    "create_replacement": ("Send an item again, free.", ("order_id", "item_id")),
    "refund": ("Book a refund.", ("order_id", "amount", "to")),
    "store_credit": ("Book store credit.", ("order_id", "amount", "reason")),
    "issue_voucher": ("Give a goodwill voucher.", ("order_id", "amount")),
    "track_parcel": ("The carrier's last scan.", ("tracking_id",)),
    "open_inquiry": ("Ask the carrier to look for a parcel.", ("tracking_id",)),
    "move_appointment": ("Move a delivery of bulky goods.", ("order_id", "appointment")),
    "open_claim": ("Open a warranty claim.", ("order_id", "item_id", "description")),
    "send_part": ("Send a spare part, free.", ("order_id", "part", "quantity")),
    "send_link": ("E-mail a link or a document.", ("kind", "to")),
    "search_policy": ("Search the handbook.", ("query",)),
    "escalate": ("Hand over to a team.", ("team", "summary")),
}


class Writer:
    """Writes the traces of one scenario.

    Attributes:
        handbook: section → title and text.
    """

    def __init__(self, case: Case, handbook: dict[str, tuple[str, str]]) -> None:
        self.case = case
        self.handbook = handbook

    def trace(self, draft: Draft, started: datetime) -> dict[str, Any]:
        """One canonical trace."""
        case, run = self.case, RUNS[draft.run]
        self.random = random.Random(f"{run}/{case.key}")
        self.orders = copy.deepcopy(case.orders)
        self.documents: list[dict[str, Any]] = []
        self.ticket = ""
        prompt = (HERE / f"prompt-v{draft.run}.txt").read_text("utf-8").strip()
        self.messages: list[dict[str, Any]] = [
            _message("system", _text(f"{prompt}\n\n{self._session()}")),
            _message("user", _text(case.question)),
        ]
        pending: list[dict[str, Any]] = []
        calls = 0
        for mark, text in draft.turns:
            if mark == "U":
                self._assistant(pending, draft)
                pending = []
                self.messages.append(_message("user", _text(text)))
            elif mark in "AR":
                kind = "text" if mark == "A" else "reasoning"
                content = text.replace("{ticket}", self.ticket)
                if pending and kind == pending[-1]["type"]:
                    raise ValueError(f"{case.key}: two texts in a row")
                pending.append({"type": kind, "content": content})
            else:
                calls += 1
                name, arguments, response, error = self._call(mark, text)
                call_id = f"call_{calls}"
                pending.append(
                    {"type": "tool_call", "id": call_id, "name": name, "arguments": arguments}
                )
                self._assistant(pending, draft)
                pending = []
                answer = {"type": "tool_call_response", "id": call_id, "response": response}
                took = 30_000 if "timeout" in error else self.random.randint(90, 820)
                if error:
                    answer["error"] = error
                self.messages.append(_message("tool", answer, name=name, latency_ms=took))
        self._assistant(pending, draft)
        return self._whole(draft, run, started)

    def _session(self) -> str:
        own = [key for key, one in self.orders.items() if one["customer"] == self.case.customer]
        latest = f" Latest order: {own[-1]}." if own else ""
        return f"Signed in: {self.case.customer}.{latest}"

    def _whole(self, draft: Draft, run: str, started: datetime) -> dict[str, Any]:
        case = self.case
        answers = [m for m in self.messages if m["role"] == "assistant"]
        final = "".join(p["content"] for p in answers[-1]["parts"] if p["type"] == "text")
        failed = bool(draft.outcome) and not draft.truth
        status = "error" if failed else "incomplete" if draft.outcome == "limit" else "ok"
        error = (
            draft.outcome
            if failed
            else "stopped: limit of 7 tool calls"
            if status != "ok"
            else None
        )
        scores = (
            {}
            if failed
            else {
                "pass": _verdict(draft),
                "groundedness": {"value": _measured(draft, case.key)},
                "format_ok": {"value": 1.0 if 0 < len(final) <= 300 else 0.0},
            }
        )
        documents = {"documents": self.documents} if self.documents else {}
        latency = sum(m.get("latency_ms", 0) for m in self.messages) + 40 * len(self.messages)
        return {
            "run": run,
            "system": f"{MODEL}, prompt v{draft.run}",
            "trial": 0,
            "status": status,
            "error": error,
            "started_at": _time(started),
            "latency_ms": latency + (120_000 if failed and "120 s" in draft.outcome else 0),
            "tokens_in": sum(m["tokens_in"] for m in answers),
            "tokens_out": sum(m["tokens_out"] for m in answers),
            "cost": round(sum(m["cost"] for m in answers), 6),
            "scenario": {
                "key": case.key,
                "title": case.title,
                "input": case.question,
                "tier": case.tier,
                "slices": case.slices,
                "expected": case.expected,
                "origin": case.origin,
                "metadata": {"customer": case.customer},
            },
            "scores": scores,
            "messages": self.messages,
            **documents,
            "tools": _definitions(),
            **({"output": final} if final else {}),
            "metadata": {"model": MODEL, "prompt_version": f"v{draft.run}", "temperature": 0.2},
        }

    def _assistant(self, parts: list[dict[str, Any]], draft: Draft) -> None:
        if not parts:
            return
        seen = sum(len(json.dumps(m["parts"], ensure_ascii=False)) for m in self.messages)
        size = len(json.dumps(parts, ensure_ascii=False))
        tokens_in, tokens_out = 690 + seen // 4, max(size // 4, 12)
        self.messages.append(
            _message(
                "assistant",
                *parts,
                finish_reason="tool_call" if parts[-1]["type"] == "tool_call" else "stop",
                latency_ms=round(420 + tokens_out * self.random.uniform(11, 19)),
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                cost=round(tokens_in * 0.4e-6 + tokens_out * 1.6e-6, 6),
            )
        )

    def _call(self, mark: str, text: str) -> tuple[str, dict[str, Any], Any, str]:
        call, _, said = text.partition(" => ")
        if mark == "?":
            return "search_policy", {"query": call}, self._found(said), ""
        name, *values = shlex.split(call)
        names = TOOLS[name][1]
        if len(values) != len(names):
            raise ValueError(f"{self.case.key}: {name} takes {', '.join(names)}")
        arguments: dict[str, Any] = dict(zip(names, values, strict=True))
        number = arguments.get("order_id", "")
        if re.match(r"W\d", number):
            arguments["order_id"] = f"#{number}"
        if "amount" in arguments:
            arguments["amount"] = float(arguments["amount"])
        if "quantity" in arguments:
            arguments["quantity"] = int(arguments["quantity"])
        if "item_ids" in arguments:
            arguments["item_ids"] = arguments["item_ids"].split(",")
        if said.startswith("!"):
            return name, arguments, None, said[1:].strip()
        if said:
            fields = dict(pair.strip().split("=", 1) for pair in said.split(";"))
            response = {key: _value(value) for key, value in fields.items()}
            if "items" in fields:
                response["items"] = fields["items"].split(", ")
            return name, arguments, response, ""
        return name, arguments, self._usual(name, arguments), ""

    def _found(self, said: str) -> dict[str, Any]:
        results = []
        for item in said.split(","):
            section, score = item.split()
            title, content = self.handbook[section]
            document = {"id": section, "title": title, "score": float(score), "content": content}
            if section not in {known["id"] for known in self.documents}:
                self.documents.append({**document, "source": "handbook"})
            results.append(document)
        return {"results": results}

    def _usual(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """What a tool returns where the source doesn't say otherwise."""
        order = self.orders.get(arguments.get("order_id", ""), {})
        prices = {item["item_id"]: item["price"] for item in order.get("items", ())}
        number = self.random.randint(1000, 9999)
        if name == "get_order":
            return copy.deepcopy(order)
        if name == "cancel_order":
            return {
                "order_id": order["order_id"],
                "status": "cancelled",
                "items_cancelled": list(prices),
                "refund": order["total"],
                "refund_to": order["payment"],
            }
        if name == "create_return":
            items = arguments["item_ids"]
            return {
                "return_id": f"R-5{number}",
                "items": items,
                "label": "emailed",
                "amount_on_receipt": round(sum(prices[item] for item in items) - 4.95, 2),
            }
        if name == "refund":
            return {"refund_id": f"RF-{number}", **arguments, "status": "booked"}
        if name == "issue_voucher":
            return {"voucher": f"HV-{number}", "value": arguments["amount"], "status": "emailed"}
        if name == "update_address":
            order["ship_to"] = arguments["address"]
            return {
                "order_id": order["order_id"],
                "ship_to": arguments["address"],
                "status": "updated",
            }
        if name == "open_claim":
            return {"claim_id": f"WC-{number}", "status": "in review"}
        if name == "send_link":
            return {"kind": arguments["kind"], "to": arguments["to"], "status": "sent"}
        if name == "escalate":
            self.ticket = f"T-{number}"
            return {"ticket": self.ticket, "team": arguments["team"], "status": "open"}
        raise ValueError(f"{self.case.key}: {name} needs a response")


def _measured(draft: Draft, key: str) -> float:
    """The groundedness of the source, as an instrument that is not exact would read it."""
    noise = random.Random(f"groundedness/{draft.run}/{key}").gauss(0.0, 0.07)
    return round(min(max(float(draft.groundedness) + noise, 0.0), 1.0), 2)


def _verdict(draft: Draft) -> dict[str, Any]:
    if draft.outcome == "1":
        return {"value": 1.0, "label": "pass"}
    if not draft.check:
        raise ValueError(f"a failed trace of {RUNS[draft.run]} does not say why: X: is missing")
    return {"value": 0.0, "label": "fail", "explanation": draft.check}


def _definitions() -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "name": name,
            "description": text,
            "parameters": {"type": "object", "required": list(fields)},
        }
        for name, (text, fields) in TOOLS.items()
    ]


def _message(role: str, *parts: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"role": role, "parts": list(parts), **rest}


def _text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    return float(text) if re.fullmatch(r"-?\d+\.\d\d", text) else text


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def build_traces(cases: list[Case]) -> dict[str, list[dict[str, Any]]]:
    """Run → its traces."""
    handbook = read_handbook()
    traces: dict[str, list[dict[str, Any]]] = {run: [] for run in RUNS.values()}
    for index, case in enumerate(cases):
        for draft in case.drafts:
            start = STARTED[draft.run] + timedelta(seconds=23 * index + index * index % 17)
            traces[RUNS[draft.run]].append(Writer(case, handbook).trace(draft, start))
    return traces
