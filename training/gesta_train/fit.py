"""Trains the student.   python -m gesta_train.fit config.toml <name> [silver files…]"""
import json, random, sys, time, tomllib
from collections import Counter
from pathlib import Path
import numpy as np
import torch, torch.nn as nn
from . import data
from .batch import batches, evaluate, index, targets
from .heads import gold_loss
from .student import Student, digits, norm


def tables(cfg, gold, more=()):
    """Words with a row of their own, and the GloVe words kept."""
    s = cfg["student"]
    c = Counter(norm(w) for x in gold for w in x.forms)
    c2 = Counter(norm(w) for x in more for w in x.forms)
    for w in list(c):
        if digits(w) != w:
            c[digits(w)] += c.pop(w)
    words = {w for w, n in c.items() if n >= 2} | {w for w, n in c2.items() if n >= 8 and digits(w) == w}
    g = np.load(cfg["glove"])
    gw, gm = g["words"].tolist(), g["m"]
    n = s.get("glove_words", 80000)
    keep = [i for i, w in enumerate(gw) if i < n or w in words]
    std = gm.std()
    return sorted(words), [gw[i] for i in keep], torch.from_numpy(gm[keep] / std), c + c2


def main(cfg, name):
    s = cfg["student"]
    torch.manual_seed(cfg["seed"])
    torch.set_num_threads(s.get("threads", cfg["threads"]))
    rng = random.Random(cfg["seed"])
    work = Path(cfg["work"])
    D = data.load(cfg)
    vocab = data.vocab(D["ewt"] + D["gum"])
    (work / "vocab.json").write_text(json.dumps(vocab))
    ix = index(vocab)
    gold = D["ewt"] + D["gum"] + D["wiki"]
    words, gw, gm, counts = tables(cfg, gold)
    m = Student(cfg, vocab, words, gw, gm)
    for w, i in m.words.items():
        m.wdrop[i] = 0.3 / (0.3 + counts[w])
    print("words", len(words), "glove", len(gw), "parameters", sum(p.numel() for p in m.parameters() if p.requires_grad), flush=True)
    params = [p for p in m.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr=s["lr"], weight_decay=0.02, betas=(0.9, 0.98))
    steps = s["epochs"] * len(batches(gold, s["batch_words"], rng))
    sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda i: min((i + 1) / 100, max(0.01, 1 - i / steps)))
    print("steps", steps, flush=True)
    t0, step, run = time.time(), 0, 0.0
    for ep in range(s["epochs"]):
        m.train()
        for b in batches(gold, s["batch_words"], rng):
            with torch.autocast("cpu", torch.bfloat16):
                x, mask = m.encode(b)
                loss = gold_loss(m.heads, m.heads(x, mask), targets(b, ix))
            opt.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(params, 1.0)
            opt.step()
            sched.step()
            run = 0.98 * run + 0.02 * loss.item() if step else loss.item()
            step += 1
            if step % 50 == 0:
                print(f"step {step} loss {run:.3f} {time.time() - t0:.0f}s", flush=True)
        m.eval()
        res = {k: str(evaluate(m.encode, m.heads, D[k], vocab)) for k in ("ewt_dev", "gum_dev", "wiki_dev")}
        print("epoch", ep + 1, f"{time.time() - t0:.0f}s", res, flush=True)
        torch.save({"state": m.state_dict(), "words": words, "glove": gw, "cfg": cfg, "vocab": vocab}, work / f"{name}.pt")


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")), sys.argv[2])
