#!/usr/bin/env python3
"""Compiles persons-factbook.tsv from leaders.csv (facts of the public-domain World Factbook).

usage: leaders.py LEADERS_CSV ACTORS_DIR

leaders.csv lists who stood in the Factbook as chief of state or head of government, one line a spelling, with the day the
person took office ("since") and the day when the line was first missing ("gone_by", later than the day of leaving).
What this script does:
  - parts title and name, tidies capitals ("Masoud PEZESHKIAN" -> "Masoud Pezeshkian", surname = the capitals);
  - gathers the spellings of one person;
  - ends a spell of an office that one person holds at a time on the day its next holder took over;
  - leaves out every person and every top office that the hand-written persons tables cover for the same state: those are better spelt.
Plain Python 3, no dependency.
"""
import csv, difflib, glob, os, re, sys, unicodedata
from collections import defaultdict

src, actors = sys.argv[1], sys.argv[2]

def table(path):
    head, rows = None, []
    for n, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        f = line.split("\t")
        if head is None:
            head = f
            continue
        rows.append(dict(zip(head, f + [""] * len(head))))
    return rows

fips, state, territory = {}, {}, set()
for r in table(os.path.join(actors, "states.tsv")):
    state[r["code"]] = r["name"].rstrip("?")
    if r.get("parent"):
        territory.add(r["code"])
    if r["fips"] not in ("", "-") and not r.get("to"):
        fips[r["fips"].lower()] = r["code"]

def plain(s):
    s = unicodedata.normalize("NFD", s)
    return re.sub(r"[^a-z ]", "", "".join(c for c in s if not unicodedata.combining(c)).lower().replace("-", " ")).strip()

# Persons of the hand-written tables: names and top offices by state.
hand_names, hand_spells = defaultdict(list), defaultdict(list)
for path in sorted(glob.glob(os.path.join(actors, "persons*.tsv"))):
    if os.path.basename(path) == "persons-factbook.tsv":
        continue
    for r in table(path):
        for n in [r["name"]] + r.get("aliases", "").split(" | "):
            if n.strip(" ?"):
                hand_names[r["home"]].append(plain(n.strip(" ?")))
        o, c, sp = r.get("office", ""), r.get("country") or r["home"], (r.get("from", ""), r.get("to", "") or "9999")
        if re.match(r"(Acting |Interim |Transitional )?President (of|and)|Chairman of the (Presidential|Sovereign|State Admin)", o) and "European" not in o: hand_spells[(c, "President")].append(sp)
        if re.match(r"(Acting |Interim |Caretaker )?(Prime Minister|Premier|Taoiseach|Chancellor)\b", o): hand_spells[(c, "Prime Minister")].append(sp)
        if re.match(r"(King|Queen|Emir|Sultan|Emperor|Grand Duke|Prince|Supreme Leader|Pope)\b", o): hand_spells[(c, "Monarch")].append(sp)

TITLE = re.compile(r"^(note\s*[-:]?|formerly,?|represented by|representated by|the|of|and|also|both|French|New Zealand|is represented by|Ms\.?|Dr\.?|Sir|Dame|Lt\.?|Gen\.?|Maj\.?|Col\.?|Capt\.?|Adm\.?|Grand Chief|Cardinal|General|Major|Colonel|Captain|"
    r"president|presidents|vice|prime|minister|ministers|deputy|first|second|third|fourth|fifth|acting|interim|transitional|transition|caretaker|executive|co-vice|king|queen|prince|crown|sultan|emir|amir|emperor|pope|governor|premier|premiers|chancellor|taoiseach|\(prime|minister\)|"
    r"chief|commissioner|high|lieutenant|prefect|administrator|administrators|chairman|chairperson|chairmen|chair|head|secretary|state|government|council|territorial|councils|ministers|leadership|presidential|co-prince|coprince|captain|regent|grand|duke|permanent|taliban|leader|supreme|"
    r"bailiff|mayor|speaker|GNU|CNSP|temporary|assistant|senior|heir apparent|princess|federal|foreign|affairs|commander|lord|mann|swiss|confederation|republic|commonwealth|australia|cabinet|for|-|–|chief|ruler|assembly|people's|house|representatives|sovereign|commander-in-chief|sudanese|armed|forces|CEO|interior|finance|defense|economy|economic|justice|foreign|security|national|regional|development|trade|internal|external|culture|education|health|social|political|public|digital|europe|european|agriculture|transport|energy|labor|labour|environment|investment|tourism|infrastructure|to|in|with|as|his|her|appointed|elected|president-elect|,)(?=[\s,]|$)[\s,]*", re.I)

def office(pre, role, gec):
    p = pre.lower()
    if "president-elect" in p: return None
    if re.search(r"\b(vice|co-vice)[ -]president", p): return "Vice President"
    if "deputy president" in p: return "Deputy President"
    if re.search(r"(deputy|vice)\b.*(prime minister|premier)|vice premier|vice chancellor|deputy prime", p): return "Deputy Prime Minister"
    if "governor general" in p: return "Governor-General"
    if "lieutenant governor" in p: return "Lieutenant Governor"
    if re.search(r"represented by.*high commissioner|high commissioner", p): return "High Commissioner"
    if "governor" in p: return "Governor"
    if "prefect" in p: return "Prefect"
    if "administrator" in p: return "Administrator"
    if re.search(r"\bking\b|\bqueen\b|sultan|\bemir\b|\bamir\b|emperor|grand duke", p): return "Monarch"
    if re.search(r"prime minister|premier|taoiseach|chancellor", p): return "Prime Minister"
    if "chief minister" in p: return "Chief Minister"
    if "chief executive" in p: return "Chief Executive"
    if re.search(r"\bpresident\b", p): return "President"
    if not p.strip() and gec == "bk": return "Member of the Presidency"
    if not p.strip() and role == "head of government": return "Deputy Prime Minister"
    return None

def tidy(w):
    if re.fullmatch(r"[IVX]{2,5}|[IVX]", w): return w
    out = "-".join(x if not x.isupper() or len(x) < 2 else x.capitalize() for x in w.split("-"))
    out = re.sub(r"(?<=['’])([a-z])", lambda m: m.group(1).upper(), out) if w.isupper() and not re.search(r"['’][A-Z]$", w) else out
    return re.sub(r"^Mc([a-z])", lambda m: "Mc" + m.group(1).upper(), out)

people = []  # (iso, class, name, surname, since, gone)
LOST = []
for r in csv.DictReader(open(src, encoding="utf-8")):
    iso = fips.get(r["gec"])
    if not iso:
        continue
    text = re.sub(r"^.*?(?:Venezuela)\s*(?:\+\+)?\s*(?=President)", "", r["title_and_name"])
    text = re.sub(r"\((?!Prime)[^)]*\)", " ", text)
    text = re.sub(r"^(deputy )?(prime ministers|vice presidents)", lambda m: m.group(0)[:-1], text, flags=re.I)
    for piece in re.split(r",\s+and\s+|,\s+(?=\w+ )| and (?=[A-Z]\w+ [A-Z]{2})", text) if not re.search(r"chair|minister of|president,|secretary", text, re.I) else [text]:
        rest = piece.strip()
        while True:
            m = TITLE.match(rest)
            if not m or m.end() == 0 or m.end() >= len(rest): break
            nxt = rest[: m.end()].strip(" ,")
            if nxt.isupper() and len(nxt) > 3: break
            rest = rest[m.end():]
        pre = piece.strip()[: len(piece.strip()) - len(rest)]
        if pre.strip() == "" and piece != text:  # second of a list: the first one's title
            pre = last_pre
        last_pre = pre
        cls = office(pre, r["role"], r["gec"])
        rest = re.split(r",|;| since | elected | is | was | serves | resigned | remains | has | as of |\(|\s-\s| appointed | from ", rest)[0].strip()
        words = rest.split()
        caps = [w for w in words if re.sub(r"[^\w]", "", w).isupper() and len(re.sub(r"[^\w]", "", w)) > 1 and not re.fullmatch(r"I{1,3}|IV|VI{0,3}|XI{0,3}V?", w)]
        if cls == "Monarch" and iso != "GBR" and re.search("ELIZABETH|CHARLES|WILLEM|MARGRETHE|FREDERIK", rest) and iso not in ("NLD", "DNK"): continue
        if iso in territory and iso not in ("HKG", "MAC") and cls in ("President", "Monarch", "Governor-General", "Vice President") and r["role"] == "chief of state": continue
        if cls is None or not caps or len(words) > 7:
            LOST.append(r["title_and_name"]); continue
        if len(words) < 2: continue
        if any(w.lower() in ("chair", "council") for w in words): continue
        if words[0] == "Polynesia": words = words[1:]
        name = " ".join(tidy(w) for w in words)
        # capitals and what small words stand between or before them make the surname
        i, j = words.index(caps[0]), len(words) - 1 - words[::-1].index(caps[-1])
        if i and words[i - 1].lower() in ("al", "el", "de", "da", "van", "von", "der", "di", "bin"): i -= 1
        surname = " ".join(tidy(w) for w in words[i : j + 1])
        people.append((iso, cls, name, surname, r["since"], r["gone_by"]))

# One person's spellings: same state, alike name.
groups = []
for p in people:
    for g in groups:
        q = g[0]
        if q[0] != p[0]: continue
        a, b = plain(q[2]), plain(p[2])
        same_start = q[1] == p[1] and q[4] == p[4] and p[1] in ("President", "Prime Minister", "Monarch", "Governor", "Governor-General")
        ratio = max(difflib.SequenceMatcher(None, a, plain(x[2])).ratio() * 0 + difflib.SequenceMatcher(None, b, plain(x[2])).ratio() for x in g)
        if ratio > 0.86 or (same_start and ratio > 0.5) or (ratio > 0.7 and any(x[4] == p[4] for x in g)):
            g.append(p); break
    else:
        groups.append([p])

def hand(iso, g):
    for p in g:
        w = plain(p[2]).split(); s = plain(p[3])
        for h in hand_names[iso]:
            if difflib.SequenceMatcher(None, " ".join(w), h).ratio() > 0.8: return True
            hw = h.split()
            if hw and s and (difflib.SequenceMatcher(None, s, hw[-1]).ratio() > 0.84 or s == hw[0]) and w[0][:1] in (hw[0][:1], hw[-1][:1]): return True
    return False

spells = []  # dicts
for g in groups:
    iso = g[0][0]
    if hand(iso, g): continue
    by = defaultdict(list)
    for p in g: by[(p[1], p[4])].append(p)
    for (cls, since), ps in by.items():
        spells.append(dict(g=groups.index(g), iso=iso, cls=cls, since=since, gone="" if any(not p[5] for p in ps) else max(p[5] for p in ps), ps=g))
# Lines of one person and office that only differ in "since" (a second mandate) are one spell if they touch.
merged = []
for s in sorted(spells, key=lambda s: (s["iso"], s["cls"], s["g"], s["since"])):
    m = merged[-1] if merged else None
    if m and (m["g"], m["cls"]) == (s["g"], s["cls"]) and (not m["gone"] or m["gone"] >= s["since"]):
        m["gone"] = "" if not s["gone"] or not m["gone"] else max(m["gone"], s["gone"])
    else: merged.append(dict(s))


def days(d):
    y, m, day = (d.split("-") + ["01", "01"])[:3]
    return int(y) * 365 + int(m) * 30 + int(day) if y.isdigit() else 9**9


def covered(s):
    """Whether a hand-written spell of the same office covers the beginning of this one (give or take a month)."""
    a = days(s["since"])
    for f, t in hand_spells[(s["iso"], s["cls"])]:
        if days(f or "0000") - 40 <= a < days(t) - 20: return True
        if not s["gone"] or days(f or "0000") < days(s["gone"]):  # it begins before a hand-written one: ends there
            if days(f or "0000") > a: s["gone"] = min(s["gone"] or "9999", f)
    return days(s["gone"] or "9999") - a < 45


heads = [s for s in merged if re.match(r"\d{4}", s["since"]) and not (s["iso"] in hand_names and s["cls"] == "Monarch") and not covered(s)]
THE = {"USA", "GBR", "NLD", "PHL", "ARE", "BHS", "MDV", "CZE", "CAF", "COD", "COG", "DOM", "COM", "SLB", "MHL"}
out = []
SHARED = {"Deputy Prime Minister", "Vice President", "Member of the Presidency"}
by_office = defaultdict(list)
for s in heads: by_office[(s["iso"], s["cls"])].append(s)
for (iso, cls), ss in sorted(by_office.items()):
    ss.sort(key=lambda s: s["since"])
    for i, s in enumerate(ss):
        end = s["gone"]
        if cls not in SHARED:
            nxt = [t["since"] for t in ss if t["g"] != s["g"] and t["since"] > s["since"]]
            if nxt and (not end or nxt[0] < end): end = nxt[0]
        if end and end < s["since"]: continue
        names = sorted({p[2] for p in s["ps"]}, key=lambda n: (max(p[5] or "9" for p in s["ps"] if p[2] == n), n), reverse=True)
        surs = list(dict.fromkeys(p[3] for n in names for p in s["ps"] if p[2] == n))
        title = {"Monarch": "King" if iso not in ("KWT", "QAT", "OMN") else {"OMN": "Sultan"}.get(iso, "Emir")}.get(cls, cls)
        if cls == "Member of the Presidency": off = "Member of the Presidency of " + state[iso]
        elif iso == "DEU" and cls == "Prime Minister": off = "Chancellor of Germany"
        else: off = title + (" of the " if iso in THE else " of ") + state[iso]
        out.append([names[0], " | ".join(surs), " | ".join(names[1:]), iso, off, s["since"], end, "yes" if cls in SHARED else "", "factbook"])

path = os.path.join(actors, "persons-factbook.tsv")
with open(path, "w", encoding="utf-8") as f:
    f.write("# Heads of state and government and their deputies, 2014-2026, that the hand-written tables do not cover.\n# Made by build/leaders.py out of leaders.csv (facts of the public-domain World Factbook). Do not edit: write a better line into a hand-written table.\n")
    f.write("name\tsurname\taliases\thome\toffice\tfrom\tto\tshared\tsource\n")
    for o in sorted(out, key=lambda o: (o[3], o[0], o[5])): f.write("\t".join(o) + "\n")
print(len(out), "spells written;", len(LOST), "lines without a name or office left out", file=sys.stderr)
if len(sys.argv) > 3: print("\n".join(LOST))
