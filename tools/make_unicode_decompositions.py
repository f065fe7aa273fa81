"""Writes src/Engine/Tokenizers/Normalization/UnicodeDecompositions.txt from Python's copy of the Unicode character database.

Usage: python3 tools/make_unicode_decompositions.py

Lines, all numbers hexadecimal except the combining class:
  c FIRST LAST CLASS      canonical combining class of a range of code points
  = COMPOSED PART [PART]  canonical decomposition that is composed again in NFC
  ! COMPOSED PART [PART]  canonical decomposition that is not composed again
  ~ COMPOSED PART...      compatibility decomposition
Hangul syllables follow from arithmetic and are not listed.
"""
import pathlib
import sys
import unicodedata

lines = [
    f"# From the Unicode Character Database {unicodedata.unidata_version}. Copyright (c) Unicode, Inc.; licence: https://www.unicode.org/license.txt",
]
first, last, running = 0, -1, 0
for code in range(sys.maxunicode + 1):
    combining = unicodedata.combining(chr(code))
    if combining != running:
        if running:
            lines.append(f"c {first:X} {last:X} {running}")
        first, running = code, combining
    last = code

for code in range(sys.maxunicode + 1):
    if 0xAC00 <= code <= 0xD7A3:
        continue
    decomposition = unicodedata.decomposition(chr(code))
    if not decomposition:
        continue
    parts = decomposition.split()
    if parts[0].startswith("<"):
        kind, parts = "~", parts[1:]
    else:
        kind = "=" if unicodedata.normalize("NFC", chr(code)) == chr(code) else "!"
    lines.append(" ".join([kind, f"{code:X}", *(f"{int(part, 16):X}" for part in parts)]))

target = pathlib.Path(__file__).parent.parent / "src/Engine/Tokenizers/Normalization/UnicodeDecompositions.txt"
target.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
