"""Polite reading of a paged JSON service: pauses, retries, pages kept on disk, and never another host."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any

import httpx

from jamlik.model.errors import ErrorKind, JamlikError, Place, Term
from jamlik.model.words import LANGUAGES, phrase
from jamlik.sources.kolada.cache import PageCache

__all__ = ["Manners", "PageReader", "UnansweredError", "seconds_asked"]

_HOPS = 3
_PAGES_AT_MOST = 10_000
_PASSING = {408, 425, 429}
_AGENT = f"jamlik/{version('jamlik')} (equality statistics for municipalities; open source, EUPL-1.2)"


@dataclass(frozen=True, slots=True)
class Manners:
    """How to behave towards the service.

    Parameters
    ----------
    pause : float
        Seconds between the end of one call and the start of the next.
    timeout : float
        Seconds to wait for an answer.
    tries : int
        Calls for one page before giving up, the first included.
    first_wait, longest_wait : float
        Seconds to wait after the first failure; doubled for each further one, up to the longest. A service that asks
        for more than the longest wait (Retry-After) is obeyed by giving up: what is fetched so far is kept.
    tries_at_door : int
        Calls before giving up where nobody has answered yet and no connection comes about: most often one's own.
    """

    pause: float = 0.2
    timeout: float = 60.0
    tries: int = 6
    first_wait: float = 1.0
    longest_wait: float = 120.0
    tries_at_door: int = 3


@dataclass(slots=True)
class _Count:
    requests: int = 0
    cached: int = 0
    answered: int = 0
    last: float = -math.inf


class UnansweredError(JamlikError):
    """The service gave no usable answer.

    Parameters
    ----------
    url : str
        What was asked.
    why, do : str
        Which of the error's texts (`errors.kolada_unanswered`) are told.
    status : int
        The HTTP status of the last answer; 504 when it took too long, 0 when there was none.
    """

    def __init__(self, url: str, why: str, do: str, *, status: int = 0, **values: object) -> None:
        super().__init__("kolada_unanswered", where=Place(file=url), kind=ErrorKind.NETWORK, why=why, do=do)
        self.values = values
        self.status = status

    @property
    def is_about_the_question(self) -> bool:
        """Whether another question may well be answered: this one was refused, too heavy or not understood."""
        return self.status >= 400 and self.status != 429


def seconds_asked(text: str, *, now: float) -> float | None:
    """Seconds that a Retry-After header asks for, given as a number or an HTTP date; None when it is neither.

    Parameters
    ----------
    text : str
        The header.
    now : float
        Seconds since the epoch; a date in the past asks for 0.
    """
    plain = text.strip()
    if plain.isdigit():
        return float(plain)
    try:
        at = parsedate_to_datetime(plain)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, at.timestamp() - now)


class PageReader:
    """One service at one address, whose answers are pages of `values` with a `next_url`.

    Parameters
    ----------
    base : str
        Address that every call begins with.
    cache : PageCache
        Where pages are kept.
    manners : Manners
        Pauses, time limits, tries.
    transport : httpx.BaseTransport, optional
        For tests.
    sleep, clock : callable
        For tests: wait so many seconds; seconds since the epoch.
    """

    def __init__(
        self,
        *,
        base: str,
        cache: PageCache,
        manners: Manners,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.base = _checked_base(base)
        self._cache, self._manners, self._sleep, self._clock = cache, manners, sleep, clock
        self._count = _Count()
        self._http = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(manners.timeout, connect=min(15.0, manners.timeout)),
            headers={"User-Agent": _AGENT, "Accept": "application/json"},
            follow_redirects=False,
        )

    @property
    def requests_n(self) -> int:
        """Calls made, retries included."""
        return self._count.requests

    @property
    def cached_n(self) -> int:
        """Pages taken from the cache instead."""
        return self._count.cached

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def values(self, path: str, *, query: Mapping[str, str], max_age: float) -> Iterator[list[Mapping[str, Any]]]:
        """Every page's values, following `next_url`.

        Parameters
        ----------
        path : str
            After the base, such as `/kpi`.
        query : mapping
            Query parameters.
        max_age : float
            Seconds that a kept page is good for.

        Raises
        ------
        JamlikError
            `NETWORK` when the service cannot be reached, refuses, or answers with something other than JSON;
            `CONTRACT` when the JSON has another shape.
        """
        url = str(httpx.URL(self.base + path, params=dict(query)))
        seen: set[str] = set()
        for _ in range(_PAGES_AT_MOST):
            seen.add(url)
            values, following = self._page(url, max_age=max_age)
            yield values
            if not following:
                return
            url = self._own(following, since=url)
            if url in seen:
                break
        raise _wrong_shape(url, Term("kolada_ring"))

    def _page(self, url: str, *, max_age: float) -> tuple[list[Mapping[str, Any]], str]:
        body = self._cache.kept(url, newer_than=self._clock() - max_age)
        if body is not None:
            try:
                page = _parsed_page(url, body)
            except JamlikError:
                self._cache.drop(url)
            else:
                self._count.cached += 1
                return page
        body = self._fetched(url)
        page = _parsed_page(url, body)
        self._cache.keep(url, body, at=self._clock())
        return page

    def _fetched(self, url: str) -> bytes:
        """Body of the answer, after as many tries as manners allow."""
        wait, status = self._manners.first_wait, 0
        why: Mapping[str, str] = {}
        for turn in range(1, self._manners.tries + 1):
            asked = None
            try:
                answer = self._answered(url)
            except httpx.TransportError as error:
                why = _in_every_language("no_answer", error=type(error).__name__, said=str(error)[:200] or "\u2026")
                status = 504 if isinstance(error, httpx.ReadTimeout) else 0
                at_door = isinstance(error, httpx.ConnectError) and not self._count.answered
            else:
                at_door = False
                self._count.answered += 1
                if answer.status_code == 200:
                    return answer.content
                why, status = _reason(answer), answer.status_code
                if status not in _PASSING and status < 500:
                    raise UnansweredError(url, "why", "do_check_what", status=status, reason=why)
                asked = seconds_asked(answer.headers.get("Retry-After", ""), now=self._clock())
                if asked is not None and asked > self._manners.longest_wait:
                    raise UnansweredError(
                        url, "why_wait", "do_again", status=status, reason=why, seconds=math.ceil(asked)
                    )
            if turn == self._manners.tries or (at_door and turn >= self._manners.tries_at_door):
                break
            self._sleep(wait if asked is None else asked)
            wait = min(2 * wait, self._manners.longest_wait)
        raise UnansweredError(url, "why_tried", "do_again", status=status, reason=why, times=turn)

    def _answered(self, url: str) -> httpx.Response:
        """One answer; redirects are followed a few steps, on the same host only."""
        at = url
        for _ in range(_HOPS):
            since = self._clock() - self._count.last
            if 0 <= since < self._manners.pause:
                self._sleep(self._manners.pause - since)
            self._count.requests += 1
            try:
                answer = self._http.get(at)
            finally:
                self._count.last = self._clock()
            if not answer.has_redirect_location:
                return answer
            at = self._own(answer.headers["Location"], since=at)
        raise UnansweredError(url, "why_round", "do_check")

    def _own(self, target: str, *, since: str) -> str:
        """The address that the service points at, on the service's own scheme, host and port; else an error.

        Only the host's name is compared: behind a proxy a service may well believe that it speaks http on port 8000.
        """
        base = httpx.URL(self.base)
        try:
            url = httpx.URL(since).join(target)
        except (httpx.InvalidURL, ValueError, TypeError):
            raise _wrong_shape(since, Term("kolada_next")) from None
        if url.host != base.host or url.scheme not in {"http", "https"} or url.userinfo:
            raise UnansweredError(since, "why_elsewhere", "do_moved", host=url.host or target[:60])
        return str(url.copy_with(scheme=base.scheme, host=base.host, port=base.port))


def _checked_base(base: str) -> str:
    plain = base.strip().rstrip("/")
    try:
        url = httpx.URL(plain)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not re.fullmatch(r"[\w.:-]+", url.host) or url.query:
        raise JamlikError("kolada_address", where=Place(file=base), kind=ErrorKind.USAGE)
    return plain


def _parsed_page(url: str, body: bytes) -> tuple[list[Mapping[str, Any]], str]:
    """Values and the address of the next page (empty when this is the last)."""
    try:
        page = json.loads(body)
    except ValueError as error:
        start = body[:60].decode("utf-8", "replace").strip()
        raise UnansweredError(url, "why_no_json", "do_browser", error=error.__class__.__name__, start=start) from None
    if not isinstance(page, dict) or not isinstance(page.get("values"), list):
        raise _wrong_shape(url, Term("kolada_values"))
    if not all(isinstance(value, dict) for value in page["values"]):
        raise _wrong_shape(url, Term("kolada_objects"))
    following = page.get("next_url") or ""
    if not isinstance(following, str):
        raise _wrong_shape(url, Term("kolada_next_text"))
    return page["values"], following


def _in_every_language(key: str, **values: object) -> dict[str, str]:
    return {lang: phrase(lang, f"errors.kolada_reason.{key}", **values) for lang in LANGUAGES}


def _reason(answer: httpx.Response) -> Mapping[str, str]:
    """What the service said, in short, by language."""
    said = ""
    try:
        detail = answer.json()
    except ValueError:
        detail = None
    if isinstance(detail, dict) and isinstance(detail.get("detail"), str):
        said = f": {detail['detail'][:200]}"
    status = answer.status_code
    key = {429: "too_many", 404: "not_there"}.get(status, "answered")
    return _in_every_language(key, status=status, named=answer.reason_phrase, said=said)


def _wrong_shape(url: str, what: Term) -> JamlikError:
    return JamlikError("kolada_other_form", where=Place(file=url), kind=ErrorKind.CONTRACT, answer=what)
