"""The student that ships: looked-up word, affix and shape rows, gated two-way recurrences without recurrent matrices
(so that every product is one wide integer matrix product at inference), and the shared heads."""
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F
from .heads import Heads
from .scan import Scan

QUOTES = str.maketrans({"’": "'", "‘": "'", "‛": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "−": "-"})
# name, rows of the hashed table
AFFIXES = (("s1", 128), ("s2", 1024), ("s3", 4096), ("s4", 4096), ("p2", 1024), ("p3", 4096), ("p4", 4096), ("shape", 1024))


def fnv(s, seed):
    h = 2166136261 ^ seed
    for b in s.encode("utf-8"):
        h = ((h ^ b) * 16777619) & 0xFFFFFFFF
    h ^= h >> 15
    return h


def norm(form):
    """The key of a word in the tables: lower case, plain quotes."""
    return form.translate(QUOTES).lower()


def digits(key):
    return "".join("0" if c.isnumeric() else c for c in key)


def shape(form, first):
    out = ["^"] if first else []
    last, run = "", 0
    for c in form:
        k = "X" if c.isupper() else "x" if c.islower() else "0" if c.isnumeric() else "a" if c.isalpha() else c
        run = run + 1 if k == last else 1
        last = k
        if run <= 2:
            out.append(k)
        if len(out) >= 10:
            break
    return "".join(out)


def features(form, first):
    """Rows of the hashed tables, in the order of AFFIXES, offsets added."""
    key = digits(norm(form))
    keys = (key[-1:], key[-2:], key[-3:], key[-4:], key[:2], key[:3], key[:4], shape(form.translate(QUOTES), first))
    out, base = [], 0
    for i, ((_, n), k) in enumerate(zip(AFFIXES, keys)):
        out.append(base + fnv(k, i + 1) % n)
        base += n
    return out


def lookup(table, form):
    k = norm(form)
    i = table.get(k)
    if i is None:
        i = table.get(digits(k), 0)
    return i


class Layer(nn.Module):
    def __init__(self, d, window, dropout):
        super().__init__()
        self.d, self.window = d, window
        self.norm = nn.LayerNorm(d)
        self.fwd = nn.Linear(window * d, 3 * d // 2)  # sees the word before and this word (window 2), or this word (1)
        self.bwd = nn.Linear(window * d, 3 * d // 2)  # sees this word and the word after, or this word
        self.out = nn.Linear(d, d)
        self.drop = nn.Dropout(dropout)
        h = d // 2
        for lin in (self.fwd, self.bwd):
            lin.bias.data.zero_()
            lin.bias.data[h:2 * h] = torch.linspace(-2.0, 3.0, h)  # from forgetting at once to remembering for long

    def forward(self, x, m):
        u = self.drop(self.norm(x)) * m
        if self.window == 2:
            z = torch.zeros_like(u[:, :1])
            a = self.fwd(torch.cat([torch.cat([z, u[:, :-1]], 1), u], -1))
            b = self.bwd(torch.cat([u, torch.cat([u[:, 1:], z], 1)], -1))
        else:
            a, b = self.fwd(u), self.bwd(u)
        (c1, f1, o1), (c2, f2, o2) = a.chunk(3, -1), b.chunk(3, -1)
        c, f, o = torch.cat([c1, c2], -1), torch.cat([f1, f2], -1), torch.cat([o1, o2], -1)
        h = Scan.apply(torch.sigmoid(f.float()) * m, c.float() * m)
        y = h.to(u.dtype) * F.silu(o)
        return x + self.drop(self.out(y)).float()


class Student(nn.Module):
    def __init__(self, cfg, vocab, words, glove_words, glove):
        super().__init__()
        s = cfg["student"]
        d = s["width"]
        self.words = {w: i + 1 for i, w in enumerate(words)}
        self.glove_words = {w: i + 1 for i, w in enumerate(glove_words)}
        self.emb = nn.Embedding(len(words) + 1, d)
        self.aff = nn.Embedding(sum(n for _, n in AFFIXES), d)
        nn.init.normal_(self.emb.weight, std=0.05)
        nn.init.normal_(self.aff.weight, std=0.15)
        g = torch.cat([torch.zeros(1, glove.shape[1]), glove])
        self.glove = nn.Embedding.from_pretrained(g, freeze=True)
        self.gproj = nn.Linear(glove.shape[1], d, bias=False)
        self.norm0 = nn.LayerNorm(d)
        self.layers = nn.ModuleList(Layer(d, w, s["dropout"]) for w in s.get("windows", [2] * s.get("layers", 0)))
        self.norm1 = nn.LayerNorm(d)
        self.drop = nn.Dropout(s["dropout"])
        self.heads = Heads(d, vocab, s["arc"], s["label"], s["dropout"])
        self.cache = {}
        self.register_buffer("wdrop", torch.zeros(len(words) + 1))

    def feats(self, form, first):
        k = (form, first)
        r = self.cache.get(k)
        if r is None:
            r = (lookup(self.words, form), lookup(self.glove_words, form), *features(form, first))
            self.cache[k] = r
        return r

    def encode(self, batch):
        T = max(len(s) for s in batch)
        ids = torch.zeros(len(batch), T, 2 + len(AFFIXES), dtype=torch.long)
        mask = torch.zeros(len(batch), T, dtype=torch.bool)
        for i, s in enumerate(batch):
            if "ids" not in s.extra:
                s.extra["ids"] = np.array([self.feats(w, j == 0) for j, w in enumerate(s.forms)])
            ids[i, :len(s)] = torch.from_numpy(s.extra["ids"])
            mask[i, :len(s)] = True
        w, g, a = ids[..., 0], ids[..., 1], ids[..., 2:]
        if self.training:
            w = w.masked_fill(torch.rand(w.shape) < self.wdrop[w], 0)
            g = g.masked_fill(torch.rand(g.shape) < 0.05, 0)
        x = self.emb(w) + self.gproj(self.glove(g)) + F.embedding_bag(a.reshape(-1, a.shape[-1]), self.aff.weight, mode="sum").view(*w.shape, -1)
        m = mask[..., None].float()
        x = self.drop(self.norm0(x.float()))
        for layer in self.layers:
            x = layer(x, m)
        return self.drop(self.norm1(x)), mask
