"""The client of Kolada's API v3, and one municipality's figures beside riket and those like it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import polars as pl

from jamlik.model.errors import JamlikError, Place, Problem, Severity
from jamlik.sources.imports import CellImport
from jamlik.sources.kolada.cache import PageCache, default_cache_dir
from jamlik.sources.kolada.indicators import is_true, is_uncertainty, uncertainty_series
from jamlik.sources.kolada.municipalities import (
    RIKET,
    Municipality,
    SimilarGroup,
    matching_municipality,
    similar_group,
)
from jamlik.sources.kolada.pages import Manners, PageReader, UnansweredError
from jamlik.sources.kolada.plan import FILTER_LIMIT, PAGE_LIMIT, batched, smallest_batches
from jamlik.sources.kolada.records import cells_from_records, flat_records, listed_municipalities

__all__ = ["ADDRESS", "KoladaClient", "Progress"]

ADDRESS = "https://api.kolada.se/v3"
YEARS = 13
_CATALOGUE_AGE = 24 * 3600.0
_DATA_AGE = 7 * 24 * 3600.0
Progress = Callable[[int, int, str], None]
"""Told after each call: how many are done, how many there will be as far as is known, and of what."""


class KoladaClient:
    """Kolada's API v3, read politely and kept on disk.

    Every page is kept as soon as it has come: lists of indicators, municipalities and groups for 24 hours, figures
    for 7 days. A run that broke goes on where it stopped, and a second run makes no call at all.

    Parameters
    ----------
    base_url : str, optional
        Default: the environment variable JAMLIK_KOLADA_URL, else `https://api.kolada.se/v3`.
    cache_dir : path, optional
        Default: JAMLIK_HOME, else the user's cache folder.
    pause : float
        Seconds between calls.
    transport : httpx.BaseTransport, optional
        For tests.
    manners : Manners, optional
        Time limits and retries too; `pause` goes before its pause.
    refresh : bool
        Fetch anew and do not read what is kept.
    sleep, clock : callable
        For tests: wait so many seconds; seconds since the epoch.

    Examples
    --------
    >>> with KoladaClient() as kolada:  # doctest: +SKIP
    ...     home = kolada.find_municipality("Huddinge")
    ...     found = kolada.fetch_municipality(home.code)
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        pause: float = 0.2,
        transport: httpx.BaseTransport | None = None,
        manners: Manners | None = None,
        refresh: bool = False,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        given = manners or Manners()
        self._clock, self._refresh = clock, refresh
        self._cache = PageCache(Path(cache_dir) if cache_dir is not None else default_cache_dir())
        self._service = PageReader(
            base=base_url or os.environ.get("JAMLIK_KOLADA_URL") or ADDRESS,
            cache=self._cache,
            manners=Manners(pause, given.timeout, given.tries, given.first_wait, given.longest_wait),
            transport=transport,
            sleep=sleep,
            clock=clock,
        )

    def __enter__(self) -> KoladaClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, and throw away kept pages that are too old for any use."""
        self._service.close()
        self._cache.prune(older_than=self._clock() - 4 * _DATA_AGE)

    @property
    def requests_n(self) -> int:
        """Calls made so far, retries included."""
        return self._service.requests_n

    @property
    def cached_n(self) -> int:
        """Pages taken from disk so far."""
        return self._service.cached_n

    @cached_property
    def kpis(self) -> tuple[Mapping[str, Any], ...]:
        """All indicator objects."""
        return self._listed("/kpi")

    @cached_property
    def municipalities(self) -> tuple[Municipality, ...]:
        """All municipalities, regions and the country."""
        return listed_municipalities(self._listed("/municipality"))

    @cached_property
    def municipality_groups(self) -> tuple[Mapping[str, Any], ...]:
        """All group objects, `Liknande kommuner …` among them."""
        return self._listed("/municipality_groups")

    def data(
        self,
        *,
        kpis: Sequence[str] = (),
        municipalities: Sequence[str] = (),
        years: Sequence[int] = (),
        from_date: str = "",
    ) -> Iterator[list[Mapping[str, Any]]]:
        """Pages of figures for one question.

        Parameters
        ----------
        kpis, municipalities, years : sequence
            At most 25 of each; at least two of the three.
        from_date : str
            Only figures published since, `YYYY-MM-DD`.
        """
        parts = [
            ("kpi", [str(kpi) for kpi in kpis]),
            ("municipality", [str(code) for code in municipalities]),
            ("year", [str(year) for year in years]),
        ]
        if sum(bool(values) for _, values in parts) < 2:
            raise ValueError("Kolada needs at least two of kpis, municipalities and years")
        if any(len(values) > FILTER_LIMIT for _, values in parts):
            raise ValueError(f"Kolada takes at most {FILTER_LIMIT} values in a filter")
        path = "/data" + "".join(f"/{name}/{','.join(values)}" for name, values in parts if values)
        query = {"per_page": str(PAGE_LIMIT)} | ({"from_date": from_date} if from_date else {})
        return self._service.values(path, query=query, max_age=self._age(_DATA_AGE))

    def find_municipality(self, text: str) -> Municipality:
        """The municipality with this code (`0126`, `126`) or name; near matches are suggested in the error."""
        return matching_municipality(text, among=self.municipalities)

    def similar_group(self, code: str) -> SimilarGroup | None:
        """The latest group of municipalities that Kolada calls similar to this one, if it has any."""
        return similar_group(self.municipality_groups, to=self.find_municipality(code))

    def fetch_municipality(
        self, code: str, *, years: int | Sequence[int] = YEARS, progress: Progress | None = None
    ) -> CellImport:
        """A municipality's sex-split indicators, for itself, riket and the municipalities like it.

        First all figures of the municipality's own are asked for, which tells which indicators it has; then those
        indicators for the others, in as few calls as Kolada's limits allow.

        Parameters
        ----------
        code : str
            Code or name of the municipality.
        years : int or sequence of int
            So many years up to this one, or exactly these.
        progress : callable, optional
            Told after each page: pages so far, pages expected, what.

        Raises
        ------
        JamlikError
            `USAGE` for an unknown municipality; `NETWORK` when Kolada cannot be read; `NOTHING_TO_ANALYSE`.
        """
        home = self.find_municipality(code)
        period = self._years(years)
        wanted = {str(kpi["id"]): kpi for kpi in self.kpis if _is_sex_split(kpi)}
        margins = uncertainty_series(self.kpis)
        told = _Told(progress)
        own = self._own_figures(home, period, wanted=wanted, margins=set(margins.values()), told=told)
        split = own.filter(
            pl.col("gender").is_in(["K", "M"]),
            pl.col("kpi").is_in(list(wanted)),
            pl.col("value").is_not_null() | ~pl.col("status").str.to_lowercase().is_in(["", "missing", "normal"]),
        )
        chosen = sorted(kpi for kpi in split["kpi"].unique() if not is_uncertainty(wanted[kpi]))
        asked = sorted({*chosen, *(margins[kpi] for kpi in chosen if kpi in margins)})
        group = self.similar_group(home.code)
        others = [place for place in dict.fromkeys([RIKET, *(group.members if group else ())]) if place != home.code]
        figures = [own.filter(pl.col("kpi").is_in(asked))]
        figures += self._figures(asked, others, period, told=told)
        return cells_from_records(
            records=pl.concat(figures),
            kpis=self.kpis,
            municipalities=self.municipalities,
            focus=home.code,
            keep_last=True,
            path=self._service.base,
            problems=_group_notes(group, home),
        )

    def _own_figures(
        self,
        home: Municipality,
        years: Sequence[int],
        *,
        wanted: Mapping[str, object],
        margins: set[str],
        told: _Told,
    ) -> pl.DataFrame:
        """Everything Kolada has for the municipality; by indicator, should Kolada not manage to give all at once."""
        keep = {*wanted, *margins}
        found = []
        try:
            for some in batched(years, FILTER_LIMIT):
                for page in self.data(municipalities=[home.code], years=some):
                    found.append(flat_records(value for value in page if str(value.get("kpi")) in keep))
                    told.page(f"{home.name}: vilka nyckeltal som finns", more=len(page) == PAGE_LIMIT)
        except UnansweredError as error:
            if not error.is_about_the_question:
                raise
            found = self._figures(sorted(keep), [home.code], years, told=told)
        return pl.concat(found) if found else flat_records(())

    def _figures(
        self, kpis: Sequence[str], areas: Sequence[str], years: Sequence[int], *, told: _Told
    ) -> list[pl.DataFrame]:
        if not kpis or not areas or not years:
            return []
        size = smallest_batches(kpis=len(kpis), areas=len(areas), years=len(years))
        told.expect(size.requests)
        return [
            self._answer(some, places, when, told)
            for some in batched(kpis, size.kpis)
            for places in batched(areas, size.areas)
            for when in batched(years, size.years)
        ]

    def _answer(self, kpis: Sequence[str], areas: Sequence[str], years: Sequence[int], told: _Told) -> pl.DataFrame:
        found = []
        for page in self.data(kpis=kpis, municipalities=areas, years=years):
            found.append(flat_records(page))
            told.page(f"{kpis[0]} till {kpis[-1]}")
        return pl.concat(found)

    def _years(self, years: int | Sequence[int]) -> list[int]:
        if not isinstance(years, int):
            return sorted({int(year) for year in years})
        this = datetime.fromtimestamp(self._clock(), tz=UTC).year
        return list(range(this - max(1, years) + 1, this + 1))

    def _listed(self, path: str) -> tuple[Mapping[str, Any], ...]:
        """A whole list; each object once, even when it moved from one page to the next meanwhile."""
        pages = self._service.values(path, query={"per_page": str(PAGE_LIMIT)}, max_age=self._age(_CATALOGUE_AGE))
        found: dict[str, Mapping[str, Any]] = {}
        for page in pages:
            for value in page:
                if "id" not in value:
                    raise JamlikError("kolada_object_without_id", where=Place(file=self._service.base + path))
                if not is_true(value.get("isdeleted")):
                    found[str(value["id"])] = value
        return tuple(found.values())

    def _age(self, seconds: float) -> float:
        return -1.0 if self._refresh else seconds


class _Told:
    """Counts pages and passes it on."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._done, self._total = progress, 0, 0

    def expect(self, pages: int) -> None:
        self._total = self._done + pages

    def page(self, what: str, *, more: bool = False) -> None:
        self._done += 1
        self._total = max(self._total, self._done + int(more))
        if self._progress:
            self._progress(self._done, self._total, what)


def _is_sex_split(kpi: Mapping[str, Any]) -> bool:
    """Whether an indicator is split by sex and kept for municipalities (`K`) or for all sorts of areas (`A`)."""
    return is_true(kpi.get("is_divided_by_gender")) and str(kpi.get("municipality_type") or "A").upper()[0] in "KA"


def _group_notes(group: SimilarGroup | None, home: Municipality) -> list[Problem]:
    if group is None:
        detail = f"Kolada har ingen grupp med kommuner som liknar {home.name}; jämförs med riket"
        return [Problem("no_similar_group", Severity.NOTE, Place(), detail=detail)]
    if group.is_overall:
        return [Problem("similar_group", Severity.NOTE, Place(), len(group.members), group.title)]
    detail = f"ingen övergripande grupp finns; {group.title} används"
    return [Problem("similar_group_partial", Severity.NOTE, Place(), len(group.members), detail)]
