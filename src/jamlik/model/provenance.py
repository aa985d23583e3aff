"""Canonical JSON and fingerprints: the same content gives the same bytes and the same name."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import math
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

__all__ = ["canonical_json", "decimal_text", "fingerprint", "keyed_hash", "plain"]


def decimal_text(value: float, *, digits: int = 12) -> str:
    """Return the shortest decimal text with at most `digits` significant digits; `-0` becomes `0`.

    Raises
    ------
    ValueError
        For NaN or infinity, which have no place in a published result.
    """
    if not math.isfinite(value):
        raise ValueError("NaN or infinity cannot be published")
    text = format(value, f".{digits}g")
    return "0" if float(text) == 0 else text


def _as_it_is(value: Any) -> Any:
    return value


def _list(value: Any) -> list[Any]:
    return [_PLAIN.get(type(item), plain)(item) for item in value]


def _object(value: Any) -> dict[str, Any]:
    return {
        key if isinstance(key, str) else json.dumps(plain(key), ensure_ascii=False): plain(item)
        for key, item in value.items()
    }


_PLAIN: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys((str, int, bool, type(None)), _as_it_is),
    float: decimal_text,
    list: _list,
    tuple: _list,
    dict: _object,
}
"""The types that nearly every value is of: a hundred thousand levels ask for little more than this."""


_names: dict[type, tuple[str, ...]] = {}


def _names_of(value: Any) -> tuple[str, ...]:
    """Names of a dataclass's fields, looked up once for each class."""
    kind = type(value)
    if kind not in _names:
        _names[kind] = tuple(f.name for f in dataclasses.fields(value))
    return _names[kind]


def plain(value: Any) -> Any:
    """Return what JSON has a form for: dataclasses as objects, sets and tuples as lists, decimals as strings."""
    known = _PLAIN.get(type(value))
    if known is not None:
        return known(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in _names_of(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list | tuple):
        return _list(value)
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return decimal_text(value)
    raise TypeError(f"{type(value).__name__} cannot be published")


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no spaces and decimals as strings; dataclasses become objects."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical JSON of published content, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def keyed_hash(data: bytes, *, key: bytes) -> str:
    """HMAC-SHA-256 of an input: shows that two runs used the same file without letting anyone guess its content."""
    return hmac.new(key, data, hashlib.sha256).hexdigest()
