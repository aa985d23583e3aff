"""Names of groups as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from jamlik.model.groupings import Dimension, Group, Role
from jamlik.model.words import FALLBACK, phrase, words

__all__ = ["code_label", "group_label", "group_names", "unit_label"]

_YOUNG = frozenset(("flickor", "pojkar", "flicka", "pojke", "girls", "boys"))
_ORDER = {Role.SEX: 0, Role.AGE: 1, Role.AREA: 2, Role.CATEGORY: 3, Role.COVARIATE: 4}


def code_label(dimension: Dimension, code: str, *, lang: str) -> str:
    """Name of one code: `kvinnor`, `65–79 år`, `Norr`; `!x` becomes the others."""
    if code.startswith("!"):
        return _others(dimension, lang)
    if dimension.role is Role.SEX and code in ("K", "M"):
        return _sex(dimension, code, lang)
    label = dimension.labels.get(code, code)
    if dimension.role is Role.AGE and (label == code or (lang != FALLBACK and _only_years(label) == code)):
        return phrase(
            lang, "sentences.age_band", band=f"{code[:-1]}+" if code.endswith("-") else code.replace("-", "–")
        )
    return label


def _only_years(label: str) -> str:
    """The years of a Swedish name of an age band, as its code has them: `17–20 år` is `17-20`."""
    return label.removesuffix(" år").strip().replace("–", "-") if label.endswith(" år") else ""


def unit_label(unit: str, lang: str) -> str:
    """A unit in a language, where it is one that is known; else as the source has it."""
    if lang == FALLBACK:
        return unit
    known = words(FALLBACK, "sentences.unit")
    key = next((key for key, word in known.items() if word == unit.strip().casefold()), "")
    return words(lang, "sentences.unit")[key] if key else unit


def _sex(dimension: Dimension, code: str, lang: str) -> str:
    young = dimension.labels.get(code, "").strip().casefold() in (
        "flickor",
        "pojkar",
        "flicka",
        "pojke",
        "girls",
        "boys",
    )
    return phrase(lang, f"sentences.{'young' if young else 'adult'}_{code}")


def _others(dimension: Dimension, lang: str) -> str:
    kind = dimension.role.value if dimension.role in (Role.AREA, Role.AGE) else "other"
    if dimension.role is Role.AREA and all(len(code) == 4 and code.isdigit() for code in dimension.codes):
        kind = "kommun"
    return phrase(lang, f"sentences.rest_{kind}")


def group_label(group: Group, dimensions: Mapping[str, Dimension], *, lang: str) -> str:
    """Name of a group, most telling part first: `flickor, 7–15 år, Norr`; the whole is `alla`."""
    parts = sorted(group, key=lambda part: (_ORDER[dimensions[part[0]].role], part[0]))
    names = [code_label(dimensions[name], code, lang=lang) for name, code in parts]
    return ", ".join(names) if names else phrase(lang, "sentences.everybody")


def group_names(dimensions: Mapping[str, Dimension], *, lang: str) -> dict[str, str]:
    """Return a name for every `dimension:code`."""
    return {
        f"{name}:{code}": code_label(dimension, code, lang=lang)
        for name, dimension in dimensions.items()
        for code in dimension.codes
    }
