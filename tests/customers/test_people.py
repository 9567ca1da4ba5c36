"""People: matched by rule, what is doubtful proposed, merged and parted, found however they are spelt, and forgotten."""

from datetime import timedelta
from typing import Any

import pytest

from doorstep.council.errors import Refused
from doorstep.customers import actions, finding, forgetting, matching, merging, people, queries
from doorstep.customers.models import Contact, Customer, Likeness, Person, Word
from doorstep.customers.names import alike, index_words, words_of
from doorstep.places.models import Property, Street
from doorstep.staff.actor import Actor
from tests.district import FIRST_UPRN

HOME = FIRST_UPRN + 1
ADVISER = Actor("staff", "adviser", "adviser")


def given(district: Any, name: str = "", email: str = "", phone: str = "", **more: Any) -> Customer:
    """Return contact details as they came with a case, looked into."""
    row = actions.keep(name=name, email=email, phone=phone, now=district.now, **more)
    assert row is not None
    matching.match(district.now)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Ann Smith", "ann smith", "same"),
        ("Mrs Ann Smith", "Ann Smith", "same"),
        ("Smith, Ann", "Ann Smith", "same"),
        ("Thomas James", "James Thomas", "half"),
        ("Ann Smith", "A Smith", "half"),
        ("Ann M. Smith", "Ann Mary Smith", "same"),
        ("Mohammed Imran Khan", "Mohammed Usman Khan", "half"),
        ("Mr Poole", "Mrs Poole", ""),
        ("Mr J Poole", "Mrs J Poole", ""),
        ("Poole", "Poole", "half"),
        ("राजेश कुमार", "रमेश कुमार", "half"),
        ("राजेश कुमार", "राजेश कुमार", "same"),
        ("👩‍👧", "🐶", ""),
        ("...", "...", "same"),
        ("Acme Housing Ltd", "Acme Lettings Ltd", "half"),
        ("Acme Housing Limited", "Acme Housing Ltd", "same"),
        ("Stephen Clarke", "Steven Clark", "half"),
        ("Ann Smith", "Ann Smyth", "same"),
        ("Ann Mary Smith", "Ann Smith", "same"),
        ("Zoë O'Neill", "Zoe ONeill", "same"),
        ("", "", "same"),
        ("Ann Smith", "", "half"),
        ("Ann Smith", "Smith", "half"),
        ("Jane Smith", "June Smith", "half"),
        ("Ann Smith-Jones", "Ann Jones", "same"),
        ("Ann Smith-Jones", "Ann Smith", "half"),
        ("Ann Smith", "Bob Smith", ""),
        ("Catherine Smith", "Kathryn Smith", "half"),
        ("Cath Smith", "Catherine Smith", "half"),
        ("Ann Smith", "Anna Smith", "half"),
        ("Ann Smith", "Ann Taylor", ""),
        ("Ann Lee", "Ann Leo", ""),
        ("A Smith", "B Smith", ""),
    ],
)
def test_names_are_compared_as_people_write_them(one: str, other: str, expected: str) -> None:
    assert alike(one, other) == alike(other, one) == expected


@pytest.mark.parametrize(
    "name", ["\u202eAnn", "🏴", "-", "x" * 300, "Ann " * 80, "李 小龍", "Мария"]
)
def test_odd_names_have_words_or_none(name: str) -> None:
    assert len(words_of(name)) <= 12 and all(1 <= len(w) <= 40 for w in index_words([name]))


@pytest.mark.parametrize(
    ("email", "phone", "expected"),
    [
        ("Ann@Example.org", "", [("email", "ann@example.org")]),
        ("", "01530 123456", [("phone", "01530123456")]),
        ("", "+44 (0)1530 123456", [("phone", "01530123456")]),
        ("", "07700 900123 or 01530 123456", [("phone", "07700900123"), ("phone", "01530123456")]),
        ("", "ring after six", []),
        ("", "123456 work", [("phone", "123456")]),
    ],
)
def test_one_key_for_every_way_of_writing(email: str, phone: str, expected: list[Any]) -> None:
    assert [(kind, key) for kind, key, _ in matching.keys_of(email, phone)] == expected


def test_the_same_person_is_known_again(district: Any) -> None:
    first = given(district, "Ann Smith", "ann@example.org", "01530 123456")
    by_mail = given(district, "Mrs Ann Smith", "ANN@example.org")
    by_phone = given(district, "Ann Smyth", phone="+44 1530 123456")
    assert first.person_id == by_mail.person_id == by_phone.person_id
    assert Person.objects.count() == 1 and Contact.objects.count() == 2


def test_a_household_that_shares_a_telephone_is_two_people(district: Any) -> None:
    ann = given(district, "Ann Smith", phone="01530 123456")
    bob = given(district, "Bob Smith", phone="01530 123456")
    assert ann.person_id != bob.person_id
    assert not Likeness.objects.exists()


def test_what_is_doubtful_is_proposed_and_not_done(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org")
    nobody = given(district, "", "ann@example.org")
    assert nobody.person_id != ann.person_id
    (row,) = Likeness.objects.all()
    assert (row.first_id, row.second_id, row.why) == (ann.person_id, nobody.person_id, "contact")
    uprn = HOME
    one = given(district, "Cy Jones", "cy@example.org", uprn=uprn)
    other = given(district, "Cy Jones", "cy@work.example", uprn=uprn)
    assert one.person_id != other.person_id
    assert Likeness.objects.filter(why="home", first=one.person, second=other.person).exists()


def test_somebody_like_several_is_tied_to_none(district: Any) -> None:
    john = given(district, "John Smith", "smiths@example.org")
    jane = given(district, "Jane Smith", "smiths@example.org")
    which = given(district, "J Smith", "smiths@example.org")
    assert len({john.person_id, jane.person_id, which.person_id}) == 3
    assert Likeness.objects.filter(second=which.person).count() == 2


def test_what_one_record_was_given_tells_others_apart(district: Any) -> None:
    one = given(district, "Mohammed Khan", "khan@example.org")
    imran = given(district, "Mohammed Imran Khan", "khan@example.org")
    usman = given(district, "Mohammed Usman Khan", "khan@example.org")
    assert one.person_id == imran.person_id != usman.person_id
    assert Likeness.objects.filter(second=usman.person).exists()
    # A telephone is a household's: who gave no name is nobody's by it; by an e-mail address they are one.
    given(district, "", phone="01530 777777")
    given(district, "", phone="01530 777777")
    assert Person.objects.filter(name="").count() == 2
    given(district, "", "nameless@example.org")
    given(district, "", "nameless@example.org")
    assert Person.objects.filter(name="").count() == 3


def test_a_case_that_is_somebody_elses_is_taken_out(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org")
    other = given(district, "Ann Smith", "ann@example.org", "07700 900123")
    assert ann.person_id == other.person_id
    new = merging.take_out(customer_id=other.pk, by=ADVISER, now=district.now)
    assert found("07700 900123") == ["Ann Smith"] and new.pk != ann.person_id
    assert not Contact.objects.filter(person=ann.person_id, kind="phone").exists()
    assert not queries.doubtful(restricted=True).exists()
    # What comes now is like both: a person says.
    third = given(district, "Ann Smith", "ann@example.org")
    assert third.person_id not in (ann.person_id, new.pk)
    assert Likeness.objects.filter(why="several", second=third.person).count() == 2


def test_nothing_anonymous_is_tied_to_anybody(district: Any) -> None:
    uprn = HOME
    given(district, "Ann Smith", "ann@example.org", uprn=uprn)
    assert actions.keep(name="", email="", phone="", now=district.now, uprn=uprn) is None
    matching.match(district.now)
    assert Customer.objects.count() == 1


def test_who_a_form_was_begun_for_is_believed_by_the_name(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org")
    again = given(district, "Ann Smith", phone="07700 900123", begun_for=ann.person_id)
    assert again.person_id == ann.person_id
    other = given(district, "Bob Taylor", phone="07700 900999", begun_for=ann.person_id)
    assert other.person_id != ann.person_id


def test_a_home_that_is_gone_stops_nothing(district: Any) -> None:
    row = given(district, "Ann Smith", "ann@example.org", uprn=999)
    assert row.person is not None and row.person.home_id is None


def found(text: str, **more: Any) -> list[str]:
    return [hit.person.name for hit in finding.find(text, **more)]


@pytest.mark.parametrize(
    "text",
    [
        "catherine o'brien", "obrien", "Brien Catherine", "cath", "c obrien", "kathryn obrien", "catherin obrein",
        "CATHERINE  O’BRIEN", "katherine o brien", "01530 123456", "123456", "+44 1530 123456", "01530 12",
        "cath@example.org", "CATH@", "catherine taylor",
    ],
)  # fmt: skip
def test_somebody_is_found_however_they_are_typed(district: Any, text: str) -> None:
    row = given(district, "Catherine Taylor", "cath@example.org", "01530 123456")
    given(district, "Derek Hill", "derek@example.org", "01530 999999")
    values = {"name": "Catherine O'Brien"}
    people.change(person_id=row.person_id or 0, values=values, by=ADVISER, now=district.now)
    assert found(text) == ["Catherine O'Brien"]


@pytest.mark.parametrize(
    "text",
    ["percival quimby 2 mill lane", "quimby mill ln", "2 mill lane percival", "quimbly mill lane", "quimby le67",
     "quimby le67 2ab", "quimby le672ab", "quimby 01530 123456", "quimby 123456"],
)  # fmt: skip
def test_a_name_with_a_place_narrows(district: Any, text: str) -> None:
    other = HOME + 40
    street = Property.objects.get(pk=HOME).street
    Property.objects.filter(pk=HOME).update(postcode="LE67 2AB", line="2 Mill Lane")
    Property.objects.filter(pk=other).update(postcode="DE12 8ZZ", line="72 Elm Road")
    away = Street.objects.exclude(pk=street.pk).first()
    Property.objects.filter(pk=other).update(street=away)
    given(district, "Percival Quimby", "a@example.org", "01530 123456", uprn=HOME)
    for n in range(9):
        given(district, "Percival Quimby", f"{n}@example.org", f"07700 90010{n}", uprn=other)
    assert len(finding.find("percival quimby", limit=50)) == 10
    (hit,) = finding.find(text)
    assert hit.person.home_id == HOME and not hit.is_like


def test_a_name_with_a_place_tells_nothing_of_restricted_people(district: Any) -> None:
    row = given(district, "Ann Quimby", "a@example.org", "01530 123456", uprn=HOME)
    placed = f"quimby {Property.objects.get(pk=HOME).line}"
    assert found(placed) == found("quimby 123456") == ["Ann Quimby"]
    people.restrict(person_id=row.person_id or 0, on=True, by=ADVISER, now=district.now)
    assert found("ann quimby", restricted=True) == ["Ann Quimby"]
    for text in (placed, "quimby 123456"):
        assert found(text, restricted=True) == []


@pytest.mark.parametrize("text", ["tel 01632 960101", "o1632 96o1o1", "Phone: 01632 960101"])
def test_a_number_is_understood_with_words_and_letters(district: Any, text: str) -> None:
    given(district, "Ann Smith", phone="01632 960101")
    assert found(text) == ["Ann Smith"]


def test_a_name_written_as_one_is_called_so(district: Any) -> None:
    given(district, "Ann Mac Donald", "a@example.org")
    (hit,) = finding.find("ann macdonald")
    assert not hit.is_like
    (hit,) = finding.find("ann macdonell")
    assert hit.is_like


@pytest.mark.parametrize(
    "text", ["", " ", "x", "%", "'; drop", "@", "1", "\u202e", "🏴", "a" * 500, "ann " * 60]
)
def test_odd_texts_find_nobody_and_break_nothing(district: Any, text: str) -> None:
    given(district, "Derek Hill", "derek@example.org", "01530 999999")
    assert found(text) == []


def test_the_likest_comes_first_and_what_is_only_like_is_said(district: Any) -> None:
    for name in ("Ann Smithson", "Ann Smyth", "Ann Smith"):
        given(district, name, f"{name.replace(' ', '.')}@example.org")
    assert found("ann smith")[0] == "Ann Smith"
    assert [hit.is_like for hit in finding.find("ann smith")][0] is False
    assert all(hit.is_like for hit in finding.find("ann smeth"))


def test_restricted_people_are_found_by_few(district: Any) -> None:
    row = given(district, "Ann Smith", "ann@example.org", uprn=HOME)
    people.restrict(person_id=row.person_id or 0, on=True, by=ADVISER, now=district.now)
    assert found("ann smith") == found("ann@example.org") == []
    assert finding.at_home(HOME) == []
    assert found("ann smith", restricted=True) == ["Ann Smith"]


def test_merged_they_are_one_and_parted_each_is_as_it_was(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org").person
    anna = given(district, "Anna Miller", "anna@example.org").person
    third = given(district, "Annie Potter", "annie@example.org").person
    assert ann and anna and third
    first = merging.merge(kept_id=anna.pk, gone_id=third.pk, why="", by=ADVISER, now=district.now)
    made = merging.merge(
        kept_id=ann.pk, gone_id=anna.pk, why="married", by=ADVISER, now=district.now
    )
    assert found("miller") == found("potter") == ["Ann Smith"]
    assert queries.group_of(ann).other_names == ["Annie Potter", "Anna Miller"]
    # What comes meanwhile goes to the record that it is like, and goes with it.
    later = given(district, "Anna Miller", "anna@example.org")
    assert later.person_id == anna.pk
    with pytest.raises(Refused, match="merged_further"):
        merging.part(merge_id=first.pk, by=ADVISER, now=district.now)
    merging.part(merge_id=made.pk, by=ADVISER, now=district.now)
    assert found("miller") == found("potter") == ["Anna Miller"]
    merging.part(merge_id=first.pk, by=ADVISER, now=district.now)
    assert found("potter") == ["Annie Potter"]
    with pytest.raises(Refused, match="parted_already"):
        merging.part(merge_id=made.pk, by=ADVISER, now=district.now)


def test_what_cannot_be_one_is_refused(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org").person
    bob = given(district, "Bob Smith", "bob@example.org").person
    assert ann and bob
    ids = {"kept_id": ann.pk, "gone_id": bob.pk}
    with pytest.raises(Refused, match="same_person"):
        merging.merge(kept_id=ann.pk, gone_id=ann.pk, why="", by=ADVISER, now=district.now)
    people.restrict(person_id=bob.pk, on=True, by=ADVISER, now=district.now)
    with pytest.raises(Refused, match="merge_restricted"):
        merging.merge(**ids, why="", by=ADVISER, now=district.now)
    people.restrict(person_id=bob.pk, on=False, by=ADVISER, now=district.now)
    merging.merge(**ids, why="", by=ADVISER, now=district.now)
    with pytest.raises(Refused, match="person_gone"):
        merging.merge(**ids, why="", by=ADVISER, now=district.now)


def test_said_to_be_two_they_are_not_proposed_again(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org").person
    nobody = given(district, "", "ann@example.org").person
    assert ann and nobody
    assert queries.likenesses(queries.group_of(ann), restricted=False) == [nobody]
    merging.say_other(one_id=ann.pk, other_id=nobody.pk, by=ADVISER, now=district.now)
    assert queries.likenesses(queries.group_of(ann), restricted=False) == []
    assert not queries.doubtful(restricted=True).exists()


def test_a_restricted_case_makes_nothing_known(district: Any) -> None:
    first = given(district, "Ann Smith", "ann@example.org", uprn=HOME)
    second = given(district, "Ann Smith", "ann@example.org", "07700 900123")
    assert first.person_id == second.person_id
    assert not actions.is_restricted(person_id=first.person_id or 0)
    actions.restrict(customer_id=second.pk, on=True)
    assert found("07700 900123") == []
    matching.match(district.now)
    second.refresh_from_db()
    assert second.person is not None and second.person.restricted
    assert found("07700 900123") == [] and found("ann smith") == ["Ann Smith"]
    actions.restrict(customer_id=first.pk, on=True)
    assert found("ann smith") == []
    born = given(district, "Ann Smith", "ann@example.org", restricted=True)
    assert born.person is not None and born.person.restricted


def test_with_the_last_case_goes_what_is_known_by_it(district: Any) -> None:
    old = given(district, "Ann Smith", "ann@example.org", "01530 123456")
    new = given(district, "Ann Smyth", "ann@example.org")
    assert old.person_id == new.person_id
    actions.forget(customer_id=old.pk)
    forgetting.forget(district.now)
    assert found("01530 123456") == [] and found("ann@example.org") != []
    actions.forget(customer_id=new.pk)
    forgetting.forget(district.now)
    assert not Person.objects.exists() and not Contact.objects.exists()
    assert not Word.objects.filter(word__in=["ann", "smith", "smyth"]).exists()


def test_what_staff_wrote_stays_a_year(district: Any) -> None:
    row = given(district, "Ann Smith", "ann@example.org")
    number = row.person_id or 0
    people.add_contact(person_id=number, text="07700 900123", by=ADVISER, now=district.now)
    actions.forget(customer_id=row.pk)
    forgetting.forget(district.now + timedelta(days=300))
    assert found("07700 900123") == ["Ann Smith"] and found("ann@example.org") == []
    forgetting.forget(district.now + timedelta(days=370))
    assert not Person.objects.exists()


def test_what_staff_changed_last_keeps_a_record_too(district: Any) -> None:
    made = people.make(name="Hill Homes Ltd", is_organisation=True, by=ADVISER, now=district.now)
    later = district.now + timedelta(days=300)
    people.add_contact(person_id=made.pk, text="07700 900123", by=ADVISER, now=later)
    Person.objects.update(stale=True)
    forgetting.forget(district.now + timedelta(days=600))
    assert Person.objects.filter(pk=made.pk).exists()
    forgetting.forget(later + timedelta(days=370))
    assert not Person.objects.exists()


def test_a_backlog_is_looked_into_in_pieces(district: Any) -> None:
    for n in range(7):
        actions.keep(name=f"Ann Smith{n}", email=f"a{n}@example.org", phone="", now=district.now)
    assert [matching.match(district.now, most=3) for _ in range(4)] == [3, 3, 1, 0]
    assert Person.objects.count() == 7


def test_who_searches_looks_into_what_came_just_now_alone(district: Any) -> None:
    actions.keep(name="Ann Smith", email="a@example.org", phone="", now=district.now)
    later = district.now + timedelta(minutes=11)
    assert matching.match(later, latest=True) == 0
    actions.keep(name="Bob Smith", email="b@example.org", phone="", now=later)
    assert matching.match(later, most=1, latest=True) == 1
    assert [p.name for p in Person.objects.all()] == ["Bob Smith"]


def test_a_restricted_case_of_a_record_behind_another_tells_nothing(district: Any) -> None:
    gina = given(district, "Gina First", "gina@example.org")
    hilda = given(district, "Hilda Second", "hilda@example.org", "07700 900123")
    ids = {"kept_id": gina.person_id or 0, "gone_id": hilda.person_id or 0}
    made = merging.merge(**ids, why="", by=ADVISER, now=district.now)
    actions.restrict(customer_id=hilda.pk, on=True)
    group = queries.group_of(Person.objects.get(pk=gina.person_id))
    assert group.other_names == [] and found("hilda@example.org") == found("hilda") == []
    assert [c.key for c in queries.contacts(group)] == ["gina@example.org"]
    matching.match(district.now)
    assert found("hilda", restricted=True) == ["Hilda Second"] and found("hilda") == []
    with pytest.raises(Refused, match="parted_already"):
        merging.part(merge_id=made.pk, by=ADVISER, now=district.now)
    # The last open case of all: the whole is restricted, and parting opens nothing.
    cara = given(district, "Cara Third", "cara@example.org")
    ids = {"kept_id": gina.person_id or 0, "gone_id": cara.person_id or 0}
    made = merging.merge(**ids, why="", by=ADVISER, now=district.now)
    actions.restrict(customer_id=gina.pk, on=True)
    actions.restrict(customer_id=cara.pk, on=True)
    matching.match(district.now)
    assert found("gina") == found("cara") == []
    assert set(Person.objects.values_list("restricted", flat=True)) == {True}


def test_parting_opens_nothing(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org").person
    bea = given(district, "Bea Jones", "bea@example.org").person
    assert ann and bea
    made = merging.merge(kept_id=ann.pk, gone_id=bea.pk, why="", by=ADVISER, now=district.now)
    people.restrict(person_id=ann.pk, on=True, by=ADVISER, now=district.now)
    merging.part(merge_id=made.pk, by=ADVISER, now=district.now)
    assert found("ann smith") == found("bea jones") == []


def test_what_a_restricted_case_gave_is_opened_with_the_case_first(district: Any) -> None:
    row = given(district, "Ann Smith", "ann@example.org", restricted=True)
    number = row.person_id or 0
    with pytest.raises(Refused, match="case_restricted"):
        people.restrict(person_id=number, on=False, by=ADVISER, now=district.now)
    actions.restrict(customer_id=row.pk, on=False)
    people.restrict(person_id=number, on=False, by=ADVISER, now=district.now)
    assert found("ann smith") == ["Ann Smith"]


def test_who_may_be_a_restricted_person_is_restricted(district: Any) -> None:
    row = given(district, "Rosalind Hidden", phone="07700 900123")
    people.restrict(person_id=row.person_id or 0, on=True, by=ADVISER, now=district.now)
    maybe = given(district, "Rosie Hidden", phone="07700 900123", uprn=HOME)
    assert maybe.person is not None and maybe.person.restricted
    assert found("07700 900123") == [] and finding.at_home(HOME) == []
    other = given(district, "Tom Barker", phone="07700 900123")
    assert other.person is not None and not other.person.restricted


def test_a_restricted_person_acts_for_nobody_whom_others_see(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org").person
    bea = given(district, "Bea Jones", "bea@example.org").person
    assert ann and bea
    about: dict[str, Any] = {"role": "daughter", "seen": "", "until": None, "by": ADVISER}
    people.add_actor(person_id=ann.pk, by_id=bea.pk, now=district.now, **about)
    people.restrict(person_id=bea.pk, on=True, by=ADVISER, now=district.now)
    assert queries.acting(queries.group_of(ann), restricted=False) == ([], [])
    assert len(queries.acting(queries.group_of(ann), restricted=True)[0]) == 1
    people.restrict(person_id=ann.pk, on=True, by=ADVISER, now=district.now)
    merging.merge(kept_id=ann.pk, gone_id=bea.pk, why="", by=ADVISER, now=district.now)
    assert queries.acting(queries.group_of(ann), restricted=True) == ([], [])


def test_a_name_goes_with_the_last_case_that_gave_it(district: Any) -> None:
    secret = given(district, "Jane Secretname", "jane@example.org")
    other = given(district, "Jane Secretnane", "jane@example.org")
    assert secret.person_id == other.person_id
    actions.restrict(customer_id=secret.pk, on=True)
    assert Person.objects.get(pk=other.person_id).name == "Jane Secretnane"
    assert found("secretname jane", restricted=False) == ["Jane Secretnane"]
    assert not Person.objects.filter(restricted=False, words__contains=["secretname"]).exists()


def test_a_record_in_front_with_nothing_left_goes_and_the_next_one_stands_there(
    district: Any,
) -> None:
    front = given(district, "Ann Smith", "ann@example.org")
    back = given(district, "Anna Miller", "anna@example.org")
    last = given(district, "Annie Potter", "annie@example.org")
    for row in (back, last):
        ids = {"kept_id": front.person_id or 0, "gone_id": row.person_id or 0}
        merging.merge(**ids, why="", by=ADVISER, now=district.now)
    actions.forget(customer_id=front.pk)
    forgetting.forget(district.now)
    assert found("smith") == [] and not Person.objects.filter(pk=front.person_id).exists()
    assert found("miller") == found("potter") != []
    assert Person.objects.filter(same_as=None).count() == 1


def noted(district: Any, row: Customer, kind: str = "warning") -> None:
    about: dict[str, Any] = {"text": "Visit in twos", "why": "A dog", "by": ADVISER}
    until = district.now.date() + timedelta(days=90)
    people.add_note(
        person_id=row.person_id or 0, kind=kind, review_on=until, now=district.now, **about
    )


def test_what_staff_wrote_goes_on_with_the_next_record_in_front(district: Any) -> None:
    front = given(district, "Ann Smith", "ann@example.org")
    back = given(district, "Anna Miller", "anna@example.org")
    noted(district, front)
    people.add_contact(
        person_id=front.person_id or 0, text="07700 900123", by=ADVISER, now=district.now
    )
    ids = {"kept_id": front.person_id or 0, "gone_id": back.person_id or 0}
    merging.merge(**ids, why="", by=ADVISER, now=district.now)
    actions.forget(customer_id=front.pk)
    actions.restrict(customer_id=None, on=True)
    later = district.now + timedelta(days=400)
    # Whoever asked since keeps the whole.
    Person.objects.filter(pk=back.person_id).update(last_at=later - timedelta(days=3))
    forgetting.forget(later)
    assert Person.objects.filter(pk=front.person_id).exists()
    Person.objects.filter(pk=back.person_id).update(last_at=district.now)
    forgetting.forget(later)
    assert not Person.objects.filter(pk=front.person_id).exists()
    assert found("07700 900123") == ["Anna Miller"]
    assert finding.find("anna miller")[0].care == "warning"


def test_a_restricted_case_takes_no_note_of_staffs_away(district: Any) -> None:
    front = given(district, "Ann Smith", "ann@example.org")
    back = given(district, "Anna Miller", "anna@example.org")
    noted(district, front)
    ids = {"kept_id": front.person_id or 0, "gone_id": back.person_id or 0}
    merging.merge(**ids, why="", by=ADVISER, now=district.now)
    actions.restrict(customer_id=front.pk, on=True)
    person = Person.objects.get(pk=front.person_id)
    assert person.stale and person.notes.count() == 1 and found("ann@example.org") == []


def test_records_part_whichever_of_them_goes(district: Any) -> None:
    rows = {
        name: given(district, name, f"{name[-6:]}@example.org".lower())
        for name in ("Ann Archer", "Bea Butler", "Cara Carter", "Dora Draper")
    }
    ann, bea, cara, dora = (rows[name].person_id or 0 for name in rows)
    merging.merge(kept_id=cara, gone_id=dora, why="", by=ADVISER, now=district.now)
    merging.merge(kept_id=ann, gone_id=bea, why="", by=ADVISER, now=district.now)
    merging.merge(kept_id=ann, gone_id=cara, why="", by=ADVISER, now=district.now)
    # One behind goes: what stood behind it can be parted from the one in front.
    actions.forget(customer_id=rows["Cara Carter"].pk)
    forgetting.forget(district.now)
    group = queries.group_of(Person.objects.get(pk=ann))
    assert {one.gone_id for one in queries.merges(group)} == {bea, dora}
    # The one in front goes: the last one stands there, and the other can be parted from it.
    actions.forget(customer_id=rows["Ann Archer"].pk)
    forgetting.forget(district.now)
    root = Person.objects.get(same_as=None)
    (made,) = queries.merges(queries.group_of(root))
    merging.part(merge_id=made.pk, by=ADVISER, now=district.now)
    merging.merge(kept_id=made.gone_id, gone_id=root.pk, why="", by=ADVISER, now=district.now)
    assert Person.objects.filter(same_as=None).count() == 1


def test_who_gave_no_name_on_somebodys_form_names_nobody_else(district: Any) -> None:
    ann = given(district, "Ann Smith", "ann@example.org", "01530 123456")
    unnamed = given(district, "", phone="01530 123456", begun_for=ann.person_id)
    assert unnamed.person_id == ann.person_id
    neighbour = given(district, "", phone="01530 123456")
    assert neighbour.person_id != ann.person_id
    firm = people.make(name="Acme Ltd", is_organisation=True, by=ADVISER, now=district.now)
    asked = given(district, "Bob Jones", "bob@example.org", begun_for=firm.pk)
    own = given(district, "Bob Jones", "bob@example.org")
    assert asked.person_id == firm.pk != own.person_id


def test_an_open_case_goes_to_the_record_that_all_may_see(district: Any) -> None:
    first = given(district, "Ann Smith", "ann@example.org")
    second = given(district, "Ann Smith", "ann@example.org")
    actions.restrict(customer_id=second.pk, on=True)
    matching.match(district.now)
    third = given(district, "Ann Smith", "ann@example.org")
    assert third.person_id == first.person_id and Person.objects.count() == 2


def test_what_goes_beside_a_new_case_goes_all_the_same(district: Any) -> None:
    old = given(district, "Ann Smith", "ann@example.org", "01530 123456")
    actions.forget(customer_id=old.pk)
    given(district, "Ann Smith", "ann@example.org")
    # The erased case's address is the new one's too; its telephone is nobody's.
    forgetting.forget(district.now)
    assert found("01530 123456") == [] and found("ann@example.org") == ["Ann Smith"]
