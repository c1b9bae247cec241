"""The teacher: a pretrained encoder (BERT or MPNet form) fine-tuned for everything at once.   python -m gesta_train.teacher config.toml"""
import json, math, random, sys, time, tomllib
from pathlib import Path
import torch, torch.nn as nn
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModel
from . import data
from .batch import batches, evaluate, index, targets
from .heads import Heads, gold_loss

SHAPES = 8


def shape(w):
    if not w[:1].isalnum():
        return 1
    if w.isdigit():
        return 2
    if any(c.isdigit() for c in w):
        return 3
    if w.islower():
        return 4
    if w.isupper():
        return 5 if len(w) > 1 else 6
    return 7 if w[0].isupper() else 0


class Teacher(nn.Module):
    def __init__(self, cfg, vocab):
        super().__init__()
        form = AutoConfig.from_pretrained(cfg["encoder"])
        attention = {"attn_implementation": "sdpa"} if form.model_type == "bert" else {}
        self.bert = AutoModel.from_pretrained(cfg["encoder"], add_pooling_layer=False, **attention)
        # the word pieces keep their vectors: a third of all weights, of which one treebank moves few
        self.bert.embeddings.word_embeddings.weight.requires_grad = not cfg["teacher"].get("fixed_pieces", True)
        self.tok = Tokenizer.from_file(cfg["encoder"] + "/tokenizer.json")
        ids = {t: self.tok.token_to_id(t) for t in ("[CLS]", "[SEP]", "<s>", "</s>", "[UNK]")}
        self.begin = ids["[CLS]"] if ids["<s>"] is None else ids["<s>"]
        self.end = ids["[SEP]"] if ids["</s>"] is None else ids["</s>"]
        self.unknown = ids["[UNK]"]
        self.tok.no_truncation()
        self.tok.no_padding()
        self.cache = {}
        d = self.bert.config.hidden_size
        self.shape = nn.Embedding(SHAPES, d)
        self.shape.weight.data.zero_()
        self.out_shape = nn.Embedding(SHAPES, 32)
        self.mix = nn.Parameter(torch.zeros(4))
        self.join = nn.Linear(d + 32, d)
        t = cfg["teacher"]
        self.drop = nn.Dropout(t["dropout"])
        self.heads = Heads(d, vocab, t["arc"], t["label"], t["dropout"])

    def pieces(self, w):
        p = self.cache.get(w)
        if p is None:
            p = self.tok.encode(w, add_special_tokens=False).ids[:6] or [self.unknown]
            self.cache[w] = p
        return p

    def encode(self, batch):
        rows, firsts, lasts, shapes = [], [], [], []
        for s in batch:
            ids, f, l, sh = [self.begin], [], [], [0]
            for w in s.forms:
                p = self.pieces(w)
                f.append(len(ids))
                ids += p
                sh += [shape(w)] * len(p)
                l.append(len(ids) - 1)
            ids.append(self.end)
            sh.append(0)
            rows.append(ids), firsts.append(f), lasts.append(l), shapes.append(sh)
        T, W = max(map(len, rows)), max(map(len, firsts))
        B = len(rows)
        ids, sh = torch.zeros(B, T, dtype=torch.long), torch.zeros(B, T, dtype=torch.long)
        fi, la, ws = (torch.zeros(B, W, dtype=torch.long) for _ in range(3))
        am, mask = torch.zeros(B, T, dtype=torch.long), torch.zeros(B, W, dtype=torch.bool)
        for i, r in enumerate(rows):
            ids[i, :len(r)] = torch.tensor(r)
            sh[i, :len(r)] = torch.tensor(shapes[i])
            am[i, :len(r)] = 1
            n = len(firsts[i])
            fi[i, :n], la[i, :n] = torch.tensor(firsts[i]), torch.tensor(lasts[i])
            ws[i, :n] = sh[i].gather(0, fi[i, :n])
            mask[i, :n] = True
        emb = self.bert.embeddings.word_embeddings(ids) + self.shape(sh)
        hs = self.bert(inputs_embeds=emb, attention_mask=am, output_hidden_states=True).hidden_states[-4:]
        w = torch.softmax(self.mix, 0)
        x = sum(a * h for a, h in zip(w, hs))
        d = x.shape[-1]
        x = (x.gather(1, fi[:, :, None].expand(-1, -1, d)) + x.gather(1, la[:, :, None].expand(-1, -1, d))) / 2
        x = torch.nn.functional.gelu(self.join(torch.cat([x, self.out_shape(ws).to(x.dtype)], -1)))
        return self.drop(x), mask


def main(cfg):
    torch.manual_seed(cfg["seed"])
    torch.set_num_threads(cfg["threads"])
    rng = random.Random(cfg["seed"])
    work = Path(cfg["work"])
    work.mkdir(parents=True, exist_ok=True)
    D = data.load(cfg)
    vocab = data.vocab(D["ewt"] + D["gum"])
    (work / "vocab.json").write_text(json.dumps(vocab))
    ix = index(vocab)
    t = cfg["teacher"]
    m = Teacher(cfg, vocab)
    done = t.get("done", 0)  # epochs behind us when a run was cut short
    if done:
        m.load_state_dict(torch.load(work / "teacher.pt"))
    enc = [p for p in m.bert.parameters() if p.requires_grad]
    ids = set(map(id, m.bert.parameters()))
    rest = [p for p in m.parameters() if id(p) not in ids]
    opt = torch.optim.AdamW([{"params": enc, "lr": t["lr_encoder"]}, {"params": rest, "lr": t["lr_heads"]}], weight_decay=0.01, fused=True)
    train = D["ewt"] + D["gum"] + D["wiki"]
    steps = (t["epochs"] - done) * len(batches(train, t["batch_words"], rng))
    sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda i: min((i + 1) / 100, max(0.0, 1 - i / steps)))
    print("steps", steps, "words", sum(map(len, train)), flush=True)
    t0, step, run = time.time(), 0, 0.0
    for ep in range(done, t["epochs"]):
        m.train()
        for b in batches(train, t["batch_words"], rng):
            y = targets(b, ix)
            with torch.autocast("cpu", torch.bfloat16):
                x, mask = m.encode(b)
                out = m.heads(x, mask)
                loss = gold_loss(m.heads, out, y)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(enc + rest, 1.0)
            opt.step()
            sched.step()
            run = 0.98 * run + 0.02 * loss.item() if step else loss.item()
            step += 1
            if step % 50 == 0:
                print(f"step {step} loss {run:.3f} {time.time() - t0:.0f}s", flush=True)
        m.eval()
        with torch.autocast("cpu", torch.bfloat16):
            res = {k: str(evaluate(m.encode, m.heads, D[k], vocab)) for k in ("ewt_dev", "gum_dev", "wiki_dev")}
        print("epoch", ep + 1, f"{time.time() - t0:.0f}s", res, flush=True)
        torch.save(m.state_dict(), work / "teacher.pt")


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")))
