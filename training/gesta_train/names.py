"""Trains the tower of names: a small network of its own over vectors, affixes and lists of names, whose scores are added to those of the
parser's entity tags. The parser's weights stay as they are, so tags and trees do not move.
    python -m gesta_train.names config.toml <out.pt>"""
import json, random, sys, time, tomllib
from pathlib import Path
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F
from . import data, lexicon
from .batch import batches, viterbi
from .readback import read
from .student import AFFIXES, Layer, features, lookup
from .fit import Names
from .heads import Heads

MOST = 6  # rows of the lexicon a word


class Tower(nn.Module):
    use_chain = True

    def __init__(self, cfg, base, lists, ner):
        super().__init__()
        t = cfg["names"]
        d = t["width"]
        self.base, self.lists, self.ner = [base], lists, ner
        self.aff = nn.Embedding(sum(n for _, n in AFFIXES), d)
        self.lex = nn.Embedding(lexicon.ROWS, d, padding_idx=0)
        nn.init.normal_(self.aff.weight, std=0.1)
        nn.init.normal_(self.lex.weight, std=0.3)
        self.lex.weight.data[0] = 0
        self.gproj = nn.Linear(base.glove.weight.shape[1], d, bias=False)
        self.norm0 = nn.LayerNorm(d)
        self.layers = nn.ModuleList(Layer(d, 2, t["dropout"]) for _ in range(t["layers"]))
        self.norm1 = nn.LayerNorm(d)
        self.drop = nn.Dropout(t["dropout"])
        self.tags = nn.Linear(d, len(ner))
        k = len(ner)
        self.trans = nn.Parameter(torch.zeros(k, k))
        self.start = nn.Parameter(torch.zeros(k))
        legal = [[b[0] != "I" or (a != "O" and a[2:] == b[2:]) for b in ner] for a in ner]
        self.register_buffer("illegal", (~torch.tensor(legal)).float() * -1e4)
        self.register_buffer("illegal_start", torch.tensor([-1e4 if n[0] == "I" else 0.0 for n in ner]))
        self.cache = {}
        self.lexdrop, self.worddrop = t["lexicon_dropout"], t["word_dropout"]
        self.rng = random.Random(7)

    def feats(self, form, first):
        k = (form, first)
        r = self.cache.get(k)
        if r is None:
            r = (lookup(self.base[0].glove_words, form), *features(form, first))
            self.cache[k] = r
        return r

    def ids(self, s):
        if "ids" not in s.extra:
            rows, found = lexicon.marks(s.forms, *self.lists)
            lex = np.zeros((len(s), MOST), np.int64)
            for i, r in enumerate(rows):
                lex[i, :min(MOST, len(r))] = r[:MOST]
            s.extra["ids"] = np.array([self.feats(w, j == 0) for j, w in enumerate(s.forms)]), lex
            s.extra["names"] = [(a, b) for a, b, _ in data.spans(s.ner)] if s.ner else []
        return s.extra["ids"]

    def encode(self, batch):
        T = max(map(len, batch))
        ids = torch.zeros(len(batch), T, 1 + len(AFFIXES), dtype=torch.long)
        lex = torch.zeros(len(batch), T, MOST, dtype=torch.long)
        mask = torch.zeros(len(batch), T, dtype=torch.bool)
        for i, s in enumerate(batch):
            a, l = self.ids(s)
            n = len(s)
            if self.training:
                # lists know less of the names to come than of those that were exchanged from them
                l = l.copy()
                for x, y in s.extra["names"]:
                    if self.rng.random() < self.lexdrop:
                        l[x:y] *= np.isin(l[x:y], (lexicon.COMMON,))
                if self.rng.random() < 0.1:
                    l[:] = 0
            ids[i, :n], lex[i, :n], mask[i, :n] = torch.from_numpy(a), torch.from_numpy(l), True
        g, a = ids[..., 0], ids[..., 1:]
        d = self.aff.weight.shape[1]
        if self.training:
            g = g.masked_fill(torch.rand(g.shape) < self.worddrop, 0)
            keep = (torch.rand(a.shape) > self.worddrop).float().reshape(-1, a.shape[-1])
        else:
            keep = torch.ones(a.shape).reshape(-1, a.shape[-1])
        x = self.gproj(self.base[0].glove(g)) + F.embedding_bag(a.reshape(-1, a.shape[-1]), self.aff.weight, mode="sum", per_sample_weights=keep).view(*g.shape, d)
        x = x + F.embedding_bag(lex.reshape(-1, MOST), self.lex.weight, mode="sum", padding_idx=0).view(*g.shape, d)
        m = mask[..., None].float()
        x = self.drop(self.norm0(x.float()))
        for layer in self.layers:
            x = layer(x, m)
        return self.tags(self.drop(self.norm1(x))).float(), mask

    chain = Heads.chain


def score(m, sents, vocab, extra=None, weight=1.0, show=0):
    tp = fp = fn = 0
    kinds = {}
    for b in batches(sents, 3000, longest=400):
        e, mask = m.encode(b)
        if extra is not None:
            e = e * weight + torch.nn.utils.rnn.pad_sequence([extra[id(s)] for s in b], batch_first=True)
        t = viterbi(m, e, mask)
        for i, s in enumerate(b):
            p = {x for x in data.spans([vocab[j] for j in t[i, :len(s)]]) if x[2] in ("PER", "ORG", "LOC")}
            g = {x for x in data.spans(s.ner) if x[2] in ("PER", "ORG", "LOC")}
            tp, fp, fn = tp + len(g & p), fp + len(p - g), fn + len(g - p)
            for k in ("PER", "ORG", "LOC"):
                c = kinds.setdefault(k, [0, 0, 0])
                for j, z in enumerate((g & p, p - g, g - p)):
                    c[j] += sum(x[2] == k for x in z)
    f = lambda a, b, c: round(200 * a / max(1, 2 * a + b + c), 1)
    return f(tp, fp, fn), {k: f(*v) for k, v in kinds.items()}


class Pools(Names):
    """More names to exchange: the lists themselves, and names made of their parts."""

    def __init__(self, cfg, sents, rng, lists):
        super().__init__(cfg, sents, rng)
        word, phrase = lists
        given = sorted(w for w, k in word.items() if lexicon.GIVEN in k)
        family = sorted(w for w, k in word.items() if lexicon.FAMILY in k)
        name = lambda w: w[:2].title() + w[2:].title() if w.startswith("mc") else w.title()
        self.lists = {k: [p.split(" ") for p, q in phrase.items() if q == k] for k in ("LOC", "ORG", "PER")}
        self.given, self.family = [name(w) for w in given], [name(w) for w in family]
        self.natural = {k: list(v) for k, v in self.pool.items()}

    def person(self, n):
        r = self.rng
        if n == 1:
            return [r.choice(self.family if r.random() < 0.7 else self.given)]
        if r.random() < 0.3:
            return list(r.choice(self.lists["PER"]))
        mid = [r.choice("ABCDEFGHJKLMNPRSTW") + "."] if n > 2 and r.random() < 0.6 else [r.choice(self.given)] if n > 2 else []
        return [r.choice(self.given), *mid, r.choice(self.family)]

    def other(self, k, old):
        r = self.rng
        if r.random() < 0.4 or k not in ("PER", "LOC", "ORG"):
            return list(r.choice(self.natural[k]))
        if k == "PER":
            return self.person(len(old))
        if k == "LOC":
            return list(r.choice(self.lists["LOC"]))
        if r.random() < 0.5:
            return list(r.choice(self.lists["ORG"]))
        # the same words about another place or founder: "University of Vienna", "Grey Records"
        out, i = [], 0
        for i, w in enumerate(old):
            p = lexicon.marks([w], *self.words)[0][0] if w[:1].isupper() else []
            if any(x in (lexicon.LOC,) for x in p):
                out += r.choice(self.lists["LOC"])
            elif any(x in (lexicon.GIVEN, lexicon.FAMILY) for x in p) and lexicon.COMMON not in p:
                out.append(r.choice(self.family))
            else:
                out.append(w)
        return out

    def vary(self, s, p=0.7):
        forms, tags, at = [], [], 0
        same = {}
        for a, b, k in data.spans(s.ner):
            forms += s.forms[at:a]
            tags += s.ner[at:a]
            old = tuple(s.forms[a:b])
            if (old, k) not in same:
                same[old, k] = self.other(k, list(old)) if self.rng.random() < p else list(old)
            new = same[old, k]
            forms += new
            tags += ["B-" + k] + ["I-" + k] * (len(new) - 1)
            at = b
        return data.Sent(forms + s.forms[at:], ner=tags + s.ner[at:], src="varied")


def main(cfg, out):
    t = cfg["names"]
    torch.manual_seed(t["seed"])
    torch.set_num_threads(cfg["threads"])
    rng = random.Random(t["seed"])
    base, vocab = read(cfg["model"])
    base.eval()
    D = data.load(cfg)
    lists = lexicon.build(cfg)
    print("lexicon", len(lists[0]), "words", len(lists[1]), "phrases", flush=True)
    ner = vocab["ner"]
    ix = {x: i for i, x in enumerate(ner)}
    m = Tower(cfg, base, lists, ner)
    print("parameters", sum(p.numel() for p in m.parameters() if p.requires_grad), flush=True)
    named = [x for x in D["wiki"] + D["gum"]]
    pools = Pools(cfg, [x for x in named if any(a != "O" for a in x.ner)], rng, lists)
    pools.words = lists
    # scores of the parser's own entity tags
    extra = {}
    with torch.no_grad():
        sizes = base.heads.sizes
        for k in ("wiki_dev", "gum_dev"):
            for b in batches(D[k], 3000, longest=400):
                x, mask = base.encode(b)
                e = base.heads.tags(x).float().split(sizes, -1)[3]
                for i, s in enumerate(b):
                    extra[id(s)] = e[i, :len(s)]
    params = [p for p in m.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr=t["lr"], weight_decay=t.get("decay", 0.02), betas=(0.9, 0.98))
    t0, step, mean, nmean = time.time(), 0, None, 0
    steps = None
    for ep in range(t["epochs"]):
        m.train()
        sents = []
        for x in D["wiki"]:
            sents += [x] if ep % 2 == 0 else []
            sents += [pools.vary(x) for _ in range(t["wiki_copies"])]
        for x in D["gum"]:
            sents.append(pools.vary(x) if rng.random() < t["gum_varied"] else x)
        train = batches(sents, t["batch_words"], rng)
        steps = steps or t["epochs"] * len(train)
        run = 0.0
        for b in train:
            part = step / steps
            for gr in opt.param_groups:
                gr["lr"] = t["lr"] * min((step + 1) / 100, max(0.02, 1 - part))
            e, mask = m.encode(b)
            y = torch.zeros(mask.shape, dtype=torch.long)
            for i, s in enumerate(b):
                y[i, :len(s)] = torch.tensor([ix[a] for a in s.ner])
            loss = m.chain(e, y, mask)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(params, 1.0)
            opt.step()
            run += loss.item()
            step += 1
        if ep >= t["epochs"] * 2 // 3:  # the mean of the last third's weights
            nmean += 1
            now = {k: v.detach().clone().float() for k, v in m.state_dict().items()}
            mean = now if mean is None else {k: mean[k] + (v - mean[k]) / nmean for k, v in now.items()}
        m.eval()
        with torch.no_grad():
            res = {k: score(m, D[k], ner) for k in ("wiki_dev", "gum_dev")}
            both = {k: score(m, D[k], ner, extra) for k in ("wiki_dev", "gum_dev")}
        print("epoch", ep + 1, f"{time.time() - t0:.0f}s loss {run / len(train):.4f}", res, "with the parser", {k: v[0] for k, v in both.items()}, flush=True)
    m.load_state_dict(mean)
    m.eval()
    with torch.no_grad():
        for w in (0, 0.5, 0.7, 1.0, 1.5):
            print("mean of weights", w, {k: score(m, D[k], ner, extra, w) if w else score(m, D[k], ner) for k in ("wiki_dev", "gum_dev")}, flush=True)
    torch.save({"state": mean, "cfg": cfg, "ner": ner, "lists": lists}, out)


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")), sys.argv[2])
