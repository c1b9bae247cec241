"""Packs a trained student and its names' own network for Rust.
    python -m gesta_train.export config.toml <checkpoint.pt | model.gpm> <out.gpm> <names.pt>
With a packed model in place of a checkpoint, only names and lemmas are made anew."""
import struct, sys, tomllib
from collections import Counter, defaultdict
from pathlib import Path
import numpy as np
import torch, torch.nn as nn
from . import data
from .batch import batches
from .lemma import learn, more
from .student import AFFIXES, Student, fnv


def rowquant(w, top):
    """One scale a row, so that the largest weight becomes `top`."""
    w = w.detach().float().numpy()
    s = np.abs(w).max(1) / top
    s[s == 0] = 1.0
    return np.clip(np.rint(w / s[:, None]), -top, top).astype(np.int8), s.astype(np.float32)


def hash64(pair, whole, s):
    h = 0xcbf29ce484222325
    for b in bytes([pair & 255, pair >> 8, int(whole)]) + s.encode():
        h = ((h ^ b) * 0x100000001b3) & 0xFFFFFFFFFFFFFFFF
    return h or 1


def strings(words):
    """Letters of all words, and the length of each in bytes."""
    raw = [w.encode() for w in words]
    return np.array([len(r) for r in raw], np.uint8), b"".join(raw)


def nibbles(m):
    """Rows that are on 15 steps already (`fit.coarse`): half bytes, eight added, the lower half first; and one scale a row."""
    m = m.detach().float().numpy()
    s = np.abs(m).max(1) / 7
    s[s == 0] = 1.0
    q = np.rint(m / s[:, None])
    assert np.abs(q * s[:, None] - m).max() < 1e-3
    u = (q + 8).astype(np.uint8)
    return u[:, 0::2] | u[:, 1::2] << 4, s.astype(np.float32)


@torch.no_grad()
def calibrate(m, sents):
    """Largest normalised activation of each layer's input over some training text."""
    tops = [[] for _ in m.layers]
    hooks = [l.norm.register_forward_hook(lambda _, __, o, i=i: tops[i].append(torch.quantile(o.detach().float().abs().flatten()[:4_000_000], 0.99999))) for i, l in enumerate(m.layers)]
    m.eval()
    for b in batches(sents, 2000)[::20]:
        m.encode(b)
    for h in hooks:
        h.remove()
    return [float(torch.stack(t).max()) for t in tops]


def main(cfg, ck, out, tower=None):
    c = torch.load(ck, weights_only=False)
    if tower:
        # the names' network may know more vectors than the student learned with
        t = torch.load(tower, weights_only=False)
        c["glove"], c["state"]["glove.weight"] = t["glove"], torch.cat([torch.zeros(1, t["vectors"].shape[1]), t["vectors"]])
    vocab = c["vocab"]
    g = torch.zeros(len(c["glove"]), c["state"]["glove.weight"].shape[1])
    m = Student(c["cfg"], vocab, c["words"], c["glove"], g)
    missing = m.load_state_dict(c["state"], strict=False).missing_keys
    assert all(k.startswith("heads.") for k in missing), missing
    D = data.load(cfg)
    gold = D["ewt"] + D["gum"]
    sec = {}
    s = c["cfg"]["student"]
    gw = g.shape[1]
    sec["dims"] = np.array([s["width"], len(s.get("windows", [2] * s.get("layers", 0))), s["arc"], s["label"], gw], np.uint32)
    sec["windows"] = np.array(s.get("windows", [2] * s.get("layers", 0)), np.uint32)
    for k in ("upos", "xpos", "feats", "rels", "ner"):
        sec[k] = "\n".join(vocab[k]).encode()
    for name, words, table in (("words", c["words"], None), ("glove_words", c["glove"], None)):
        sec[name + ".lengths"], sec[name + ".letters"] = strings(words)
    for name, w in (("emb", m.emb.weight), ("aff", m.aff.weight)):
        sec[name + ".q"], sec[name + ".s"] = rowquant(w, 127)
    sec["glove.q4"], sec["glove.s"] = nibbles(m.glove.weight)
    sec["aff_rows"] = np.array([n for _, n in AFFIXES], np.uint32)

    def linear(name, w, b):
        sec[name + ".q"], sec[name + ".s"] = rowquant(w, 63)
        sec[name + ".b"] = b.detach().float().numpy()

    def norm(name, l):
        sec[name + ".g"], sec[name + ".b"] = l.weight.detach().numpy(), l.bias.detach().numpy()

    linear("gproj", m.gproj.weight, torch.zeros(s["width"]))
    norm("norm0", m.norm0)
    norm("norm1", m.norm1)
    tops = calibrate(m, gold)
    print("largest inputs", [round(t, 2) for t in tops])
    sec["inv"] = np.array([127 / t for t in tops], np.float32)
    for i, l in enumerate(m.layers):
        norm(f"layer{i}.norm", l.norm)
        linear(f"layer{i}.fwd", l.fwd.weight, l.fwd.bias)
        linear(f"layer{i}.bwd", l.bwd.weight, l.bwd.bias)
        linear(f"layer{i}.out", l.out.weight, l.out.bias)
    h = m.heads
    linear("heads", torch.cat([h.tags.weight, h.proj.weight]), torch.cat([h.tags.bias, h.proj.bias]))
    linear("bil", h.bil.weight, h.bil.bias)
    linear("rels_out", h.out.weight, h.out.bias)
    sec["ner_trans"] = (h.trans + h.illegal).detach().float().numpy()
    sec["ner_start"] = (h.start + h.illegal_start).detach().float().numpy()
    _, rh, _, rl = h.proj(h.root).detach().float().split([h.arc, h.arc, h.label, h.label])
    sec["root_head"], sec["root_label"] = torch.relu(rh).numpy(), rl.numpy()

    lemmas(sec, vocab, gold, cfg)
    if tower:
        names(sec, t, D["wiki"] + D["gum"], cfg)
    write(sec, out)


def lemmas(sec, vocab, gold, cfg):
    """Pairs of tags that occur, and the rules for lemmas under each."""
    pairs = defaultdict(Counter)
    for x in gold:
        for u, p, f in zip(x.upos, x.xpos, x.feats):
            pairs[u, p][f] += 1
    fi = {f: i for i, f in enumerate(vocab["feats"])}
    flat, index = [], {}
    for (u, p), fs in sorted(pairs.items()):
        ids = sorted(fi[f] for f in fs if f in fi)
        if sum(fs.values()) < 3 or not ids:
            continue
        index[u, p] = len(index)
        flat += [vocab["upos"].index(u), vocab["xpos"].index(p), len(ids), *ids]
    sec["pairs"] = np.array(flat, np.uint32)

    rules, whole, seen = learn(gold, index)
    if cfg.get("wordnet"):
        print("from WordNet's words", more(Path(cfg["wordnet"]), index, rules, whole, seen))
    edits = sorted(set(rules.values()) | set(whole.values()))
    n = 1
    while n < 2 * (len(rules) + len(whole)):
        n *= 2
    keys, vals = np.zeros(n, np.uint64), np.zeros(n, np.uint32)
    for is_whole, table in ((False, rules), (True, whole)):
        for (p, e), v in table.items():
            k = hash64(p, is_whole, e)
            at = (k >> 7) & (n - 1)
            while keys[at]:
                assert int(keys[at]) != k
                at = (at + 1) & (n - 1)
            keys[at], vals[at] = k, edits.index(v)
    sec["lemma.keys"], sec["lemma.rules"] = keys, vals
    sec["lemma.edits"] = "\n".join(f"{a}\t{b}\t{t}" for a, b, t in edits).encode()
    print("pairs", len(index), "lemma rules", len(rules), "whole", len(whole), "edits", len(edits))


def write(sec, out):
    head = 8 + sum(1 + len(k) + 8 for k in sec)
    at = (head + 63) // 64 * 64
    table = b""
    parts = []
    for k, v in sec.items():
        raw = v if isinstance(v, bytes) else np.ascontiguousarray(v).tobytes()
        table += bytes([len(k)]) + k.encode() + struct.pack("<II", at, len(raw))
        pad = -len(raw) % 64
        parts.append(raw + b"\0" * pad)
        at += len(raw) + pad
    blob = b"GPM3" + struct.pack("<I", len(sec)) + table
    blob += b"\0" * (-len(blob) % 64) + b"".join(parts)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    Path(out).write_bytes(blob)
    print("bytes", len(blob))


def keys(pairs):
    """Open addressing by a 32-bit key; of two entries with one key, values are joined by `or`."""
    n = 1
    while n * 0.86 < len(pairs) + 1:
        n *= 2
    k, v = np.zeros(n, np.uint32), np.zeros(n, np.uint8)
    for key, value in pairs:
        key = key or 1
        at = key & (n - 1)
        while k[at] and k[at] != key:
            at = (at + 1) & (n - 1)
        k[at], v[at] = key, (v[at] | value if k[at] and value < 4 else value)
    return k, v


def names(sec, c, sents, cfg):
    """Sections of the names' own network and of its lists; the weight of its scores against the parser's is folded into the last product."""
    from . import lexicon
    from .names import Tower, Vectors
    from .readback import halves, words as words_of

    base = Vectors(words_of(sec, "glove_words"), halves(sec, "glove")[1:])
    assert base.glove_words == {w: i + 1 for i, w in enumerate(c["glove"])}, "the student's words are not those of the names' network"
    m = Tower(c["cfg"], base, c["lists"], c["ner"])
    m.load_state_dict(c["state"])
    m.eval()
    share = 1 / cfg["names"].get("parser_share", 0.3)
    d, e = m.up.weight.shape
    sec["names.dims"] = np.array([d, e, len(m.layers)], np.uint32)
    sec["names.windows"] = np.array([l.window for l in m.layers], np.uint32)
    for name, w in (("aff", m.aff.weight), ("lex", m.lex.weight)):
        sec[f"names.{name}.q"], sec[f"names.{name}.s"] = rowquant(w, 127)

    def linear(name, w, b):
        sec[name + ".q"], sec[name + ".s"] = rowquant(w, 63)
        sec[name + ".b"] = b.detach().float().numpy()

    def norm(name, l):
        sec[name + ".g"], sec[name + ".b"] = l.weight.detach().numpy(), l.bias.detach().numpy()

    linear("names.gproj", m.gproj.weight, torch.zeros(e))
    linear("names.up", m.up.weight, m.up.bias)
    norm("names.norm0", m.norm0)
    norm("names.norm1", m.norm1)
    tops = calibrate(m, [data.joined(g) for g in data.passages(sents, 192)])
    print("largest inputs, names", [round(t, 2) for t in tops])
    sec["names.inv"] = np.array([127 / t for t in tops], np.float32)
    for i, l in enumerate(m.layers):
        norm(f"names.layer{i}.norm", l.norm)
        for p in ("fwd", "bwd", "out"):
            linear(f"names.layer{i}.{p}", getattr(l, p).weight, getattr(l, p).bias)
    linear("names.tags", m.tags.weight * share, m.tags.bias * share)
    # the chain of tags is that of the tower
    sec["ner_trans"] = (m.trans * share + m.illegal).detach().float().numpy()
    sec["ner_start"] = (m.start * share + m.illegal_start).detach().float().numpy()
    word, phrase = c["lists"]
    bits = {lexicon.GIVEN: 1, lexicon.FAMILY: 2, lexicon.COMMON: 4, lexicon.DEMONYM: 8}
    sec["names.words.keys"], sec["names.words.values"] = keys([(fnv(w, 21), sum(bits[k] for k in ks)) for w, ks in sorted(word.items())])
    sec["names.phrases.keys"], sec["names.phrases.values"] = keys([(fnv(p, 22), lexicon.KINDS[k]) for p, k in sorted(phrase.items())])


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[2].endswith(".gpm"):  # names anew, everything else as it was
        from .readback import sections
        cfg, sec = tomllib.load(open(sys.argv[1], "rb")), sections(sys.argv[2])
        assert "glove.q4" in sec, "a file of version 2: export its student from a checkpoint"
        D = data.load(cfg)
        lemmas(sec, {k: sec[k].decode().split("\n") for k in ("upos", "xpos", "feats")}, D["ewt"] + D["gum"], cfg)
        if len(sys.argv) > 4:
            names(sec, torch.load(sys.argv[4], weights_only=False), D["wiki"] + D["gum"], cfg)
        write(sec, sys.argv[3])
    else:
        main(tomllib.load(open(sys.argv[1], "rb")), *sys.argv[2:5])
