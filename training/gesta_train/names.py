"""Trains the tower of names: a small network of its own over vectors, affixes and lists of names, whose scores are added to those of the
parser's entity tags. It reads passages of several sentences, as Rust's batches are, and learns from gold and from what the
teacher said of raw text. The parser's weights stay as they are, so tags and trees do not move.
    python -m gesta_train.names config.toml <out.pt>
    python -m gesta_train.names config.toml <names.pt> --with <student.pt>    what the two say together, for several shares
    python -m gesta_train.names config.toml <out.pt> --mean <a.pt> <b.pt>     the mean of two networks of one line of training"""
import json, random, sys, time, tomllib
from pathlib import Path
import numpy as np
import torch, torch.nn as nn, torch.nn.functional as F
from . import data, lexicon
from .batch import batches, viterbi
from .passages import Tally, marginals
from .student import AFFIXES, Layer, Student, features, lookup
from .fit import Names, read_silver, soft_targets, vocabulary
from .heads import Heads
from .sparse import Sparse

MOST = 6  # rows of the lexicon a word


class Tower(nn.Module):
    use_chain = True

    def __init__(self, cfg, base, lists, ner):
        super().__init__()
        t = cfg["names"]
        d, e = t["width"], t["entry"]  # looked-up rows are narrower than the layers
        self.base, self.lists, self.ner = [base], lists, ner
        self.aff = nn.Embedding(sum(n for _, n in AFFIXES), e)
        self.lex = nn.Embedding(lexicon.ROWS, e, padding_idx=0)
        nn.init.normal_(self.aff.weight, std=0.1)
        nn.init.normal_(self.lex.weight, std=0.3)
        self.lex.weight.data[0] = 0
        self.gproj = nn.Linear(base.glove.weight.shape[1], e, bias=False)
        self.norm0 = nn.LayerNorm(e)
        self.up = nn.Linear(e, d)
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
        self.namedrop = t["name_dropout"]
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
            ner = s.ner or [self.ner[i] for i in s.extra["ner_i"][:, 0]] if s.ner or "ner_i" in s.extra else []
            s.extra["names"] = [(a, b) for a, b, _ in data.spans(ner)]
        return s.extra["ids"]

    def sentence(self, s):
        a, l = self.ids(s)
        if self.training:
            # lists and vectors know less of the names to come than of those here
            a, l = a.copy(), l.copy()
            for x, y in s.extra["names"]:
                r = self.rng.random()
                if r < self.lexdrop:
                    l[x:y] *= np.isin(l[x:y], (lexicon.COMMON,))
                if r < self.namedrop:
                    a[x:y, 0] = 0
            if self.rng.random() < 0.1:
                l[:] = 0
        return a, l

    def encode(self, batch):
        """`batch` holds passages (`data.joined`); scores come back a sentence a row."""
        T = max(map(len, batch))
        ids = torch.zeros(len(batch), T, 1 + len(AFFIXES), dtype=torch.long)
        lex = torch.zeros(len(batch), T, MOST, dtype=torch.long)
        mask = torch.zeros(len(batch), T, dtype=torch.bool)
        lengths, starts = [], []
        for i, p in enumerate(batch):
            at = 0
            for s in p.extra["parts"]:
                a, l = self.sentence(s)
                n = len(s)
                ids[i, at:at + n], lex[i, at:at + n] = torch.from_numpy(a), torch.from_numpy(l)
                lengths.append(n), starts.append(i * T + at)
                at += n
            mask[i, :at] = True
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
        W = max(lengths)
        at, n = torch.tensor(starts)[:, None] + torch.arange(W), torch.tensor(lengths)[:, None]
        inside = torch.arange(W) < n
        x = self.up(self.drop(self.norm0(x.float()))).float()
        for layer in self.layers:
            x = layer(x, m)
        e = self.tags(self.drop(self.norm1(x))).float().view(-1, len(self.ner))
        return e[at.clamp(max=len(e) - 1)] * inside[..., None], inside

    chain = Heads.chain


PASSAGE = 192  # words at most that Rust reads together


def score(m, sents, vocab, extra=None, weight=1.0):
    """F1 of PER, ORG and LOC, and of each; `extra` holds the parser's own scores, which count `weight`."""
    tally = Tally()
    for b in batches([data.joined(g) for g in data.passages(sents, PASSAGE)], 3000, longest=400):
        e, mask = m.encode(b)
        parts = [s for p in b for s in p.extra["parts"]]
        if extra is not None:
            e = e + weight * torch.nn.utils.rnn.pad_sequence([extra[id(s)] for s in parts], batch_first=True)
        t = viterbi(m, e, mask)
        for i, s in enumerate(parts):
            tally.add(s.ner, [vocab[j] for j in t[i, :len(s)]])
    return tally.f1()


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
        return data.Sent(forms + s.forms[at:], ner=tags + s.ner[at:], src="varied", extra={"doc": s.extra["doc"]})


def peoples(s, nnps, norp):
    """The teacher learned some plurals as persons (`data.gum_names` had them so); they are peoples and creeds."""
    i, p = s.extra["ner_i"], s.extra["xpos_i"][:, 0]
    per, inside = data.NER.index("B-PER"), data.NER.index("I-PER")
    for t in np.flatnonzero((i[:, 0] == per) & (p == nnps)):
        if t + 1 == len(s) or i[t + 1, 0] != inside:
            new = data.NER.index("B-NORP" if s.forms[t] in norp else "B-MISC")
            i[t][i[t] == new] = per
            i[t, 0] = new


def sure(s):
    """What the teacher read in an annotated sentence, where it was sure of every name and of every other word; else nothing."""
    if (s.extra["ner_p"][:, 0] < 0.7).any():
        return None
    return [data.NER[i] for i in s.extra["ner_i"][:, 0]]


class Vectors:
    """What the tower looks at of the student: its word vectors."""

    def __init__(self, words, m):
        self.glove_words = {w: i + 1 for i, w in enumerate(words)}
        self.glove = nn.Embedding.from_pretrained(torch.cat([torch.zeros(1, m.shape[1]), m]), freeze=True)


def silver_loss(m, e, mask, parts):
    """Cross-entropy of each word's tag, the chain summed out, against the teacher's four likeliest."""
    own = marginals(m, e, mask)
    i, p = soft_targets(parts, ("ner",))["ner"]
    return -(own.gather(-1, i).clamp(min=-20) * p).sum() / mask.sum()


def main(cfg, out):
    t = cfg["names"]
    torch.manual_seed(t["seed"])
    torch.set_num_threads(t.get("threads", cfg["threads"]))
    rng = random.Random(t["seed"])
    work = Path(cfg["work"])
    D = data.load(cfg)
    lists = lexicon.build(cfg)
    print("lexicon", len(lists[0]), "words", len(lists[1]), "phrases", flush=True)
    _, words, vectors, _ = vocabulary(cfg, D)
    ner = data.NER
    ix = {x: i for i, x in enumerate(ner)}
    m = Tower(cfg, Vectors(words, vectors), lists, ner)
    if t.get("start"):
        m.load_state_dict(torch.load(work / t["start"], weights_only=False)["state"])
    print("vectors", len(words), "parameters", sum(p.numel() for p in m.parameters() if p.requires_grad), flush=True)
    pools = Pools(cfg, [x for x in D["wiki"] + D["gum"] if any(a != "O" for a in x.ner)], rng, lists)
    pools.words = lists
    silver, shards = [], set()
    norp, nnps = data.demonyms(cfg.get("demonyms")), json.loads((work / "vocab.json").read_text())["xpos"].index("NNPS")
    params = [p for p in m.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr=t["lr"], weight_decay=t["decay"], betas=(0.9, 0.98), fused=True)
    t0, step, mean, nmean, steps = time.time(), 0, None, 0, None
    sparse = Sparse(m, t["sparse"]) if t.get("sparse") else None

    def passages(sents):
        return [data.joined(g) for g in data.passages(sents, rng.randint(40, PASSAGE))]

    for ep in range(t["epochs"]):
        m.train()
        for f in sorted(work.glob("silver-[0-9]*.npz")):
            if f not in shards:
                shards.add(f)
                silver.append(read_silver(f, ("ner", "xpos"), base=10 ** 6 * len(shards)))
                for x in silver[-1]:
                    peoples(x, nnps, norp)
                    for a, b, k in data.spans(sure(x) or []):
                        pools.natural[k].append(x.forms[a:b])
        text = []
        for k, copies in (("wiki", t["wiki_copies"]), ("gum", 1)):
            for c in range(copies):
                if k == "wiki":
                    sents = D[k] if c == 1 and ep % 2 == 0 else [pools.vary(x) for x in D[k]]
                else:
                    sents = [pools.vary(x) if rng.random() < t["gum_varied"] else x for x in D[k]]
                text += passages(sents)
        # so many annotated words an epoch
        groups = [g for sh in silver for g in passages(sh)]
        rng.shuffle(groups)
        n, keep = 0, []
        for g in groups:
            if n > t["silver_words"]:
                break
            n += len(g)
            if rng.random() < t["silver_varied"]:
                parts = [data.Sent(s.forms, ner=sure(s), extra={"doc": 0}) for s in g.extra["parts"]]
                if all(s.ner for s in parts):
                    text.append(data.joined([pools.vary(s) for s in parts]))
                    continue
            keep.append(g)
        train = batches(text, t["batch_words"], rng, longest=PASSAGE) + batches(keep, t["batch_words"], rng, longest=PASSAGE)
        rng.shuffle(train)
        steps = steps or t["epochs"] * len(train)
        run = {"gold": [0.0, 0], "silver": [0.0, 0]}
        for b in train:
            part = max(step / steps, (time.time() - t0) / 60 / t["minutes"] if t.get("minutes") else 0)
            for gr in opt.param_groups:
                gr["lr"] = t["lr"] * min((step + 1) / 100, max(0.02, 1 - part))
            e, mask = m.encode(b)
            parts = [s for p in b for s in p.extra["parts"]]
            if b[0].src == "silver":
                loss = silver_loss(m, e, mask, parts)
            else:
                y = torch.zeros(mask.shape, dtype=torch.long)
                for i, s in enumerate(parts):
                    y[i, :len(s)] = torch.tensor([ix[a] for a in s.ner])
                loss = m.chain(e, y, mask)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(params, 1.0)
            opt.step()
            if sparse:
                sparse.step(part, step)
            r = run["silver" if b[0].src == "silver" else "gold"]
            r[0], r[1] = r[0] + loss.item(), r[1] + 1
            step += 1
        late = max(step / steps, (time.time() - t0) / 60 / t["minutes"] if t.get("minutes") else 0)
        if late > 0.75:  # the mean of the last quarter's weights
            nmean += 1
            now = {k: v.detach().clone().float() for k, v in m.state_dict().items()}
            mean = now if mean is None else {k: mean[k] + (v - mean[k]) / nmean for k, v in now.items()}
        m.eval()
        with torch.no_grad():
            res = {k: score(m, D[k], ner) for k in ("wiki_dev", "gum_dev")}
        print("epoch", ep + 1, f"{time.time() - t0:.0f}s", {k: round(a / max(1, b), 4) for k, (a, b) in run.items()}, res, flush=True)
        if late >= 1:
            break
    m.load_state_dict(mean)
    m.eval()
    with torch.no_grad():
        print("mean of weights", {k: score(m, D[k], ner) for k in ("wiki_dev", "gum_dev")}, flush=True)
    torch.save({"state": mean, "cfg": cfg, "ner": ner, "lists": lists, "glove": words, "vectors": vectors}, out)


def student(path):
    """A trained student, not to be trained further."""
    c = torch.load(path, weights_only=False)
    m = Student(c["cfg"], c["vocab"], c["words"], c["glove"], c["state"]["glove.weight"][1:])
    m.load_state_dict(c["state"])
    for p in m.parameters():
        p.requires_grad = False
    return m.eval()


@torch.no_grad()
def together(cfg, tower, parser):
    """What the parser's own tags and the tower's say together, for several shares."""
    D = data.load(cfg)
    c = torch.load(tower, weights_only=False)
    p = student(parser)
    m = Tower(c["cfg"], Vectors(c["glove"], c["vectors"]), c["lists"], c["ner"])
    m.load_state_dict(c["state"])
    m.eval()
    extra = {}
    for k in ("wiki_dev", "gum_dev"):
        for b in batches(D[k], 3000, longest=400):
            e = p.heads.tags(p.encode(b)[0]).float().split(p.heads.sizes, -1)[3]
            for i, x in enumerate(b):
                extra[id(x)] = e[i, :len(x)]
    for x in D["wiki_dev"] + D["gum_dev"]:
        x.extra.pop("ids", None)
    for w in (0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0):
        print("share of the parser", w, {k: score(m, D[k], c["ner"], extra, w) for k in ("wiki_dev", "gum_dev")}, flush=True)


def mean_of(a, b, out):
    a, b = (torch.load(p, weights_only=False) for p in (a, b))
    a["state"] = {k: (v.float() + b["state"][k].float()) / 2 for k, v in a["state"].items()}
    torch.save(a, out)


if __name__ == "__main__":
    config = tomllib.load(open(sys.argv[1], "rb"))
    if "--with" in sys.argv:
        together(config, sys.argv[2], sys.argv[4])
    elif "--mean" in sys.argv:
        mean_of(*sys.argv[4:6], sys.argv[2])
    else:
        main(config, sys.argv[2])
