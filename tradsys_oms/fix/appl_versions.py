"""Application versions of a session: which it may use, which it speaks, and who judges a message.

FIXT.1.1 carries application messages of any version, so each has to be told its own. From the strongest: ApplVerID
(1128) of the message; the default that the Logon names for its MsgType (group NoMsgTypes, DefaultVerIndicator 1410=Y);
DefaultApplVerID (1137) of the Logon. What we send is always of the last. FIX 4.2 and 4.4 are their own transport:
their sessions have one version, and nothing to agree on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

from tradsys_oms.fix.dictionary import APPL_VER_IDS
from tradsys_oms.fix.faults import Fault
from tradsys_oms.fix.message import Message, ValueChecks
from tradsys_oms.fix.msg_types import ADMIN_MSG_TYPES
from tradsys_oms.fix.plans import APPL_VER_ID
from tradsys_oms.fix.settings import SessionSettings

DEFAULT_APPL_VER_ID, DEFAULT_CSTM_APPL_VER_ID = "1137", "1408"
NO_MSG_TYPES, REF_MSG_TYPE, MSG_DIRECTION, DEFAULT_VER_INDICATOR = "384", "372", "385", "1410"
REF_APPL_VER_ID, REF_CSTM_APPL_VER_ID = "1130", "1131"
SENT_BY_THE_PEER: Final = "S"
"""MsgDirection (385) is that of the one who sends the Logon."""


class Check(Protocol):
    """What a session needs of a validator."""

    def check(self, message: Message) -> Fault | None:
        """Give the first fault of a message."""

    def checks_of(self, message: Message) -> ValueChecks | None:
        """Give what is to be checked in messages with the tags of one that is right; None if it is not only values."""

    def customised(self, cstm_appl_ver_id: str) -> Check:
        """Give the validator that takes this CstmApplVerID (1129), "" for none."""


class ApplVersions:
    """The versions of one session. Begins with the first configured one; each Logon may change it."""

    def __init__(self, settings: SessionSettings, validators: Mapping[str, Check]) -> None:
        self.current = ""
        """Version of what we send, like "FIX.5.0SP2"."""
        self._of_msg_type: dict[str, str] = {}
        """Versions of what the peer sends, where they are not `current`."""
        self.configure(settings, validators)

    def configure(self, settings: SessionSettings, validators: Mapping[str, Check]) -> None:
        """Take over settings; what was agreed on stays, as far as they allow it."""
        self._cstm_appl_ver_id = settings.cstm_appl_ver_id
        self._versions = {APPL_VER_IDS.get(version, ""): version for version in settings.versions}
        self._validators = {
            version: validators[version].customised(settings.cstm_appl_ver_id) for version in settings.versions
        }
        self._checks = {version: validator.check for version, validator in self._validators.items()}
        of_msg_type = {msg_type: name for msg_type, name in self._of_msg_type.items() if name in self._checks}
        self._speak(self.current if self.current in self._checks else settings.versions[0], of_msg_type)

    def fits(self, settings: SessionSettings) -> bool:
        """Tell if these settings allow what was agreed on with the peer."""
        agreed = {self.current, *self._of_msg_type.values()}
        return agreed.issubset(settings.versions) and settings.cstm_appl_ver_id == self._cstm_appl_ver_id

    def agree(self, logon: Message) -> None:
        """Speak what a Logon without an `objection` asks for, until the next one."""
        entries = [entry for entry in logon.groups.get(NO_MSG_TYPES, ()) if _is_default(entry)]
        named = {entry[REF_MSG_TYPE]: self._versions[entry[REF_APPL_VER_ID]] for entry in entries if _is_sent(entry)}
        self._speak(self._versions[logon.fields.get(DEFAULT_APPL_VER_ID, "")], named)

    def judge(self, message: Message) -> Fault | None:
        """Give the first fault of a message by the dictionary of its version."""
        appl_ver_id = message.fields.get(APPL_VER_ID)
        if appl_ver_id is not None and (version := self._versions.get(appl_ver_id)) is not None:
            return self._checks[version](message)
        return self.check(message)

    def checks_of(self, message: Message) -> ValueChecks | None:
        """Give what is to be checked in messages like one that `check` found right; None if it is not only values."""
        return self._validators[self._of_msg_type.get(message.msg_type, self.current)].checks_of(message)

    def _speak(self, version: str, of_msg_type: dict[str, str]) -> None:
        self.current = version
        self._of_msg_type = {msg_type: name for msg_type, name in of_msg_type.items() if name != version}
        self.check = self._check_by_msg_type if self._of_msg_type else self._checks[version]
        """Judges messages that don't say their version; one that says another one is never right here."""
        self.stamp = f"{APPL_VER_ID}={APPL_VER_IDS[version]}\x01" if len(self._versions) > 1 else ""
        """ApplVerID of what we send: in a session of several versions a message may be resent after a Logon that
        changed the default."""

    def _check_by_msg_type(self, message: Message) -> Fault | None:
        return self._checks[self._of_msg_type.get(message.msg_type, self.current)](message)


def objection(settings: SessionSettings, logon: Message) -> str:
    """Say why the versions that a well-formed Logon asks for can't be agreed to, "" if they can."""
    allowed = [APPL_VER_IDS[version] for version in settings.versions if version in APPL_VER_IDS]
    if not allowed:
        return ""
    default = logon.fields[DEFAULT_APPL_VER_ID]
    if default not in allowed:
        return f"DefaultApplVerID (1137) must be {' or '.join(allowed)}"
    cstm_appl_ver_id = settings.cstm_appl_ver_id
    if logon.fields.get(DEFAULT_CSTM_APPL_VER_ID, cstm_appl_ver_id) != cstm_appl_ver_id:
        return f"DefaultCstmApplVerID (1408) must be {cstm_appl_ver_id or 'left out'}"
    entries = (entry for entry in logon.groups.get(NO_MSG_TYPES, ()) if _is_default(entry))
    return next(filter(None, (_entry_objection(entry, allowed, default, cstm_appl_ver_id) for entry in entries)), "")


def answer(settings: SessionSettings, logon: Message) -> str:
    """Give the fields of our Logon that say what was agreed on."""
    default = logon.fields.get(DEFAULT_APPL_VER_ID)
    if default is None:
        return ""
    custom = settings.cstm_appl_ver_id
    return f"{DEFAULT_APPL_VER_ID}={default}\x01" + (f"{DEFAULT_CSTM_APPL_VER_ID}={custom}\x01" if custom else "")


def _is_default(entry: Mapping[str, str]) -> bool:
    """Tell if an entry of NoMsgTypes sets a default; others only say what the peer's engine knows."""
    return entry.get(DEFAULT_VER_INDICATOR) == "Y" and entry[REF_MSG_TYPE] not in ADMIN_MSG_TYPES


def _is_sent(entry: Mapping[str, str]) -> bool:
    return entry.get(MSG_DIRECTION) == SENT_BY_THE_PEER and REF_APPL_VER_ID in entry


def _entry_objection(entry: Mapping[str, str], allowed: list[str], default: str, cstm_appl_ver_id: str) -> str:
    """Say what is wrong with the default version of a MsgType."""
    of_msg_type = f"of MsgType {entry[REF_MSG_TYPE]}"
    version = entry.get(REF_APPL_VER_ID, default)
    if MSG_DIRECTION not in entry:
        return f"MsgDirection (385) {of_msg_type} is missing"
    if entry.get(REF_CSTM_APPL_VER_ID, cstm_appl_ver_id) != cstm_appl_ver_id:
        return f"RefCstmApplVerID (1131) {of_msg_type} must be {cstm_appl_ver_id or 'left out'}"
    if entry[MSG_DIRECTION] != SENT_BY_THE_PEER and version != default:
        return f"RefApplVerID (1130) {of_msg_type}, which we send, must be DefaultApplVerID (1137), {default}"
    return "" if version in allowed else f"RefApplVerID (1130) {of_msg_type} must be {' or '.join(allowed)}"
