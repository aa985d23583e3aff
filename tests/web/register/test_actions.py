"""Writing to the register: who may, what hangs together, what is kept, what the log says."""

import datetime as dt
import io

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import IntegrityError

from jamlik.web.core.access import OutsideScope
from jamlik.web.core.editing import EditConflict
from jamlik.web.core.history import events_of, told
from jamlik.web.core.models import AuditDetails, AuditEvent
from jamlik.web.register import actions, queries
from jamlik.web.register.choices import Choices
from jamlik.web.register.models import Document, DocumentVersion
from jamlik.web.register.queries import DocumentState
from jamlik.web.register.rules import BrokenRuleError
from jamlik.web.register.uploads import RefusedFileError
from tests.web.register.conftest import AT, TODAY, WHOLE_PDF, add_version

pytestmark = pytest.mark.django_db


def facts_of(document, **changed):
    plain = {name: getattr(document, name) for name in actions._PLAIN}
    many = {name: tuple(getattr(document, name).all()) for name in actions._MANY}
    return actions.DocumentFacts(**{**plain, **many, **changed})


def day(text):
    return dt.date.fromisoformat(text)


def test_added_document_is_a_draft_and_in_the_log(add, registrar):
    document = add()
    assert queries.state_on(document, TODAY) is DocumentState.DRAFT
    event = AuditEvent.objects.get(verb="register.document_added")
    assert (event.target_key, event.by_key, event.unit_key) == (
        str(document.pk),
        str(registrar.pk),
        str(document.owner_id),
    )
    assert '"title":[null,"Strategi' in AuditDetails.objects.get(number=event.number).body


def test_version_brings_the_decision_and_the_document_into_force(add, registrar):
    document = add(register_number="KS 2025/1")
    version = add_version(document, "2026-03-01", by=registrar)
    document.refresh_from_db()
    assert (version.number, version.register_number) == (1, "KS 2025/1")
    assert (document.decided_by, document.decided_on, document.paragraph) == (
        "Kommunfullmäktige",
        day("2026-03-01"),
        "§ 7",
    )
    assert queries.state_on(document, TODAY) is DocumentState.IN_FORCE
    assert queries.state_on(document, day("2026-02-28")) is DocumentState.COMING


def test_version_that_applied_on_a_day(add, registrar):
    document = add(decided="2020-01-01", valid_until=day("2027-12-31"))
    add_version(document, "2024-01-01", by=registrar)
    newer = add("Ny strategi", decided="2026-01-01", replaces=(document,))
    document = Document.objects.get(pk=document.pk)

    def on(text):
        found = queries.version_on(document, day(text))
        return found.version.number if found.version else found.state.value

    days = ("2019-12-31", "2020-01-01", "2023-12-31", "2024-01-01", "2025-12-31", "2026-01-01", "2028-01-01")
    assert [on(each) for each in days] == ["coming", 1, 1, 2, 2, "replaced", "replaced"]
    assert queries.version_on(document, day("2026-01-01")).replaced_by == newer


def test_time_between_a_version_that_ran_out_and_the_next_has_none(add, registrar):
    document = add(decided="2020-01-01", valid_until=day("2023-12-31"))
    decision = actions.Decision("Fullmäktige", day("2026-02-01"), "Ny lydelse.")
    days = actions.Validity(valid_until=day("2029-12-31"), review_on=day("2028-01-01"))
    actions.add_version(document=document, decision=decision, validity=days, by=registrar, at=AT)
    document = Document.objects.get(pk=document.pk)
    assert (document.valid_until, document.review_on) == (day("2029-12-31"), day("2028-01-01"))

    def on(text):
        found = queries.version_on(document, day(text))
        return found.version.number if found.version else found.state.value

    days = ("2023-12-31", "2024-01-01", "2026-01-31", "2026-02-01", "2029-12-31", "2030-01-01")
    assert [on(each) for each in days] == [1, "expired", "expired", 2, 2, "expired"]
    for each in ("2023-12-31", "2024-01-01", "2026-02-01", "2030-01-01"):
        listed = queries.documents(day(each)).get(pk=document.pk).state
        assert listed == queries.state_on(document, day(each)).value
    told = AuditDetails.objects.get(number=AuditEvent.objects.latest("number").number).body
    assert '"valid_until":["2023-12-31","2029-12-31"]' in told


def test_document_that_ran_out_applies_to_its_last_day(add):
    document = add(decided="2020-01-01", valid_until=day("2024-12-31"))
    assert queries.version_on(document, day("2024-12-31")).version is not None
    assert queries.version_on(document, day("2025-01-01")).state is DocumentState.EXPIRED


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("draft", "utkast"),
        ("coming", "kommande"),
        ("in_force", "gällande"),
        ("expired", "slut"),
        ("replaced", "gammal"),
    ],
)
def test_state_in_lists_is_the_same_as_on_the_page(add, state, title):
    add("utkast")
    add("kommande", decided="2026-09-01")
    old = add("gammal", decided="2020-01-01")
    add("gällande", decided="2026-01-01", replaces=(old,))
    add("slut", decided="2020-01-01", valid_until=day("2025-12-31"))
    listed = {each.title: each.state for each in queries.documents(TODAY)}
    assert listed[title] == state
    assert queries.state_on(Document.objects.get(title=title), TODAY).value == state


def test_overdue_reviews_are_those_in_force_past_their_day_or_run_out(add, municipality):
    late = add("sen", decided="2020-01-01", review_on=day("2026-04-30"))
    add("i dag", decided="2020-01-01", review_on=TODAY)
    add("utkast", review_on=day("2025-01-01"))
    ran_out = add("slut", decided="2020-01-01", valid_until=day("2025-12-31"), owner=municipality.committees[0])
    assert set(queries.overdue_reviews(on=TODAY)) == {late, ran_out}
    assert list(queries.overdue_reviews([municipality.committees[0].pk], on=TODAY)) == [ran_out]


@pytest.mark.parametrize(
    ("decided", "applies", "reason"),
    [
        ("2026-03-02", "2026-03-01", "applies_before_decision"),
        ("2026-03-01", "2026-03-01", "applies_before_latest"),
        ("2025-03-01", "2025-03-01", "applies_before_latest"),
    ],
)
def test_version_out_of_order_is_refused_and_nothing_is_kept(add, registrar, decided, applies, reason):
    document = add(decided="2026-03-01")
    decision = actions.Decision("Fullmäktige", day(decided), "Kort.", applies_from=day(applies))
    with pytest.raises(BrokenRuleError) as broken:
        actions.add_version(
            document=document,
            decision=decision,
            by=registrar,
            at=AT,
            upload=io.BytesIO(WHOLE_PDF),
            name="a.pdf",
            size=58,
        )
    assert broken.value.reason == reason
    assert DocumentVersion.objects.count() == 1
    assert default_storage.listdir("register")[1] == []  # the file that was written first is gone again


def test_file_is_kept_under_a_random_name_with_its_own_kind(add, registrar):
    document = add()
    upload = io.BytesIO(WHOLE_PDF)
    version = add_version(
        document, "2026-03-01", by=registrar, upload=upload, name="../../Vår plan.exe", size=len(WHOLE_PDF)
    )
    assert version.file_name == "Vår plan.pdf"
    assert "plan" not in version.file.name
    with default_storage.open(version.file.name) as kept:
        assert kept.read() == WHOLE_PDF


def test_refused_file_leaves_no_version(add, registrar):
    document = add()
    with pytest.raises(RefusedFileError):
        add_version(document, "2026-03-01", by=registrar, upload=io.BytesIO(b"MZ"), name="a.pdf", size=2)
    assert not DocumentVersion.objects.exists()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"valid_until": day("2025-01-01")}, "ends_before_decision"),
        ({"valid_until": day("2027-01-01"), "review_on": day("2027-01-02")}, "review_after_end"),
    ],
)
def test_dates_that_do_not_hang_together_are_refused(add, registrar, changed, reason):
    document = add(decided="2026-03-01")
    with pytest.raises(BrokenRuleError) as broken:
        actions.edit_document(
            document=document,
            facts=facts_of(document, **changed),
            expected_version=document.version,
            by=registrar,
            at=AT,
        )
    assert broken.value.reason == reason


def test_document_is_never_part_of_itself_nor_replaces_what_replaces_it(add, registrar):
    top = add("topp")
    middle = add("mitt", belongs_to=top)
    low = add("låg", belongs_to=middle, replaces=(top,))
    newest = add("nyast", replaces=(low,))

    def edit(document, **changed):
        actions.edit_document(
            document=document,
            facts=facts_of(document, **changed),
            expected_version=document.version,
            by=registrar,
            at=AT,
        )

    for document, changed, reason in [
        (top, {"belongs_to": top}, "part_of_itself"),
        (top, {"belongs_to": low}, "part_of_itself"),
        (top, {"replaces": (low,)}, "replaces_itself"),
        (top, {"replaces": (newest,)}, "replaces_itself"),
        (top, {"replaces": (top,)}, "replaces_itself"),
    ]:
        with pytest.raises(BrokenRuleError) as broken:
            edit(document, **changed)
        assert broken.value.reason == reason
        document.refresh_from_db()


def test_second_of_two_editors_is_told_and_overwrites_nothing(add, registrar):
    document = add()
    mine = Document.objects.get(pk=document.pk)
    seen = mine.version
    actions.edit_document(
        document=document, facts=facts_of(document, title="Hennes"), expected_version=seen, by=registrar, at=AT
    )
    with pytest.raises(EditConflict):
        actions.edit_document(
            document=mine, facts=facts_of(mine, title="Hans"), expected_version=seen, by=registrar, at=AT
        )
    assert Document.objects.get(pk=document.pk).title == "Hennes"
    assert AuditEvent.objects.filter(verb="register.document_edited").count() == 1


def test_document_of_another_unit_is_not_put_out_of_force(add, user_of, municipality):
    schools, care = municipality.committees
    theirs = add("Omsorgens plan", decided="2025-01-01", owner=care)
    mine = add("Skolans plan", decided="2025-01-01", owner=schools)
    by = user_of("registrar", schools)
    offered = {title for _, title in Choices(by, mine).replaceable}
    assert offered == set()
    asked = facts_of(mine, replaces=(theirs,))
    with pytest.raises(OutsideScope):
        actions.edit_document(document=mine, facts=asked, expected_version=mine.version, by=by, at=AT)
    with pytest.raises(OutsideScope):
        actions.add_document(facts=asked, by=by, at=AT)
    mine.replaces.add(theirs)  # as somebody with the right to both has said
    mine.refresh_from_db()
    assert {title for _, title in Choices(by, mine).replaceable} == {"Omsorgens plan"}
    actions.edit_document(document=mine, facts=asked, expected_version=mine.version, by=by, at=AT)
    assert queries.state_on(theirs) is DocumentState.REPLACED


def test_only_a_role_over_the_owning_unit_may_write(add, user_of, municipality):
    schools, care = municipality.committees
    document = add(owner=schools)
    with pytest.raises(PermissionDenied):
        add_version(document, "2026-03-01", by=user_of("reader", municipality.top))
    with pytest.raises(OutsideScope):
        add_version(document, "2026-03-01", by=user_of("registrar", care))
    stays = user_of("registrar", schools)
    with pytest.raises(OutsideScope):
        actions.edit_document(
            document=document, facts=facts_of(document, owner=care), expected_version=0, by=stays, at=AT
        )
    assert add_version(document, "2026-03-01", by=user_of("registrar", schools)).number == 1


def test_database_holds_who_and_when_of_a_decision_together(add):
    document = add()
    with pytest.raises(IntegrityError):
        Document.objects.filter(pk=document.pk).update(decided_on=TODAY)


def test_texts_that_point_out_a_person_are_refused(add, registrar):
    document = add()
    with pytest.raises(BrokenRuleError) as broken:
        add_version(document, "2026-03-01", by=registrar, summary="Ring 19121212-1212 om planen.")
    assert (broken.value.field, broken.value.reason) == ("summary", "names_somebody")
    with pytest.raises(BrokenRuleError):
        add("Plan av anna.berg@ekby.example")
    assert not DocumentVersion.objects.exists()


def test_history_of_a_document_tells_changes_by_name(add, registrar):
    older = add("Äldre plan")
    document = add("Plan", replaces=(older,))
    version = add_version(document, "2026-03-01", by=registrar)
    assert [event.what for event in told(list(events_of(version)))] == ["Lade till en beslutad version"]
    events = told(list(events_of(document)))
    assert [event.verb for event in events] == ["register.document_added"]
    changes = {change.label: change.after for change in events[0].changes}
    assert (changes["Typ"], changes["Ersätter"], changes["Ägs av"]) == ("Strategi", "Äldre plan", "Ekby kommun")
