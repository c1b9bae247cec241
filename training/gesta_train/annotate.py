"""The teacher reads raw text: the likeliest answers of every field with their probabilities, in shards that the student
can begin with while later ones are still being made. Trees and tags are read a sentence at a time, names a passage at a time.
    python -m gesta_train.annotate config.toml"""
import json, sys, time, tomllib
from pathlib import Path
import numpy as np
import torch
from . import data
from .batch import batches
from .heads import FIELDS
from .passages import LONGEST, emissions, marginals
from .teacher import Teacher

TOP = 4
ALL = (*FIELDS, "heads", "rels")


def top(p):
    v, i = p.topk(min(TOP, p.shape[-1]), -1)
    return i.numpy().astype(np.int16), v.numpy().astype(np.float16)


def padded(a):
    return a if a.shape[-1] == TOP else np.pad(a, ((0, 0), (0, TOP - a.shape[-1])))


@torch.no_grad()
def annotate(m, sents, out):
    for b in batches(sents, 1500):
        with torch.autocast("cpu", torch.bfloat16):
            x, mask = m.encode(b)
            tags, arcs, parts = m.heads(x, mask)
            best = arcs.argmax(-1)
            rels = m.heads.labels(parts, best)
        fields = {**{f: top(t.softmax(-1)) for f, t in zip(FIELDS, tags) if f != "ner"}, "heads": top(arcs.softmax(-1)), "rels": top(rels.softmax(-1))}
        for i, s in enumerate(b):
            for f, v in fields.items():
                s.extra[f] = [padded(a[i, :len(s)]) for a in v]
    for b in batches([data.joined(g) for g in data.passages(sents, 120)], 2000, longest=LONGEST):
        with torch.autocast("cpu", torch.bfloat16):
            e, mask = emissions(m, b)
        v = top(marginals(m.heads, e, mask).exp())
        for i, s in enumerate(b):
            at = 0
            for part in s.extra["parts"]:
                part.extra["ner"] = [padded(a[i, at:at + len(part)]) for a in v]
                at += len(part)
    sents = [s for s in sents if all(f in s.extra for f in ALL)]
    np.savez(out, forms=np.array(["\t".join(s.forms) for s in sents]), length=np.array([len(s) for s in sents]),
             doc=np.array([s.extra["doc"] for s in sents]),
             **{f"{f}_{x}": np.concatenate([s.extra[f][k] for s in sents]) for f in ALL for k, x in enumerate("ip")})


def documents(path):
    """Sentences of each document of `rawtext`'s file."""
    doc = []
    for l in path.read_text().split("\n"):
        if l:
            doc.append(l.split("\t"))
        elif doc:
            yield doc
            doc = []
    if doc:
        yield doc


def main(cfg):
    torch.set_num_threads(cfg["threads"])
    work = Path(cfg["work"])
    vocab = json.loads((work / "vocab.json").read_text())
    m = Teacher(cfg, vocab)
    m.load_state_dict(torch.load(work / "teacher.pt"))
    m.eval()
    t0 = time.time()
    shard, words, n, total = [], 0, 0, 0

    def put():
        tmp = work / f"tmp-{n}.npz"
        annotate(m, shard, tmp)
        tmp.rename(work / f"silver-{n}.npz")
        print(f"shard {n} {words} words {time.time() - t0:.0f}s", flush=True)

    for d, doc in enumerate(documents(work / "raw.tsv")):
        if total >= cfg["silver"]["words"]:
            break
        shard += [data.Sent(f, src="raw", extra={"doc": d}) for f in doc]
        k = sum(map(len, doc))
        words, total = words + k, total + k
        if words > 100000:
            put()
            shard, words, n = [], 0, n + 1
    if shard:
        put()


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")))
