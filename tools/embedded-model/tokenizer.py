"""Byte-level BPE: trainer, encoder, decoder and the Hugging Face `tokenizer.json`.

The splitter is the one the Qwen2 family uses: one digit per piece, at most one leading character before
letters. Merges are learned on letter runs and punctuation runs alone; only afterwards come the merges that
glue a space to a token that already exists. A word is therefore cut the same way with and without a space
before it, so copying " Zorbin" out of a sentence into "Zorbin" of a JSON string copies the same tokens but
for the first.
"""

import heapq
import json
import pathlib
import re
import sys
import unicodedata
from collections import Counter, defaultdict

SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>", "<tools>", "</tools>")
HIDDEN = SPECIAL[:3]
PATTERN = ("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
           "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+")


def ranges(first_letter):
    """The code points of a general category as the inside of a character class."""
    text, start = [], None
    for point in range(sys.maxunicode + 2):
        inside = point <= sys.maxunicode and unicodedata.category(chr(point))[0] == first_letter
        if inside and start is None:
            start = point
        elif not inside and start is not None:
            text.append(f"\\U{start:08x}-\\U{point - 1:08x}")
            start = None
    return "".join(text)


def splitter():
    space = "\\t\\n\\x0b\\x0c\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000"
    letters, numbers = ranges("L"), ranges("N")
    pattern = PATTERN.replace("[^\\s\\p{L}\\p{N}]", f"[^{space}{letters}{numbers}]").replace("\\p{L}\\p{N}", letters + numbers)
    pattern = pattern.replace("\\p{L}", f"[{letters}]").replace("\\p{N}", f"[{numbers}]")
    return re.compile(pattern.replace("\\S", f"[^{space}]").replace("\\s", f"[{space}]"))


def byte_letters():
    """The printable stand-in of every byte, as byte-level vocabularies write them."""
    plain = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters, extra = {}, 0
    for byte in range(256):
        if byte in plain:
            letters[byte] = chr(byte)
        else:
            letters[byte] = chr(256 + extra)
            extra += 1
    return letters


class Tokenizer:
    def __init__(self, vocabulary, merges):
        self.ids = vocabulary
        self.texts = {number: text for text, number in vocabulary.items()}
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.merges = merges
        self.letters = byte_letters()
        self.bytes = {letter: byte for byte, letter in self.letters.items()}
        self.split = splitter()
        self.specials = re.compile("(" + "|".join(re.escape(s) for s in SPECIAL) + ")")
        self.cache = {}

    def word(self, word):
        """The ids of one piece: the lowest-ranked pair merges first, leftmost first."""
        known = self.cache.get(word)
        if known is not None:
            return known
        parts = [self.letters[b] for b in word.encode("utf-8")]
        while len(parts) > 1:
            rank, where = min((self.ranks.get((parts[i], parts[i + 1]), 1 << 30), i) for i in range(len(parts) - 1))
            if rank == 1 << 30:
                break
            parts[where:where + 2] = [parts[where] + parts[where + 1]]
        found = [self.ids[part] for part in parts]
        if len(self.cache) < 500_000:
            self.cache[word] = found
        return found

    def encode(self, text):
        found = []
        for piece in self.specials.split(text):
            if piece in SPECIAL:
                found.append(self.ids[piece])
            elif piece:
                for match in self.split.finditer(piece):
                    found += self.word(match.group())
        return found

    def decode(self, numbers, specials=True):
        data = bytearray()
        for number in numbers:
            text = self.texts[number]
            if text in SPECIAL:
                data += text.encode() if specials or text not in HIDDEN else b""
            else:
                data += bytes(self.bytes[letter] for letter in text)
        return data.decode("utf-8", "replace")

    def save(self, path):
        vocabulary = {text: number for text, number in self.ids.items() if text not in SPECIAL}
        added = [{"id": self.ids[s], "content": s, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
                  "special": s in HIDDEN} for s in SPECIAL]
        byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}
        document = {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False}, byte_level]},
            "post_processor": byte_level, "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
                      "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, "vocab": vocabulary,
                      "merges": [f"{a} {b}" for a, b in self.merges]},
        }
        pathlib.Path(path).write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")

    @staticmethod
    def load(path):
        document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        vocabulary = dict(document["model"]["vocab"])
        vocabulary.update({entry["content"]: entry["id"] for entry in document["added_tokens"]})
        return Tokenizer(vocabulary, [tuple(m.split(" ")) if isinstance(m, str) else tuple(m) for m in document["model"]["merges"]])


def learn(counts, wanted):
    """Byte-pair merges of weighted words until `wanted` merges are found."""
    letters = byte_letters()
    words = [[letters[b] for b in word.encode("utf-8")] for word in counts]
    weights = list(counts.values())
    pairs, where = Counter(), defaultdict(set)
    for index, parts in enumerate(words):
        for pair in zip(parts, parts[1:]):
            pairs[pair] += weights[index]
            where[pair].add(index)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < wanted:
        count, pair = heapq.heappop(heap)
        if -count != pairs[pair] or pairs[pair] <= 0:
            continue
        merges.append(pair)
        changed = Counter()
        for index in where.pop(pair):
            parts, weight = words[index], weights[index]
            merged, i = [], 0
            while i < len(parts):
                if i + 1 < len(parts) and parts[i] == pair[0] and parts[i + 1] == pair[1]:
                    merged.append(pair[0] + pair[1])
                    i += 2
                else:
                    merged.append(parts[i])
                    i += 1
            for old in zip(parts, parts[1:]):
                changed[old] -= weight
            for new in zip(merged, merged[1:]):
                changed[new] += weight
                where[new].add(index)
            words[index] = merged
        for touched, change in changed.items():
            if change:
                pairs[touched] += change
                if pairs[touched] > 0:
                    heapq.heappush(heap, (-pairs[touched], touched))
    return merges


def train(texts, size, glued_share=0.3):
    """A tokenizer of `size` ids over the texts."""
    split = splitter()
    pieces = Counter()
    for text in texts:
        pieces.update(split.findall(text))
    bare, leading = Counter(), Counter()
    for piece, count in pieces.items():
        core = piece[1:] if len(piece) > 1 and not piece[0].isalnum() and (piece[1].isalpha() or piece[0] == " ") else piece
        bare[core] += count
        if piece[0] == " " and len(piece) > 1:
            leading[core] += count
    room = size - 256 - len(SPECIAL)
    merges = learn(bare, room - int(room * glued_share))
    letters = byte_letters()
    vocabulary = {letter: number for number, letter in enumerate(letters.values())}
    for first, second in merges:
        vocabulary.setdefault(first + second, len(vocabulary))
    partial = Tokenizer(dict(vocabulary), merges)
    starts = Counter()
    for core, count in leading.items():
        starts[partial.texts[partial.word(core)[0]]] += count
    space = letters[32]
    for token, _ in starts.most_common():
        if len(vocabulary) >= size - len(SPECIAL):
            break
        if space + token not in vocabulary:
            merges.append((space, token))
            vocabulary[space + token] = len(vocabulary)
    for special in SPECIAL:
        vocabulary[special] = len(vocabulary)
    return Tokenizer(vocabulary, merges)
