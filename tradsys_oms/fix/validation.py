"""Validation: is a message what its version's dictionary says, and if not, which reject does it get.

Faults are looked for in this order, and the first found is reported: MsgType, order of header, body, trailer, unknown
tags, empty values, tags that don't belong into the message or are there twice, form and range of values, missing tags,
counts of groups (FIX 4.4 Volume 2, test cases 2.q, 2.r, 14.a to 14.k). A wrong value behind the wrong count of a group
is told as the wrong count. Missing tags are told in the standard's order, those that only this gateway needs last. A
message that the gateway doesn't support is looked at no further than its header. Over FIXT, session messages are held
against the transport's dictionary alone: what they may say doesn't depend on the application's version.

An application message over FIXT may name its version (ApplVerID, 1128), which must be the one that it is judged by, and
a custom one (CstmApplVerID, 1129), which must be the validator's. ApplExtID (1156) changes nothing: extension packs add
fields and values to a version, and what the dictionary doesn't have of them is rejected by itself.

What is required only under a condition is left to the dialects, and a missing MsgSeqNum to the session.
"""

from __future__ import annotations

from pathlib import Path

from tradsys_oms.fix import faults
from tradsys_oms.fix.dictionary import APPL_VER_IDS, APPLICATION_FILES, TRANSPORT_FILES, Dictionary, MessageType
from tradsys_oms.fix.faults import TEXTS, UNSUPPORTED, Fault
from tradsys_oms.fix.formats import Check, make_check
from tradsys_oms.fix.message import KEPT_TAGS_MAX, Message, ValueChecks, can_be_kept
from tradsys_oms.fix.plans import SEQ_NUM, Place, Plan, make_plan, make_rules


class Validator:
    """Judges messages of one version. One serves all sessions of that version and custom version."""

    def __init__(self, transport: Dictionary, application: Dictionary, cstm_appl_ver_id: str = "") -> None:
        self.transport = transport
        self.application = application
        self.messages: dict[str, MessageType] = application.messages | transport.messages
        self._last_reason = (
            faults.LAST_REASON_OF_42 if application.version == "FIX.4.2" else faults.UNSUPPORTED_APPL_VERSION
        )
        checks = _make_checks(transport, application)
        appl_ver_id = APPL_VER_IDS.get(application.version, "")
        self._rules = make_rules(
            transport.header, transport.trailer, checks, transport.fields_by_tag, appl_ver_id, cstm_appl_ver_id
        )
        self._plans: dict[str, dict[tuple[str, ...], Plan]] = {msg_type: {} for msg_type in self.messages}
        self._kept_tags = 0
        self._customised = {cstm_appl_ver_id: self}
        """Validators of the same version by their custom one, which all of them share."""

    def customised(self, cstm_appl_ver_id: str) -> Validator:
        """Give the validator of the same version that takes this CstmApplVerID (1129), "" for none."""
        validator = self._customised.get(cstm_appl_ver_id)
        if validator is None:
            validator = Validator(self.transport, self.application, cstm_appl_ver_id)
            validator._customised = self._customised
            self._customised[cstm_appl_ver_id] = validator
        return validator

    def check(self, message: Message) -> Fault | None:
        """Give the first fault of a message; fills `message.groups` of one that has none."""
        plans = self._plans.get(message.msg_type)
        if plans is None:
            return self._fault((faults.INVALID_MSG_TYPE, ""))
        plan = plans.get(message.tags) or self._make_plan(message)
        if plan.early is not None:
            return self._fault(plan.early)
        values = message.values
        if message.series is None and "" in values:
            return self._fault((faults.TAG_WITHOUT_VALUE, message.tags[values.index("")]))
        if plan.structure is not None:
            return self._fault(plan.structure)
        for index, good, check in plan.checks:
            if values[index] not in good and (reason := check(values[index])):
                return self._fault(_miscount(plan, message, index) or (reason, message.tags[index]))
        if message.msg_seq_num < 0 and plan.has_seq_num:
            return self._fault((faults.INCORRECT_FORMAT, SEQ_NUM))
        return None if plan.is_simple else self._check_rest(plan, message)

    def checks_of(self, message: Message) -> ValueChecks | None:
        """Give what is to be checked in messages with the tags of one that is right; None if it is not only values."""
        plan = self._plans[message.msg_type].get(message.tags)
        return plan.checks if plan is not None and plan.is_simple else None

    def _check_rest(self, plan: Plan, message: Message) -> Fault | None:
        """Check what few messages have: data fields and groups; and report what is missing."""
        tags, values = message.tags, message.values
        for length_index, data_index in plan.data:
            if int(values[length_index]) != len(values[data_index]):
                return self._fault((faults.INCORRECT_FORMAT, tags[data_index]))
        if plan.missing is not None:
            return self._fault(plan.missing)
        if not plan.is_supported:
            return UNSUPPORTED
        for index, entry_count in plan.counts:
            if int(values[index]) != entry_count:
                return self._fault((faults.INCORRECT_GROUP_COUNT, tags[index]))
        groups: dict[str, list[dict[str, str]]] = {}
        for entry in plan.entries:
            fields = {tag: values[index] for tag, index in entry.fields}
            groups.setdefault(entry.group, []).append(fields)
        message.groups = groups
        return None

    def _make_plan(self, message: Message) -> Plan:
        plan = make_plan(self._rules, self.messages[message.msg_type], message.tags)
        if can_be_kept(message.tags):
            self._keep(message.msg_type, message.tags, plan)
        return plan

    def _keep(self, msg_type: str, tags: tuple[str, ...], plan: Plan) -> None:
        if self._kept_tags >= KEPT_TAGS_MAX:
            self._kept_tags = 0
            for plans in self._plans.values():
                plans.clear()
        self._kept_tags += len(tags)
        self._plans[msg_type][tags] = plan

    def _fault(self, place: Place) -> Fault:
        reason, tag = place
        return Fault(reason if reason <= self._last_reason else faults.NO_REASON, tag, TEXTS[reason])


def _miscount(plan: Plan, message: Message, before: int) -> Place | None:
    """Find a wrong count of a group in front of a wrong value, which may well be in that group.

    A peer that miscounts learns of that first: its entries may not be what they seem.
    """
    for index, entry_count in plan.counts:
        if index < before and int(message.values[index]) != entry_count:
            return faults.INCORRECT_GROUP_COUNT, message.tags[index]
    return None


def build_validators(specs: Path) -> dict[str, Validator]:
    """Load all dictionaries of a folder and give the validator of each application version, like "FIX.5.0SP2"."""
    files = {*APPLICATION_FILES.values(), *TRANSPORT_FILES.values()}
    dictionaries = {name: Dictionary.load(specs / name) for name in sorted(files)}
    return {
        version: Validator(dictionaries[TRANSPORT_FILES[version]], dictionaries[name])
        for version, name in APPLICATION_FILES.items()
    }


def _make_checks(transport: Dictionary, application: Dictionary) -> dict[str, Check | None]:
    """Make the check of each known tag; fields of the same kind share one, and so what it has learned."""
    shared: dict[tuple[str, frozenset[str]], Check | None] = {}
    checks: dict[str, Check | None] = {}
    for field in (*application.fields_by_tag.values(), *transport.fields_by_tag.values()):
        kind = field.type, frozenset(field.enums)
        if kind not in shared:
            shared[kind] = make_check(*kind)
        checks[field.tag] = shared[kind]
    return checks
