"""Canonical JSON and fingerprints: the same content gives the same bytes and the same name."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

__all__ = ["canonical_json", "decimal_text", "fingerprint", "keyed_hash"]


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


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {
            key if isinstance(key, str) else json.dumps(_plain(key), ensure_ascii=False): _plain(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(item) for item in value)
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, float):
        return decimal_text(value)
    raise TypeError(f"{type(value).__name__} cannot be published")


def canonical_json(value: Any) -> str:
    """Return JSON with sorted keys, no spaces and decimals as strings; dataclasses become objects."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical JSON of published content, in hexadecimal."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()


def keyed_hash(data: bytes, *, key: bytes) -> str:
    """HMAC-SHA-256 of an input: shows that two runs used the same file without letting anyone guess its content."""
    return hmac.new(key, data, hashlib.sha256).hexdigest()
