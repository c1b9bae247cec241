"""What sits on top of any encoder: tags, entities, arcs, labels, and their losses. Teacher and student share it."""
import torch, torch.nn as nn, torch.nn.functional as F

FIELDS = ("upos", "xpos", "feats", "ner")


class Heads(nn.Module):
    """Arcs: relu projections and a bilinear form, word 0 standing for the root. Labels: a small additive net, so that
    scoring all labels of the one chosen arc costs little at inference."""

    use_chain = True

    def __init__(self, dim, vocab, arc, label, dropout):
        super().__init__()
        self.sizes = [len(vocab[f]) for f in FIELDS]
        self.tags = nn.Linear(dim, sum(self.sizes))
        self.proj = nn.Linear(dim, 2 * arc + 2 * label)  # dependent, head, label of dependent, label of head
        self.arc, self.label = arc, label
        self.bil = nn.Linear(arc, arc)
        self.root = nn.Parameter(torch.randn(dim) * 0.1)
        self.out = nn.Linear(label, len(vocab["rels"]))
        self.drop = nn.Dropout(dropout)
        k = len(vocab["ner"])
        self.trans = nn.Parameter(torch.zeros(k, k))
        self.start = nn.Parameter(torch.zeros(k))
        names = vocab["ner"]
        legal = [[b[0] != "I" or (a != "O" and a[2:] == b[2:]) for b in names] for a in names]
        self.register_buffer("illegal", (~torch.tensor(legal)).float() * -1e4)
        self.register_buffer("illegal_start", torch.tensor([-1e4 if n[0] == "I" else 0.0 for n in names]))
        nn.init.eye_(self.bil.weight)
        self.bil.weight.data.mul_(1.0 / arc ** 0.5)

    def forward(self, x, mask):
        """x [B, T, D], mask [B, T] → tag logits (list), arc scores [B, T, 1 + T], and the label parts."""
        B, T, D = x.shape
        tags = self.tags(x).float().split(self.sizes, -1)
        x0 = torch.cat([self.root.to(x.dtype).expand(B, 1, D), x], 1)
        p = self.proj(x0)
        d, h, ld, lh = p.split([self.arc, self.arc, self.label, self.label], -1)
        d = self.bil(self.drop(F.relu(d[:, 1:])))
        arcs = torch.matmul(d, self.drop(F.relu(h)).transpose(1, 2)).float()
        ok = torch.cat([torch.ones_like(mask[:, :1]), mask], 1)
        arcs = arcs.masked_fill(~ok[:, None, :], -1e4)
        eye = torch.eye(T, dtype=torch.bool, device=x.device)
        arcs = torch.cat([arcs[:, :, :1], arcs[:, :, 1:].masked_fill(eye, -1e4)], 2)
        return tags, arcs, (ld[:, 1:], lh)

    def chain(self, emit, tags, mask):
        """Mean negative log-likelihood a word of whole tag sequences (a linear chain over the entity tags)."""
        trans, start = self.trans + self.illegal, self.start + self.illegal_start
        B, T, K = emit.shape
        m = mask.float()
        tags = tags.clamp(min=0)
        gold = start[tags[:, 0]] + (emit.gather(2, tags[:, :, None])[..., 0] * m).sum(1)
        gold = gold + (trans[tags[:, :-1], tags[:, 1:]] * m[:, 1:]).sum(1)
        a = start + emit[:, 0]
        for t in range(1, T):
            n = torch.logsumexp(a[:, :, None] + trans, 1) + emit[:, t]
            a = torch.where(mask[:, t:t + 1], n, a)
        return (torch.logsumexp(a, 1) - gold).sum() / m.sum()

    def labels(self, parts, heads):
        """Label logits of each word for the given heads [B, T] (0 = root)."""
        ld, lh = parts
        g = lh.gather(1, heads.clamp(min=0)[:, :, None].expand(-1, -1, lh.shape[-1]))
        return self.out(self.drop(F.relu(ld + g))).float()


def ce(logits, target, weight=None):
    """Cross-entropy summed over words whose target is not -1, per such word."""
    n = (target >= 0).sum().clamp(min=1)
    return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), target.reshape(-1), ignore_index=-1, reduction="sum") / n


def gold_loss(heads, outputs, b):
    tags, arcs, parts = outputs
    loss = sum(ce(t, b[f]) * w for t, f, w in zip(tags, FIELDS, (0.5, 0.5, 0.5, 1.0)))
    whole = ((b["ner"] >= 0) | ~b["mask"]).all(1)
    if heads.use_chain and whole.any():
        loss = loss + 0.5 * heads.chain(tags[3][whole], b["ner"][whole], b["mask"][whole])
    loss = loss + ce(arcs, b["heads"])
    return loss + ce(heads.labels(parts, b["heads"]), b["rels"])
