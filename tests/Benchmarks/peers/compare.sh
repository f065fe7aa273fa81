#!/usr/bin/env bash
# Alternates this engine and llama.cpp (the libraries of npm node-llama-cpp, called through their C interface) on the same weights and prints the ratios as JSON lines.
# A development tool for Linux: nothing here is a dependency of the product. Needs dotnet, node, npm, a C compiler and a network.
#
#   tests/Benchmarks/peers/compare.sh [--shape 135M] [--format bf16|int8|int4] [--threads 2] [--pairs 7] [--context 64] [--tokens 64] [--prompt 512]
#
# SLERP_PEERS_WORK names a folder to keep the installed package and the files in; otherwise a temporary one is used and removed.
set -euo pipefail

shape=135M format=bf16 threads=2 pairs=7 context=64 tokens=64 prompt=512
while [ $# -gt 0 ]; do
  case "$1" in
    --shape) shape=$2 ;;
    --format) format=$2 ;;
    --threads) threads=$2 ;;
    --pairs) pairs=$2 ;;
    --context) context=$2 ;;
    --tokens) tokens=$2 ;;
    --prompt) prompt=$2 ;;
    *) echo "error: unknown option '$1'. Known: --shape --format --threads --pairs --context --tokens --prompt." >&2; exit 2 ;;
  esac
  shift 2
done
case "$format" in
  bf16 | int8 | int4) ;;
  *) echo "error: --format is '$format'; expected bf16, int8 (against Q8_0) or int4 (against Q4_0)." >&2; exit 2 ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
repository=$(cd "$here/../../.." && pwd)
version=3.22.1
if [ -n "${SLERP_PEERS_WORK:-}" ]; then
  work=$SLERP_PEERS_WORK
  mkdir -p "$work"
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi

if [ ! -d "$work/node_modules/node-llama-cpp" ]; then
  echo "Installing node-llama-cpp $version." >&2
  NODE_LLAMA_CPP_SKIP_DOWNLOAD=true npm install --prefix "$work" --no-audit --no-fund --no-save "node-llama-cpp@$version" >&2
fi

libraries=$work/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
if [ ! -f "$libraries/libggml-base.so" ]; then
  echo "error: node-llama-cpp brought no libraries for Linux on x86-64: $libraries is missing." >&2
  exit 1
fi
command -v "${CC:-cc}" >/dev/null || { echo "error: no C compiler '${CC:-cc}'; install one, or name it in CC." >&2; exit 1; }
"${CC:-cc}" -O3 -ffinite-math-only -fno-signed-zeros "$here/llama.c" -o "$work/llama" "$libraries"/libllama.*so "$libraries"/libggml.*so "$libraries/libggml-base.so" "-Wl,-rpath,$libraries"

dotnet build "$repository/tests/Benchmarks" -c Release -v q >&2
program=$repository/artifacts/bin/Benchmarks/release/Slerp.Benchmarks.dll
# Named by its context as well: files of earlier versions were made for 2,048 positions.
file=$work/$shape-$format-8k.gguf
if [ ! -f "$file" ]; then
  dotnet "$program" gguf --shape "$shape" --format "$format" --work "$work/checkpoints" --out "$file.unfinished"
  mv "$file.unfinished" "$file"
fi

node "$here/compare.mjs" "$work/llama" "$libraries" "$program" "$file" "$work/checkpoints" "$shape" "$format" "$threads" "$pairs" "$context" "$tokens" "$prompt"
