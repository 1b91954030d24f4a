"""Faults: why a message is rejected, in the numbers and words of the standard.

Source: FIX 4.4 Volume 6, field 373 (SessionRejectReason) and field 380 (BusinessRejectReason); FIX 4.2 has the reasons
0 to 11 only.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

INVALID_TAG_NUMBER: Final = 0
REQUIRED_TAG_MISSING: Final = 1
TAG_NOT_DEFINED_FOR_MESSAGE: Final = 2
TAG_WITHOUT_VALUE: Final = 4
VALUE_OUT_OF_RANGE: Final = 5
INCORRECT_FORMAT: Final = 6
DECRYPTION_PROBLEM: Final = 7
INVALID_MSG_TYPE: Final = 11
TAG_REPEATED: Final = 13
TAG_OUT_OF_ORDER: Final = 14
GROUP_FIELDS_OUT_OF_ORDER: Final = 15
INCORRECT_GROUP_COUNT: Final = 16
VALUE_INCLUDES_DELIMITER: Final = 17
UNSUPPORTED_APPL_VERSION: Final = 18
"""Of FIXT.1.1 only."""

TEXTS: Final = {
    INVALID_TAG_NUMBER: "Invalid tag number",
    REQUIRED_TAG_MISSING: "Required tag missing",
    TAG_NOT_DEFINED_FOR_MESSAGE: "Tag not defined for this message type",
    TAG_WITHOUT_VALUE: "Tag specified without a value",
    VALUE_OUT_OF_RANGE: "Value is incorrect (out of range) for this tag",
    INCORRECT_FORMAT: "Incorrect data format for value",
    DECRYPTION_PROBLEM: "Decryption problem",
    INVALID_MSG_TYPE: "Invalid MsgType",
    TAG_REPEATED: "Tag appears more than once",
    TAG_OUT_OF_ORDER: "Tag specified out of required order",
    GROUP_FIELDS_OUT_OF_ORDER: "Repeating group fields out of order",
    INCORRECT_GROUP_COUNT: "Incorrect NumInGroup count for repeating group",
    VALUE_INCLUDES_DELIMITER: "Non-data value includes field delimiter (SOH character)",
    UNSUPPORTED_APPL_VERSION: "Invalid/Unsupported Application Version",
}
LAST_REASON_OF_42: Final = INVALID_MSG_TYPE
UNSUPPORTED_MESSAGE_TYPE: Final = 3
"""BusinessRejectReason (380)."""
NO_REASON: Final = -1


class Fault(Struct, frozen=True):
    """What is wrong with a message: for a Reject (35=3), or with `business` for a BusinessMessageReject (35=j)."""

    reason: int
    """SessionRejectReason (373); -1 where the version has no number for it and the Text alone says it."""
    ref_tag: str
    """RefTagID (371); "" where no single tag is to blame."""
    text: str
    business: bool = False
    business_reason: int = 0
    """BusinessRejectReason (380)."""


UNSUPPORTED: Final = Fault(NO_REASON, "", "Unsupported Message Type", True, UNSUPPORTED_MESSAGE_TYPE)
