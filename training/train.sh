#!/bin/sh
# Everything from treebanks to models/en.gpm.   ./train.sh config.toml
set -eu
cd "$(dirname "$0")"
config=${1:-config.toml}
mkdir -p logs
run() { name=$1; shift; echo "== $name"; python -m "$@" > "logs/$name.log" 2>&1; }
cargo build --release -p gesta-parse --example segment
target=${CARGO_TARGET_DIR:-../target}
run first   gesta_train.fit "$config" v0 --gold
run teacher gesta_train.teacher "$config"
run rawtext gesta_train.rawtext "$config" "$target/release/examples/segment"
run annotate gesta_train.annotate "$config"
run student gesta_train.fit "$config" final
run export  gesta_train.export "$config" "$(python -c "import tomllib,sys;print(tomllib.load(open('$config','rb'))['work'])")/final.pt" ../models/en.gpm
grep -h epoch logs/student.log | tail -1
