"""Scenarios: what comes and what is answered, step by step: an order state matrix can be played as it is printed.

No rule works beside a scenario. It waits for as long as it takes; the first message that is not the expected one ends
it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from tradsys_oms.fix.message import Message
from tradsys_oms.venues.simulator.reports import SOH
from tradsys_oms.venues.simulator.script import LAST, REFERENCE, ScenarioStep
from tradsys_oms.venues.simulator.steps import parse_fields, parse_program, split_tokens
from tradsys_oms.venues.simulator.venue import Venue

if TYPE_CHECKING:
    from tradsys_oms.venues.simulator.server import Server

_NEW_ID: Final = "{id}"
RUNNING, DONE = "running", "done"


class Scenario:
    """Plays the steps of a script once. `state` is `running`, `done`, or a sentence that says why it failed."""

    def __init__(self, venue: Venue, server: Server) -> None:
        self.state = RUNNING
        self._venue, self._server = venue, server
        self._steps = deque(venue.script.scenario)
        self._waiting: deque[tuple[str, Message]] = deque()
        self._named: dict[str, tuple[str, Message]] = {}
        self._is_paused = False
        self._play()

    def take(self, peer: str, message: Message) -> None:
        """Take a message that came in."""
        self._waiting.append((peer, message))
        self._play()

    def _play(self) -> None:
        while self._steps and self.state == RUNNING and not self._is_paused:
            step = self._steps[0]
            if step.expect:
                if not self._waiting:
                    return
                self._expect(step, *self._waiting.popleft())
            else:
                self._do(step)
            if self.state == RUNNING:
                self._steps.popleft()
        if not self._steps and self.state == RUNNING:
            self.state = DONE

    def _expect(self, step: ScenarioStep, peer: str, message: Message) -> None:
        msg_type, *tokens = split_tokens(self._filled(step.expect))
        wrong = [
            f"{tag}={message.fields.get(tag, '')} instead of {value}"
            for tag, value in parse_fields(tokens)
            if message.fields.get(tag) != value
        ]
        if message.msg_type != msg_type:
            wrong = [f"MsgType {message.msg_type} instead of {msg_type}"]
        if wrong:
            self.state = f"the step `expect: {step.expect}` received {', '.join(wrong)}: {message!r}"
        for name in (step.name, LAST):
            self._named[name] = peer, message

    def _do(self, step: ScenarioStep) -> None:
        if step.wait is not None:
            self._is_paused = True
            self._venue.later(step.wait.wait_s[0], self._go_on)
        elif step.disconnect:
            self._server.cut(step.disconnect)
        elif step.act:
            name, _, steps = step.act.partition(":")
            _, message = self._named[name.strip()]
            if not self._venue.act(message.fields.get("11", ""), parse_program(steps)):
                self.state = f"the step `act: {step.act}` is about an order that nobody knows"
        else:
            msg_type, *tokens = split_tokens(self._filled(step.send))
            peer = self._named[LAST][0] if self._named else next(iter(self._venue.sessions))
            body = "".join(f"{tag}={value}{SOH}" for tag, value in parse_fields(tokens))
            self._venue.sessions[peer].send(msg_type, body)

    def _go_on(self) -> None:
        self._is_paused = False
        self._play()

    def _filled(self, text: str) -> str:
        """Put fields of named messages, a new id and the time where a step refers to them."""
        while _NEW_ID in text:
            text = text.replace(_NEW_ID, self._venue.new_id("S"), 1)
        text = text.replace("{now}", self._venue.time_text())
        return REFERENCE.sub(lambda match: self._named[match[1]][1].fields.get(match[2], ""), text)
