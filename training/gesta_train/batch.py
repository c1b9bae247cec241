"""Label tensors and batches of sentences of like length; scores."""
import random, torch
from .data import spans
from .heads import FIELDS


def index(vocab):
    return {k: {x: i for i, x in enumerate(v)} for k, v in vocab.items()}


def targets(batch, ix):
    T = max(len(s) for s in batch)
    out = {f: torch.full((len(batch), T), -1) for f in (*FIELDS, "heads", "rels")}
    mask = torch.zeros(len(batch), T, dtype=torch.bool)
    for i, s in enumerate(batch):
        n = len(s)
        mask[i, :n] = True
        for f in (*FIELDS, "rels"):
            v = getattr(s, f)
            if v is not None:
                out[f][i, :n] = torch.tensor([ix[f].get(x, -1) for x in v])
        if s.heads is not None:
            out["heads"][i, :n] = torch.tensor(s.heads)
    out["mask"] = mask
    return out


def batches(sents, words, rng=None, longest=160):
    """Groups of sentences of like length, `words` padded positions each; shuffled when `rng` is given."""
    keyed = [(len(s) + (rng.random() * 3 if rng else 0), i) for i, s in enumerate(sents) if 0 < len(s) <= longest]
    keyed.sort()
    out, cur, top = [], [], 0
    for _, i in keyed:
        n = len(sents[i])
        if cur and max(top, n) * (len(cur) + 1) > words:
            out.append(cur)
            cur, top = [], 0
        cur.append(sents[i])
        top = max(top, n)
    if cur:
        out.append(cur)
    if rng:
        rng.shuffle(out)
    return out


class Score:
    def __init__(self):
        self.n = self.c = 0
        self.tp = self.fp = self.fn = 0
        self.k = dict(upos=0, xpos=0, feats=0, uas=0, las=0)

    def add(self, s, pred):
        if s.upos is not None:
            self.n += len(s)
            for i in range(len(s)):
                for f in ("upos", "xpos", "feats"):
                    self.k[f] += pred[f][i] == getattr(s, f)[i]
                if pred["heads"][i] == s.heads[i]:
                    self.k["uas"] += 1
                    self.k["las"] += pred["rels"][i] == s.rels[i]
        if s.ner is not None:
            g, p = set(t for t in spans(s.ner) if t[2] in ("PER", "ORG", "LOC")), set(t for t in spans(pred["ner"]) if t[2] in ("PER", "ORG", "LOC"))
            self.tp += len(g & p)
            self.fp += len(p - g)
            self.fn += len(g - p)

    def __str__(self):
        a = " ".join(f"{k} {100 * v / self.n:.2f}" for k, v in self.k.items()) if self.n else ""
        return a + (f" ner {200 * self.tp / max(1, 2 * self.tp + self.fp + self.fn):.2f}" if self.tp else "")


@torch.no_grad()
def predict(run, heads, batch, vocab):
    """`run(batch)` → hidden [B,T,D], mask. Greedy heads; the caller wants scores, not trees."""
    x, mask = run(batch)
    tags, arcs, parts = heads(x, mask)
    h = arcs.argmax(-1)
    r = heads.labels(parts, h).argmax(-1)
    t = {f: v.argmax(-1) for f, v in zip(FIELDS, tags)}
    if heads.use_chain:
        t["ner"] = viterbi(heads, tags[3], mask)
    for i, s in enumerate(batch):
        n = len(s)
        yield s, {**{f: [vocab[f][j] for j in t[f][i, :n]] for f in FIELDS}, "heads": h[i, :n].tolist(), "rels": [vocab["rels"][j] for j in r[i, :n]]}


def viterbi(heads, emit, mask):
    trans, a = heads.trans + heads.illegal, heads.start + heads.illegal_start + emit[:, 0]
    B, T, K = emit.shape
    back = []
    for t in range(1, T):
        v, i = (a[:, :, None] + trans).max(1)
        on = mask[:, t:t + 1]
        back.append(torch.where(on, i, torch.arange(K).expand(B, K)))
        a = torch.where(on, v + emit[:, t], a)
    best = a.argmax(1)
    out = [best]
    for i in reversed(back):
        best = i.gather(1, best[:, None])[:, 0]
        out.append(best)
    return torch.stack(out[::-1], 1)


def evaluate(run, heads, sents, vocab, words=3000):
    sc = Score()
    for b in batches(sents, words, longest=400):
        for s, p in predict(run, heads, b, vocab):
            sc.add(s, p)
    return sc
