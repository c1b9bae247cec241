"""Trains the student on the treebanks and on what the teacher annotated.

    python -m gesta_train.fit config.toml <name> [--gold] [--worker K]
--gold: without the teacher's annotation.  --worker: one of student.workers processes that train by themselves for
student.round seconds and then go on from the mean of their weights (for machines whose cores are shared with others).
"""
import csv, json, random, sys, time, tomllib
from collections import Counter
from pathlib import Path
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F
from . import data
from .batch import batches, evaluate, index, targets
from .heads import FIELDS, gold_loss
from .sparse import Sparse
from .student import Student, digits, norm

SOFT = (*FIELDS, "heads", "rels")


def tables(cfg, gold, more=()):
    """Words with a row of their own, and the GloVe words kept."""
    s = cfg["student"]
    c = Counter(norm(w) for x in gold for w in x.forms)
    c2 = Counter(norm(w) for x in more for w in x.forms)
    for w in list(c):
        if digits(w) != w:
            c[digits(w)] += c.pop(w)
    words = {w for w, n in c.items() if n >= 2} | {w for w, n in c2.items() if n >= s.get("least", 8) and digits(w) == w and len(w) < 40}
    g = np.load(cfg["glove"])
    gw, gm = g["words"].tolist(), g["m"]
    n = s["glove_words"]
    keep = [i for i, w in enumerate(gw) if i < n or w in words]
    return sorted(words), [gw[i] for i in keep], torch.from_numpy(coarse(gm[keep] / gm.std())), c + c2


def coarse(m):
    """Vectors on the 15 steps that the packed file has for them (`export.nibbles`), so that training sees what ships: for each
    row, the scale of five that comes nearest to it."""
    best, least = None, None
    for f in (0.6, 0.7, 0.8, 0.9, 1.0):
        s = np.abs(m).max(1, keepdims=True) * f / 7
        s[s == 0] = 1
        q = np.clip(np.rint(m / s), -7, 7) * s
        e = ((q - m) ** 2).sum(1, keepdims=True)
        best, least = (q, e) if best is None else (np.where(e < least, q, best), np.minimum(e, least))
    return best.astype(np.float32)


def read_silver(path, fields=SOFT, base=0):
    """Annotated sentences of one shard; `base` tells its documents from those of others."""
    z = np.load(path)
    ends = np.cumsum(z["length"])
    arrays = {k: z[k] for f in fields for k in (f + "_i", f + "_p")}
    out = []
    for line, n, e, d in zip(z["forms"], z["length"], ends, z["doc"]):
        s = data.Sent(str(line).split("\t"), src="silver")
        s.extra = {"doc": base + int(d), **{k: a[e - n:e] for k, a in arrays.items()}}
        out.append(s)
    return out


def vocabulary(cfg, D):
    """The tables of words, the same for the student and for the names' network."""
    raw, n = [], 0
    if (Path(cfg["work"]) / "raw.tsv").exists():
        for l in (Path(cfg["work"]) / "raw.tsv").read_text().split("\n"):
            if l:
                raw.append(data.Sent(l.split("\t")))
                n += len(raw[-1])
                if n > cfg["silver"]["words"]:
                    break
    return tables(cfg, D["ewt"] + D["gum"] + D["wiki"], raw)


def soft_targets(batch, fields):
    T = max(len(s) for s in batch)
    out = {}
    for f in fields:
        i, p = torch.zeros(len(batch), T, 4, dtype=torch.long), torch.zeros(len(batch), T, 4)
        for j, s in enumerate(batch):
            n = len(s)
            i[j, :n] = torch.from_numpy(s.extra[f + "_i"].astype(np.int64))
            p[j, :n] = torch.from_numpy(s.extra[f + "_p"].astype(np.float32))
        out[f] = (i, p / p.sum(-1, keepdim=True).clamp(min=1e-6))
    return out


def soft_ce(logits, ip, n):
    """Cross-entropy against the teacher's four likeliest answers."""
    i, p = ip
    return -(F.log_softmax(logits, -1).gather(-1, i.clamp(max=logits.shape[-1] - 1)) * p).sum() / n


def silver_loss(heads, outputs, b, n):
    tags, arcs, parts = outputs
    loss = sum(soft_ce(t, b[f], n) * w for t, f, w in zip(tags, FIELDS, (0.5, 0.5, 0.5, 0.6)))
    loss = loss + soft_ce(arcs, b["heads"], n)
    return loss + soft_ce(heads.labels(parts, b["heads"][0][..., 0]), b["rels"], n)


class Names:
    """Copies of sentences with names exchanged for others of their kind, so that the tagger learns contexts, not lists."""

    def __init__(self, cfg, sents, rng):
        self.rng = rng
        self.pool = {k: [] for k in data.NER_KINDS}
        for s in sents:
            for a, b, k in data.spans(s.ner):
                self.pool[k].append(s.forms[a:b])
        lead = Path(cfg["data"]) / "leaders.csv"
        people = []  # surnames stand in capitals: "President Jane DOE" gives "Jane Doe"
        for t in sorted({r["title_and_name"] for r in csv.DictReader(open(lead, encoding="utf-8"))}):
            w = t.replace(",", " ").split()
            up = [i for i, x in enumerate(w) if x.isupper() and len(x) > 2]
            if up:
                a = up[0] - 1 if up[0] and w[up[0] - 1] not in data.TITLES and w[up[0] - 1][:1].isupper() else up[0]
                people.append([x.title() if x.isupper() and len(x) > 2 else x for x in w[a:up[-1] + 1]])
        self.pool["PER"] += [p for p in people if 1 < len(p) < 5] + [p[-1:] for p in people[::3]]
        if cfg.get("places"):
            for line in open(cfg["places"], encoding="utf-8"):
                self.pool["LOC"].append(line.split())

    def vary(self, s, p=0.6):
        forms, tags, at = [], [], 0
        for a, b, k in data.spans(s.ner):
            forms += s.forms[at:a]
            tags += s.ner[at:a]
            new = self.rng.choice(self.pool[k]) if self.rng.random() < p else s.forms[a:b]
            forms += new
            tags += ["B-" + k] + ["I-" + k] * (len(new) - 1)
            at = b
        return data.Sent(forms + s.forms[at:], ner=tags + s.ner[at:], src="varied")


def warm(m, path):
    """Goes on from an earlier student (a checkpoint, or the packed file that shipped): its rows by word, and every weight that
    has the same form; layers beyond its own begin as if they were not there."""
    new = m.state_dict()
    if str(path).endswith(".gpm"):
        from .readback import read
        o, _ = read(path)
        old, words = o.state_dict(), list(o.words)
        for k in ("heads.trans", "heads.start", "heads.illegal", "heads.illegal_start"):
            del old[k]  # those of the names' network
    else:
        c = torch.load(path, weights_only=False)
        old, words = c["state"], c["words"]
    rows = {w: i + 1 for i, w in enumerate(words)}
    e = torch.zeros_like(new["emb.weight"])
    e[0] = old["emb.weight"][0]
    for w, i in m.words.items():
        if w in rows:
            e[i] = old["emb.weight"][rows[w]]
    for k, v in old.items():
        if k in new and new[k].shape == v.shape and k not in ("emb.weight", "glove.weight", "wdrop"):
            new[k] = v
    for i in range(len(m.layers)):
        if f"layers.{i}.out.weight" not in old:
            new[f"layers.{i}.out.weight"] = torch.zeros_like(new[f"layers.{i}.out.weight"])
            new[f"layers.{i}.out.bias"] = torch.zeros_like(new[f"layers.{i}.out.bias"])
    new["emb.weight"] = e
    m.load_state_dict(new)


def meet(m, work, name, worker, workers, n):
    """Waits for the other workers' weights of round `n` and takes the mean of all."""
    mine = work / f"{name}-w{worker}-{n}.part"
    torch.save([p.data for p in m.parameters() if p.requires_grad], mine.with_suffix(".tmp"))
    mine.with_suffix(".tmp").rename(mine)
    files = [work / f"{name}-w{k}-{n}.part" for k in range(workers)]
    t = time.time()
    while not all(f.exists() for f in files):
        if time.time() - t > 240:
            print("round", n, "alone", flush=True)
            return
        time.sleep(0.3)
    lists = [torch.load(f) for f in files]
    with torch.no_grad():
        for i, p in enumerate(p for p in m.parameters() if p.requires_grad):
            p.copy_(sum(l[i] for l in lists) / workers)
    old = work / f"{name}-w{worker}-{n - 2}.part"
    old.unlink(missing_ok=True)


def main(cfg, name, gold_only, worker=0):
    s = cfg["student"]
    workers = s.get("workers", 1)
    torch.manual_seed(cfg["seed"])
    torch.set_num_threads(s.get("threads", cfg["threads"]))
    rng = random.Random(cfg["seed"])
    work = Path(cfg["work"])
    D = data.load(cfg)
    vocab = data.vocab(D["ewt"] + D["gum"])
    (work / "vocab.json").write_text(json.dumps(vocab))
    ix = index(vocab)
    trees = D["ewt"] + D["gum"]
    gold = trees + D["wiki"]
    named = [x for x in D["wiki"] + D["gum"] if any(t != "O" for t in x.ner)]
    names = Names(cfg, named, rng)
    silver, shards = [], []
    words, gw, gm, counts = vocabulary(cfg, D)
    if gold_only and s.get("start"):
        # a last stretch on the treebanks keeps the tables of the student that it starts from
        c = torch.load(work / s["start"], weights_only=False)
        words, gw, gm = c["words"], c["glove"], c["state"]["glove.weight"][1:]
    m = Student(cfg, vocab, words, gw, gm)
    for w, i in m.words.items():
        m.wdrop[i] = 0.3 / (0.3 + counts[w])
    if s.get("start"):
        warm(m, work / s["start"])
    print("words", len(words), "glove", len(gw), "parameters", sum(p.numel() for p in m.parameters() if p.requires_grad), flush=True)
    params = [p for p in m.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr=s["lr"], weight_decay=0.02, betas=(0.9, 0.98), fused=True)
    per = len(batches(gold, s["batch_words"], rng))
    t0, step, run, ep, round_no = time.time(), 0, 0.0, 0, 0
    if workers > 1:
        meet(m, work, name, worker, workers, -1)
        rng.seed(cfg["seed"] + worker)
        torch.manual_seed(cfg["seed"] + worker)
        t0 = time.time()
    met = t0
    sparse = Sparse(m, s["sparse"]) if s.get("sparse") else None
    while True:
        if not gold_only:
            for f in sorted(work.glob("silver-[0-9]*.npz")):
                if f not in shards:
                    shards.append(f)
                    silver += read_silver(f)
        # WikiGold only with other names, or the student knows its documents by heart and learns no more from them
        train = batches(trees + [names.vary(x) for x in named for _ in range(s.get("varied", 1))], s["batch_words"], rng)
        if silver:
            part = rng.sample(silver, min(len(silver), int(len(silver) * s["silver_words"] / max(1, sum(map(len, silver))))))
            train += batches(part, s["batch_words"], rng)
            rng.shuffle(train)
        if ep == 0:
            steps = s["epochs"] * len(train) // workers
        print(f"epoch {ep + 1}: {len(train)} batches, {len(silver)} annotated sentences", flush=True)
        m.train()
        end = False
        for b in train:
            # `minutes` bounds the run by the clock where the machine is shared; 0 leaves it to the number of steps
            part = max(step / steps, (time.time() - t0) / 60 / s["minutes"] if s.get("minutes") else 0)
            if workers > 1 and (time.time() - met > s["round"] or part >= 1):
                meet(m, work, name, worker, workers, round_no)
                round_no, met = round_no + 1, time.time()
            if part >= 1:
                end = True
                break
            for gr in opt.param_groups:
                gr["lr"] = s["lr"] * min((step + 1) / 100, max(0.005, 1 - part))
            with torch.autocast("cpu", torch.bfloat16):
                x, mask = m.encode(b)
                o = m.heads(x, mask)
                # batches hold sentences of one length, of both sorts
                loss = silver_loss(m.heads, o, soft_targets(b, SOFT), sum(map(len, b))) if b[0].src == "silver" else gold_loss(m.heads, o, targets(b, ix))
            opt.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(params, 1.0)
            opt.step()
            if sparse:
                sparse.step(part, step)
            run = 0.98 * run + 0.02 * loss.item() if step else loss.item()
            step += 1
            if step % 100 == 0:
                print(f"step {step} of {steps} loss {run:.3f} {time.time() - t0:.0f}s", flush=True)
        ep += 1
        if worker:
            if end:
                break
            continue
        m.eval()
        res = {k: str(evaluate(m.encode, m.heads, D[k], vocab)) for k in ("ewt_dev", "gum_dev", "wiki_dev")}
        print("epoch", ep, f"{time.time() - t0:.0f}s", res, flush=True)
        torch.save({"state": m.state_dict(), "words": words, "glove": gw, "cfg": cfg, "vocab": vocab}, work / f"{name}.pt")
        if end or step >= steps or ep >= s.get("stop", 10 ** 9):
            break


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")), sys.argv[2], "--gold" in sys.argv,
         int(sys.argv[sys.argv.index("--worker") + 1]) if "--worker" in sys.argv else 0)
