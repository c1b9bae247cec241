"""Names in passages: the teacher reads several sentences at once, since the next one often says what a name is, and its chain
gives each word's tag with a probability.   python -m gesta_train.passages config.toml    prints its scores"""
import json, sys, tomllib
from pathlib import Path
import torch
from . import data
from .batch import batches, viterbi

LONGEST = 300  # words; the encoder has 512 places


def emissions(m, batch):
    x, mask = m.encode(batch)
    return m.heads.tags(x).float().split(m.heads.sizes, -1)[3], mask


def marginals(heads, emit, mask):
    """Log-probabilities of each word's tags under the chain, all other words' tags summed over."""
    trans, start = heads.trans + heads.illegal, heads.start + heads.illegal_start
    T = emit.shape[1]
    a = [start + emit[:, 0]]
    for t in range(1, T):
        n = torch.logsumexp(a[-1][:, :, None] + trans, 1) + emit[:, t]
        a.append(torch.where(mask[:, t:t + 1], n, a[-1]))
    b = [torch.zeros_like(a[0])]
    for t in range(T - 2, -1, -1):
        n = torch.logsumexp(trans[None] + (emit[:, t + 1] + b[-1])[:, None, :], 2)
        b.append(torch.where(mask[:, t + 1:t + 2], n, b[-1]))
    s = torch.stack(a, 1) + torch.stack(b[::-1], 1)
    return s - torch.logsumexp(s, -1, keepdim=True)


class Tally:
    """Spans found and missed, all together and of each kind."""

    KINDS = ("PER", "ORG", "LOC")

    def __init__(self):
        self.n = {k: [0, 0, 0] for k in self.KINDS}

    def add(self, gold, found):
        """Two sequences of tags of one text."""
        g, p = set(data.spans(gold)), set(data.spans(found))
        for k in self.KINDS:
            for j, z in enumerate((g & p, p - g, g - p)):
                self.n[k][j] += sum(x[2] == k for x in z)

    def f1(self):
        f = lambda a, b, c: round(200 * a / max(1, 2 * a + b + c), 1)
        return f(*map(sum, zip(*self.n.values()))), {k: f(*v) for k, v in self.n.items()}


@torch.no_grad()
def score(m, sents, ner, words=120):
    tally = Tally()
    for b in batches([data.joined(g) for g in data.passages(sents, words)], 2000, longest=LONGEST):
        with torch.autocast("cpu", torch.bfloat16):
            e, mask = emissions(m, b)
        t = viterbi(m.heads, e, mask)
        for i, s in enumerate(b):
            tally.add(s.ner, [ner[j] for j in t[i, :len(s)]])
    return tally.f1()


if __name__ == "__main__":
    from .teacher import Teacher

    cfg = tomllib.load(open(sys.argv[1], "rb"))
    torch.set_num_threads(cfg["threads"])
    vocab = json.loads((Path(cfg["work"]) / "vocab.json").read_text())
    m = Teacher(cfg, vocab)
    m.load_state_dict(torch.load(Path(cfg["work"]) / "teacher.pt"))
    D = data.load(cfg)
    print({k: score(m.eval(), D[k], vocab["ner"]) for k in ("wiki_dev", "gum_dev")})
