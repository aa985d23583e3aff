"""The page of a file that was handed in: what is told of it, and where to go from there."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.model.errors import ErrorKind
from jamlik.web.core import clock
from jamlik.web.statistics import actions
from jamlik.web.statistics.models import Import, ImportState, Release
from tests.web.statistics.conftest import AT, school_file
from tests.web.statistics.objects import empty_data_set, made_data_set, made_import

pytestmark = pytest.mark.django_db


def page(client, name, pk):
    return re.sub(r"\s+", " ", client.get(reverse(f"statistics:{name}", args=[pk])).content.decode())


def failed(data_set, **error):
    return Import.objects.create(data_set=data_set, number=1, state=ImportState.FAILED, error=error, uploaded_at=AT)


def test_what_a_person_said_of_a_file_holds_for_the_next_one(
    data_set, analyst, client_as, run_jobs, django_capture_on_commit_callbacks
):
    client = client_as(analyst)
    first = actions.receive_file(data_set=data_set, file_name="a.csv", parts=[school_file()], by=analyst, at=AT)
    run_jobs()
    form = client.get(reverse("statistics:correct", args=[first.pk]))
    assert "frivilligt" not in form.content.decode().split("column_0")[1]
    assert "Exempel ur filen: Norr, Söder" in form.content.decode()
    said = {"direction_0": "up", "name_0": "Klarar kursen", "focus": ""}
    assert client.post(reverse("statistics:correct", args=[first.pk]), said).status_code == 302
    run_jobs()
    client.post(reverse("statistics:accept", args=[first.pk]))
    with django_capture_on_commit_callbacks(execute=True):
        run_jobs()
    assert "?data_set=" in page(client, "import", first.pk)
    second = actions.receive_file(
        data_set=data_set, file_name="b.csv", parts=[school_file(years=(2026,))], by=analyst, at=AT
    )
    run_jobs()
    second.refresh_from_db()
    told = [(i["name"]["sv"], i["direction"]) for i in second.inspection["indicators"]]
    assert told == [("Klarar kursen", "up")]
    seen = page(client, "import", second.pk)
    assert "Det ni sade om version 1 gäller här med" in seen
    assert "De tidigare finns kvar som de är: 2024, 2025." in seen
    assert "är inte med i filen" not in seen


def test_a_file_that_failed_is_told_without_folders_and_another_may_be_handed_in(analyst, client_as, committee):
    data_set = empty_data_set(committee)
    row = failed(
        data_set,
        what="Filen har bara en kolumn.",
        where="/tmp/jamlik-s7w80soy/text.txt, rad 1",
        why="",
        do="Ange delimiter under [layout] i dataset.toml.",
    )
    seen = page(client_as(analyst), "import", row.pk)
    assert "text.txt, rad 1" in seen
    assert "/tmp/" not in seen
    assert ".toml" not in seen
    assert "Ladda upp en annan fil" in seen
    assert reverse("statistics:upload", args=[data_set.pk]) in seen


def test_what_was_wrong_with_a_file_is_told_in_the_readers_language(data_set, analyst, client_as, run_jobs):
    actions.receive_file(data_set=data_set, file_name="a.csv", parts=[b"bara;rubriker\n"], by=analyst, at=AT)
    run_jobs()
    row = data_set.imports.get()
    assert row.state == ImportState.FAILED
    told = {}
    for lang in ("sv", "en", "fi"):
        analyst.language = lang
        analyst.save()
        told[lang] = page(client_as(analyst), "import", row.pk)
        assert row.error["what"][lang] in told[lang]
    assert len({row.error["what"][lang] for lang in told}) == 3
    assert row.error["what"]["sv"] not in told["en"]


def test_a_network_that_is_down_is_told_in_plain_words_with_a_button(analyst, client_as, committee):
    data_set = empty_data_set(committee, origin="kolada", origin_key="0126")
    row = failed(
        data_set, what="ConnectError: [Errno -2]", where="https://kolada.example/v3", why="", do="",
        kind=ErrorKind.NETWORK.value,
    )  # fmt: skip
    client = client_as(analyst)
    seen = page(client, "import", row.pk)
    assert "Vi fick inget svar från Kolada" in seen
    assert "Errno" not in seen
    assert "https://" not in seen
    assert "Filen är förstörd" not in seen
    again = client.post(reverse("statistics:fetch_again", args=[data_set.pk]))
    assert again.status_code == 302
    assert data_set.imports.count() == 2


def test_what_stands_instead_of_numbers_is_told_with_place_and_advice(analyst, client_as, committee):
    row = made_import(committee)
    row.problems = [
        {"code": "number_suppressed", "detail": "x", "row": 6, "column": "Antal", "n": 2, "few": False},
        {"code": "number_empty", "detail": "", "row": 9, "column": "Antal", "n": 0, "few": True},
    ]
    row.save()
    seen = page(client_as(analyst), "import", row.pk)
    assert "talet är dolt: ”x” (2), först på rad 6, kolumn Antal. Vi gissar inget tal." in seen
    assert "En tom cell där ett tal väntades (några få), först på rad 9, kolumn Antal." in seen
    assert "Vi såg inga fel" not in seen
    assert "Den tidigare versionen" not in seen


def test_a_release_tells_what_it_says_before_and_after_it_is_out(analyst, client_as, committee, run_jobs):
    data_set = made_data_set(committee)
    client = client_as(analyst)
    sure = data_set.findings.get(dimension="sex", newest=True)
    told = " ".join(sure.sentence.split())
    with CaptureQueriesContext(connection) as asked:
        assert told in page(client, "publish", data_set.pk)
    assert "statistics_levelrows" not in " ".join(each["sql"] for each in asked), "levels, which are many, are not read"
    actions.publish_release(analysis=data_set.current.analysis, released_on=clock.today(), by=analyst, at=clock.now())
    run_jobs()
    after = page(client, "release", Release.objects.get().pk)
    assert told in after
    assert reverse("statistics:finding", args=[sure.pk]) in after
    assert "<svg" in after
    uncertain = data_set.findings.exclude(certainty__in=("clear", "indicated")).first()
    assert uncertain is None or " ".join(uncertain.sentence.split()) not in after


def test_own_municipality_is_proposed_by_name_and_a_code_that_is_not_there_is_refused(analyst, client_as, committee):
    row = made_import(committee)
    row.inspection |= {"areas": [["1440", "Ale"], ["9", "Ekby"]], "areas_n": 2, "focus": "", "asked_n": 15132}
    row.save()
    client = client_as(analyst)
    seen = page(client, "import", row.pk)
    assert "Filen har 2 områden, och alla är med. Det blir 15 132 jämförelser." in seen.replace("\xa0", " ")
    assert "Er kommun, Ekby, är ett av områdena." in seen
    assert '<option value="9" selected>Ekby (9)</option>' in page(client, "correct", row.pk)
    answer = client.post(reverse("statistics:correct", args=[row.pk]), {"focus": "9999"})
    assert answer.status_code == 422
    assert "finns inte i filen. Filen har till exempel Ale, Ekby." in answer.content.decode()
    assert client.post(reverse("statistics:correct", args=[row.pk]), {"focus": "9"}).status_code == 302
    row.refresh_from_db()
    assert row.state == ImportState.SPOOLED
    row.state, row.inspection = ImportState.INSPECTED, {**row.inspection, "focus": "9", "focus_name": "Ekby"}
    row.save()
    assert "Analysen gäller Ekby." in page(client, "import", row.pk)
    assert "ett av områdena" not in page(client, "import", row.pk)
