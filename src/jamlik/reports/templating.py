"""Jinja2 as the report writers use it: our own templates, escaping always on, nothing undefined."""

from __future__ import annotations

import base64
import re
from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined

from jamlik.reports.document import Block

__all__ = ["environment", "style"]

_FILES = resources.files("jamlik.reports")
_PROLOGUE = re.compile(r"^\s*(<\?xml[^>]*\?>|<!DOCTYPE[^>]*>)\s*")


def style(*names: str) -> str:
    """The style sheets with these names, one after the other."""
    return "\n".join(_FILES.joinpath(f"styles/{name}.css").read_text("utf-8") for name in names)


def _data_uri(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _inline_svg(svg: str) -> str:
    """The charts room's SVG without its prologue, to stand inside a page."""
    return _PROLOGUE.sub("", svg).strip()


def _kind(block: Block) -> str:
    return type(block).__name__


@cache
def environment() -> Environment:
    """The one environment; `StrictUndefined` turns a misspelt name into an error instead of an empty place."""

    def source(name: str) -> str:
        return _FILES.joinpath(f"templates/{name}").read_text("utf-8")

    made = Environment(
        loader=FunctionLoader(source), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"data_uri": _data_uri, "inline_svg": _inline_svg, "kind": _kind}
    return made
