"""Trains the tokenizer on the generated mix and the books.

    python3 train_tokenizer.py --books books.tar.gz --out tokenizer.json
"""

import argparse
import pathlib

import chat
import tokenizer
from generate import Library, sample
from words import World


def texts(library, samples, prose):
    world = World(77)
    for _ in range(samples):
        made = sample(world, library)
        if "text" in made:
            yield made["text"]
        else:
            text = "".join(text for text, _ in chat.render(made["messages"], made.get("tools")))
            yield from tokenizer_pieces(text)
    for _ in range(prose):
        yield library.prose(world, 800)[1]


def tokenizer_pieces(text):
    for special in tokenizer.SPECIAL:
        text = text.replace(special, "\0")
    return (piece for piece in text.split("\0") if piece)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--size", type=int, default=4096)
    options = parser.parse_args()
    made = tokenizer.train(texts(Library(options.books), 8000, 3000), options.size)
    assert len(made.ids) == options.size, len(made.ids)
    made.save(options.out)


if __name__ == "__main__":
    main()
