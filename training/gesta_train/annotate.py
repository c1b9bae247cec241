"""The teacher reads raw text: the likeliest answers of every field with their probabilities, in shards that the student
can begin with while later ones are still being made.
    python -m gesta_train.annotate config.toml"""
import json, sys, time, tomllib
from pathlib import Path
import numpy as np
import torch
from . import data
from .batch import batches
from .heads import FIELDS
from .teacher import Teacher

TOP = 4
ALL = (*FIELDS, "heads", "rels")


def top(p):
    v, i = p.topk(min(TOP, p.shape[-1]), -1)
    return i.numpy().astype(np.int16), v.numpy().astype(np.float16)


@torch.no_grad()
def annotate(m, sents, out):
    rows = {f: ([], []) for f in ALL}
    keep = []
    for b in batches(sents, 1500):
        with torch.autocast("cpu", torch.bfloat16):
            x, mask = m.encode(b)
            tags, arcs, parts = m.heads(x, mask)
            best = arcs.argmax(-1)
            rels = m.heads.labels(parts, best)
        fields = {**{f: top(t.softmax(-1)) for f, t in zip(FIELDS, tags)}, "heads": top(arcs.softmax(-1)), "rels": top(rels.softmax(-1))}
        for i, s in enumerate(b):
            n = len(s)
            keep.append(s)
            for f in ALL:
                for k in (0, 1):
                    a = fields[f][k][i, :n]
                    if a.shape[-1] < TOP:
                        a = np.pad(a, ((0, 0), (0, TOP - a.shape[-1])))
                    rows[f][k].append(a)
    np.savez(out, forms=np.array(["\t".join(s.forms) for s in keep]), length=np.array([len(s) for s in keep]),
             **{f"{f}_i": np.concatenate(rows[f][0]) for f in ALL}, **{f"{f}_p": np.concatenate(rows[f][1]) for f in ALL})


def main(cfg):
    torch.set_num_threads(cfg["threads"])
    work = Path(cfg["work"])
    vocab = json.loads((work / "vocab.json").read_text())
    m = Teacher(cfg, vocab)
    m.load_state_dict(torch.load(work / "teacher.pt"), strict=False)
    m.eval()
    t0 = time.time()
    lines = (work / "raw.tsv").read_text().split("\n")
    shard, words, n = [], 0, 0
    total = 0
    for l in lines:
        s = data.Sent(l.split("\t"), src="raw")
        shard.append(s)
        words += len(s)
        total += len(s)
        if words > 150000 or total >= cfg["silver"]["words"]:
            tmp = work / f"tmp-{n}.npz"
            annotate(m, shard, tmp)
            tmp.rename(work / f"silver-{n}.npz")
            print(f"shard {n} {words} words {time.time() - t0:.0f}s", flush=True)
            shard, words, n = [], 0, n + 1
            if total >= cfg["silver"]["words"]:
                break


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")))
