"""What lists of names say about a word: rows of a small table, by the word itself or by the phrase that it stands in.

`build` gathers the lists; Rust (`crates/gesta-parse/src/lexicon.rs`) matches as `marks` does."""
import csv, json, re
from pathlib import Path
from .student import QUOTES, norm

# Rows: 0 is "nothing". A phrase's row depends on the place in it: alone, first, inside.
GIVEN, FAMILY, COMMON = 1, 2, 3
LOC, ORG, PER = 4, 7, 10  # three rows each
DEMONYM = 13
ROWS = 16
LONGEST = 6
KINDS = {"LOC": LOC, "ORG": ORG, "PER": PER}


def pieces(name):
    """A name as UD cuts it, near enough: hyphens and clitics apart."""
    out = []
    for w in name.replace("’", "'").split():
        m = re.match(r"(.*\w)('s)$", w)
        tail = []
        if m:
            w, tail = m.group(1), ["'s"]
        for p in re.split(r"(?<=\w)(-)(?=\w)|(,)$", w):
            if p:
                out.append(p)
        out += tail
    return out


def words(path):
    return {l.strip() for l in open(path, encoding="utf-8") if l.strip() and not l.startswith("#")}


def table(path):
    rows = [l.rstrip("\n").split("\t") for l in open(path, encoding="utf-8") if l.strip() and not l.startswith("#")]
    return [dict(zip(rows[0], r)) for r in rows[1:]]


def aliases(r):
    for a in [r.get("name", "")] + [x for x in r.get("aliases", "").split("|")]:
        a = re.sub(r"@.*|\?$", "", a.strip()).strip()
        if a and a[0].isupper() and "*" not in a and "{" not in a:
            yield a


def build(cfg):
    """(word → set of GIVEN, FAMILY, COMMON, DEMONYM; phrase of two words and more, or one → kind)"""
    root = Path(cfg["root"])  # the repository
    word, phrase = {}, {}

    def say(w, k):
        word.setdefault(w, set()).add(k)

    for name, k, top in (("dist.male.first", GIVEN, 1219), ("dist.female.first", GIVEN, 4275), ("dist.all.last", FAMILY, cfg["lexicon"]["family"])):
        for i, l in enumerate(open(Path(cfg["census"]) / name)):
            if i >= top:
                break
            w = l.split()[0].lower()
            say(w, k)
            if k == FAMILY and w.startswith("mc") and len(w) > 4:
                say(w, k)
    for w in words(root / "crates/gesta-text/data/common_words.txt"):
        say(w, COMMON)
    for w in words(cfg["demonyms"]):
        say(w.lower(), DEMONYM)

    def put(name, k):
        p = pieces(name)
        if 0 < len(p) <= LONGEST and (len(p) > 1 or len(p[0]) > 1):
            phrase.setdefault(" ".join(p), k)

    for f in ("organisations", "parties", "institutions", "media", "armed"):
        for r in table(root / f"actors/{f}.tsv"):
            for a in aliases(r):
                if len(a) > 2:
                    put(a, "ORG")
    for r in table(root / "actors/states.tsv"):
        for a in aliases(r):
            put(a, "LOC")
    for f in sorted((root / "actors").glob("persons-*.tsv")):
        for r in table(f):
            for a in aliases(r):
                p = pieces(a)
                if len(p) > 1:
                    put(a, "PER")
                    say(p[0].lower(), GIVEN)
            if r.get("surname"):
                for p in pieces(r["surname"])[-1:]:
                    say(p.lower(), FAMILY)
    # npm compromise: its lists are in small letters
    lists = json.loads(Path(cfg["compromise"]).read_text())
    small = {"of", "the", "and", "for", "de", "la", "on", "in"}
    title = lambda n: " ".join(w if w in small else w.upper() if len(w) < 4 and len(n) < 5 else w[:1].upper() + w[1:] for w in n.split())
    for n in lists["Organization"] + lists["SportsTeam"]:
        if len(n) > 3:
            put(title(n), "ORG")
    for k in ("FirstName", "MaleName", "FemaleName"):
        for n in lists[k]:
            say(n, GIVEN)
    for n in lists["LastName"]:
        say(n, FAMILY)
    geo = Path(cfg["geo"])
    for c in json.loads((geo / "countries.json").read_text()).values():
        put(c["name"], "LOC")
    for c in json.loads((geo / "us_states.json").read_text()).values():
        put(c["name"], "LOC")
    for c in json.loads((geo / "us_counties.json").read_text()):
        put(c["name"], "LOC")
    cities = json.loads((geo / "cities5000.json").read_text()).values()
    for c in sorted(cities, key=lambda c: (-c["population"], c["name"])):
        if c["population"] >= cfg["lexicon"]["population"]:
            put(c["name"], "LOC")
    for name, k in wordnet(Path(cfg["wordnet"]) / "data.noun"):
        if k != "PER":
            put(name, k)
        elif len(name.split()) > 1:
            put(name, k)
            say(name.split()[-1].lower(), FAMILY)
    if cfg.get("summaries"):
        for title, k, about in encyclopedia(cfg["summaries"]):
            p = pieces(title)
            # "Nintendo: Japanese video game company", but "Knight: honorary title"
            some = title.isupper() or any(DEMONYM in word.get(w.lower(), ()) for w in about.split())
            if len(p) == 1 and (COMMON in word.get(norm(p[0]), ()) or (k == "ORG" and not some)):
                continue
            put(title, k)
            if k == "PER" and len(p) > 1:
                say(p[-1].lower(), FAMILY)
    return word, phrase


BODIES = re.compile(r"""\b(company|corporation|conglomerate|manufacturer|retailer|airline|bank|broadcaster|network|newspaper|publisher|
university|college|school|academy|organi[sz]ation|agency|institution|institute|alliance|union|federation|league|association|club|
team|band|orchestra|group of (artists|musicians)|police|army|navy|museum|church)\b(?! (of|in|at|song|album|film))""", re.X)


def encyclopedia(path):
    """Persons, places and bodies among the titles of an encyclopedia with a line of description each."""
    for a in json.loads(Path(path).read_text()).values():
        title = re.sub(r" \(.*\)$", "", a["title"])
        about = a.get("description") or ""
        if title[:1].islower() or any(w[:1].islower() and w not in ("of", "the", "and", "de", "la", "al", "van", "von", "ibn", "bin", "da", "di", "del", "on", "for", "in", "der") for w in title.split(" ")):
            continue
        if a["topic"] == "People":
            yield title, "PER", about
        elif BODIES.search(about) and not a["topic"].startswith("Biology"):
            yield title, "ORG", about
        elif a["topic"] == "Geography" and re.search(r"\b(in|of|between|off|at|on|bordering|to) (the )?[A-Z]", about):
            yield title, "LOC", about


def wordnet(path):
    """Names in WordNet: groups, places and natural features, persons that are instances of something."""
    for l in open(path, encoding="utf-8"):
        p = l.split(" ")
        if len(p) < 6 or not p[0].isdigit() or p[1] not in ("14", "15", "17", "18"):
            continue
        n = int(p[3], 16)
        at = 4 + 2 * n
        if "@i" not in p[at + 1:at + 1 + 4 * int(p[at]):4]:
            continue
        k = {"14": "ORG", "15": "LOC", "17": "LOC", "18": "PER"}[p[1]]
        for i in range(n):
            name = p[4 + 2 * i].replace("_", " ")
            if name[0].isupper() and len(name) > 2:
                yield name, k


def marks(forms, word, phrase, first_sure=False):
    """Rows of each word, and the phrases found: (from, to, kind)."""
    n = len(forms)
    rows = [[] for _ in forms]
    cap = [f[:1].isupper() for f in forms]
    for i, f in enumerate(forms):
        if cap[i]:
            rows[i] += sorted(word.get(norm(f), ()))
    spans, i = [], 0
    while i < n:
        hit = 0
        if cap[i]:
            key = forms[i].translate(QUOTES)
            for j in range(i + 1, min(n, i + LONGEST) + 1):
                if j > i + 1:
                    key += " " + forms[j - 1].translate(QUOTES)
                k = phrase.get(key)
                if k:
                    hit, kind = j, k
        if hit:
            spans.append((i, hit, kind))
            r = KINDS[kind]
            for t in range(i, hit):
                rows[t].append(r if hit - i == 1 else r + 1 if t == i else r + 2)
            i = hit
        else:
            i += 1
    return rows, spans
