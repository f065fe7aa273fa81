"""The share of cases a greedy decoder would answer exactly, from one forward pass.

Greedy decoding reproduces an answer exactly when, given the answer's own prefix, every next token is the
most likely one; so no text needs to be generated.
"""

import json

import numpy as np
import torch

import chat


def load(folder, skills, count):
    cases = []
    for skill in skills:
        lines = (folder / f"{skill}.jsonl").read_text(encoding="utf-8").splitlines()[:count]
        cases += [json.loads(line) for line in lines]
    return cases


def prepare(tokenizer, cases, length):
    """Cases as packed rows; answer positions carry the number of their case in `owner`, others -1."""
    rows, room = [[]], length
    for number, case in enumerate(cases):
        prompt = tokenizer.encode(chat.prompt_text(case["messages"], case["tools"]))
        expected = case["answer"] if "answer" in case else case["expected"]
        answer = tokenizer.encode((expected if isinstance(expected, str) else chat.call_text(expected)) + chat.END)
        if len(prompt) + len(answer) > room:
            rows.append([])
            room = length
        rows[-1].append((number, prompt, answer))
        room -= len(prompt) + len(answer)
    shape = (len(rows), length)
    ids, positions, targets = (np.zeros(shape, np.int64) for _ in range(3))
    documents, owner = np.full(shape, -1, np.int64), np.full(shape, -1, np.int64)
    for r, row in enumerate(rows):
        at = 0
        for number, prompt, answer in row:
            text = prompt + answer
            end = at + len(text)
            ids[r, at:end] = text
            positions[r, at:end] = np.arange(len(text))
            documents[r, at:end] = number
            targets[r, at:end - 1] = text[1:]
            owner[r, at + len(prompt) - 1:end - 1] = number
            at = end
    return ids, positions, documents, targets, owner


@torch.no_grad()
def scores(hidden_of, logits_of, prepared, cases):
    """Share right per skill."""
    ids, positions, documents, targets, owner = (torch.from_numpy(x) for x in prepared)
    right = torch.ones(len(cases), dtype=torch.bool)
    for r in range(len(ids)):
        hidden = hidden_of(ids[r:r + 1], positions[r:r + 1], documents[r:r + 1])[0]
        at = (owner[r] >= 0).nonzero().squeeze(1)
        wrong = logits_of(hidden[at]).argmax(-1) != targets[r, at]
        right[owner[r, at][wrong]] = False
    result = {}
    for skill in dict.fromkeys(case["skill"] for case in cases):
        found = [right[i].item() for i, case in enumerate(cases) if case["skill"] == skill]
        result[skill] = round(sum(found) / len(found), 3)
    return result
