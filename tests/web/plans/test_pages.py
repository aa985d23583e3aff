"""The pages of actions and plans: views, forms, files, measuring again."""

from __future__ import annotations

import io
import re
from datetime import date

import docx
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from jamlik.analysis.change import GapAnswer, GapLeft, MeasuredGap, Mover, gap_change
from jamlik.web.goals.models import Target
from jamlik.web.plans import actions, pictures, plan_actions, queries, serving, telling
from jamlik.web.plans.forms import MoneyField
from jamlik.web.plans.models import Action, Plan, Remeasure, Update
from jamlik.web.statistics.models import Indicator


@pytest.fixture
def manager(municipality, user_of):
    return user_of("unit_manager", municipality.units[0][0])


@pytest.fixture
def client(manager, client_as):
    return client_as(manager)


@pytest.fixture
def action(planned, finding_of, municipality, manager) -> Action:
    finding = finding_of(municipality.committees[0], gap=(-10, -13, -7), state="acted_on")
    Indicator.objects.update(unit="%")
    return planned(finding, by=manager)


@pytest.fixture
def plan(municipality, user_of, at) -> Plan:
    return plan_actions.make_plan(
        title="Likvärdig skola",
        owner=municipality.committees[0],
        first_year=2027,
        last_year=2029,
        summary="Vi minskar skillnaderna.",
        by=user_of("head", municipality.committees[0]),
        at=at,
    )


def test_views_show_the_same_actions_and_leave_others_drafts_out(
    action, finding_of, municipality, user_of, at, client_as
):
    draft = actions.begin_action(
        finding=finding_of(municipality.committees[0], "d"),
        unit=municipality.units[0][0],
        by=user_of("unit_manager", municipality.units[0][0]),
        at=at,
    )
    actions.change_action(
        action=draft,
        fields={"title": "Ett utkast"},
        expected_version=draft.version,
        by=draft.written_by,
        at=at,
    )
    reader = client_as(user_of("reader", municipality.top))
    for view in ("list", "board", "timeline"):
        text = reader.get(reverse(f"plans:{view}")).content.decode()
        assert action.title in text, view
        assert "Ett utkast" not in text, view


def test_timeline_draws_each_action_inside_the_picture(action, finding_of, planned, municipality, manager):
    planned(
        finding_of(municipality.committees[0], "q2"), by=manager, starts_on=date(2027, 1, 1), due_on=date(2035, 1, 1)
    )
    rows = list(queries.timeline_actions(queries.visible_actions(manager)))
    drawn = pictures.timeline(rows, day=date(2027, 6, 1))
    assert [bar.action for bar in drawn.bars] == rows
    for bar in drawn.bars:
        assert 0 <= bar.x < bar.x + bar.width <= drawn.width
        assert bar.y + 10 <= drawn.height
    gaps = [after.x - before.x for before, after in zip(drawn.ticks, drawn.ticks[1:], strict=False)]
    assert min(gaps) >= 55, "the texts of the months run into each other"
    assert pictures.timeline([], day=date(2027, 6, 1)) is None


def test_gap_picture_keeps_every_interval_on_one_scale_with_nought(action, finding_of, municipality):
    finding_of(municipality.committees[0], "q1", "2027", gap=(-4, -7, 1))
    finding_of(municipality.committees[0], "q1", "2028")
    series = queries.gap_series(action.finding)
    assert [each.shown for each in series] == [True, True, False]
    drawn = pictures.gap_picture(series)
    first, second = drawn.points
    assert first.low_x < first.x < first.high_x < drawn.zero_x
    assert second.low_x < second.x < drawn.zero_x < second.high_x <= drawn.width
    assert pictures.gap_picture(series[2:]) is None


def test_action_page_shows_the_gap_before_and_after_and_hides_what_is_hidden(action, finding_of, municipality, client):
    finding_of(municipality.committees[0], "q1", "2027", gap=(-4, -7, -1))
    finding_of(municipality.committees[0], "q1", "2028")
    text = client.get(reverse("plans:action", args=[action.pk])).content.decode()
    rows = re.findall(r'<tr><th scope="row">(20\d\d)</th>(.*?)</tr>', text)
    assert [(year, re.sub(r"<[^>]+>", "|", cells)) for year, cells in rows] == [
        ("2026", "|50,0||60,0||−10,0||−13,0 till −7,0|"),
        ("2027", "|56,0||60,0||−4,0||−7,0 till −1,0|"),
        ("2028", "|visas inte|"),
    ]
    head = re.search(r"<thead><tr>(.*?)</tr>", text)
    assert head is not None
    assert [each for each in re.sub(r"<[^>]+>", "|", head[1]).split("|") if each] == [
        "Period",
        "Pojkar (%)",
        "Flickor (%)",
        "Skillnad (procentenheter)",
        "Osäkerhet",
    ]


UNSURE, LEFT = "Skillnaden är mindre. Det går inte att säga om den är borta.", "Skillnaden är mindre, men finns kvar."


def _measured_again(action, finding_of, municipality, user_of, at, gap, **numbers) -> Remeasure:
    made = finding_of(municipality.committees[0], "q1", "2027", gap=gap)
    made.numbers |= numbers
    made.save(update_fields=["numbers"])
    return plan_actions.remeasure(before=action.finding, after=made, by=user_of("analyst", municipality.top), at=at)


def _note(page: str) -> str:
    start = page.index('<div class="note">')
    return re.sub(r"<[^>]+>", " ", page[start : page.index("</div>", start)])


@pytest.mark.parametrize(
    ("gap", "boys", "girls", "answer", "mover"),
    [
        ((-4, -8.5, 0.5), 51.5, 55.5, UNSURE, "mest för att flickor fick det sämre. En mindre del"),
        ((-4, -6, -2), 56, 60, LEFT, "minskade skillnaden för att pojkar fick det bättre."),
        ((-4, -6, -2), 50, 54, LEFT, "bara för att flickor fick det sämre. Det blev inte bättre för pojkar."),
        ((-4, -6, -2), 55, 59, LEFT, "mest för att pojkar fick det bättre. Men flickor fick det också sämre."),
        ((-4, -6, -2), 53, 57, LEFT, "lika mycket för att flickor fick det sämre som för att pojkar"),
        ((-1, -3, 1), 59, 60, "Skillnaden har försvunnit. Det som är kvar går inte", "för att pojkar fick det bättre."),
        ((-0.5, -0.9, -0.1), 59.5, 60, "Det som är kvar är för litet", "för att pojkar fick det bättre."),
        ((-9, -13, -5), 51, 60, "Det går inte att säga om skillnaden har ändrats. Osäkerheten", ""),
        ((-20, -22, -18), 40, 60, "Skillnaden är större.", ""),
    ],
)
def test_what_the_figures_say_names_who_moved_and_claims_no_more_than_they_tell(
    action, finding_of, municipality, user_of, at, client, gap, boys, girls, answer, mover
):
    levels = {"level": str(boys), "level_reference": str(girls)}
    made = _measured_again(action, finding_of, municipality, user_of, at, gap, **levels)
    note = _note(client.get(reverse("plans:remeasured", args=[made.pk])).content.decode())
    assert answer in note
    assert ("finns kvar" in note) == (answer == LEFT)
    assert ("Enligt nivåerna" in note) == bool(mover)
    assert mover in note
    shown = f"{girls:.1f}".replace(".", ",")
    assert f"Flickor gick från 60,0 till {shown} %." in note
    assert "procentenheter (osäkerhet" in note
    assert answer in client.get(reverse("plans:action", args=[action.pk])).content.decode()


@pytest.mark.parametrize(
    ("better", "told"),
    [
        ("up", "bara för att flickor fick det sämre"),
        ("down", "minskade skillnaden för att flickor fick det bättre"),
        ("neutral", None),
    ],
)
def test_who_lost_is_told_by_which_way_is_better_and_by_nobody_without_it(
    action, finding_of, municipality, user_of, at, client, better, told
):
    again = {"level": "50", "level_reference": "52", "direction": better}
    made = _measured_again(action, finding_of, municipality, user_of, at, (-2, -4, -0.5), **again)
    note = _note(client.get(reverse("plans:remeasured", args=[made.pk])).content.decode())
    assert "Pojkar gick från 50,0 till 50,0 %." in note
    assert "Flickor gick från 60,0 till 52,0 %." in note
    assert told in note if told else "fick det" not in note


@pytest.mark.parametrize("lang", ["sv", "en", "fi"])
def test_every_answer_and_mover_can_be_told_in_every_language(lang, action):
    numbers = {"unit": "%", "direction": "up", "change": -1.0, "low": -2.0, "high": 0.0, "turned": True}
    numbers |= {"before": {"level": "1", "level_reference": "2"}, "after": {"level": "2", "level_reference": "2"}}
    kinds = [{**numbers, "left": left.value, "mover": mover.value} for left in GapLeft for mover in Mover]
    with translation.override(lang):
        for answer in GapAnswer:
            for kind in ({}, *kinds):
                row = Remeasure(before=action.finding, answer=answer.value, numbers=kind)
                assert telling.answer_text(row)
                assert len(telling.told_lines(row)) == (0 if not kind else 4 + (kind["mover"] != Mover.UNKNOWN))


def test_what_one_committee_alone_may_see_is_answered_without_its_numbers_being_kept():
    change = gap_change(MeasuredGap(-10.0, -13.0, -7.0), MeasuredGap(-4.0, -6.0, -2.0))
    kept = plan_actions.kept(change, public=False)
    assert kept == {"turned": False, "left": "sure"}
    assert plan_actions.kept(change, public=True)["change"] == -6.0


def test_gap_picture_has_a_scale_of_round_numbers_that_holds_everything(action, finding_of, municipality):
    finding_of(municipality.committees[0], "q1", "2027", gap=(-4, -7, 1))
    drawn = pictures.gap_picture(queries.gap_series(action.finding))
    assert [tick.text for tick in drawn.ticks] == ["−15", "−10", "−5", "0", "5"]
    assert next(tick.x for tick in drawn.ticks if tick.text == "0") == drawn.zero_x
    assert all(drawn.ticks[0].x <= x <= drawn.ticks[-1].x for each in drawn.points for x in (each.low_x, each.high_x))


@pytest.mark.parametrize(
    ("spread", "step"), [(0, 1), (0.5, 0.1), (6, 1), (7, 2), (12.1, 5), (60, 10), (61, 20), (600000, 100000)]
)
def test_steps_of_a_scale_are_round_and_at_most_six(spread, step):
    assert pictures.step_of(spread) == step


def test_measured_again_with_one_click_and_confirmed_once(action, finding_of, municipality, client, user_of, client_as):
    url = reverse("plans:remeasure", args=[action.pk])
    assert "inga nyare siffror" in client.post(url, follow=True).content.decode()
    finding_of(municipality.committees[0], "q1", "2027", gap=(-25, -28, -22))
    page = client.post(url, follow=True).content.decode()
    assert "Skillnaden är större." in page
    assert "Någon med ansvar behöver bekräfta svaret." in page
    made = Remeasure.objects.get()
    leader = client_as(user_of("head", municipality.departments[0]))
    confirm = reverse("plans:confirm", args=[made.pk])
    against = leader.post(confirm, {"closed": "yes", "comment": ""})
    assert (against.status_code, "Svaret går emot siffrorna." in against.content.decode()) == (422, True)
    assert client.post(confirm, {"closed": "no"}).status_code == 403
    assert leader.post(confirm, {"closed": "no"}).status_code == 302
    action.finding.refresh_from_db()
    assert action.finding.state == "under_analysis"
    assert leader.post(confirm, {"closed": "yes", "comment": "Jo"}).status_code == 302
    made.refresh_from_db()
    assert made.closed is False


def test_report_sent_twice_is_one_report(action, client):
    url = reverse("plans:report", args=[action.pk])
    form = {"progress": "on_track", "text": "Vi har börjat.", "spent_sek": "10 000", "once_token": "a" * 20}
    answers = [client.post(url, form) for _ in range(2)]
    assert {answer.url for answer in answers} == {reverse("plans:action", args=[action.pk])}
    assert Update.objects.get().spent_sek == 10000


def test_text_about_a_person_is_refused_at_the_field(action, client):
    url = reverse("plans:report", args=[action.pk])
    answer = client.post(url, {"progress": "on_track", "text": "Ring 811228-9874"})
    assert answer.status_code == 422
    assert '<a href="#id_text">Texten pekar ut en person.' in answer.content.decode()
    assert not Update.objects.exists()


def test_somebody_else_changing_the_action_is_shown_beside(action, client):
    url = reverse("plans:edit", args=[action.pk])
    page = client.get(url).content.decode()
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    fields = {
        "title": action.title,
        "goal": str(action.goal_id),
        "due_on": "2027-12-01",
        "cost_sek": "0",
        "expected_effect": "Mindre skillnad.",
        "version": version,
    }
    assert client.post(url, {**fields, "role": "Biträdande rektor"}).status_code == 302
    second = client.post(url, {**fields, "role": "Skolchef"})
    assert second.status_code == 409
    assert all(role in second.content.decode() for role in ("Biträdande rektor", "Skolchef"))
    action.refresh_from_db()
    assert action.role == "Biträdande rektor"


def test_milestones_and_contributors_are_added_reached_and_removed(action, client):
    client.post(reverse("plans:milestone", args=[action.pk]), {"title": "Lokal klar", "due_on": "2027-08-01"})
    client.post(reverse("plans:contributor", args=[action.pk]), {"partner": "Klubben", "commitment": "Lokal"})
    neither = client.post(reverse("plans:contributor", args=[action.pk]), {"commitment": "Lokal"})
    assert "antingen en enhet eller" in neither.content.decode()
    milestone, contributor = action.milestones.get(), action.contributors.get()
    client.post(reverse("plans:reach", args=[action.pk, milestone.pk]))
    client.post(reverse("plans:remove_contributor", args=[action.pk, contributor.pk]))
    milestone.refresh_from_db()
    assert milestone.reached_on is not None
    assert not action.contributors.exists()


def test_milestones_and_contributors_are_changed_by_one_person_at_a_time(action, client, municipality):
    client.post(reverse("plans:milestone", args=[action.pk]), {"title": "Lokal klar", "due_on": "2027-08-01"})
    client.post(reverse("plans:contributor", args=[action.pk]), {"partner": "Klubben", "commitment": "Lokal"})
    milestone, contributor = action.milestones.get(), action.contributors.get()
    step = reverse("plans:edit_milestone", args=[action.pk, milestone.pk])
    part = reverse("plans:edit_contributor", args=[action.pk, contributor.pk])
    page = client.get(reverse("plans:action", args=[action.pk])).content.decode()
    assert step in page
    assert part in page
    assert 'value="2027-08-01"' in client.get(step).content.decode()
    changed = {"title": "Lokal klar", "due_on": "2027-09-01", "version": "0"}
    assert client.post(step, changed).status_code == 302
    second = client.post(step, {**changed, "due_on": "2027-10-01"})
    assert second.status_code == 409
    assert "2027-09-01" in second.content.decode()
    assert client.post(step, {**changed, "due_on": "2027-10-01", "version": "1"}).status_code == 302
    milestone.refresh_from_db()
    assert (milestone.due_on, milestone.reached_on) == (date(2027, 10, 1), None)
    other = {"other_unit": municipality.units[0][1].pk, "commitment": "Lokal och ledare", "version": "0"}
    assert client.post(part, {**other, "partner": "Klubben"}).status_code == 422
    assert client.post(part, other).status_code == 302
    contributor.refresh_from_db()
    assert (str(contributor), contributor.partner, contributor.version) == ("Alskolan", "", 1)
    actions.stop_action(action=action, reason="Ingen budget.", by=action.written_by, at=action.written_at)
    assert "Åtgärden pågår inte" in client.post(step, {**changed, "version": "2"}).content.decode()


def test_plan_as_word_and_pdf_holds_its_actions_and_their_cost(
    plan, planned, finding_of, municipality, manager, client_as, user_of, at
):
    for number in (1, 2):
        planned(
            finding_of(municipality.committees[0], f"p{number}"), by=manager, plan=plan, title=f"Åtgärd nummer {number}"
        )
    late = Action.objects.get(title="Åtgärd nummer 1")
    Action.objects.filter(pk=late.pk).update(due_on=date(2020, 1, 1), progress="on_track", reported_at=at)
    actions.add_milestone(action=late, title="Schemat är klart", due_on=date(2019, 5, 1), by=manager, at=at)
    reader = client_as(user_of("head", municipality.committees[0]))
    made = docx.Document(io.BytesIO(reader.get(reverse("plans:plan_word", args=[plan.pk])).content))
    text = "\n".join(p.text for p in made.paragraphs)
    assert "Planen har 2 åtgärder." in text
    assert "240\xa0000 kronor" in text
    rows = [[row.cells[0].text, row.cells[5].text] for row in made.tables[0].rows[1:]]
    assert rows == [["Åtgärd nummer 1", "försenad"], ["Åtgärd nummer 2", "planerad"]]
    assert "Delmål" in [p.text for p in made.paragraphs if p.style.name.startswith("Heading")]
    assert serving.planned([late.finding_id])[late.finding_id][0].state == "försenad"
    page = re.sub("<[^>]+>", "", reader.get(reverse("plans:action", args=[late.pk])).content.decode())
    assert "Rapporterat 2027-02-01: Enligt plan." in page
    pdf = PdfReader(io.BytesIO(reader.get(reverse("plans:plan_pdf", args=[plan.pk])).content))
    assert "Åtgärd nummer 2" in "".join(page.extract_text() for page in pdf.pages)
    assert pdf.trailer["/Root"]["/Lang"] == "sv"
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_plan_goes_round_and_only_the_registrar_records_its_adoption(plan, municipality, user_of, client_as):
    head = client_as(user_of("head", municipality.committees[0]))
    registrar = client_as(user_of("registrar", municipality.committees[0]))
    url = reverse("plans:move_plan", args=[plan.pk])
    assert 'value="adopted"' not in head.get(url).content.decode()
    assert head.post(url, {"to": "adopted"}).status_code == 422
    head.post(url, {"to": "referral", "note": "Ut till råden."})
    head.post(url, {"to": "revised"})
    empty = registrar.post(url, {"to": "adopted"})
    assert "Ange vem som antog planen" in empty.content.decode()
    registrar.post(
        url,
        {"to": "adopted", "adopted_by": "Utbildningsnämnden", "adopted_on": "2027-03-01", "paragraph": "§ 12"},
    )
    plan.refresh_from_db()
    assert (plan.state, plan.paragraph) == ("adopted", "§ 12")
    assert (
        head.post(
            reverse("plans:edit_plan", args=[plan.pk]),
            {
                "title": "Ny",
                "first_year": "2027",
                "last_year": "2028",
                "version": str(plan.version),
            },
        ).status_code
        == 422
    )


def test_draft_plan_is_for_those_who_edit(plan, municipality, user_of, client_as):
    reader = client_as(user_of("reader", municipality.top))
    assert reader.get(reverse("plans:plan", args=[plan.pk])).status_code == 404
    outside = client_as(user_of("head", municipality.committees[1]))
    assert outside.get(reverse("plans:plan", args=[plan.pk])).status_code == 404


@pytest.mark.parametrize(
    ("written", "read"),
    [("120000", 120000), ("ca 120 000 kr", 120000), ("Cirka 5 000 kronor", 5000), ("0", 0), ("25 000:-", 25000)],
)
def test_a_cost_is_read_as_people_write_it(written, read):
    assert MoneyField().clean(written) == read


@pytest.mark.parametrize("written", ["120 tkr", "1,5 miljoner", "-5", "kr", "10-20"])
def test_a_cost_that_cannot_be_read_is_explained(written):
    with pytest.raises(ValidationError, match="Skriv hela kronor med siffror"):
        MoneyField().clean(written)


def test_the_goal_with_a_target_on_the_question_is_chosen_and_one_may_ask_for_another(
    finding_of, municipality, manager, client, at, goal, user_of
):
    user_of("strategist", municipality.top, name="Stina Strateg")
    finding = finding_of(municipality.committees[0], "q7")
    begun = actions.begin_action(finding=finding, unit=municipality.units[0][0], by=manager, at=at)
    where = reverse("plans:step", args=[begun.pk, "goal"])
    page = client.get(where).content.decode()
    assert "---------" not in page
    assert "Välj mål" in page
    assert f'<option value="{goal.pk}" selected' not in page
    assert "Stina Strateg" in page
    Target.objects.create(
        goal=goal,
        indicator=finding.indicator,
        data_set=finding.data_set,
        question_key="q7",
        kind="gap",
        aim_kind="share",
        aim="0.5",
        baseline_period="2026",
        by_year=2030,
    )
    assert f'<option value="{goal.pk}" selected' in client.get(where).content.decode()
