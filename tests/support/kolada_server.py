"""A local server that speaks Kolada's API v3, with the figures recorded beside the project and trouble on order.

For tests: `with KoladaServer(shared_dir / "data" / "kolada") as server: … server.url …`. By hand:
`python -m tests.support.kolada_server --port 8011`, then
`JAMLIK_KOLADA_URL=http://127.0.0.1:8011/v3 jamlik start 0126`.

What it keeps to: paging by `page`, `per_page` (at most 5,000) and `next_url`; at most 25 values in a filter; two of the
three filters kpi, municipality and year; figures as one object per indicator, area and year with `values` for T, K and
M. The recorded figures lost their status: `null_every` and `deleted_every` put some back, made up.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import polars as pl

PER_PAGE = 5000
FILTER = 25
_LISTS = {
    "kpi": "kpi_v3_rekonstruerad_2026.json.gz",
    "municipality": "municipality_v3_rekonstruerad_2026.json",
    "municipality_groups": "municipality_groups_v3_urval_2026.json",
}
_FIGURES = (
    "kolada_konsuppdelat_0126_0127_1490_1283_0000_1994-2022.csv.gz",
    "kolada_urval_alla_kommuner_TKM_2010-2022.csv.gz",
)


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call: a status with headers and body, a wait before it, or a broken connection.

    `hang_up` breaks it before the answer, `cut` in the middle of the body.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    wait: float = 0.0
    hang_up: bool = False
    cut: bool = False


def busy(seconds: float = 0, *, as_date: bool = False) -> Fault:
    """429 with Retry-After in seconds or as an HTTP date."""
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)
    header = {"Retry-After": at if as_date else str(int(seconds))}
    return Fault(429, header, b'{"detail": "Too many requests"}')


def broken() -> Fault:
    """500 with a page of HTML."""
    return Fault(500, {"Content-Type": "text/html"}, b"<h1>Internal Server Error</h1>")


@cache
def recorded_lists(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Indicators, municipalities and groups as recorded."""
    lists = {}
    for name, file in _LISTS.items():
        raw = (folder / file).read_bytes()
        lists[name] = json.loads(gzip.decompress(raw) if file.endswith(".gz") else raw)["values"]
    return lists


@cache
def recorded_figures(folder: Path) -> pl.DataFrame:
    """One row per indicator, area and year, with lists of genders and values."""
    schema = {"kpi": pl.String, "municipality": pl.String, "period": pl.Int64, "gender": pl.String, "value": pl.Float64}
    frames = [pl.read_csv(gzip.decompress((folder / file).read_bytes()), schema=schema) for file in _FIGURES]
    key = ["kpi", "municipality", "period"]
    frame = pl.concat(frames).unique([*key, "gender"], keep="first", maintain_order=True).sort([*key, "gender"])
    return frame.group_by(key, maintain_order=True).agg("gender", "value")


class KoladaServer:
    """The server; a context manager that listens on 127.0.0.1 while inside.

    Parameters
    ----------
    folder : Path or None
        Where the recorded figures lie; None serves only what `kpis`, `municipalities`, `groups` and `figures` hold.
    port : int
        0 takes any free one.
    limit_every, fail_every, slow_every, null_every, deleted_every : int
        Every so many calls: 429, 500, a slow answer (`slow` seconds); every so many objects: a null value with a
        status, a deleted figure beside the real ones. 0 is never.
    retry_after, retry_as_date : float, bool
        What 429 asks for.
    die_after : int
        Break every connection from this call on, until `revive()`. 0 is never.
    zero_one : bool
        Booleans as 0 and 1.
    fault : callable, optional
        Call number (from 1) and path → a Fault or None; goes before the regular trouble.
    turn : callable, optional
        Changes a page just before it is sent.
    kpis, municipalities, groups, figures : iterable of mapping
        Objects added to the recorded ones.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int = 0,
        limit_every: int = 0,
        fail_every: int = 0,
        slow_every: int = 0,
        slow: float = 0.2,
        null_every: int = 0,
        deleted_every: int = 0,
        retry_after: float = 0,
        retry_as_date: bool = False,
        die_after: int = 0,
        zero_one: bool = True,
        fault: Callable[[int, str], Fault | None] | None = None,
        turn: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
        kpis: Iterable[dict[str, Any]] = (),
        municipalities: Iterable[dict[str, Any]] = (),
        groups: Iterable[dict[str, Any]] = (),
        figures: Iterable[dict[str, Any]] = (),
    ) -> None:
        lists = recorded_lists(folder) if folder else {name: [] for name in _LISTS}
        added = {"kpi": kpis, "municipality": municipalities, "municipality_groups": groups}
        self.lists = {name: [*values, *added[name]] for name, values in lists.items()}
        self.recorded = recorded_figures(folder) if folder else None
        self.figures = list(figures)
        self.limit_every, self.fail_every, self.slow_every, self.slow = limit_every, fail_every, slow_every, slow
        self.null_every, self.deleted_every, self.zero_one = null_every, deleted_every, zero_one
        self.retry_after, self.retry_as_date, self.die_after = retry_after, retry_as_date, die_after
        self.fault, self.turn = fault, turn
        self.calls: list[str] = []
        self.served: list[str] = []
        self.agents: set[str] = set()
        self._lock = threading.Lock()
        self.stopping = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}/v3"

    def __enter__(self) -> KoladaServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()  # nobody waits on for a slow answer
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def revive(self) -> None:
        """Answer again after dying."""
        self.die_after = 0

    def trouble(self, path: str) -> Fault | None:
        """What goes wrong with the call that just came."""
        with self._lock:
            self.calls.append(path)
            n = len(self.calls)
        if self.die_after and n > self.die_after:
            return Fault(hang_up=True)
        if self.fault and (found := self.fault(n, path)):
            return found
        if self.limit_every and n % self.limit_every == 0:
            return busy(self.retry_after, as_date=self.retry_as_date)
        if self.fail_every and n % self.fail_every == 0:
            return broken()
        if self.slow_every and n % self.slow_every == 0:
            return Fault(wait=self.slow)
        return None

    def page(self, path: str, query: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body of an answer."""
        try:
            number, size = int(query.get("page", "1")), int(query.get("per_page", str(PER_PAGE)))
        except ValueError:
            return 422, {"detail": "page and per_page are whole numbers"}
        if not 1 <= size <= PER_PAGE or number < 1:
            return 422, {"detail": f"per_page is at most {PER_PAGE}"}
        parts = path.strip("/").split("/")
        if parts[0] != "v3":
            return 404, {"detail": "Not Found"}
        if len(parts) == 2 and parts[1] in self.lists:
            values = self.lists[parts[1]]
            count, shown = len(values), values[(number - 1) * size : number * size]
        elif parts[1:2] == ["data"] and len(parts) % 2 == 0:
            filters = {name: values.split(",") for name, values in zip(parts[2::2], parts[3::2], strict=True)}
            if len(filters) < 2 or set(filters) - {"kpi", "municipality", "year"}:
                return 400, {"detail": "two of kpi, municipality and year are needed"}
            if any(len(values) > FILTER for values in filters.values()):
                return 400, {"detail": f"at most {FILTER} values in a filter"}
            count, shown = self._data(filters, number, size)
        else:
            return 404, {"detail": "Not Found"}
        more = dict(query) | {"page": str(number + 1), "per_page": str(size)}
        following = f"{self.url}{path.removeprefix('/v3')}?{urlencode(more)}" if number * size < count else None
        page = {"values": self._marked(shown), "count": count, "next_url": following, "previous_url": None}
        return 200, self.turn(page) if self.turn else page

    def _data(self, filters: Mapping[str, list[str]], number: int, size: int) -> tuple[int, list[dict[str, Any]]]:
        columns = {"kpi": "kpi", "municipality": "municipality", "year": "period"}
        wanted = {columns[name]: set(values) for name, values in filters.items()}
        added = [obj for obj in self.figures if all(str(obj[c]) in values for c, values in wanted.items())]
        count, shown = len(added), added[(number - 1) * size : number * size]
        if self.recorded is not None:
            found = self.recorded.filter(
                *(pl.col(column).cast(pl.String).is_in(list(values)) for column, values in wanted.items())
            )
            count += found.height
            start = max(0, (number - 1) * size - len(added))
            rows = found.slice(start, size - len(shown)).iter_rows(named=True)
            shown = shown + [self._object(start + n, row) for n, row in enumerate(rows)]
        return count, shown

    def _object(self, n: int, row: Mapping[str, Any]) -> dict[str, Any]:
        values = [
            {"gender": gender, "count": 1, "status": "", "value": value, "isdeleted": self._bool(False)}
            for gender, value in zip(row["gender"], row["value"], strict=True)
        ]
        if self.null_every and n % self.null_every == self.null_every - 1:
            values[-1] |= {"value": None, "status": ("Private", "Missing")[n // self.null_every % 2]}
        if self.deleted_every and n % self.deleted_every == self.deleted_every - 1:
            values.append({**values[0], "value": -999.0, "isdeleted": self._bool(True)})
        return {"kpi": row["kpi"], "municipality": row["municipality"], "period": row["period"], "values": values}

    def _bool(self, value: bool) -> bool | int:
        return int(value) if self.zero_one else value

    def _marked(self, values: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if not self.zero_one:
            return values
        return [{k: int(v) if isinstance(v, bool) else v for k, v in value.items()} for value in values]


def _handler(server: KoladaServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            server.agents.add(self.headers.get("User-Agent", ""))
            fault = server.trouble(self.path)
            if fault:
                server.stopping.wait(fault.wait)
                if fault.hang_up:
                    self.close_connection = True
                    return
            parts = urlsplit(self.path)
            if fault and (fault.status != 200 or fault.body is not None):
                self._send(fault.status, fault.body or b"", fault.headers)
                return
            status, page = server.page(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
            body = json.dumps(page, ensure_ascii=False).encode()
            if fault and fault.cut:
                self._send(status, body[: len(body) // 2], {"Content-Length": str(len(body))})
                self.close_connection = True
                return
            if status == 200:  # noted before it is sent: the client may look as soon as it has its answer
                server.served.append(self.path)
            self._send(status, body, {})

        def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
            self.send_response(status)
            usual = {"Content-Type": "application/json", "Content-Length": str(len(body))}
            for name, value in (usual | dict(headers)).items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client no longer waits
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def main() -> None:
    """Serve until interrupted."""
    shared = os.environ.get("JAMLIK_SHARED") or Path(__file__).resolve().parents[3] / "shared"
    parser = argparse.ArgumentParser(description="A local Kolada with recorded figures.")
    parser.add_argument("--port", type=int, default=8011)
    parser.add_argument("--data", type=Path, default=Path(shared) / "data" / "kolada")
    parser.add_argument("--limit-every", type=int, default=0, help="429 every so many calls")
    parser.add_argument("--fail-every", type=int, default=0, help="500 every so many calls")
    parser.add_argument("--slow-every", type=int, default=0, help="a slow answer every so many calls")
    parser.add_argument("--null-every", type=int, default=0, help="a null value every so many objects")
    given = vars(parser.parse_args())
    folder, port = given.pop("data"), given.pop("port")
    with KoladaServer(folder, port=port, **given) as server:
        print(f"JAMLIK_KOLADA_URL={server.url}", flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print(f"{len(server.calls)} calls")


if __name__ == "__main__":
    main()
