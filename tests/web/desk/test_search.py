"""Search over everything: what is found, what stays out of sight, and that questions to the database stay few."""

from __future__ import annotations

from html import unescape

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jamlik.web.assessments.models import Verdict
from jamlik.web.desk.found import KINDS
from jamlik.web.handbook.models import Analysis
from jamlik.web.organisation.models import Area, Unit
from jamlik.web.register.models import Document, Law, Theme, ThemeSet
from jamlik.web.statistics.models import Finding
from tests.web.assessments.objects import made_approved, made_round
from tests.web.handbook.objects import made_approved as made_approved_analysis
from tests.web.learning.objects import made_shown
from tests.web.plans.objects import made_action, made_plan
from tests.web.statistics.objects import made_finding

SEARCH = reverse("desk:search")


def found(client, text: str, kind: str = "") -> str:
    response = client.get(SEARCH, {"q": text, "kind": kind})
    assert response.status_code == 200
    return unescape(response.content.decode()).partition("<main")[2]


def test_every_kind_of_thing_is_found_by_a_part_of_its_words(municipality, user_of, client_as):
    unit = municipality.units[0][0]
    made_finding(municipality.committees[0])
    made_action(unit, title="Läxhjälp i Björkskolan")
    made_plan(municipality.committees[0])
    made_round(municipality.committees[0])
    verdict = made_approved(unit)
    Verdict.objects.filter(pk=verdict.pk).update(evidence="Elevhälsans egen genomgång.")
    Area.objects.create(kind="deso", version="2025", code="0126A0010", name="Björkhagen")
    theme_set = ThemeSet.objects.create(name="Våra perspektiv")
    theme = Theme.objects.create(theme_set=theme_set, name="Trygghet", name_en="Safety")
    document = Document.objects.create(kind="plan", title="Skolplan", owner=municipality.committees[0])
    document.themes.add(theme)
    Law.objects.create(code="SL", number="2010:800", kind="law", name="Skollagen")
    analysis = made_approved_analysis(unit)
    Analysis.objects.update(title="Lunchkön")
    example = made_shown(unit)
    user_of("unit_manager", unit, name="Rektor Björkskolan")
    client = client_as(user_of("admin", municipality.top))
    for text, expected in (
        ("godkänd", "flickor"),
        ("läxhj", "Läxhjälp i Björkskolan"),
        ("handlings", "Handlingsplan"),
        ("fram", "Alla når fram"),
        ("skolpl", "Skolplan"),
        ("2010:800", "Skollagen"),
        ("betyg", "Betyg"),
        ("björksk", "Björkskolan"),
        ("rektor", "Rektor Björkskolan"),
        ("genomgång", "/assessments/verdicts/"),
        ("årsredov", "/assessments/rounds/"),
        ("safety", f"/register/?theme={theme.pk}"),
        ("björkhag", "/organisation/areas/?q=0126A0010"),
        ("lunchk", f"/handbook/analyses/{analysis.pk}/"),
        ("hallen", f"/learning/examples/{example.pk}/"),
    ):
        assert expected.lower() in found(client, text).lower(), text
    assert len(KINDS) == 16


def test_every_word_must_be_there_and_capitals_do_not_matter(municipality, user_of, client_as):
    Unit.objects.filter(pk=municipality.units[0][0].pk).update(name="Östra skolan")
    client = client_as(user_of("reader", municipality.top))
    assert "Östra skolan" in found(client, "östra")
    assert "Östra skolan" in found(client, "ÖSTRA SKOLAN")
    assert "Inget hittades" in found(client, "östra badhuset")


def test_what_lies_outside_scope_is_not_found(municipality, user_of, client_as):
    made_action(municipality.units[0][0], title="Läxhjälp")
    made_action(municipality.units[1][0], title="Läxhjälp för äldre", state="draft", planned_at=None)
    inside = client_as(user_of("reader", municipality.committees[0]))
    outside = client_as(user_of("unit_manager", municipality.units[1][0]))
    assert ">Läxhjälp<" in found(inside, "läxhjälp")
    assert ">Läxhjälp<" not in found(outside, "läxhjälp")
    assert "för äldre" not in found(outside, "läxhjälp"), "a draft is no hit, not even for its unit"


def test_people_are_found_by_those_who_may_see_people_alone(municipality, user_of, client_as):
    user_of("reader", municipality.units[0][0], name="Ledamot Ek")
    assert "Ledamot Ek" in found(client_as(user_of("registrar", municipality.top)), "ledamot")
    assert "Ledamot Ek" not in found(client_as(user_of("reader", municipality.top)), "ledamot")
    assert "Ledamot Ek" not in found(client_as(user_of("registrar", municipality.committees[1])), "ledamot")


def test_somebody_without_a_role_finds_nothing(municipality, user_of, client_as):
    assert "Inget hittades" in found(client_as(user_of()), "skolan")


def test_signs_that_databases_give_a_meaning_are_only_signs(municipality, user_of, client_as):
    client = client_as(user_of("reader", municipality.top))
    for text in ("%", "_", "'", '"; drop', "\\", "<script>"):
        assert "skolan" not in found(client, text).partition("</form>")[2].lower()


def test_more_of_one_kind_is_one_link_away_and_questions_do_not_grow(municipality, user_of, client_as):
    client = client_as(user_of("admin", municipality.top))

    def add(n: int) -> None:
        start = Document.objects.count()
        Document.objects.bulk_create(
            Document(kind="plan", title=f"Plan {start + each:02}", owner=municipality.top) for each in range(n)
        )

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            found(client, "plan")
        return len(queries)

    add(2)
    found(client, "plan")
    few = count()
    assert few <= 30
    add(10)
    assert count() == few
    page = found(client, "plan")
    assert "Plan 04" in page
    assert "Plan 05" not in page
    assert "kind=documents" in page
    assert "Plan 11" in found(client, "plan", kind="documents")


def test_the_first_sentence_names_a_finding():
    long = Finding(sentence="Elever: flickor 77,2 %, pojkar 61,6 %. Det skiljer 15,6. Mer.")
    assert long.heading("sv") == "Elever: flickor 77,2 %, pojkar 61,6 %"
    assert Finding(sentence="I åk. 9 skiljer det.").heading("sv") == "I åk. 9 skiljer det."


def test_sure_differences_with_figures_come_first_and_a_title_that_is_just_that_before_others(
    municipality, user_of, client_as
):
    for text, certainty, newest in (("utan", "not_testable", True), ("gammal", "clear", False), ("ny", "clear", True)):
        row = made_finding(municipality.committees[0])
        Finding.objects.filter(pk=row.pk).update(
            sentence=f"Flickor {text}.", texts={}, certainty=certainty, newest=newest
        )
    for title in ("Flickor i skolan", "Alla flickor", "flickor"):
        Document.objects.create(kind="plan", title=title, owner=municipality.top)
    page = found(client_as(user_of("reader", municipality.top)), "flickor")
    hits = [page.index(f">{text}.<") for text in ("Flickor ny", "Flickor gammal", "Flickor utan")]
    assert hits == sorted(hits)
    hits = [page.index(f">{text}<") for text in ("flickor", "Flickor i skolan", "Alla flickor")]
    assert hits == sorted(hits)
