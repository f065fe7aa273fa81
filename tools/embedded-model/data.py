"""Turns generated examples into packed token rows."""

import numpy as np

import chat
from generate import pair, sample

PROMPT_SHARE, PROMPT_WEIGHT = 0.3, 0.3


def tokens(tokenizer, made):
    """(ids, weights): weight 1 where the assistant writes (or on all of a plain text), little elsewhere."""
    if "text" in made:
        ids = tokenizer.encode(made["text"] + chat.TEXT_END)
        return ids, [0.5] * len(ids)
    ids, weights = [], []
    for text, answer in chat.render(made["messages"], made.get("tools")):
        piece = tokenizer.encode(text)
        ids += piece
        weights += [1.0 if answer else 0.0] * len(piece)
    return ids, weights


class Packer:
    """Fills rows of `length` with whole documents, best fit from a small pool."""

    def __init__(self, world, library, tokenizer, length):
        self.world, self.library, self.tokenizer, self.length = world, library, tokenizer, length
        self.pool = []

    def row(self, mix):
        while len(self.pool) < 40:
            made = sample(self.world, self.library, mix)
            ids, weights = tokens(self.tokenizer, made)
            if len(ids) <= self.length:
                self.pool.append((ids, weights))
        chosen, room = [self.pool.pop(0)], self.length
        room -= len(chosen[0][0])
        while True:
            fitting = [i for i, d in enumerate(self.pool) if len(d[0]) <= room]
            if not fitting:
                return chosen
            best = max(fitting, key=lambda i: len(self.pool[i][0]))
            chosen.append(self.pool.pop(best))
            room -= len(chosen[-1][0])

    def batch(self, rows, mix):
        """ids, positions, documents, targets, weights, each (rows, length)."""
        shape = (rows, self.length)
        ids, positions, documents, targets = (np.zeros(shape, np.int64) for _ in range(4))
        weights = np.zeros(shape, np.float32)
        documents[:] = -1
        chance = np.random.default_rng(self.world.random.getrandbits(32))
        for r in range(rows):
            at = 0
            for number, (text, weight) in enumerate(self.row(mix)):
                end = at + len(text)
                ids[r, at:end] = text
                positions[r, at:end] = np.arange(len(text))
                documents[r, at:end] = number
                targets[r, at:end - 1] = text[1:]
                follow = np.array(weight[1:], np.float32)
                lucky = chance.random(len(follow)) < PROMPT_SHARE
                weights[r, at:end - 1] = np.where(follow > 0, follow, np.where(lucky, PROMPT_WEIGHT, 0.0))
                at = end
        return ids, positions, documents, targets, weights


def pairs(world, tokenizer, count, length):
    """Questions and their passages as rows of a packed batch: question i is row i, its passage row count + i."""
    ids, lengths = np.zeros((2 * count, length), np.int64), np.zeros(2 * count, np.int64)
    for i in range(count):
        for row, text in zip((i, count + i), pair(world)):
            found = tokenizer.encode(text)[:length]
            ids[row, :len(found)] = found
            lengths[row] = len(found)
    return ids, lengths
