// Alternates this engine (a fresh process for each measurement) and llama.cpp (in this process, loaded once). Run it through compare.sh.
import { execFileSync } from "node:child_process";
import { getLlama } from "node-llama-cpp";

const [program, file, checkpoints, shape, format, ...numbers] = process.argv.slice(2);
const [threads, pairs, tokens, prompt] = numbers.map(Number);

// Ids of plain words: beyond the control and byte tokens of the file's vocabulary.
const ids = (count, variant) => Array.from({ length: count }, (_, index) => 300 + ((index * 7919 + variant * 104729) % 3000));
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
const round = (value) => Number(value.toPrecision(4));
const say = (text) => process.stderr.write(text + "\n");

const llama = await getLlama({ gpu: false, build: "never", maxThreads: threads, progressLogs: false, logLevel: "error" });
const model = await llama.loadModel({ modelPath: file, useMmap: true });
const context = await model.createContext({
  contextSize: Math.max(prompt, 64) + tokens + 64, batchSize: 512, sequences: 1, threads: { ideal: threads, min: threads }, flashAttention: true,
});
const sequence = context.getSequence();

async function peerPrefill(variant) {
  await sequence.clearHistory();
  const began = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(ids(prompt, variant));
  return prompt / ((performance.now() - began) / 1000);
}

async function peerDecode(variant) {
  await sequence.clearHistory();
  let count = 0;
  let began = 0;
  let ended = 0;
  // An end token would cut the run short: it is passed on like any other.
  for await (const _ of sequence.evaluate(ids(64, variant), { temperature: 0, yieldEogToken: true })) {
    ended = performance.now();
    began ||= ended;
    if (++count === tokens) {
      break;
    }
  }
  if (count < 2) {
    throw new Error(`The other program stopped after ${count} tokens; at least 2 are needed.`);
  }
  return (count - 1) / ((ended - began) / 1000);
}

function own(verb, count) {
  const output = execFileSync("dotnet", [
    program, verb, "--shape", shape, "--format", format, "--threads", threads, "--work", checkpoints, "--context", 64, "--tokens", count, "--pairs", 3,
  ].map(String), { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return JSON.parse(output.trim().split("\n").at(-1)).tokens_per_second;
}

for (const [bench, peer, ours] of [
  ["decode", peerDecode, () => own("decode", tokens)],
  ["prefill", peerPrefill, () => own("prefill", prompt)],
]) {
  await peer(0);
  const ratios = [], owns = [], peers = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const before = await peer(2 * pair);
    const mine = ours();
    const other = (before + (await peer(2 * pair + 1))) / 2;
    owns.push(mine);
    peers.push(other);
    ratios.push(mine / other);
    say(`  ${bench} pair ${pair}: ${mine.toFixed(1)} over ${other.toFixed(1)} tokens/s`);
  }
  console.log(JSON.stringify({
    bench: `${bench}-over-peer`, shape, format, threads, peer: "llama.cpp", peer_format: format === "bf16" ? "BF16" : "Q8_0", ratio: round(median(ratios)),
    tokens_per_second: round(median(owns)), peer_tokens_per_second: round(median(peers)), pairs, ratio_min: round(Math.min(...ratios)), ratio_max: round(Math.max(...ratios)),
  }));
}

await context.dispose();
await model.dispose();
await llama.dispose();
