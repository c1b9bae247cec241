#!/usr/bin/env python3
"""The PLOVER project's sentence-level gold records (161, CC BY-SA 4.0, not part of the repository), coded by gesta.

    python3 bench/plover/run.py [--shared ../shared] [--gesta target/release/gesta] [--show]

Counts records in which an event of the gold's type (2021) is found, and those in which one has the gold's actors and recipients
as well (country codes, or organisations as "?"; the gold's older codes for bodies make this a lower bound).
"""
import argparse, json, subprocess, sys, tempfile
from pathlib import Path


def codes(side):
    side = side if isinstance(side, list) else [side]
    return {s["code"][:3] for s in side if isinstance(s, dict) and s.get("code")}


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("--shared", default="../shared")
    a.add_argument("--gesta", default="target/release/gesta")
    a.add_argument("--show", action="store_true", help="print the records that are missed")
    a = a.parse_args()
    path = Path(a.shared) / "data/plover/gold-standard-records-dev.json"
    if not path.exists():
        sys.exit(f"skipped: there is no {path}")
    gold = [x for x in json.loads(path.read_text()) if x.get("event_2021")]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as f:
        for x in gold:
            f.write(json.dumps({"id": x["id"], "text": x["text"], "date": "2000-01-01"}) + "\n")
        f.flush()
        out = subprocess.run([a.gesta, "code", f.name], capture_output=True, text=True, check=True).stdout
    records = {r["document"]["id"]: r for r in map(json.loads, out.splitlines())}
    found = whole = 0
    for x in gold:
        want = (codes(x.get("source", [])), codes(x.get("target", [])))
        same = [e for e in records[x["id"]]["events"] if e["event"] == x["event_2021"]]
        sides = [tuple({s["country"] or s["org"] or "?" for s in e[k]} for k in ("actor", "recipient")) for e in same]
        right = any(s == want[0] and (not want[1] or r == want[1] or want[0] == want[1]) for s, r in sides)
        found += bool(same)
        whole += right
        if a.show and not right:
            events = [(e["event"], e["rule"]) for e in records[x["id"]]["events"]]
            print(x["event_2021"], *map(sorted, want), "|", events, "|", x["text"][:200])
    print(f"type found in {found} of {len(gold)}, with actors and recipients in {whole}")


if __name__ == "__main__":
    main()
