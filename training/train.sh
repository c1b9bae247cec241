#!/bin/sh
# Everything from treebanks to models/en.gpm.   ./train.sh config.toml
set -eu
cd "$(dirname "$0")"
config=${1:-config.toml}
mkdir -p logs
run() { name=$1; shift; echo "== $name"; python -m "$@" > "logs/$name.log" 2>&1; }
cargo build --release -p gesta-parse --example segment
target=${CARGO_TARGET_DIR:-../target}
work=$(python -c "import tomllib,sys;print(tomllib.load(open('$config','rb'))['work'])")
run teacher gesta_train.teacher "$config"
run rawtext gesta_train.rawtext "$config" "$target/release/examples/segment"
run annotate gesta_train.annotate "$config"
run student gesta_train.fit "$config" student
run names   gesta_train.names "$config" "$work/names.pt"
run shares  gesta_train.names "$config" "$work/names.pt" --with "$work/student.pt"
run export  gesta_train.export "$config" "$work/student.pt" ../models/en.gpm "$work/names.pt"
grep -h epoch logs/student.log | tail -1
grep -h -e mean logs/names.log
cat logs/shares.log
