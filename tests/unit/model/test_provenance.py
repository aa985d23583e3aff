"""Canonical JSON: the same content gives the same bytes, whatever types it came in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType

import numpy as np
import pytest

from jamlik.model.provenance import canonical_json, plain


class Word(StrEnum):
    ONE = "ett"


class Number(IntEnum):
    TWO = 2


class Other(Enum):
    THREE = ("tre", 3.0)


@dataclass(frozen=True, slots=True)
class Inner:
    group: tuple[tuple[str, str], ...]
    value: float | None


@dataclass(frozen=True)
class Nothing:
    pass


def test_every_type_has_one_form():
    value = {
        "b": Inner((("kön", "K"),), 0.1 + 0.2),
        "a": MappingProxyType({Word.ONE: Number.TWO, ("x", 1): Nothing()}),
        "c": [True, None, 3, -0.0, np.float64(2.5)],
        "d": frozenset({"y", "x"}),
    }
    wanted = '{"a":{"[\\"x\\", 1]":{},"ett":2},"b":{"group":[["kön","K"]],"value":"0.3"}'
    assert canonical_json(value) == wanted + ',"c":[true,null,3,"0","2.5"],"d":["x","y"]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"bytes", object(), Inner, {"a": [float("nan")]}])
def test_what_has_no_form_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        canonical_json(value)


def test_plain_is_what_json_gives_back():
    assert plain(Inner((("kön", "K"),), 1.0)) == {"group": [["kön", "K"]], "value": "1"}
