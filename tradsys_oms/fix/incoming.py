"""Incoming messages: what a session does with each kind of message, by its place in the sequence, in one table.

Only an application message in its turn takes the short way in `Session.receive`; all others come here. The order of
judgement: BeginString and MsgSeqNum, who and when (CompIDs, SendingTime), place in the sequence, then the content,
which is judged once, when the message's turn has come. Numbers are of the standard's test cases (FIX 4.4 Volume 2).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, TypeAlias

from tradsys_oms.fix import logon
from tradsys_oms.fix.actions import DELIVER, NOTHING, Action, Actions, Disconnect, Note, Resend, Send
from tradsys_oms.fix.faults import REQUIRED_TAG_MISSING, VALUE_OUT_OF_RANGE
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import (
    BUSINESS_MESSAGE_REJECT,
    HEARTBEAT,
    LOGON,
    LOGOUT,
    REJECT,
    RESEND_REQUEST,
    SEQUENCE_RESET,
    TEST_REQUEST,
)
from tradsys_oms.fix.rejects import COMP_ID_PROBLEM, OTHER, SENDING_TIME_ACCURACY_PROBLEM, make_fault, refuse
from tradsys_oms.fix.resend_policy import SLOW_S, Verdict
from tradsys_oms.fix.sequence import Relation, relate
from tradsys_oms.fix.session_states import Event, State
from tradsys_oms.fix.timestamps import parse_utc_timestamp

if TYPE_CHECKING:
    from tradsys_oms.fix.session import Session

Rule: TypeAlias = "Callable[[Session, Message, int], Actions]"


class Kind(Enum):
    """Kinds of messages that the sequence treats differently."""

    LOGON = auto()
    LOGOUT = auto()
    RESEND_REQUEST = auto()
    GAP_FILL = auto()
    RESET = auto()
    OTHER = auto()


KINDS: Final = {LOGON: Kind.LOGON, LOGOUT: Kind.LOGOUT, RESEND_REQUEST: Kind.RESEND_REQUEST}


def kind_of(message: Message) -> Kind:
    """Tell the kind of a message."""
    if message.msg_type == SEQUENCE_RESET:
        return Kind.GAP_FILL if message.fields.get("123") == "Y" else Kind.RESET
    return KINDS.get(message.msg_type, Kind.OTHER)


def take(session: Session, message: Message, now_ns: int) -> Actions:
    """Take any message of a peer that is logged on."""
    if session.state is State.ENDING:
        return _take_at_end(session, message)
    if message.begin_string != session.begin_string:
        return session.end("Incorrect BeginString", now_ns)
    if message.msg_seq_num < 0:
        return session.end("MsgSeqNum (34) is missing or not a number", now_ns)
    stranger = _judge_sender(session, message, now_ns)
    if stranger is not None:
        return stranger
    return RULES[kind_of(message), relate(message, session.next_in)](session, message, now_ns)


def _take_at_end(session: Session, message: Message) -> Actions:
    """Wait for nothing but the peer's Logout."""
    if message.msg_type != LOGOUT:
        return NOTHING
    session.move(Event.LOGOUT_RECEIVED)
    return [Disconnect("logged out")]


def _judge_sender(session: Session, message: Message, now_ns: int) -> Actions | None:
    """Judge CompIDs (2.k), SendingTime (2.o) and OrigSendingTime (2.f, 2.g); None if they are right.

    What is missing or has no right form is left to the validator, when the message's turn has come.
    """
    fields = message.fields
    if fields.get("49", "") not in ("", session.peer_comp_id) or fields.get("56", "") not in ("", session.comp_id):
        return _reject_and_end(session, message, COMP_ID_PROBLEM, "CompID problem", now_ns)
    sending_time = fields.get("52", "")
    try:
        timely = not sending_time or session.is_timely(sending_time, now_ns)
        if timely and message.poss_dup and message.msg_type != SEQUENCE_RESET:
            orig_sending_time = fields.get("122")
            if orig_sending_time is None:
                return _reject(session, message, REQUIRED_TAG_MISSING, "122")
            timely = parse_utc_timestamp(orig_sending_time) <= parse_utc_timestamp(sending_time)
    except ValueError:
        return None
    if not timely:
        problem = "SendingTime accuracy problem"
        return _reject_and_end(session, message, SENDING_TIME_ACCURACY_PROBLEM, problem, now_ns)
    return None


def _reject(session: Session, message: Message, reason: int, ref_tag: str = "", text: str = "") -> list[Action]:
    """Reject a message and count it, if it is its turn."""
    session.next_in += message.msg_seq_num == session.next_in
    return [refuse(message, make_fault(session.settings.appl_version, reason, ref_tag, text))]


def _reject_and_end(session: Session, message: Message, reason: int, text: str, now_ns: int) -> Actions:
    return [*_reject(session, message, reason, text=text), *session.end(text, now_ns)]


# The sequence.


def accept(session: Session, message: Message, now_ns: int) -> Actions:
    """Take a message whose turn it is: judge its content and do what it says."""
    session.gap_time_ns = now_ns
    session.next_in += 1
    fault = session.check(message) or session.excess_of(message)
    if fault is not None:
        return [refuse(message, fault)]
    act = OF_THE_SESSION.get(message.msg_type)
    return act(session, message, now_ns) if act is not None else DELIVER


def hold(session: Session, message: Message, now_ns: int) -> Actions:
    """Keep a message that came after a gap, and ask for what is missing (2.b, 10.a)."""
    session.held.hold(message)
    return session.ask_for_gap(message.msg_seq_num - 1, now_ns)


def ignore(session: Session, message: Message, now_ns: int) -> Actions:
    """Leave a duplicate (2.e, 10.c)."""
    return NOTHING


def too_low(session: Session, message: Message, now_ns: int) -> Actions:
    """End a session whose peer goes back (2.c, 10.d)."""
    return session.end(f"MsgSeqNum too low, expecting {session.next_in} but received {message.msg_seq_num}", now_ns)


def resend_early(session: Session, message: Message, now_ns: int) -> Actions:
    """Answer a ResendRequest before its turn: the peer may be unable to fill our gap before its own is filled (20)."""
    fault = session.check(message)
    if fault is not None:
        return hold(session, message, now_ns)
    session.held.hold(message, is_answered=True)
    answer = resend(session, message, now_ns)
    if session.state is State.ENDING:
        return answer
    return [*answer, *session.ask_for_gap(message.msg_seq_num - 1, now_ns)]


def resend_late(session: Session, message: Message, now_ns: int) -> Actions:
    """Answer a ResendRequest with a number of the past: it asks for nothing that could do harm."""
    fault = session.check(message)
    return [refuse(message, fault)] if fault is not None else resend(session, message, now_ns)


def reset(session: Session, message: Message, now_ns: int) -> Actions:
    """Follow a SequenceReset without gap fill, whatever its MsgSeqNum (11.a, 11.b, 11.c)."""
    fault = session.check(message)
    if fault is not None:
        return [refuse(message, fault)]
    new_seq_no = int(message.fields["36"])
    if new_seq_no < session.next_in:
        fault = make_fault(session.settings.appl_version, VALUE_OUT_OF_RANGE, "36")
        return [refuse(message, fault), Note(f"SequenceReset to {new_seq_no}, but {session.next_in} is expected")]
    note = Note(f"SequenceReset from {session.next_in} to {new_seq_no}")
    session.next_in = new_seq_no
    session.held.forget_below(new_seq_no)
    return [note]


def log_on_again(session: Session, message: Message, now_ns: int) -> Actions:
    """Reset both sequence numbers on a Logon in mid-session (141=Y); any other Logon has no place there."""
    fault = session.check(message)
    if fault is not None or not logon.wants_reset(message):
        if message.msg_seq_num < session.next_in and not message.poss_dup:
            return too_low(session, message, now_ns)
        if fault is not None:
            session.next_in += message.msg_seq_num == session.next_in
            return [refuse(message, fault)]
        return _reject(session, message, OTHER, text="Logon while logged on")
    objection = logon.objection(session.settings, message) or logon.objection_in_session(message)
    if objection:
        return session.end(objection, now_ns)
    session.agree(message)
    action = session.reset_numbers("ResetSeqNumFlag in session")
    session.next_in = 2
    session.heartbeat.start(int(message.fields["108"]), now_ns)
    return [action, Send(LOGON, logon.make_answer(session.settings, message))]


# What the session's own messages say, when their turn has come.


def heartbeat(session: Session, message: Message, now_ns: int) -> Actions:
    """Nothing to do: that it came was what it had to say (5)."""
    return NOTHING


def test_request(session: Session, message: Message, now_ns: int) -> Actions:
    """Answer with the peer's TestReqID (4.b)."""
    return [Send(HEARTBEAT, f"112={message.fields['112']}\x01")]


def resend(session: Session, message: Message, now_ns: int) -> Actions:
    """Send again (8), unless the peer asks too often for the same."""
    begin = int(message.fields["7"])
    verdict = session.repeated.judge(begin, now_ns)
    if verdict is Verdict.LOGOUT:
        return session.end("Too many ResendRequests for the same messages", now_ns)
    delay_s = SLOW_S if verdict is Verdict.SLOW_DOWN else 0
    return [Resend(begin, int(message.fields["16"]), message, delay_s)]


def rejected(session: Session, message: Message, now_ns: int) -> Actions:
    """Leave a word for the operator (7); a reject is never answered."""
    get = message.fields.get
    return [Note(f"the peer rejected our message {get('45', '?')} (35={message.msg_type}): {get('58', '')}")]


def gap_fill(session: Session, message: Message, now_ns: int) -> Actions:
    """Skip what the peer doesn't send again (10.b, 10.e)."""
    new_seq_no = int(message.fields["36"])
    if new_seq_no < session.next_in:
        text = f"Attempt to lower sequence number, invalid value NewSeqNo={new_seq_no}"
        return [refuse(message, make_fault(session.settings.appl_version, VALUE_OUT_OF_RANGE, "36", text))]
    session.next_in = new_seq_no
    session.held.forget_below(new_seq_no)
    return NOTHING


def log_out(session: Session, message: Message, now_ns: int) -> Actions:
    """Answer a Logout, or take it as the answer to ours (13.a, 13.b); its number does not matter any more."""
    session.next_in += message.msg_seq_num == session.next_in
    answered = session.state is State.LOGGING_OUT
    session.is_logged_out = True
    session.move(Event.LOGOUT_RECEIVED)
    session.heartbeat.stop_at(now_ns)
    return [Disconnect("logged out")] if answered else [Send(LOGOUT, ""), Disconnect("logged out by the peer")]


OF_THE_SESSION: Final[dict[str, Rule]] = {
    HEARTBEAT: heartbeat,
    TEST_REQUEST: test_request,
    RESEND_REQUEST: resend,
    REJECT: rejected,
    BUSINESS_MESSAGE_REJECT: rejected,
    SEQUENCE_RESET: gap_fill,
}

RULES: Final[dict[tuple[Kind, Relation], Rule]] = {
    (Kind.OTHER, Relation.EXPECTED): accept,
    (Kind.OTHER, Relation.HIGH): hold,
    (Kind.OTHER, Relation.LOW): too_low,
    (Kind.OTHER, Relation.DUPLICATE): ignore,
    (Kind.GAP_FILL, Relation.EXPECTED): accept,
    (Kind.GAP_FILL, Relation.HIGH): hold,
    (Kind.GAP_FILL, Relation.LOW): too_low,
    (Kind.GAP_FILL, Relation.DUPLICATE): ignore,
    (Kind.RESET, Relation.EXPECTED): reset,
    (Kind.RESET, Relation.HIGH): reset,
    (Kind.RESET, Relation.LOW): reset,
    (Kind.RESET, Relation.DUPLICATE): reset,
    (Kind.RESEND_REQUEST, Relation.EXPECTED): accept,
    (Kind.RESEND_REQUEST, Relation.HIGH): resend_early,
    (Kind.RESEND_REQUEST, Relation.LOW): resend_late,
    (Kind.RESEND_REQUEST, Relation.DUPLICATE): ignore,
    (Kind.LOGON, Relation.EXPECTED): log_on_again,
    (Kind.LOGON, Relation.HIGH): log_on_again,
    (Kind.LOGON, Relation.LOW): log_on_again,
    (Kind.LOGON, Relation.DUPLICATE): ignore,
    (Kind.LOGOUT, Relation.EXPECTED): log_out,
    (Kind.LOGOUT, Relation.HIGH): log_out,
    (Kind.LOGOUT, Relation.LOW): log_out,
    (Kind.LOGOUT, Relation.DUPLICATE): ignore,
}
