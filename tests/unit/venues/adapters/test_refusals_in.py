"""OrderCancelReject, Reject and BusinessMessageReject as commands."""

from __future__ import annotations

import pytest

from tests.unit.venues.adapters.venue_messages import fields, plain
from tradsys_oms.core.commands import QuarantineReport, VenueRefusal
from tradsys_oms.core.commands.base import JournaledCommand


def read(msg_type: str, text: str, ref_clord_id: str = "", ref_msg_type: str = "") -> JournaledCommand:
    (command,) = plain("fix44").decode(msg_type, fields(text), ref_clord_id, ref_msg_type)
    return command


def test_a_cancel_reject() -> None:
    text = "37=V9|11=42-0|41=41-2|39=2|434=1|102=0|58=Too late to cancel"
    assert read("9", text) == VenueRefusal("XV", 0, "42-0", "41-2", "cancel", "2", 0, "Too late to cancel")


def test_a_cancel_reject_with_little_in_it() -> None:
    assert read("9", "11=42-0") == VenueRefusal("XV", 0, "42-0", "", "cancel", "", -1, "")


def test_a_cancel_reject_of_others() -> None:
    fault = "The OrderCancelReject (35=9) names no request of ours in ClOrdID (11)."
    assert read("9", "11=C1|39=2") == QuarantineReport("XV", 0, fault, "35=9|11=C1|39=2")


def test_a_reject_is_of_the_message_that_the_link_knows() -> None:
    text = "45=17|371=44|373=5|58=Value is incorrect"
    assert read("3", text, "41-2", "D") == VenueRefusal("XV", 0, "41-2", "", "reject", "", 5, "Value is incorrect")
    assert read("3", f"{text}|372=G", "41-2") == VenueRefusal(
        "XV", 0, "41-2", "", "reject", "", 5, "Value is incorrect"
    )


def test_a_business_reject_names_the_request() -> None:
    text = "45=17|372=D|379=41-2|380=4|58=Not now"
    assert read("j", text) == VenueRefusal("XV", 0, "41-2", "", "reject", "", 4, "Not now")
    by_number = text.replace("|379=41-2", "")
    assert read("j", by_number, "41-2", "D") == VenueRefusal("XV", 0, "41-2", "", "reject", "", 4, "Not now")


@pytest.mark.parametrize("msg_type", ["3", "j"])
@pytest.mark.parametrize("asked", ["H", "AF", "V"])
def test_a_refused_question_says_nothing_about_the_order(msg_type: str, asked: str) -> None:
    text = f"372={asked}|379=41-2|58=No"
    fault = f"The venue refuses MsgType (35) {asked}: No."
    assert read(msg_type, text, "41-2", asked) == QuarantineReport("XV", 0, fault, f"35={msg_type}|{text}")


def test_a_reject_of_nobody_knows_what() -> None:
    fault = "The venue refuses a message that nobody names: it does not say why."
    assert read("3", "45=17") == QuarantineReport("XV", 0, fault, "35=3|45=17")
    fault = "The venue refuses a request and does not say which."
    assert read("j", "372=D|379=C1") == QuarantineReport("XV", 0, fault, "35=j|372=D|379=C1")
