"""The real core and the naive exchange side by side, command by command."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct, msgpack
from msgspec.structs import asdict, replace

from tests.property.naive.applying import apply, picture
from tests.property.naive.book import best
from tests.property.naive.things import BOOK, FILLS_MAX, OPEN_MAX, WORDS, Exchange
from tests.property.naive_risk.agreeing import differences
from tests.property.naive_risk.gate import Gate
from tests.property.naive_risk.witness import BestPrices, Witness
from tests.property.proof.invariants import Broken, Fault, Invariants
from tests.property.proof.limits import at_most
from tests.property.proof.markets import Shape
from tests.property.proof.pictures import picture_of
from tests.property.proof.streams import Stream
from tradsys_oms.core.commands import Command
from tradsys_oms.core.engine import Engine
from tradsys_oms.core.events import (
    BlockChanged,
    Event,
    Execution,
    MarketStatus,
    PhaseChanged,
    Refused,
    ShortSaleRestricted,
)
from tradsys_oms.core.fields import ExecType, Side
from tradsys_oms.errors import InvariantError

PICTURE_EVERY = 25
USAGE_EVERY = 100
REASONED = (PhaseChanged, ShortSaleRestricted, BlockChanged)
Step = tuple[int, Command]
"""When, and what."""

_encoder = msgpack.Encoder()
_commands = msgpack.Decoder(Command)
_events = msgpack.Decoder(list[Event])


class Difference(Fault):
    """The two don't agree: on the events of a command, or on the book after it."""


class Miscount(Fault):
    """The core's usage is not what its own events come to."""


@dataclass
class Pair:
    """Both exchanges; `step` lets each carry out a command and raises `Difference` or `Broken`."""

    fills_max: int = FILLS_MAX
    open_max: int = OPEN_MAX
    pictures_every: int = PICTURE_EVERY
    usage_every: int = USAGE_EVERY
    is_alone: bool = False
    """Only the naive one runs."""
    seq: int = 0
    naive: Exchange = field(init=False)
    real: Engine = field(init=False)
    invariants: Invariants = field(default_factory=Invariants)
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        self.witness = Witness()
        self.naive = Exchange(Gate(self.witness), self.fills_max, self.open_max)
        self.real = Engine(open_orders_max=self.open_max)

    def step(self, time_ns: int, command: Command) -> list[Event]:
        """Carry out a command; give its events."""
        self.seq += 1
        self.witness.looks(best_prices(self.naive, command))
        expected = apply(self.naive, self.seq, time_ns, command)
        if not self.is_alone:
            must_be_equal(command, self._real_events(time_ns, command), expected)
            self._agree_on_the_rest(command)
        self.invariants.watch(expected)
        self.witness.saw(self.seq, command, expected)
        if not any(isinstance(event, Refused) for event in expected):
            self.naive.gate.warnings.saw(command)
        if self.seq % self.pictures_every == 0:
            self.look(command)
        if self.seq % self.usage_every == 0:
            self.count()
        return expected

    def _real_events(self, time_ns: int, command: Command) -> list[Event]:
        try:
            if self.fills_max == FILLS_MAX:
                return self.real.apply(self.seq, time_ns, command)
            with at_most(self.fills_max):
                return self.real.apply(self.seq, time_ns, command)
        except (Exception, InvariantError) as error:
            raise Difference(f"{brief(command)}\n  real  stops: {type(error).__name__}: {error}") from error

    def _agree_on_the_rest(self, command: Command) -> None:
        """Compare what is left to the next command. The core may be cautious once a command was full."""
        if self.naive.fills >= self.fills_max:
            for symbol in self.real.unfinished:
                if symbol in self.naive.touched:
                    self.naive.unfinished.setdefault(symbol)
            if self.real.unfinished == self.naive.unfinished:
                self.naive.unfinished = dict(self.real.unfinished)  # who is cautious has its turn
        if list(self.real.unfinished) != list(self.naive.unfinished):
            raise Difference(f"{command}\nunfinished: real {self.real.unfinished}, naive {self.naive.unfinished}")

    def look(self, command: Command | None = None) -> None:
        """Compare the books and what both count; read everything back as the journal would."""
        for symbol in self.naive.instruments:
            drawn = picture(self.naive, symbol)
            must_not_be_crossed(self.naive, symbol)
            if not self.is_alone and picture_of(self.real, symbol) != drawn:
                raise Difference(f"{symbol} after {command}:\n real  {picture_of(self.real, symbol)}\n naive {drawn}")
        if command is not None:
            survives_the_journal(command, self.naive.events)

    def count(self) -> None:
        """Compare what all have used with what the events so far come to."""
        if not self.is_alone and (miscounts := differences(self.witness, self.real)):
            raise Miscount("\n".join([brief(self.witness.command), *miscounts]))

    def look_at_all(self) -> None:
        """Compare all that can be compared after a command."""
        self.look()
        self.count()


def best_prices(exchange: Exchange, command: Command) -> BestPrices:
    """Give bid and offer of a command's instrument as they are before it."""
    instrument = exchange.instruments.get(getattr(command, "symbol", ""))
    return (best(instrument, Side.BUY), best(instrument, Side.SELL)) if instrument else (None, None)


def run(shape: Shape, length: int, pair: Pair) -> list[Step]:
    """Run a stream of commands; give it. A difference carries the stream as `steps`."""
    source, steps = Stream(shape, pair.naive), []
    try:
        for _ in range(length):
            time_ns, command = source.next()
            steps.append((time_ns, command))
            source.saw(pair.seq + 1, pair.step(time_ns, command))
        pair.look_at_all()
    except Fault as error:
        error.steps = steps
        raise
    return steps


def must_be_equal(command: Command, real: list[Event], naive: list[Event]) -> None:
    if len(real) == len(naive) and all(map(says_the_same, real, naive)):
        return
    lines = [brief(command)]
    for number in range(max(len(real), len(naive))):
        one, two = real[number : number + 1], naive[number : number + 1]
        if one and two and says_the_same(one[0], two[0]):
            lines.append(f"  both  {brief(one[0])}")
        else:
            lines += [f"  real  {brief(event)}" for event in one] + [f"  naive {brief(event)}" for event in two]
    raise Difference("\n".join(lines))


def says_the_same(real: Event, naive: Event) -> bool:
    if isinstance(naive, REASONED) and naive.reason == WORDS and isinstance(real, type(naive)):
        return real.reason != "" and replace(real, reason=WORDS) == naive
    return real == naive or wordless(real) == wordless(naive)


def wordless(event: Event) -> tuple[object, ...]:
    """Take the text out of an event; what is refused must have some."""
    fields: dict[str, Any] = asdict(event)
    if "text" in fields:
        is_optional = isinstance(event, Execution) and event.exec_type != ExecType.REJECTED
        is_optional = is_optional or (isinstance(event, MarketStatus) and event.phase != "")
        fields["text"] = "" if is_optional else bool(fields["text"])
    return (type(event), *fields.values())


def brief(struct: Struct) -> str:
    """Print a command or an event as code, with what it says beyond the defaults."""
    defaults = dict(zip(struct.__struct_fields__[::-1], struct.__struct_defaults__[::-1], strict=False))
    said = []
    for key, value in asdict(struct).items():
        if value != defaults.get(key, ...):
            said.append(f"{key}={brief(value) if isinstance(value, Struct) else repr(value)}")
    return f"{type(struct).__name__}({', '.join(said)})"


def survives_the_journal(command: Command, events: list[Event]) -> None:
    """A command and its events are the same when they are read back from the journal."""
    if _commands.decode(_encoder.encode(command)) != command or _events.decode(_encoder.encode(events)) != events:
        raise Broken(f"The journal gives something else back for {command}.")


def must_not_be_crossed(exchange: Exchange, symbol: str) -> None:
    """In continuous trading only conditional orders may stand at prices that would trade."""
    instrument = exchange.instruments[symbol]
    if not instrument.is_continuous or symbol in exchange.unfinished:
        return
    priced = [one for one in instrument.orders if one.place == BOOK and not one.is_conditional]
    bids = [one.at or 0 for one in priced if one.is_buy]
    offers = [one.at or 0 for one in priced if not one.is_buy]
    if bids and offers and max(bids) >= min(offers):
        raise Broken(f"{symbol} is crossed: {max(bids)} is bid, {min(offers)} is offered.")
