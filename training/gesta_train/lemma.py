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
    def apply(p, low):
        for k in range(min(LONGEST, len(low)), -1, -1):
            if (p, low[len(low) - k:]) in rules:
                return rules[p, low[len(low) - k:]]
    whole = {}
    for (p, low), c in seen.items():
        e = min(c.items(), key=lambda t: (-t[1], t[0]))[0]
        if apply(p, low) != e:
            whole[p, low] = e
    return rules, whole
