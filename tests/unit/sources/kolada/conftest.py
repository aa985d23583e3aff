"""A Kolada with a dozen figures, a Kolada with the recorded ones, and clients that do not wait."""

from __future__ import annotations

import pytest

from jamlik.sources.kolada import KoladaClient, Manners
from tests.support.kolada_server import KoladaServer

QUICK = Manners(tries=4, first_wait=0.001, longest_wait=60.0, timeout=60.0)


def figure(kpi, municipality, period, **values):
    """One object from /data; a value is a number or (number or None, status)."""
    both = {sex: value if isinstance(value, tuple) else (value, "") for sex, value in values.items()}
    return {
        "kpi": kpi,
        "municipality": municipality,
        "period": period,
        "values": [
            {"gender": sex, "value": value, "status": status, "count": 1, "isdeleted": 0}
            for sex, (value, status) in both.items()
        ],
    }


def kpi(kpi_id, title, *, split=1, kind="K", description=""):
    return {
        "id": kpi_id,
        "title": title,
        "is_divided_by_gender": split,
        "municipality_type": kind,
        "description": description,
        "operating_area": "Skola",
    }


PLACES = [
    {"id": "0000", "title": "Riket", "type": "L"},
    {"id": "0001", "title": "Region Stockholm", "type": "L"},
    {"id": "0126", "title": "Huddinge", "type": "K"},
    {"id": "0127", "title": "Botkyrka", "type": "K"},
    {"id": "0305", "title": "Håbo", "type": "K"},
    {"id": "0643", "title": "Habo", "type": "K"},
    {"id": "1490", "title": "Borås", "type": "K"},
    {"id": "0180", "title": "Stockholm", "type": "K"},
]
SURVEY, MARGIN = "Invånare med god hälsa, andel (%)", "Osäkerhetstal - Andel invånare 16-84 år med god hälsa, andel (%)"
KPIS = [
    kpi("N1", "Behöriga, andel (%)"),
    kpi("N2", "Personalkostnad, kr/inv", split=0),
    kpi("N3", "Regionens tal, andel (%)", kind="L"),
    kpi("N4", "Bara andra har tal, antal"),
    kpi("U1", SURVEY, kind="A"),
    kpi("U2", MARGIN, split=0, kind="A"),
]
GROUPS = [
    {
        "id": "G1",
        "title": "Liknande kommuner, övergripande, Huddinge, 2025",
        "members": [{"member_id": "1490", "member_title": "Borås"}],
    }
]
FIGURES = [
    figure("N1", "0126", 2021, T=80.0, K=84.0, M=76.0),
    figure("N1", "0000", 2021, T=82.0, K=85.0, M=79.0),
    figure("N1", "1490", 2021, T=81.0, K=0.0, M=(None, "Private")),
    figure("N1", "1490", 2022, T=(None, "Missing"), K=(None, ""), M=(77.0, "Normal")),
    figure("N2", "0126", 2021, T=50000.0),
    figure("N3", "0126", 2021, T=1.0, K=1.0, M=1.0),
    figure("N4", "0126", 2021, T=7.0, K=(None, "Missing"), M=(None, "Missing")),
    figure("N4", "0000", 2021, T=7.0, K=3.0, M=4.0),
    figure("U1", "0126", 2021, T=70.0, K=69.0, M=71.0),
    figure("U2", "0126", 2021, T=1.96, K=3.92, M=0.0),
]
SMALL = {"kpis": KPIS, "municipalities": PLACES, "groups": GROUPS, "figures": FIGURES}


@pytest.fixture(scope="session")
def recorded(shared_dir):
    return shared_dir / "data" / "kolada"


@pytest.fixture
def served():
    """Start servers that are stopped after the test."""
    running = []

    def start(folder=None, **options):
        server = KoladaServer(folder, **(options if folder else SMALL | options))
        running.append(server)
        return server.__enter__()

    yield start
    for server in running:
        server.__exit__()


@pytest.fixture
def client(tmp_path):
    """Make clients that share a cache folder and do not pause; `slept` collects what they would have waited."""
    made = []

    def make(server, *, cache_dir=tmp_path / "cache", pause=0.0, manners=QUICK, **options):
        slept = options.pop("slept", [])
        found = KoladaClient(
            base_url=server if isinstance(server, str) else server.url,
            cache_dir=cache_dir,
            pause=pause,
            manners=manners,
            sleep=slept.append,
            **options,
        )
        made.append(found)
        return found

    yield make
    for each in made:
        each.close()
