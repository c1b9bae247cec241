"""The teacher reads raw text: the likeliest answers of every field with their probabilities, in shards that the student
can begin with while later ones are still being made; and the mean vector of every word in context.
    python -m gesta_train.annotate config.toml"""
import random, sys, time, tomllib, json
from collections import defaultdict
from pathlib import Path
import numpy as np
import torch
from . import data
from .batch import batches
from .heads import FIELDS
from .student import norm
from .teacher import Teacher

TOP = 4
ALL = (*FIELDS, "heads", "rels")


def top(p):
    v, i = p.topk(min(TOP, p.shape[-1]), -1)
    return i.numpy().astype(np.int16), v.numpy().astype(np.float16)


@torch.no_grad()
def annotate(m, sents, out, vectors):
    rows = {f: ([], []) for f in ALL}
    keep = []
    for b in batches(sents, 1500):
        with torch.autocast("cpu", torch.bfloat16):
            x, mask = m.encode(b)
            tags, arcs, parts = m.heads(x, mask)
            best = arcs.argmax(-1)
            rels = m.heads.labels(parts, best)
        fields = {**{f: top(t.softmax(-1)) for f, t in zip(FIELDS, tags)}, "heads": top(arcs.softmax(-1)), "rels": top(rels.softmax(-1))}
        xs = x.float().numpy()
        for i, s in enumerate(b):
            n = len(s)
            keep.append(s)
            for f in ALL:
                for k in (0, 1):
                    a = fields[f][k][i, :n]
                    if a.shape[-1] < TOP:
                        a = np.pad(a, ((0, 0), (0, TOP - a.shape[-1])))
                    rows[f][k].append(a)
            for j, w in enumerate(s.forms):
                v = vectors[norm(w)]
                v[0] += 1
                v[1] += xs[i, j]
    np.savez(out, forms=np.array(["\t".join(s.forms) for s in keep]), length=np.array([len(s) for s in keep]),
             **{f"{f}_i": np.concatenate(rows[f][0]) for f in ALL}, **{f"{f}_p": np.concatenate(rows[f][1]) for f in ALL})


def save_vectors(vectors, path):
    words = sorted(w for w, v in vectors.items() if v[0] >= 2)
    np.savez(path, words=np.array(words), n=np.array([vectors[w][0] for w in words]), m=np.stack([vectors[w][1] / vectors[w][0] for w in words]).astype(np.float16))


def main(cfg):
    torch.set_num_threads(cfg["threads"])
    work = Path(cfg["work"])
    vocab = json.loads((work / "vocab.json").read_text())
    m = Teacher(cfg, vocab)
    m.load_state_dict(torch.load(work / "teacher.pt"))
    m.eval()
    t0 = time.time()
    vectors = defaultdict(lambda: [0, np.zeros(384, np.float32)])
    D = data.load(cfg)
    annotate(m, D["ewt"] + D["gum"] + D["wiki"], work / "silver-gold.npz", vectors)
    print(f"gold text {time.time() - t0:.0f}s", flush=True)
    lines = (work / "raw.tsv").read_text().split("\n")
    shard, words, n = [], 0, 0
    total = 0
    for l in lines:
        s = data.Sent(l.split("\t"), src="raw")
        shard.append(s)
        words += len(s)
        total += len(s)
        if words > 200000 or total >= cfg["silver"]["words"]:
            tmp = work / f"tmp-{n}.npz"
            annotate(m, shard, tmp, vectors)
            tmp.rename(work / f"silver-{n}.npz")
            if n == 0:
                save_vectors(vectors, work / "vectors.npz")
            print(f"shard {n} {words} words {time.time() - t0:.0f}s", flush=True)
            shard, words, n = [], 0, n + 1
            if total >= cfg["silver"]["words"]:
                break


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")))
