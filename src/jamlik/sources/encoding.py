"""Which encoding a text file has, and its text as UTF-8 with one sort of line end, block by block."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from jamlik.sources.bytesource import CHUNK, open_bytes, read_block, wide_encoding

__all__ = ["encoding_of", "unix_blocks", "utf8_blocks"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _is_utf8(block: bytes) -> bool:
    """Whether a block that may be cut inside a character is UTF-8."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(block)
    except UnicodeDecodeError:
        return False
    return True


def encoding_of(path: Path) -> str:
    """Python's name of the encoding: `utf-8`, `utf-8-sig`, `utf-16`, `utf-32`, `cp1252` or `latin-1`.

    A file can be plain ASCII for a long while, so blocks are read until one is not.
    """
    with open_bytes(path) as stream:
        block = read_block(stream, size=1 << 20, path=path)
        for bom, name in _BOMS:
            if block.startswith(bom):
                return name
        if wide := wide_encoding(block):
            return wide
        while block.isascii():
            block = read_block(stream, size=CHUNK, path=path)
            if not block:
                return "utf-8"
        start = next(place for place, byte in enumerate(block) if byte > 127)
        window = block[max(0, start - 4) :] + read_block(stream, size=1 << 20, path=path)
    if _is_utf8(window.lstrip(bytes(range(0x80, 0xC0)))):
        return "utf-8"
    try:
        window.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def utf8_blocks(stream: BinaryIO, *, encoding: str, path: Path, size: int = CHUNK) -> Iterator[bytes]:
    """Blocks of the content as UTF-8; what cannot be decoded becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    plain = not encoding.startswith(("utf-16", "utf-32"))
    first = True
    while block := read_block(stream, size=size, path=path):
        if plain and not first and block.isascii() and not decoder.getstate()[0]:
            yield block
        else:
            yield decoder.decode(block).encode()
        first = False
    if rest := decoder.decode(b"", final=True):
        yield rest.encode()


def unix_blocks(blocks: Iterator[bytes]) -> Iterator[bytes]:
    r"""The same blocks with every line ending in `\n`, also where the file has `\r\n`, `\r\r\n` or `\r`."""
    held = b""
    for block in blocks:
        data = held + block
        end = len(data.rstrip(b"\r"))
        data, held = data[:end], data[end:]
        if b"\r" in data:
            data = data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if data:
            yield data
    if held:
        yield b"\n"
