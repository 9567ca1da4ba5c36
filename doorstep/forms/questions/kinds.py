"""Every kind of question, one line each."""

from doorstep.forms.form import Question
from doorstep.forms.questions.address import Address
from doorstep.forms.questions.choice import Choice
from doorstep.forms.questions.choices import Choices
from doorstep.forms.questions.date import Date
from doorstep.forms.questions.date_of_birth import DateOfBirth
from doorstep.forms.questions.declaration import Declaration
from doorstep.forms.questions.email import Email
from doorstep.forms.questions.files import Files
from doorstep.forms.questions.information import Information
from doorstep.forms.questions.items import Items
from doorstep.forms.questions.kind import Kind
from doorstep.forms.questions.location import Location
from doorstep.forms.questions.long_text import LongText
from doorstep.forms.questions.money import Money
from doorstep.forms.questions.national_insurance import NationalInsurance
from doorstep.forms.questions.number import Number
from doorstep.forms.questions.organisation import Organisation
from doorstep.forms.questions.photo import Photo
from doorstep.forms.questions.photos import Photos
from doorstep.forms.questions.several import Several
from doorstep.forms.questions.signature import Signature
from doorstep.forms.questions.similar import Similar
from doorstep.forms.questions.slot import Slot
from doorstep.forms.questions.telephone import Telephone
from doorstep.forms.questions.text import Text
from doorstep.forms.questions.uk_address import UkAddress
from doorstep.forms.questions.vehicle_registration import VehicleRegistration
from doorstep.forms.questions.yes_no import YesNo


def of(question: Question) -> Kind:
    """Return the kind of a question."""
    return KINDS[question.kind]


SEVERAL = Several(of)
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Text(),
        LongText(),
        Choice(),
        Choices(),
        YesNo(),
        Date(),
        Email(),
        Telephone(),
        Address(),
        Location(),
        Photo(),
        Photos(),
        Items(),
        Slot(),
        Money(),
        Similar(),
        SEVERAL,
        Number(),
        VehicleRegistration(),
        NationalInsurance(),
        DateOfBirth(),
        Declaration(),
        Organisation(),
        UkAddress(),
        Signature(),
        Files(),
        Information(),
    )
}
