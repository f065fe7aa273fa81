#!/bin/bash
# Trains and exports both models: make.sh BOOKS.tar.gz RUN_FOLDER HOURS
set -euo pipefail
books=$(realpath "$1"); mkdir -p "$2"; run=$(realpath "$2"); hours=$3
cd "$(dirname "$0")"
held=../../tests/Benchmarks/embedded-quality
# Large buffers stay with the process instead of going back to the kernel, and PyTorch's threads sleep while the kernels run.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=40000000000 MALLOC_TOP_PAD_=200000000 OMP_WAIT_POLICY=PASSIVE
python3 generate.py --held-out $held
[ -f "$run/tokenizer.json" ] || python3 train_tokenizer.py --books "$books" --out "$run/tokenizer.json"
common=(--books "$books" --tokenizer "$run/tokenizer.json" --held-out $held)
python3 train.py "${common[@]}" --run "$run/full" --hours "$hours"
python3 train.py "${common[@]}" --run "$run/draft" --hours "$(python3 -c "print($hours / 8)")" --draft
export_to=(--tokenizer "$run/tokenizer.json")
python3 export.py "${export_to[@]}" --run "$run/full" --out ../../models/embedded --golden ../../tests/Integration.Tests/Embedded/golden.json
python3 export.py "${export_to[@]}" --run "$run/draft" --out ../../models/embedded-draft --draft
python3 evaluate.py --model ../../models/embedded --held-out $held
