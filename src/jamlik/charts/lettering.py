"""How wide a text is and where it breaks, without asking the machine for a font.

Layout never depends on which fonts are installed: widths are those of DejaVu Sans, the widest of our letters.
"""

from __future__ import annotations

from functools import cache

__all__ = ["LINE", "broken", "text_width"]

LINE = 1.25  # line height, in letter sizes

# Advance widths of DejaVu Sans in hundredths of the letter size; what is not listed is 64.
_WIDTHS = {
    28: "'ijl", 29: "IJ", 32: " ,.·\u00a0", 34: "/:;|", 35: "f", 36: "-", 39: "()[]t", 41: "r!", 46: '"', 50: "*–§",
    52: "szJ", 55: "c?L", 59: "vxykF", 61: "TYaoåäöP", 63: "ESbdghnpqueéèü", 68: "AVÅÄKXZ", 70: "BRC", 75: "HNUÜ",
    78: "DG&", 79: "OQÖØ", 82: "w", 84: "+<=>~−×", 87: "M●◆", 96: "%mÆ½æ", 100: "W@—…",
}  # fmt: skip
_BOLD = 1.12


@cache
def _width_of() -> dict[str, int]:
    return {letter: width for width, letters in _WIDTHS.items() for letter in letters}


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width in pixels of one line of text, within a few hundredths."""
    widths = _width_of()
    plain = sum(widths.get(letter, 64) for letter in text) * size / 100
    return plain * _BOLD if bold else plain


def _split_word(word: str, width: float, size: float, *, bold: bool) -> list[str]:
    """Cut a word that is wider than the line, with a hyphen, near enough to its middle to leave no stump."""
    if text_width(word, size, bold=bold) <= width or len(word) < 6:
        return [word]
    cut = len(word) - 3
    while cut > 3 and text_width(f"{word[:cut]}-", size, bold=bold) > width:
        cut -= 1
    return [f"{word[:cut]}-", *_split_word(word[cut:], width, size, bold=bold)]


def broken(text: str, width: float, size: float, *, bold: bool = False, lines: int = 3) -> tuple[str, ...]:
    """A text as at most `lines` lines that fit in `width` pixels; what does not fit ends in an ellipsis.

    Breaks at spaces, and inside a word only when the word alone is too wide.
    """
    done: list[str] = []
    for word in text.split(" "):
        for part in _split_word(word, width, size, bold=bold):
            joined = f"{done[-1]} {part}" if done else part
            if done and not done[-1].endswith("-") and text_width(joined, size, bold=bold) <= width:
                done[-1] = joined
            else:
                done.append(part)
    if len(done) <= lines:
        return tuple(done)
    last = done[lines - 1].rstrip("-")
    while last and text_width(f"{last}…", size, bold=bold) > width:
        last = last[:-1]
    return (*done[: lines - 1], f"{last.rstrip()}…")
