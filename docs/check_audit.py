"""Checks a log that `evaldesk audit export` wrote: python check_audit.py FILE

It needs Python and its package `cryptography`, nothing of EvalDesk. It ends with 0, or names the
first fault and ends with 1. Compare the head that it prints with one that you noted earlier: a log
that was cut short and given another head looks whole.
"""

import hashlib
import json
import sys


def must(holds, what):
    if not holds:
        sys.exit(f"FAULT: {what}")


def check(lines):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    heads, last, named, keys, signed = json.loads(next(lines))["heads"], {}, {}, {}, 0
    for place, line in enumerate(lines, start=2):
        entry = json.loads(line)
        event, digest = json.loads(entry["signed"]), hashlib.sha256(entry["signed"].encode())
        chain, key, card = event["chain"], event["key"], event["body"].get("card")
        number, before = last.get(chain, [0, ""])
        must(digest.hexdigest() == entry["hash"], f"line {place} was changed")
        must(event["number"] == number + 1, f"entry {number + 1} is missing before line {place}")
        must(event["before"] == before, f"line {place} does not follow the entry before it")
        must(bool(key) == bool(entry["signature"]), f"line {place} lacks a key or a signature")
        last[chain] = [event["number"], entry["hash"]]
        named.update(event["body"].get("chains", {}))
        if card:
            both = json.dumps([card["sign_key"], card["seal_key"]], separators=(",", ":"))
            fits = hashlib.sha256(both.encode()).hexdigest() == key
            must(fits and card["name"] == event["author"], f"line {place} has another's card")
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(card["sign_key"]))
            keys[chain, key] = public
        if key:
            must((chain, key) in keys, f"line {place} is signed by a key without a card")
            keys[chain, key].verify(bytes.fromhex(entry["signature"]), digest.digest())
            signed += 1
    must(last == heads, "entries are missing at the end, or are too many")
    for chain, head in named.items():
        must(last.get(chain, [0])[0] >= head["number"], f"log {chain} that was merged is cut")
    return signed, last


if __name__ == "__main__":
    try:
        with open(sys.argv[1], encoding="utf-8") as file:
            signed, last = check(iter(file))
    except Exception as error:
        sys.exit(f"FAULT: a signature does not fit or a line cannot be read ({error!r})")
    print(f"whole: {sum(number for number, _ in last.values())} entries, {signed} of them signed")
    for chain, (number, digest) in last.items():
        print(f"head of {chain}: {number} {digest}")
