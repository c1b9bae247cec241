#!/usr/bin/env python3
"""Agreement of places with the gold places of events: found, and in the right state.

    cargo run --release -p gesta-place --example places -- --model models/en.gpm DOCS/*.json > PLACES.tsv
    python3 bench/place/agree.py DOCS GOLD PLACES.tsv [--errors]
"""
import collections
import json
import pathlib
import sys

docs, gold, table = map(pathlib.Path, sys.argv[1:4])
places = collections.defaultdict(list)
for line in table.read_text(encoding="utf-8").splitlines():
    c = line.split("\t")
    places[c[0]].append((int(c[1]), int(c[2]), c[3], c[4], c[5]))
n = found = right = 0
seen = set()
for p in sorted(gold.glob("*.json")):
    g = json.loads(p.read_text(encoding="utf-8"))
    d = json.loads((docs / p.name).read_text(encoding="utf-8"))
    for e in g["events"]:
        want = e.get("place")
        if not want or not want.get("text"):
            continue
        s = d["sentences"][want.get("sentence", e["sentence"])]
        a, b = (s["span"] if isinstance(s, dict) else s)
        at = d["text"].find(want["text"], a, b)
        key = (p.stem, at, want["text"])
        if at < 0 or key in seen:
            continue
        seen.add(key)
        n += 1
        hits = [x for x in places[p.stem] if x[0] < at + len(want["text"]) and at < x[1]]
        found += bool(hits)
        ok = any(x[4] == (want.get("country") or "-") for x in hits)
        right += ok
        if not ok and "--errors" in sys.argv:
            print(p.stem, repr(want["text"]), want.get("country"), "given:", [(x[3], x[4]) for x in hits])
print(f"gold places {n}: found {100 * found / max(n, 1):.1f}%, right state {100 * right / max(n, 1):.1f}%")
