"""Messages in each version for the tests of the dialects: valid ones that come in, and printed ones that are judged."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import quickfix
from msgspec import structs

from tradsys_oms.core.commands import Command
from tradsys_oms.fix.dialects import VERSIONS
from tradsys_oms.fix.dialects.inbound import decode
from tradsys_oms.fix.dialects.outbound import Printer
from tradsys_oms.fix.dialects.units import Units
from tradsys_oms.fix.dictionary import APPL_VER_IDS, APPLICATION_FILES, Dictionary, specs_dir
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.message import Message, parse
from tradsys_oms.fix.validation import Validator, build_validators
from tradsys_oms.gateway import PRINTERS

TIME_NS = 1_767_258_000_123_456_789
TIME = "20260101-09:00:00.123"
UNITS = {"ACME": Units(tick_e8=1_000_000, lot_e8=100_000_000)}
PRINTER_OF = {name: Printer(version, UNITS) for name, version in VERSIONS.items()}
Fields = dict[str, str]


def begin_string(version: str) -> str:
    return "FIXT.1.1" if version in APPL_VER_IDS else version


@cache
def validators() -> dict[str, Validator]:
    return build_validators(specs_dir())


@cache
def outbound_validators() -> dict[str, Validator]:
    """Validators that look into messages that go out as well."""
    transport = Dictionary.load(specs_dir() / "FIXT11.xml")
    found = {}
    for version, file in APPLICATION_FILES.items():
        dictionary = Dictionary.load(specs_dir() / file)
        messages = {name: structs.replace(kind, is_supported=True) for name, kind in dictionary.messages.items()}
        whole = structs.replace(dictionary, messages=messages)
        found[version] = Validator(transport if version in APPL_VER_IDS else whole, whole)
    return found


@cache
def quickfix_dictionary(file: str) -> quickfix.DataDictionary:
    return quickfix.DataDictionary(str(Path(specs_dir()) / file))


def received(version: str, text: str) -> Command:
    """Decode a message like "D|11=C1|55=ACME", which must be valid in `version`."""
    msg_type, _, body = text.partition("|")
    head = f"35={msg_type}\x0134=5\x0149=B\x0156=TRADSYS\x0152={TIME}\x01"
    message = parse(encode(begin_string(version), head, body.replace("|", "\x01") + "\x01"))
    fault = validators()[version].check(message)
    assert fault is None, f"{version}: {fault}"
    return decode("B", message)


def order(version: str, text: str, msg_type: str = "D") -> Command:
    """Decode an order with the fields that each has, and those of `text`."""
    handl_inst = "21=1|" if version == "FIX.4.2" else ""
    orig = "41=C0|" if msg_type == "G" else ""
    common = f"{msg_type}|11=C1|{orig}{handl_inst}55=ACME|54=1|60={TIME}|38=10"
    return received(version, f"{common}|{text}")


def print_body(event: object, version: str) -> tuple[str, str] | None:
    """Print an event in the words of a version; gives MsgType and body."""
    return PRINTERS[type(event)](PRINTER_OF[version], event, 12, 3, TIME_NS)


def print_report(event: object, version: str) -> tuple[str, Fields] | None:
    """Print an event in the words of a version; gives MsgType and fields."""
    printed = print_body(event, version)
    if printed is None:
        return None
    msg_type, body = printed
    fields = [field.split("=", 1) for field in body.rstrip("\x01").split("\x01")]
    assert len({tag for tag, _ in fields}) == len(fields), f"a tag twice in {body!r}"
    return msg_type, {tag: value for tag, value in fields}


def assert_valid(msg_type: str, fields: Fields, version: str) -> None:
    """Let our validator and QuickFIX judge a printed message by our dictionary of its version."""
    assert_valid_body(msg_type, "".join(f"{tag}={value}\x01" for tag, value in fields.items()), version)


def assert_valid_body(msg_type: str, body: str, version: str) -> Message:
    """As `assert_valid`, for messages that may have groups; gives the message with its groups read."""
    head = f"35={msg_type}\x0134=2\x0149=TRADSYS\x0156=B\x0152={TIME}\x01"
    raw = encode(begin_string(version), head, body)
    found = parse(raw)
    fault = outbound_validators()[version].check(found)
    assert fault is None, f"{version}: {fault} in {raw!r}"
    application = quickfix_dictionary(APPLICATION_FILES[version])
    session = quickfix_dictionary("FIXT11.xml") if version in APPL_VER_IDS else application
    message = quickfix.Message()
    message.setString(raw.decode("latin-1"), True, session, application)
    quickfix.DataDictionary.validate(message, session, application)
    assert message.toString() != ""
    return found
