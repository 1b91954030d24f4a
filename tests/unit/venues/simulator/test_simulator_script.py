"""Script files: every key is checked, and a fault is told with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from tradsys_oms.config.errors import ConfigInvalid, ConfigUnreadable
from tradsys_oms.venues.simulator.kinds import Range, Turns
from tradsys_oms.venues.simulator.script import Script, load_script, read_script
from tradsys_oms.venues.simulator.steps import Step, parse_program


def read(text: str) -> Script:
    return read_script(Path("venue.yaml"), text.encode())


def test_an_empty_file_is_a_sound_venue() -> None:
    assert read("") == Script()


def test_a_whole_script_is_read() -> None:
    script = read("""
latency: 1-5ms
rules:
  - {symbol: "AC*", side: buy, qty: 100-500, price: "10", clord_id: "1-*", nth: every 3, do: accept then fill}
  - on: cancel
    random: [{weight: 3, do: accept}, {weight: 1, do: reject 0}]
quotes: [{symbol: ACME, bid: 9.99, bid_qty: 100, offer: 10.01, offer_qty: 200, after: 1s}]
sessions: [{target: COPY, drop_copy: AE}]
""")
    assert script.latency.wait_s == (0.001, 0.005)
    first, second = script.rules
    assert (first.qty, first.price, first.nth) == (
        Range(100 * 10**8, 500 * 10**8),
        Range(10 * 10**8, 10 * 10**8),
        Turns(every=3),
    )
    assert first.do == parse_program("accept then fill")
    assert [choice.weight for choice in second.random] == [3, 1]
    assert script.quotes[0].offer == 1_001_000_000
    assert script.quotes[0].after == Step("wait", wait_s=(1.0, 1.0))
    assert script.sessions[0].drop_copy == "AE"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rules:\n- {do: acept}", "venue.yaml:2: rules[0].do: 'acept' is no step; did you mean accept?"),
        ("rules:\n- {du: accept}", "venue.yaml:2: rules[0].du: there is no such key (keys here are on, symbol"),
        ("rules:\n- {symbol: A}", "venue.yaml:2: rules[0]: a rule has either do or random"),
        ("rules:\n- {do: accept, random: [{weight: 1, do: accept}]}", "rules[0]: a rule has either do or random"),
        ("rules:\n- {on: order, qty: 5-3, do: accept}", "venue.yaml:2: rules[0].qty: 5 is above 3"),
        ("rules:\n- {nth: 0, do: accept}", "rules[0].nth: '0' is no number, range or `every N`"),
        ("rules:\n- {on: orders, do: accept}", "rules[0].on: 'orders' is not among the values; did you mean order?"),
        ("rules:\n- {on: logon, do: accept then fill}", "rules[0].do: `fill` needs an order, and logon has none"),
        ("rules:\n- {random: [{weight: 0, do: accept}]}", "rules[0].random[0].weight: 0 is not between 1"),
        ("quotes:\n- {bid: 1}", "venue.yaml:2: quotes[0].symbol: the key is missing"),
        ("quotes:\n- {symbol: A, bid: -1}", "quotes[0].bid: -1 is negative"),
        ("latency: never", "venue.yaml:1: latency: 'never' is no time"),
        ("scenario:\n- {expect: D, send: 8}", "venue.yaml:2: scenario[0]: a step has exactly one of"),
        ("scenario:\n- {wait: 1s, as: X}", "scenario[0].as: only what is expected has a name"),
        ("scenario:\n- {send: '8 11={X.11}'}", "venue.yaml:2: scenario[0].send: no message before it is called X"),
        ("scenario:\n- {expect: D}\n- {act: 'Y: accept'}", "scenario[1].act: no message before it is called Y"),
        ("scenario:\n- {expect: D}\n- {act: 'last: acept'}", "scenario[1].act: 'acept' is no step"),
        ("scenario:\n- {expect: D 55}", "scenario[0].expect: '55' is no field"),
        ("speed: 3", "venue.yaml:1: speed: there is no such key"),
    ],
)
def test_a_fault_is_told_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        read(text)
    assert fault in str(caught.value)
    assert len(caught.value.faults) == 1


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ConfigInvalid) as caught:
        read("latency: x\nrules:\n- {do: y}\n- {do: z}")
    assert [fault.line for fault in caught.value.faults] == [1, 3, 4]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigUnreadable, match="can't be read"):
        load_script(tmp_path / "none.yaml")
