// Alternates this engine and llama.cpp, a fresh process for each measurement: the median of three after a warm-up. Run it through compare.sh.
import { execFileSync } from "node:child_process";

const [llama, libraries, program, file, checkpoints, shape, format, ...numbers] = process.argv.slice(2);
const [threads, pairs, context, tokens, prompt] = numbers.map(Number);

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const round = (value) => Number(value.toPrecision(4));
const say = (text) => process.stderr.write(text + "\n");

const peer = (verb, count) => Number(execFileSync(llama, [libraries, file, threads, verb, context, count, 3].map(String), { encoding: "utf8" }));

function own(verb, count) {
  const output = execFileSync("dotnet", [
    program, verb, "--shape", shape, "--format", format, "--threads", threads, "--work", checkpoints, "--context", context, "--tokens", count, "--pairs", 3,
  ].map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(output.trim().split("\n").at(-1)).tokens_per_second;
}

for (const [bench, count] of [["decode", tokens], ["prefill", prompt]]) {
  const ratios = [], owns = [], peers = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const before = peer(bench, count);
    const mine = own(bench, count);
    const other = (before + peer(bench, count)) / 2;
    owns.push(mine);
    peers.push(other);
    ratios.push(mine / other);
    say(`  ${bench} pair ${pair}: ${mine.toFixed(1)} over ${other.toFixed(1)} tokens/s`);
  }
  console.log(JSON.stringify({
    bench: `${bench}-over-peer`, shape, format, threads, peer: "llama.cpp", peer_format: { bf16: "BF16", int8: "Q8_0", int4: "Q4_0" }[format],
    ...(bench === "decode" ? { context } : { prompt }), ratio: round(median(ratios)),
    tokens_per_second: round(median(owns)), peer_tokens_per_second: round(median(peers)), pairs, ratio_min: round(Math.min(...ratios)), ratio_max: round(Math.max(...ratios)),
  }));
}
