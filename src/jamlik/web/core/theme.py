"""The municipality's own colours, held to the contrast that readers need."""

from __future__ import annotations

from collections.abc import Mapping

from jamlik.web.environment import Problem

__all__ = ["contrast", "problems", "stylesheet"]

PAPER = "#ffffff"
TEXT_CONTRAST = 4.5


def _luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 (none) to 21 (black on white)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def problems(colours: Mapping[str, str]) -> list[Problem]:
    """What readers would not be able to read: one for each pair of colours that are too alike."""
    pairs = [("accent", PAPER), ("accent_ink", colours["accent"])]
    return [
        Problem(
            f"JAMLIK_COLOUR_{name.upper()}",
            "contrast",
            colours[name],
            {"other": other, "ratio": f"{contrast(colours[name], other):.1f}", "least": TEXT_CONTRAST},
        )
        for name, other in pairs
        if contrast(colours[name], other) < TEXT_CONTRAST
    ]


def stylesheet(colours: Mapping[str, str]) -> str:
    """The style sheet that sets the tokens. In the dark the colour is mixed with white, so that it is still read."""
    accent, ink = colours["accent"], colours["accent_ink"]
    return (
        f":root {{ --accent: {accent}; --accent-ink: {ink}; }}\n"
        "@media (prefers-color-scheme: dark) {\n"
        f"  :root {{ --accent: {_lightened(accent)}; --accent-ink: #10201d; }}\n"
        "}\n"
    )


def _lightened(colour: str) -> str:
    """The colour mixed with white until it is read on the dark paper."""
    for share in range(0, 100, 5):
        mixed = "#" + "".join(
            f"{round(int(colour[i : i + 2], 16) * (1 - share / 100) + 255 * share / 100):02x}" for i in (1, 3, 5)
        )
        if contrast(mixed, DARK_PAPER) >= 7:
            return mixed
    return PAPER


DARK_PAPER = "#161b1a"
