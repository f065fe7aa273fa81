"""Scores a model folder on the held-out sets, one JSON line per skill, by real greedy decoding in float32.

    python3 evaluate.py --model ../../models/embedded --held-out ../../tests/Benchmarks/embedded-quality

The project's own figures come from `dotnet run -c Release --project tests/Benchmarks -- embedded-quality`;
this script is the trainer's independent check of them.
"""

import argparse
import json
import pathlib
import tempfile

import torch
import torch.nn.functional as functional

import chat
import exact
import native
import weights
from decode import Decoder, greedy, sample
from generate import HELD_OUT
from talk import turn
from tokenizer import Tokenizer

OPEN_PROMPTS = ("Tell me a story.", "Write a paragraph.", "Tell me about a journey.", "Describe a day.", "Write a short text.")


def call_of(text):
    """The tool call in an answer, or None."""
    start, end = text.find(chat.CALL), text.find(chat.CALL_END)
    if start < 0 or end < start:
        return None
    try:
        return json.loads(text[start + len(chat.CALL):end])
    except json.JSONDecodeError:
        return None


def right(case, text):
    if case["skill"].startswith("tool_") and isinstance(case["expected"], dict):
        return call_of(text) == case["expected"]
    if "says" in case:
        return all(value in text for value in case["says"])
    return text.strip() == case["expected"]


def answer(model, tokenizer, case):
    prompt = tokenizer.encode(chat.prompt_text(case["messages"], case["tools"]))
    stop = (tokenizer.ids[chat.END], tokenizer.ids[chat.TEXT_END])
    return tokenizer.decode(greedy(model, prompt, 160, stop), specials=False)


def embed(model, tokenizer, text):
    return functional.normalize(Decoder(model).feed(tokenizer.encode(text)).mean(0), dim=0)


def retrieval(model, tokenizer, path):
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    passages = torch.stack([embed(model, tokenizer, x["text"]) for x in lines if x["kind"] == "passage"])
    questions = [x for x in lines if x["kind"] == "question"]
    found = sum(x["expected"] in (passages @ embed(model, tokenizer, x["text"])).topk(3).indices.tolist() for x in questions)
    return len(questions), found / len(questions)


def repeats(ids):
    """The share of 8-grams that occurred before."""
    grams = [tuple(ids[i:i + 8]) for i in range(len(ids) - 7)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0


def loops(model, tokenizer, count):
    looping = 0
    for seed in range(count):
        prompt = tokenizer.encode(chat.prompt_text([turn("user", OPEN_PROMPTS[seed % len(OPEN_PROMPTS)])]))
        looping += repeats(sample(model, prompt, 256, (), 0.7, 0.9, seed)) > 0.5
    return looping / count


def fast(model, tokenizer, options):
    with tempfile.TemporaryDirectory() as folder:
        engine = native.Native(model, folder)
        engine.start()
        for skill, _ in HELD_OUT:
            cases = exact.load(options.held_out, [skill], options.cases)
            hidden = lambda ids, positions, documents: engine.hidden(ids, positions, documents, 1024)
            report("embedded-exact", skill, len(cases), exact.scores(hidden, model.logits, exact.prepare(tokenizer, cases, 1024), cases)[skill])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=pathlib.Path, required=True)
    parser.add_argument("--held-out", type=pathlib.Path, required=True)
    parser.add_argument("--cases", type=int, default=1000, help="at most this many per skill")
    parser.add_argument("--show", type=int, default=0, help="print this many wrong answers per skill")
    parser.add_argument("--fast", action="store_true", help="exact answers by one bfloat16 forward pass instead of decoding; needs AMX")
    parser.add_argument("--loops", type=int, default=50)
    options = parser.parse_args()
    torch.set_grad_enabled(False)
    model, tokenizer = weights.load(options.model), Tokenizer.load(options.model / "tokenizer.json")
    if options.fast:
        fast(model, tokenizer, options)
        return
    for skill, _ in HELD_OUT:
        cases = [json.loads(line) for line in (options.held_out / f"{skill}.jsonl").read_text(encoding="utf-8").splitlines()][:options.cases]
        wrong = []
        for case in cases:
            text = answer(model, tokenizer, case)
            if not right(case, text):
                wrong.append((case["expected"], text))
        report("embedded-quality", skill, len(cases), 1 - len(wrong) / len(cases))
        for expected, text in wrong[:options.show]:
            print(f"    expected {expected!r}\n    answered {text!r}")
    report("embedded-quality", "retrieval", *retrieval(model, tokenizer, options.held_out / "retrieval.jsonl"))
    if options.loops:
        report("embedded-loops", "free", options.loops, loops(model, tokenizer, options.loops))


def report(bench, skill, cases, score):
    print(json.dumps({"bench": bench, "skill": skill, "cases": cases, "score": round(score, 3)}), flush=True)


if __name__ == "__main__":
    main()
