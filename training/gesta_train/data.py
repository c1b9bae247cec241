"""Reads the treebanks and the entity corpora into plain sentences, with one label vocabulary for all."""
from __future__ import annotations
import json, random, re
from dataclasses import dataclass, field
from pathlib import Path

NER_KINDS = ["PER", "ORG", "LOC", "NORP", "MISC"]
NER = ["O"] + [f"{p}-{k}" for k in NER_KINDS for p in "BI"]

# Groups that are neither states' people nor places; the demonyms come from the table given in the configuration.
GROUPS = """Muslim Muslims Islamic Islamist Islamists Christian Christians Catholic Catholics Protestant Protestants Orthodox
Jewish Jew Jews Hindu Hindus Buddhist Buddhists Sikh Sikhs Sunni Sunnis Shia Shias Shiite Shiites Shi'ite Shi'ites Kurd Kurds Kurdish
Arab Arabs Arabic Druze Yazidi Yazidis Alawite Alawites Coptic Copts Pashtun Pashtuns Tamil Tamils Uighur Uighurs Uyghur Uyghurs
Rohingya Rohingyas Hutu Hutus Tutsi Tutsis Tibetan Tibetans Chechen Chechens Catalan Catalans Basque Basques Zulu Zulus Hispanic Hispanics
Latino Latinos Roma Bedouin Bedouins Tuareg Tuaregs Republican Republicans Democrat Democrats Democratic Communist Communists
Socialist Socialists Conservative Conservatives Liberal Liberals Labourite Tory Tories Zionist Zionists Marxist Marxists Nazi Nazis
European Europeans African Africans Asian Asians American Americans Western Westerners Anglican Lutheran Baptist Mormon Mormons
Methodist Evangelical Jesuit Jesuits Slavic Slav Slavs Nordic Scandinavian Scandinavians Balkan Baltic Caribbean""".split()

TITLES = set("""President Vice Prime Minister Mr. Mrs. Ms. Dr. Mr Mrs Ms Dr Sir Lord Lady King Queen Prince Princess Pope General Gen. Colonel Col.
Captain Capt. Lieutenant Lt. Sergeant Sgt. Senator Sen. Representative Rep. Governor Gov. Mayor Judge Justice Chief Secretary Professor Prof.
Prof Chairman Chancellor Ambassador Director Detective Officer Father Sister Brother Bishop Archbishop Cardinal Saint St. Emperor Sheikh
Ayatollah Imam Sultan Speaker Congressman Congresswoman Attorney Deputy Major Maj. Admiral Adm. Rev. Reverend Hon. Honorable Miss Madam
Commissioner Counsel Coach Uncle Aunt Duke Count Premier""".split())


@dataclass
class Sent:
    forms: list
    upos: list = None
    xpos: list = None
    feats: list = None
    lemmas: list = None
    heads: list = None
    rels: list = None
    ner: list = None
    src: str = ""
    extra: dict = field(default_factory=dict)

    def __len__(self):
        return len(self.forms)


def conllu_blocks(path):
    comments, rows = [], []
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if not line:
            if rows:
                yield comments, rows
            comments, rows = [], []
        elif line[0] == "#":
            comments.append(line)
        else:
            rows.append(line.split("\t"))
    if rows:
        yield comments, rows


def demonyms(path):
    out = set(GROUPS)
    if path and Path(path).exists():
        for line in open(path, encoding="utf-8"):
            w = line.strip()
            if w and " " not in w and w[0].isupper():
                out.add(w)
                if w[-1] in "ni":
                    out.add(w + "s")
    return out


def read_conllu(path, src, norp=frozenset()):
    """Sentences of a UD file; GUM's `Entity=` spans (which may cross nothing, but nest) become names."""
    sents, open_spans, doc = [], {}, 0
    for comments, rows in conllu_blocks(path):
        words = [r for r in rows if r[0].isdigit()]
        s = Sent([r[1] for r in words], [r[3] for r in words], [r[4] for r in words], [r[5] for r in words],
                 [r[2] for r in words], [int(r[6]) for r in words], [r[7] for r in words], None, src)
        if any(c.startswith("# newdoc") for c in comments):
            open_spans = {}
            doc += 1
        s.extra["doc"] = doc
        if src == "gum":
            spans, stack = [], []
            for i, r in enumerate(words):
                m = re.search(r"(?:^|\|)Entity=([^|]*)", r[9])
                if not m:
                    continue
                for tok in re.findall(r"\([^()]*\)?|[^()]+\)", m.group(1)):
                    if tok[0] == "(":
                        parts = tok.strip("()").split("-")
                        stack.append((parts[0].split("[")[0], parts[1] if len(parts) > 1 else "", i))
                        if tok[-1] == ")":
                            ident, kind, start = stack.pop()
                            spans.append((start, i + 1, kind))
                    else:
                        ident = tok[:-1].split("-")[0].split("[")[0]
                        for j in range(len(stack) - 1, -1, -1):
                            if stack[j][0] == ident:
                                _, kind, start = stack.pop(j)
                                spans.append((start, i + 1, kind))
                                break
            s.ner = gum_names(s, spans, norp)
        sents.append(s)
    return sents


def gum_names(s, spans, norp):
    """From GUM's mentions (whole noun phrases of any kind) to the names that head them."""
    tags = ["O"] * len(s)
    kind_of = {"person": "PER", "organization": "ORG", "place": "LOC", "event": "MISC", "object": "MISC", "abstract": "MISC"}
    proper = lambda i: s.xpos[i] in ("NNP", "NNPS")
    for a, b, kind in sorted(spans, key=lambda t: -(t[1] - t[0])):
        k = kind_of.get(kind)
        heads = [i for i in range(a, b) if not a < s.heads[i] <= b]
        if not k or len(heads) != 1:
            continue
        h = heads[0]
        if k == "PER" and (not proper(h) or s.forms[h] in TITLES):
            # "the actor Jane Doe", "Prime Minister Jane Doe": the name hangs on the noun or title
            name = [i for i in range(h + 1, b) if s.heads[i] - 1 == h and s.rels[i] in ("flat", "appos", "nmod:desc") and proper(i) and i <= h + 2]
            if not name or s.forms[name[0]] in TITLES:
                continue
            h = name[0]
            a = max(a, h)
        if not proper(h):
            continue
        lo = hi = h
        while lo > a and (proper(lo - 1) or (s.forms[lo - 1] in "&-" and lo - 2 >= a and proper(lo - 2))):
            lo -= 1
        while hi + 1 < b:
            nxt = s.forms[hi + 1]
            if proper(hi + 1) or (s.rels[hi + 1] in ("flat", "nummod", "nmod:unmarked") and nxt[:1].isalnum() and s.heads[hi + 1] - 1 == h):
                hi += 1
            elif nxt == "-" and hi + 2 < b and (proper(hi + 2) or s.rels[hi + 2] == "flat"):
                hi += 2
            elif k != "PER" and nxt in ("of", "for", "and", "&", "de") and hi + 2 < b and proper(hi + 2):
                hi += 2
            elif k != "PER" and nxt in ("of", "for") and hi + 3 < b and s.forms[hi + 2] == "the" and proper(hi + 3):
                hi += 3
            else:
                break
        if k == "PER":
            titled = [i for i in range(lo, h + 1) if s.forms[i] in TITLES]
            if titled:
                lo = titled[-1] + 1
            if lo > hi:
                continue
            if s.forms[lo] in TITLES:
                continue
        if k == "MISC" and hi - lo == 0 and s.forms[lo] in MONTHS:
            continue
        if any(t != "O" for t in tags[lo:hi + 1]):
            continue
        # nested in a longer name of another kind ("Durham University"): the longer one was written first
        tags[lo] = "B-" + k
        for i in range(lo + 1, hi + 1):
            tags[i] = "I-" + k
    for i, w in enumerate(s.forms):
        if tags[i] == "O" and w in norp and s.upos[i] in ("ADJ", "NOUN", "PROPN"):
            tags[i] = "B-NORP"
        # many persons by one name are a people or a creed
        if tags[i] == "B-PER" and s.xpos[i] == "NNPS" and (i + 1 == len(tags) or tags[i + 1][0] != "I"):
            tags[i] = "B-NORP" if w in norp else "B-MISC"
        if tags[i] == "B-LOC" and w in norp and s.upos[i] == "ADJ" and (i + 1 == len(tags) or tags[i + 1][0] != "I"):
            tags[i] = "B-NORP"
    return tags


MONTHS = set("""January February March April May June July August September October November December Monday Tuesday Wednesday Thursday
Friday Saturday Sunday Jan. Feb. Mar. Apr. Jun. Jul. Aug. Sept. Sep. Oct. Nov. Dec. Christmas Easter""".split())


def read_wikigold(path, norp):
    """WikiGold's documents (one after another, `-DOCSTART-` between them), retokenised at hyphens as UD does, tags as BIO."""
    docs, cur, rows = [], [], []

    def flush():
        nonlocal rows
        if rows:
            forms, tags = [], []
            prev = "O"
            for w, t in rows:
                k = "O" if t == "O" else t[2:]
                if k == "MISC" and w in norp:
                    k = "NORP"
                if k == "O":
                    tag = "O"
                elif k == prev:
                    tag = "I-" + k
                else:
                    tag = "B-" + k
                prev = k
                pieces = [p for p in re.split(r"(?<=\w)(-)(?=\w)", w) if p] if tag == "O" or "-" in w else [w]
                for j, p in enumerate(pieces):
                    forms.append({"``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")"}.get(p, p))
                    tags.append(tag if j == 0 or tag == "O" else "I-" + k)
            cur.append(Sent(forms, ner=tags, src="wiki"))
        rows = []

    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if not line:
            flush()
            continue
        w, t = line.rsplit(" ", 1)
        if w == "-DOCSTART-":
            flush()
            if cur:
                docs.append(cur)
            cur = []
            continue
        rows.append((w, t))
    flush()
    if cur:
        docs.append(cur)
    return docs


def split_wikigold(docs):
    """Every fifth document is held out: fixed, and independent of any seed."""
    for i, d in enumerate(docs):
        for s in d:
            s.extra["doc"] = i
    train = [s for i, d in enumerate(docs) if i % 5 != 4 for s in d]
    held = [s for i, d in enumerate(docs) if i % 5 == 4 for s in d]
    return train, held


def load(cfg):
    d = Path(cfg["data"])
    norp = demonyms(cfg.get("demonyms"))
    ud = d / "ud"
    out = {
        "ewt": read_conllu(ud / "en_ewt-ud-train.conllu", "ewt"),
        "gum": read_conllu(ud / "en_gum-open-train.conllu", "gum", norp),
        "ewt_dev": read_conllu(ud / "en_ewt-ud-dev.conllu", "ewt"),
        "gum_dev": read_conllu(ud / "en_gum-open-dev.conllu", "gum", norp),
    }
    out["wiki"], out["wiki_dev"] = split_wikigold(read_wikigold(d / "ner/WikiGold/CONLL-format/data/wikigold.conll.txt", norp))
    return out


def vocab(sents, least_feats=2):
    from collections import Counter
    c = {k: Counter() for k in ("upos", "xpos", "feats", "rels")}
    for s in sents:
        for k in c:
            c[k].update(getattr(s, k))
    v = {k: sorted(x for x, n in c[k].items() if k != "feats" or n >= least_feats) for k in c}
    v["ner"] = NER
    return v


def passages(sents, words):
    """Neighbouring sentences of one document (`extra["doc"]`), together at most `words` long: what is read at once for names."""
    out, n, doc = [], 0, None
    for s in sents:
        if not out or s.extra["doc"] != doc or n + len(s) > words:
            out.append([])
            n, doc = 0, s.extra["doc"]
        out[-1].append(s)
        n += len(s)
    return out


def joined(group):
    """A passage as one long sentence that has names only."""
    ner = [t for s in group for t in s.ner] if group[0].ner is not None else None
    return Sent([w for s in group for w in s.forms], ner=ner, src=group[0].src, extra={"parts": group})


def spans(tags):
    out, start, kind = [], None, None
    for i, t in enumerate(tags + ["O"]):
        if start is not None and (t == "O" or t[0] == "B" or t[2:] != kind):
            out.append((start, i, kind))
            start = None
        if t != "O" and start is None:
            start, kind = i, t[2:]
    return out
