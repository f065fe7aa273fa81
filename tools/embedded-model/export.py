"""Writes a training checkpoint as a model folder, and the golden file that checks other implementations.

    python3 export.py --run RUN --tokenizer tokenizer.json --out ../../models/embedded --golden ../../tests/Integration.Tests/Embedded/golden.json
"""

import argparse
import json
import pathlib

import torch

import chat
import weights
from decode import greedy, last_logits
from model import DRAFT, Llama, Shape
from talk import turn
from tokenizer import Tokenizer

PROMPTS = (
    ([turn("user", "Hello!")], []),
    ([turn("user", "Passage: The Zorbin library opens at 9:30. It was built in 1984.\n\nQuestion: When was the Zorbin library built?")], []),
    ([turn("user", "What is the weather in Lisbon?")],
     [{"type": "function", "function": {"name": "get_weather", "description": "Get the current weather in a city.",
                                        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]),
)


def golden(model, tokenizer):
    """Prompt ids, the five highest logits at the last position, and 24 greedy ids, in float32 on the exported weights."""
    cases = []
    for messages, tools in PROMPTS:
        text = chat.prompt_text(messages, tools)
        ids = tokenizer.encode(text)
        top = torch.topk(last_logits(model, ids), 5)
        cases.append({"messages": messages, "tools": tools, "prompt": text, "ids": ids,
                      "top": [{"id": i, "logit": round(v, 5)} for v, i in zip(top.values.tolist(), top.indices.tolist())],
                      "greedy": greedy(model, ids, 24, stop=())})
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=pathlib.Path, required=True)
    parser.add_argument("--tokenizer", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--golden", type=pathlib.Path)
    parser.add_argument("--draft", action="store_true")
    options = parser.parse_args()
    model = Llama(DRAFT if options.draft else Shape())
    state = torch.load(options.run / "checkpoint.pt")
    model.load_state_dict(state["model"])
    weights.save(model, options.tokenizer, options.out)
    print(json.dumps({"steps": state["step"], "tokens": state["seen"], "parameters": sum(p.numel() for p in model.parameters())}))
    if options.golden:
        options.golden.parent.mkdir(parents=True, exist_ok=True)
        cases = golden(weights.load(options.out), Tokenizer.load(options.tokenizer))
        weights.write(options.golden, {"arithmetic": "float32 on the BF16 weights", "cases": cases})


if __name__ == "__main__":
    main()
