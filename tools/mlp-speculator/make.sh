#!/bin/bash
# Trains and exports the embedded model's speculator: make.sh BOOKS.tar.gz [MINUTES]
set -euo pipefail
books=$(realpath "$1"); minutes=${2:-10}
cd "$(dirname "$0")"
# Large buffers stay with the process instead of going back to the kernel, and PyTorch's threads sleep while the kernels run.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=40000000000 MALLOC_TOP_PAD_=200000000 OMP_WAIT_POLICY=PASSIVE
python3 train_speculator.py --books "$books" --minutes "$minutes"
