"""Reads a packed model (`models/*.gpm`) back as a student with float weights, where its checkpoint is gone.

The file holds projections of the root's vector only: one that gives the same is found again."""
import struct
import numpy as np
import torch
from .student import Student


def sections(path):
    data = open(path, "rb").read()
    assert data[:4] in (b"GPM2", b"GPM3")
    (n,) = struct.unpack_from("<I", data, 4)
    out, at = {}, 8
    for _ in range(n):
        k = data[at]
        name = data[at + 1:at + 1 + k].decode()
        start, size = struct.unpack_from("<II", data, at + 1 + k)
        out[name] = data[start:start + size]
        at += 9 + k
    return out


def words(s, k):
    if k + ".ends" in s:  # until version 2
        ends = np.frombuffer(s[k + ".ends"], np.uint32)
    else:
        ends = np.cumsum(np.frombuffer(bytes(s[k + ".lengths"]), np.uint8), dtype=np.int64)
    letters, out, at = bytes(s[k + ".letters"]), [], 0
    for e in ends:
        out.append(letters[at:e].decode())
        at = e
    return out


def halves(s, k):
    sc = np.frombuffer(bytes(s[k + ".s"]), np.float32)
    b = np.frombuffer(bytes(s[k + ".q4"]), np.uint8).reshape(len(sc), -1)
    q = np.stack([b & 15, b >> 4], -1).reshape(len(sc), -1).astype(np.float32) - 8
    return torch.from_numpy(q * sc[:, None])


def read(path):
    s = sections(path)
    f32 = lambda k: torch.from_numpy(np.frombuffer(s[k], np.float32).copy())
    u32 = lambda k: np.frombuffer(s[k], np.uint32)

    def rows(k):
        if k + ".q4" in s:
            return halves(s, k)
        sc = f32(k + ".s")
        return torch.from_numpy(np.frombuffer(s[k + ".q"], np.int8).copy()).view(len(sc), -1).float() * sc[:, None]

    d, layers, arc, label, gw = u32("dims").tolist()
    vocab = {k: s[k].decode().split("\n") for k in ("upos", "xpos", "feats", "rels", "ner")}
    cfg = {"student": {"width": d, "windows": u32("windows").tolist(), "arc": arc, "label": label, "dropout": 0.2}}
    w, g = words(s, "words"), words(s, "glove_words")
    m = Student(cfg, vocab, w, g, rows("glove")[1:])
    m.emb.weight.data, m.aff.weight.data, m.glove.weight.data = rows("emb"), rows("aff"), rows("glove")
    m.gproj.weight.data = rows("gproj")

    def norm(l, k):
        l.weight.data, l.bias.data = f32(k + ".g"), f32(k + ".b")

    def linear(l, k):
        l.weight.data, l.bias.data = rows(k), f32(k + ".b")

    norm(m.norm0, "norm0")
    norm(m.norm1, "norm1")
    for i, l in enumerate(m.layers):
        norm(l.norm, f"layer{i}.norm")
        for p in ("fwd", "bwd", "out"):
            linear(getattr(l, p), f"layer{i}.{p}")
    h, n = rows("heads"), m.heads.tags.weight.shape[0]
    hb = f32("heads.b")
    m.heads.tags.weight.data, m.heads.proj.weight.data = h[:n], h[n:]
    m.heads.tags.bias.data, m.heads.proj.bias.data = hb[:n], hb[n:]
    linear(m.heads.bil, "bil")
    linear(m.heads.out, "rels_out")
    k = len(vocab["ner"])
    m.heads.trans.data = f32("ner_trans").view(k, k)
    m.heads.start.data = f32("ner_start")
    m.heads.illegal.zero_()
    m.heads.illegal_start.zero_()
    # the root: any vector with these projections
    root, want = torch.zeros(d), (f32("root_head"), f32("root_label"))
    w = m.heads.proj.weight.data
    b = m.heads.proj.bias.data
    root = torch.nn.Parameter(root)
    opt = torch.optim.LBFGS([root], max_iter=500, line_search_fn="strong_wolfe")

    def miss():
        opt.zero_grad()
        _, rh, _, rl = (w @ root + b).split([arc, arc, label, label])
        l = (torch.relu(rh) - want[0]).square().sum() + (rl - want[1]).square().sum() + 0.01 * torch.relu(rh[want[0] == 0]).square().sum()
        l.backward()
        return l

    opt.step(miss)
    m.heads.root.data = root.data
    return m, vocab
