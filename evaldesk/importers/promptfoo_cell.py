"""What promptfoo's older tables write into one cell: pass or fail, score and output."""

from typing import Any

from evaldesk.importers import fields


def cell_result(text: str) -> dict[str, Any]:
    """A result from the text of a table's cell: ``[PASS] (1.00) the output``."""
    made: dict[str, Any] = {}
    for word in ("PASS", "FAIL", "ERROR"):
        if text.startswith(f"[{word}]"):
            made["success"] = word == "PASS"
            made["failureReason"] = ("PASS", "FAIL", "ERROR").index(word)
            text = text[len(word) + 2 :].removeprefix(" ")
            break
    first, _, rest = text.partition(" ")
    if first[:1] == "(" and first[-1:] == ")" and fields.finite(first[1:-1]) is not None:
        made["score"] = fields.finite(first[1:-1])
        text = rest
    if made.get("failureReason") == 2:
        made["error"] = text
        return made
    if made.get("success") is False and "\n---\n" in text:
        made["error"], _, text = text.partition("\n---\n")
    made["response"] = {"output": text}
    return made
