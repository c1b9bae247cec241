"""Lemma rules: for a pair of tags, the longest known ending (or the whole word) says what to cut and what to add."""
from collections import Counter, defaultdict
from .student import norm

LONGEST = 6


def edit(form, lower, lemma):
    """(keep case, cut, add) that turns the word into its lemma; lower case is tried first."""
    for keep, f in ((0, lower), (1, form)):
        n = 0
        while n < min(len(f), len(lemma)) and f[n] == lemma[n]:
            n += 1
        if n > 0 or keep:
            return keep, len(f) - n, lemma[n:]
    return 0, len(lower), lemma


def learn(sents, pair_index):
    seen = defaultdict(Counter)  # (pair, lower) → edits
    for s in sents:
        for f, u, x, l, fe in zip(s.forms, s.upos, s.xpos, s.lemmas, s.feats):
            p = pair_index.get((u, x))
            if p is None or l == "_" or "Typo=Yes" in fe or len(f) > 60:
                continue
            low = norm(f)
            proper = u == "PROPN" or (l != l.lower() and f != f.lower())
            cands = [(1, f), (0, low)] if proper else [(0, low), (1, f)]
            best = None
            for keep, g in cands:
                n = 0
                while n < min(len(g), len(l)) and g[n] == l[n]:
                    n += 1
                e = (keep, len(g) - n, l[n:])
                if best is None or e[1] + len(e[2]) < best[1] + len(best[2]):
                    best = e
            seen[p, low][best] += 1
    # votes of endings: every distinct word counts once (its usual edit), so that frequent irregular words do not rule
    votes = defaultdict(Counter)
    for (p, low), c in seen.items():
        e = c.most_common(1)[0][0]
        if e[1] > len(low):
            continue
        for k in range(0, LONGEST + 1):
            if k <= len(low):
                votes[p, low[len(low) - k:]][e] += 1
    rules = {}
    for key in sorted(votes, key=lambda k: (len(k[1]), k)):
        p, end = key
        c = votes[key]
        total = sum(c.values())
        e, n = min(c.items(), key=lambda t: (-t[1], t[0]))
        short = next((rules[p, end[i:]] for i in range(1, len(end) + 1) if (p, end[i:]) in rules), None)
        if short == e:
            continue
        if len(end) == 0 or (total >= 3 and n / total >= 0.6) or (len(end) >= 3 and total >= 2 and n == total):
            rules[key] = e
    whole = {}
    for (p, low), c in seen.items():
        e = min(c.items(), key=lambda t: (-t[1], t[0]))[0]
        if apply(rules, p, low) != e:
            whole[p, low] = e
    return rules, whole, set(seen)


def apply(rules, p, low):
    for k in range(min(LONGEST, len(low)), -1, -1):
        if (p, low[len(low) - k:]) in rules:
            return rules[p, low[len(low) - k:]]


def entries(path):
    """Plain words of one of WordNet's indexes, the commonest of their senses first: (word, how often it is tagged, senses)."""
    for l in open(path, encoding="utf-8"):
        p = l.split()
        if l[0] != " " and p[0].isalpha() and p[0].isascii() and len(p[0]) > 2:
            senses, pointers = int(p[2]), int(p[3])
            yield p[0], int(p[5 + pointers]), senses


VOWELS = "aeiou"
# Verbs of two syllables stressed on the last, which double their consonant; others may ("travelled") or may not.
STRESSED = ("mit", "fer", "cur", "pel", "gret", "cede", "tap", "bar", "rol", "cut", "set", "get", "plan", "ship", "fit", "tol", "quip", "trap", "stal", "lap", "run", "cap")


def inflected(verb):
    """(form, tag) of a regular verb; both where spelling varies."""
    out = []
    vowels = sum(a in VOWELS + "y" and (i == 0 or verb[i - 1] not in VOWELS + "y") for i, a in enumerate(verb))
    cvc = len(verb) > 2 and verb[-1] not in VOWELS + "wxyh" and verb[-2] in VOWELS and (verb[-3] not in VOWELS or verb[-3:-1] == "ui" and verb[-4:-3] == "q")
    if verb.endswith("e"):
        eds, ings = [verb + "d"], [verb + "ing" if verb.endswith(("ee", "oe", "ye")) else verb[:-2] + "ying" if verb.endswith("ie") else verb[:-1] + "ing"]
    elif verb.endswith("y") and verb[-2] not in VOWELS:
        eds, ings = [verb[:-1] + "ied"], [verb + "ing"]
    elif verb.endswith("c"):
        eds, ings = [verb + "ked"], [verb + "king"]
    elif cvc and vowels == 1:
        eds, ings = [verb + verb[-1] + "ed"], [verb + verb[-1] + "ing"]
    elif cvc and (verb[-1] == "l" or verb.endswith(STRESSED) or verb[-1] in "pmt"):
        both = verb[-1] == "l" or not verb.endswith(STRESSED)
        eds, ings = [verb + verb[-1] + "ed"], [verb + verb[-1] + "ing"]
        if both:
            eds, ings = [verb + "ed"] + eds, [verb + "ing"] + ings
    else:
        eds, ings = [verb + "ed"], [verb + "ing"]
    out += [(f, x) for f in eds for x in ("VBD", "VBN")] + [(f, "VBG") for f in ings]
    out.append((plural(verb), "VBZ"))
    return out


def plural(w):
    if w.endswith("y") and w[-2] not in VOWELS:
        return w[:-1] + "ies"
    return w + ("es" if w.endswith(("s", "x", "z", "ch", "sh")) or w.endswith("o") and w[-2] not in VOWELS else "s")


def more(folder, pair_index, rules, whole, seen):
    """Forms of verbs and nouns that the treebanks do not hold and whose lemma the endings would get wrong."""
    best = {}
    for file, u, forms in (("index.verb", "VERB", inflected), ("index.noun", "NOUN", lambda w: [(plural(w), "NNS")])):
        for w, tagged, senses in entries(folder / file):
            for f, x in forms(w):
                k = u, x, f
                if k not in best or (tagged, senses) > best[k][0]:
                    best[k] = (tagged, senses), w
    n = 0
    for (u, x, f), (_, w) in sorted(best.items()):
        p = pair_index.get((u, x))
        if p is None or (p, f) in seen:
            continue
        i = 0
        while i < min(len(f), len(w)) and f[i] == w[i]:
            i += 1
        e = (0, len(f) - i, w[i:])
        got = whole.get((p, f)) or apply(rules, p, f)
        if got is None or got[1] > len(f) or f[:len(f) - got[1]] + got[2] != w:
            whole[p, f] = e
            n += 1
    return n
