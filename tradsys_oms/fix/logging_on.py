"""Logging on: what the Logon of a new connection does to its session.

Whether a Logon is listened to at all comes first (`unfit`): one that is not well formed, or whose clock is wrong, gets
no answer. What it asks for comes second (`logon.objection`, and the numbers here): one that can't be agreed to is
answered with a Logout that says why. Then the numbers move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradsys_oms.fix import logon
from tradsys_oms.fix.actions import NOTHING, Action, Disconnect, Online, Resend, Send
from tradsys_oms.fix.logout import make_logout
from tradsys_oms.fix.message import Message
from tradsys_oms.fix.msg_types import LOGON
from tradsys_oms.fix.session_states import Event

if TYPE_CHECKING:
    from tradsys_oms.fix.session import Session


def unfit(session: Session, message: Message, now_ns: int) -> str:
    """Say why a Logon gets no answer at all, "" if it is well formed and timely; moves nothing."""
    fault = session.check(message)
    if fault is not None or message.msg_seq_num < 0:
        tag = fault.ref_tag if fault is not None and fault.ref_tag.isdecimal() else "?"  # it may hold a secret
        what = "MsgSeqNum is missing" if fault is None else f"{fault.text} ({tag})"
        return f"Logon refused: {what}"
    return "" if session.is_timely(message.fields["52"], now_ns) else "Logon refused: SendingTime accuracy problem"


def log_on(session: Session, message: Message, now_ns: int, answer: str, refusals: int) -> list[Action]:
    """Take a Logon; without `Online` among the actions it was refused."""
    settings = session.settings
    if reason := unfit(session, message, now_ns):
        return [Disconnect(reason)]
    wants_reset = logon.wants_reset(message)
    reset = settings.reset_on_logon or wants_reset
    if not reset:
        _pass_over(session, refusals, message)
    next_expected = logon.next_expected(settings, message)
    objection = logon.objection(settings, message) or _objection_to_numbers(session, message, next_expected, reset)
    if objection:
        return [make_logout(objection), Disconnect(f"Logon refused: {objection}")]
    actions: list[Action] = []
    if reset:
        actions.append(session.reset_numbers("ResetSeqNumFlag" if wants_reset else "reset_on_logon"))
    in_turn = _begin(session, message, now_ns)
    next_in = session.next_in if next_expected else 0
    actions += [Online(session.next_in - 1), Send(LOGON, logon.make_answer(settings, message, next_in) + answer)]
    if not in_turn:
        request = session.ask_for_gap(message.msg_seq_num, now_ns)
        actions += request if not next_expected else NOTHING  # with 789 in our answer, the peer knows
    if next_expected and not reset:
        if not session.coming_out:
            session.store.sent(session.store.unsent, next_expected)  # the peer says that it has all before
        if next_expected < session.next_out or session.coming_out:  # what is carried over comes before our Logon
            actions.append(Resend(next_expected, 0, message))
    return actions


def _pass_over(session: Session, refusals: int, message: Message) -> None:
    """Leave out as many numbers as the peer was sent Logouts that took none, if it counts them.

    An engine that counts its own refused Logons, as its MsgSeqNum shows, counts the Logouts that they got too, as
    QuickFIX does, and would find the number of our Logon too low.
    """
    if message.msg_seq_num - session.next_in >= refusals > 0 and not session.coming_out:
        session.store.skip(session.next_out + refusals)
        session.next_out += refusals


def _objection_to_numbers(session: Session, message: Message, next_expected: int, reset: bool) -> str:
    expected, next_out = (1, 1) if reset else (session.next_in, session.coming_out or session.next_out)
    if message.msg_seq_num < expected:
        return f"MsgSeqNum too low, expecting {expected} but received {message.msg_seq_num}"
    if next_expected > next_out:
        return f"NextExpectedMsgSeqNum too high, expecting at most {next_out} but received {next_expected}"
    return ""


def _begin(session: Session, message: Message, now_ns: int) -> bool:
    """Bring the session up; tells if the Logon had the number that was expected."""
    session.move(Event.LOGON_ACCEPTED)
    session.is_logged_out = False
    session.logon_ns = now_ns
    session.agree(message)
    session.heartbeat.start(int(message.fields["108"]), now_ns)
    session.gap_end = 0
    in_turn = message.msg_seq_num == session.next_in
    session.next_in += in_turn
    return in_turn
