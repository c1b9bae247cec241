"""Raw text for the teacher to annotate, segmented by Gesta itself: a sentence a line, an empty line after each document.
    python -m gesta_train.rawtext config.toml <segment binary>"""
import io, json, random, re, subprocess, sys, tomllib, zlib
from pathlib import Path
import xml.etree.ElementTree as ET
import zstandard


def unwrap(t):
    """Hard-wrapped lines become paragraphs again."""
    t = t.replace("\ufeff", "").replace("\u00ad", "")
    t = re.sub(r"[ \t]*\n(?=[ \t]*\n)", "\n", t)
    t = re.sub(r"(?<!\n)\n(?!\n)", " ", t)
    t = re.sub(r"(\w)- (?=\w)", r"\1-", t)
    return re.sub(r"[ \t]+", " ", t)


def main(cfg, binary):
    d = Path(cfg["data"])
    docs = []
    for a in ET.parse(d / "geo/GeoVirus.xml").getroot().iter("text"):
        docs.append(a.text or "")
    for f in sorted(Path(cfg.get("extra", "/nonexistent")).glob("*.json")):
        j = json.loads(f.read_text())
        docs.append(f"{j.get('title') or ''}\n\n{j['text']}")
    print("news documents", len(docs), "words", sum(len(x.split()) for x in docs))
    # the beginnings of encyclopedia articles
    wiki = json.loads(Path(cfg["summaries"]).read_text()) if cfg.get("summaries") else {}
    wiki = [a["extract"] for _, a in sorted(wiki.items())]
    random.Random(cfg["seed"]).shuffle(wiki)
    print("encyclopedia", len(wiki), "words", sum(len(x.split()) for x in wiki))
    docs += wiki
    un = []
    with open(d / "text/un-general-debate-2008-2022.jsonl.zst", "rb") as f:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(f), encoding="utf-8"):
            un.append(unwrap(json.loads(line)["text"]))
    random.Random(cfg["seed"]).shuffle(un)
    n = 0
    for t in un:
        docs.append(t)
        n += len(t.split())
        if n > cfg["silver"]["speeches"]:
            break
    random.Random(cfg["seed"]).shuffle(docs)  # any first part is a mixture
    out = subprocess.run([binary], input="\x1e".join(t.replace("\x1e", " ") for t in docs).encode(), capture_output=True, check=True).stdout.decode()
    lines, seen, words, sents = [], set(), 0, 0
    for line in out.split("\n"):
        f = line.split("\t")
        if not line:
            if lines and lines[-1]:
                lines.append("")
            continue
        # speeches repeat their phrases of courtesy; a sentence is worth learning from once, and half of those without a name
        if len(f) > 80 or line in seen or (not any(w[:1].isupper() for w in f[1:]) and zlib.crc32(line.encode()) % 2):
            continue
        seen.add(line)
        lines.append(line)
        words, sents = words + len(f), sents + 1
    p = Path(cfg["work"]) / "raw.tsv"
    p.write_text("\n".join(lines))
    print("sentences", sents, "words", words)


if __name__ == "__main__":
    main(tomllib.load(open(sys.argv[1], "rb")), sys.argv[2])
