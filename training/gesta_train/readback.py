"""Reads a packed model (`models/*.gpm`) back as a student with float weights, where its checkpoint is gone.

The root's own vectors cannot be recovered (the file holds their projections), so arcs of the result are not to be trained."""
import struct
import numpy as np
import torch
from .student import Student


def sections(path):
    data = open(path, "rb").read()
    assert data[:4] in (b"GPM1", b"GPM2")
    (n,) = struct.unpack_from("<I", data, 4)
    out, at = {}, 8
    for _ in range(n):
        k = data[at]
        name = data[at + 1:at + 1 + k].decode()
        start, size = struct.unpack_from("<II", data, at + 1 + k)
        out[name] = data[start:start + size]
        at += 9 + k
    return out


def read(path):
    s = sections(path)
    f32 = lambda k: torch.from_numpy(np.frombuffer(s[k], np.float32).copy())
    u32 = lambda k: np.frombuffer(s[k], np.uint32)

    def rows(k):
        sc = f32(k + ".s")
        return torch.from_numpy(np.frombuffer(s[k + ".q"], np.int8).copy()).view(len(sc), -1).float() * sc[:, None]

    def words(k):
        ends, letters, out, at = u32(k + ".ends"), s[k + ".letters"], [], 0
        for e in ends:
            out.append(letters[at:e].decode())
            at = e
        return out

    d, layers, arc, label, gw = u32("dims").tolist()
    vocab = {k: s[k].decode().split("\n") for k in ("upos", "xpos", "feats", "rels", "ner")}
    cfg = {"student": {"width": d, "windows": u32("windows").tolist(), "arc": arc, "label": label, "dropout": 0.2}}
    w, g = words("words"), words("glove_words")
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
    return m, vocab
