"""Municipalities: found by code or name, and which others Kolada says are like them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from jamlik.model.errors import ErrorKind, JamlikError

__all__ = [
    "RIKET",
    "Municipality",
    "SimilarGroup",
    "known_municipalities",
    "matching_municipality",
    "similar_group",
]

RIKET = "0000"
_OVERALL = "övergripande"
_SIMILAR = re.compile(r"Liknande kommuner,?\s+(?P<kind>.+?),\s*(?P<name>.+?),\s*(?P<year>(?:19|20)\d\d)\s*$")
_LAST_WORD = re.compile(r"\s+(?:kommun|stad)$")


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality, a region or the country as Kolada lists it; `type` is `K` (kommun) or `L` (region, riket)."""

    code: str
    name: str
    type: str = "K"


@dataclass(frozen=True, slots=True)
class SimilarGroup:
    """A group that Kolada calls similar to a municipality.

    Parameters
    ----------
    id, title : str
        As in Kolada.
    kind : str
        What they are similar in: `övergripande` or a service.
    year : int
        The year of the comparison.
    members : tuple of str
        Codes, the municipality itself left out.
    """

    id: str
    title: str
    kind: str
    year: int
    members: tuple[str, ...]

    @property
    def is_overall(self) -> bool:
        """Whether they are similar on the whole and not only in one service."""
        return self.kind.casefold() == _OVERALL


@cache
def known_municipalities() -> tuple[Municipality, ...]:
    """All municipalities, regions and the country as the program knows them without asking anybody."""
    told = tomllib.loads(resources.files(__package__).joinpath("municipalities.toml").read_text("utf-8"))
    kinds = (("municipality", "K"), ("other", "L"))
    return tuple(Municipality(code, name, kind) for table, kind in kinds for code, name in told[table].items())


def _plain(text: str) -> str:
    """Lower case without accents: `Borås` and `boras` are the same."""
    spread = unicodedata.normalize("NFKD", text.strip().casefold())
    return " ".join("".join(sign for sign in spread if not unicodedata.combining(sign)).split())


def matching_municipality(text: str, *, among: Sequence[Municipality]) -> Municipality:
    """The municipality that a person means by a code (`0126`, `126`) or a name (`Huddinge`, `BORAS`, `Luleå kommun`).

    An exact name goes before one without accents, so that Habo and Håbo are told apart.

    Raises
    ------
    JamlikError
        `USAGE`: nothing matches (near matches are suggested), or several do.
    """
    own = [place for place in among if place.type == "K"]
    wanted = text.strip()
    if wanted.isdigit():
        found = [place for place in own if place.code == wanted.zfill(4)]
    else:
        found = _named(wanted, own)
    if len(found) == 1:
        return found[0]
    raise _not_found(text, wanted, found=found, own=own, among=among)


def _named(wanted: str, own: Sequence[Municipality]) -> list[Municipality]:
    without = _LAST_WORD.sub("", wanted.casefold())
    tries = dict.fromkeys([wanted.casefold(), without, without.removesuffix("s")])
    for name in tries:
        if found := [place for place in own if place.name.casefold() == name]:
            return found
    for name in tries:
        if found := [place for place in own if _plain(place.name) == _plain(name)]:
            return found
    return []


def _not_found(
    text: str,
    wanted: str,
    *,
    found: Sequence[Municipality],
    own: Sequence[Municipality],
    among: Sequence[Municipality],
) -> JamlikError:
    near = list(found) or _near(wanted, own)
    other = [p for p in among if p.type != "K" and (p.code == wanted.zfill(4) or _plain(p.name) == _plain(wanted))]
    return JamlikError(
        "several_municipalities" if found else "no_municipality",
        why="not_a_municipality" if other else "",
        do="did_you_mean_these" if near else "name_a_municipality",
        kind=ErrorKind.USAGE,
        text=text,
        other=other[0].name if other else "",
        near=", ".join(f"{place.name} ({place.code})" for place in near),
    )


def _near(wanted: str, own: Sequence[Municipality]) -> list[Municipality]:
    if wanted.isdigit():
        return sorted(own, key=lambda place: abs(int(place.code) - int(wanted)) if place.code.isdigit() else 9999)[:3]
    plain = _plain(_LAST_WORD.sub("", wanted.casefold()))
    names = {_plain(place.name): place for place in own}
    starts = [name for name in names if len(plain) >= 2 and name.startswith(plain)]
    close = get_close_matches(plain, names, n=4, cutoff=0.6)
    return [names[name] for name in dict.fromkeys([*close, *starts])][:5]


def similar_group(groups: Iterable[Mapping[str, Any]], *, to: Municipality) -> SimilarGroup | None:
    """The latest group `Liknande kommuner, övergripande, <name>, <year>`, else the latest for some service, else None.

    Parameters
    ----------
    groups : iterable of mapping
        Objects from `/municipality_groups`: `id`, `title`, `members`.
    to : Municipality
        Whose group it is.
    """
    found = []
    for group in groups:
        match = _SIMILAR.match(str(group.get("title", "")).strip())
        if not match or match["name"].strip().casefold() != to.name.casefold():
            continue
        members = tuple(code for code in _members(group) if code != to.code)
        if members:
            found.append(
                SimilarGroup(
                    id=str(group.get("id", "")),
                    title=str(group["title"]).strip(),
                    kind=match["kind"].strip(),
                    year=int(match["year"]),
                    members=members,
                )
            )
    return min(found, key=lambda group: (not group.is_overall, -group.year, group.kind), default=None)


def _members(group: Mapping[str, Any]) -> list[str]:
    """Codes of a group's members, given as objects or as plain codes."""
    members = group.get("members") or []
    codes = [m.get("member_id") if isinstance(m, Mapping) else m for m in members if m]
    return [str(code) for code in codes if code]
