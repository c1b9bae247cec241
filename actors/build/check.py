#!/usr/bin/env python3
"""Checks the actors' tables: what a loader cannot see line by line.

usage: check.py ACTORS_DIR [--all]

Reports (E = to be mended, exit status 1; W = to be looked at, with --all):
  E  wrong number of fields, unknown country code, unknown sector, unknown kind, a date that is none or ends before it begins
  E  two persons of one home state with the same name in different lines of identity; an office's organisation that no table names
  E  a spell that overlaps another of the same office by more than 31 days where the office is not shared (president, prime minister, minister)
  E  a spell of more than 60 years, or one person in two top offices of different states at the same time
  E  one strong (unmarked) name that denotes different states, organisations or epithets at the same time
  W  one full name of persons of different states; a strong name of one word that is also an English everyday word
Plain Python 3, no dependency.
"""
import glob, os, re, sys, unicodedata
from collections import defaultdict

root = sys.argv[1]
show_all = "--all" in sys.argv
SECTORS = set("GOV MIL COP SPY JUD LEG PTY OPP REB UAF PRM ELI IGO UNO EUR NGO ISM IMG MNC AGR BUS CRM CVL EDU JRN LAB MED PRE REF REL SOC UNK".split())
KINDS = set("igo ngo company union church movement university agency armed party army police intelligence court parliament ministry government prosecutor bank commission media".split())
EVERYDAY = set("may hope unity renaissance solidarity horizons people nation times post mirror herald star dawn sun union march house congress will king brown bush rice page stone cook key".split())
errors, warnings = [], []


def table(path):
    head = None
    for n, line in enumerate(open(path, encoding="utf-8"), 1):
        line = line.rstrip("\n")
        if not line.strip() or line.startswith("#"):
            continue
        f = line.split("\t")
        if head is None:
            head = f
            continue
        at = f"{os.path.basename(path)}:{n}"
        if len(f) > len(head):
            errors.append(f"{at}: {len(f)} fields, the head has {len(head)}")
        row = dict(zip(head, f + [""] * len(head)))
        row["_at"] = at
        yield row


def lst(s):
    return [x.strip() for x in s.split(" | ") if x.strip() and x.strip() != "-"]


def fold(s):
    s = unicodedata.normalize("NFD", s)
    s = "".join(c for c in s if not unicodedata.combining(c)).replace("’", "'").replace("'", "").replace("ʻ", "").replace(".", "")
    return re.sub(r"[-–\s]+", " ", s).strip()


def day(s, last):
    if s in ("", "-"):
        return 99999999 if last else 0
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", s):
        return None
    y, m, d = (s.split("-") + ["12" if last else "01", "31" if last else "01"][len(s.split("-")) - 1 :])[:3]
    return int(y) * 10000 + int(m) * 100 + int(d)


def span(row, a="from", b="to"):
    f, t = day(row.get(a, ""), False), day(row.get(b, ""), True)
    if f is None or t is None:
        errors.append(f"{row['_at']}: {row.get(a)}..{row.get(b)} is no spell")
        return 0, 99999999
    if f > t:
        errors.append(f"{row['_at']}: ends before it begins: {row.get(a)}..{row.get(b)}")
    return f, t


def count(d):  # rough day number, to compare lengths
    return d // 10000 * 365 + d // 100 % 100 * 30 + d % 100


def names(row, cols):
    """(name, weak, from, to) of an entry."""
    for c in cols:
        for x in lst(row.get(c, "")):
            x = x.split("=")[0]
            n, _, dates = x.partition("@")
            f, t = 0, 99999999
            if dates:
                a, _, b = dates.rstrip("?").partition("..")
                f, t = day(a, False), day(b, True)
                if f is None or t is None:
                    errors.append(f"{row['_at']}: {x!r}: the dates of the name are no dates")
                    continue
            yield n.rstrip("?").strip(), x.endswith("?") or n.endswith("?"), f, t


files = {k: sorted(glob.glob(os.path.join(root, k + "*.tsv"))) for k in ("states", "persons", "organisations", "armed", "parties", "institutions", "media", "epithets", "roles")}
states = [r for p in files["states"] for r in table(p)]
codes = {r["code"] for r in states}
for r in states:
    span(r)
    for c in ("name", "code", "source"):
        if not r.get(c): errors.append(f"{r['_at']}: {c} is empty")
    if r.get("parent") and r["parent"] not in codes: errors.append(f"{r['_at']}: parent {r['parent']} is unknown")
for col in ("code", "wikidata", "cow", "gw", "iso2"):
    seen = {}
    for r in states:
        v = r.get(col, "")
        if v and v != "-":
            if v in seen: errors.append(f"{r['_at']}: {col} {v} stands at {seen[v]} too")
            seen[v] = r["_at"]

orgs = [r for k in ("organisations", "armed", "parties", "institutions", "media") for p in files[k] for r in table(p)]
epithets = [r for p in files["epithets"] for r in table(p)]
persons = [r for p in files["persons"] for r in table(p)]
org_names = {r["name"].rstrip("?") for r in orgs} | {o for r in orgs for o in [r.get("org", "")] if o not in ("", "-")}


def common(r, country="country"):
    c = r.get(country, "")
    if c not in ("", "-") and c not in codes: errors.append(f"{r['_at']}: unknown country {c!r}")
    for s in lst(r.get("sector", "")):
        if s not in SECTORS | {"="}: errors.append(f"{r['_at']}: unknown sector {s!r}")
    if not r.get("source"): errors.append(f"{r['_at']}: no source")


key = {}
for r in orgs:
    common(r)
    span(r)
    if r.get("kind") and r["kind"] not in KINDS: errors.append(f"{r['_at']}: unknown kind {r['kind']!r}")
    k = (fold(r["name"].rstrip("?")).lower(), r.get("country", "") or "-")
    if k in key: errors.append(f"{r['_at']}: {r['name']} of {k[1]} stands at {key[k]} too")
    key[k] = r["_at"]
    for col in ("parent", "org"):
        if r.get(col, "") not in ("", "-") and r[col] not in org_names: errors.append(f"{r['_at']}: {col} {r[col]!r} is named nowhere")
for r in epithets:
    common(r)
    if r.get("org", "") not in ("", "-") and r["org"] not in org_names: errors.append(f"{r['_at']}: org {r['org']!r} is named nowhere")

people = defaultdict(list)
for r in persons:
    common(r)
    if r.get("home", "") not in codes: errors.append(f"{r['_at']}: unknown home {r.get('home')!r}")
    if not r.get("office") and not r.get("sector"): errors.append(f"{r['_at']}: neither office nor sector")
    if r.get("org", "") not in ("", "-") and r["org"] not in org_names: errors.append(f"{r['_at']}: org {r['org']!r} is named nowhere")
    if r.get("gender", "") not in ("", "m", "f"): errors.append(f"{r['_at']}: gender {r['gender']!r}")
    f, t = span(r)
    if r.get("office") and t < 99999999 and f and count(t) - count(f) > 71 * 365: errors.append(f"{r['_at']}: a spell of more than 70 years")
    people[r.get("id") or (r["name"], r["home"])].append((f, t, r))

# One office, one holder.
TOP = re.compile(r"^(President|Prime Minister|Premier|Chancellor|Taoiseach|King|Queen|Emir|Sultan|Foreign Minister|Foreign Secretary|Defen[cs]e (Minister|Secretary)|Interior Minister|Finance Minister|Chief of the General Staff|Speaker|Secretary of State|Director|Secretary[- ]General|Leader of|Chairman of the Joint)\b")
by_office = defaultdict(list)
for ps in people.values():
    for f, t, r in ps:
        if r.get("office") and not r.get("shared") and TOP.match(r["office"]): by_office[r["office"]].append((f, t, r))
for office, ss in by_office.items():
    ss.sort(key=lambda s: s[:2])
    for i, (f, t, r) in enumerate(ss):
        for f2, t2, r2 in ss[i + 1 :]:
            if f2 >= t: break
            both = min(count(t), count(t2)) - count(f2)
            if (r["name"], r["home"]) != (r2["name"], r2["home"]) and both > 31: errors.append(f"{r2['_at']}: {office}: {r2['name']} from {r2['from']} while {r['name']} holds it to {r['to'] or 'now'} ({r['_at']})")
            if (r["name"], r["home"]) == (r2["name"], r2["home"]) and both > 1: errors.append(f"{r2['_at']}: {office}: two spells of {r['name']} overlap ({r['_at']})")
for ps in people.values():
    heads = [(f, t, r) for f, t, r in ps if re.match(r"(President|Prime Minister|King|Emir) of ", r.get("office", ""))]
    for i, (f, t, r) in enumerate(heads):
        for f2, t2, r2 in heads[i + 1 :]:
            if (r.get("country") or r["home"]) != (r2.get("country") or r2["home"]) and min(t, t2) > max(f, f2): errors.append(f"{r2['_at']}: top office of two states at one time")

# Names.
strong = defaultdict(list)
for r in states:
    for n, weak, f, t in names(r, ("name", "aliases", "seats")):
        if not weak: strong[fold(n)].append((f, t, "state " + r["code"], r["_at"]))
for r in orgs:
    for n, weak, f, t in names(r, ("name", "aliases")):
        if not weak: strong[fold(n)].append((f, t, "org " + r["name"].rstrip("?") + " " + r.get("country", ""), r["_at"]))
for r in epithets:
    for n, weak, f, t in names(r, ("name", "aliases")):
        if not weak: strong[fold(n)].append((f, t, "epithet " + r["name"], r["_at"]))
for n, es in sorted(strong.items()):
    for i, a in enumerate(es):
        for b in es[i + 1 :]:
            if a[2] != b[2] and a[0] <= b[1] and b[0] <= a[1]: errors.append(f"{b[3]}: {n!r} is {b[2]} and {a[2]} ({a[3]}); mark one as weak")
    if n.lower() in EVERYDAY: warnings.append(f"{es[0][3]}: {n!r} is an everyday word")
full = defaultdict(set)
for ps in people.values():
    for _, _, r in ps:
        for n, weak, _, _ in names(r, ("name", "aliases")):
            if not weak: full[fold(n)].add((r["name"], r["home"], r["_at"]))
for n, es in sorted(full.items()):
    ids = {e[:2] for e in es}
    if len(ids) > 1: (errors if len({i[1] for i in ids}) < len(ids) else warnings).append(f"{sorted(es)[0][2]}: the full name {n!r} denotes {sorted(ids)}")
    if n in strong: warnings.append(f"{sorted(es)[0][2]}: {n!r} is a person and {strong[n][0][2]}")

for e in errors: print("E", e)
if show_all:
    for w in warnings: print("W", w)
spells = len(persons)
print(f"{len(states)} states; {spells} spells of {len(people)} persons; organisations {sum(1 for r in orgs if r['_at'].startswith('organisations'))}, armed groups {sum(1 for r in orgs if r['_at'].startswith('armed'))}, parties {sum(1 for r in orgs if r['_at'].startswith('parties'))}, institutions {sum(1 for r in orgs if r['_at'].startswith('institutions'))}, media {sum(1 for r in orgs if r['_at'].startswith('media'))}, epithets {len(epithets)}; {len(errors)} errors, {len(warnings)} warnings")
sys.exit(1 if errors else 0)
