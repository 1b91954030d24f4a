"""A daemon with limits, and brokers of each version under them: who trades for which accounts, and who clears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import quickfix
import yaml

from certification.broker import Broker, Fields, readable
from tests.system.operating import ask, tradsys
from tests.system.trading_system import ROOT, VERSIONS, TradingSystem

BUY, SELL = "1", "2"
CLEARER, STRANGER = "GAMMA", "DELTA"
CLEARERS = {"GAMMA42": "FIX.4.2", "GAMMA44": "FIX.4.4", "GAMMA50": "FIX.5.0", "GAMMA52": "FIX.5.0SP2"}
"""Sessions of the clearing member, which has one in each version."""
STRANGERS = {name.replace(CLEARER, STRANGER): version for name, version in CLEARERS.items()}
"""Sessions of a member that clears for nobody."""
SECOND = {"DESK2": "FIX.4.4"}
"""A second session of BROKER44."""
ACCOUNTS = ("A1", "A2", "A3", "A4")
EXECUTING_FIRM, CUSTOMER_ACCOUNT = "1", "24"


def prepare(system: TradingSystem, limits: dict[str, Any]) -> TradingSystem:
    """Configure accounts, a clearing member, and a file with limits; nothing is started."""
    settings = system.settings
    settings["members"] = [
        *({"id": name, "accounts": list(ACCOUNTS), "clearing_member": CLEARER} for name in VERSIONS),
        *({"id": name} for name in (CLEARER, STRANGER)),
    ]
    settings["sessions"] += [
        {"comp_id": name, "member": name[:5], "version": version} for name, version in (CLEARERS | STRANGERS).items()
    ]
    settings["sessions"] += [
        {"comp_id": name, "member": "BROKER44", "version": version} for name, version in SECOND.items()
    ]
    settings["risk"] = {"limits_file": "limits.yaml"}
    write_limits(system, limits)
    system.write_config()
    return system


def write_limits(system: TradingSystem, limits: dict[str, Any]) -> None:
    """Write the file with the limits."""
    (system.folder / "limits.yaml").write_text(yaml.safe_dump(limits, sort_keys=False))


def log_on(system: TradingSystem, comp_id: str) -> Broker:
    """Log on any of the sessions."""
    version = (VERSIONS | SECOND | CLEARERS | STRANGERS)[comp_id]
    broker = Broker(comp_id, version, system.fix_port, system.folder / comp_id, specs=ROOT / "fix_specs")
    system.brokers[comp_id] = broker
    return broker.start()


def order(broker: Broker, clord_id: str, symbol: str, side: str, qty: int, price: str | None, account: str) -> None:
    """Send an order for an account; "" for none."""
    broker.order(clord_id, symbol, side, str(qty), price, extra={1: account} if account else {})


def opened(broker: Broker, clord_id: str, qty: int, price: str, account: str = "A1", symbol: str = "ACME") -> str:
    """Enter an order to buy that rests; gives its OrderID."""
    order(broker, clord_id, symbol, BUY, qty, price, account)
    return broker.expect(f35="8", f150="0", f39="0", f11=clord_id)["37"]


def refusal(broker: Broker, clord_id: str, qty: int = 1, price: str = "99", account: str = "A1") -> Fields:
    """Enter an order to buy that is refused; gives the report."""
    order(broker, clord_id, "ACME", BUY, qty, price, account)
    return broker.expect(f35="8", f150="8", f39="8", f11=clord_id, f14="0", f151="0")


def back(system: TradingSystem, *brokers: Broker) -> None:
    """Kill the daemon, start it again, and wait until the brokers are back and have nothing left to read."""
    system.daemon.kill()
    for broker in brokers:
        broker.wait_for(lambda known: not known.online.is_set(), "to see it gone")
    system.daemon.start()
    for broker in brokers:
        broker.wait_for(lambda known: known.online.is_set(), "to be back")


def with_parties(broker: Broker, msg_type: str, fields: dict[int, str], member: str, account: str = "") -> None:
    """Send a request about a client: the member, and one of its accounts if it is named."""
    message = quickfix.Message()
    message.getHeader().setField(quickfix.MsgType(msg_type))
    for tag, value in fields.items():
        message.setField(quickfix.StringField(tag, value))
    for party, role in ((member, EXECUTING_FIRM), (account, CUSTOMER_ACCOUNT)):
        if party:
            group = quickfix.Group(453, 448)
            for tag, value in ((448, party), (447, "D"), (452, role)):
                group.setField(quickfix.StringField(tag, value))
            message.addGroup(group)
    quickfix.Session.sendToTarget(message, broker.session_id)


def seen(system: TradingSystem, *arguments: str) -> Any:
    """Give what a reading verb of the CLI prints as JSON."""
    done = tradsys(system, *arguments, "-o", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def operate(system: TradingSystem, *arguments: str, user: str = "ann") -> str:
    """Act with a verb of the CLI; gives what it prints."""
    done = tradsys(system, *arguments, "--reason", "runaway", "--yes", user=user)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


def whole_risk(system: TradingSystem) -> dict[str, Any]:
    """Give all that an operator sees of limits, usage, blocks and positions, for before and after a restart."""
    scopes = seen(system, "risk", "show")
    shown = {f"{row['level']} {row['name']}": seen_scope(system, row["level"], row["name"]) for row in scopes}
    positions = seen(system, "position", "list")
    return {"scopes": scopes, "shown": shown, "positions": positions, "blocks": seen(system, "kill", "list")}


def seen_scope(system: TradingSystem, level: str, name: str) -> Any:
    """Give what `tradsys risk show LEVEL NAME` prints, by the socket: a process for each takes its time."""
    return ask(system, "risk.show", level=level, name=name)


def complaints(*brokers: Broker) -> list[str]:
    """List the Rejects by which one side said that it doesn't take a message of the other."""
    return [readable(m) for broker in brokers for m in (*broker.admin, *broker.sent_admin) if m["35"] == "3"]


def entries(raw: bytes, *tags: str) -> Iterator[tuple[str, ...]]:
    """Give values of a repeating group in a raw message, each entry beginning with the first of these tags."""
    entry: dict[str, str] = {}
    for field in raw.decode("latin-1").split("\x01"):
        tag, _, value = field.partition("=")
        if tag == tags[0] and entry:
            yield tuple(entry.get(name, "") for name in tags)
            entry = {}
        if tag in tags and (entry or tag == tags[0]):
            entry[tag] = value
    if entry:
        yield tuple(entry.get(name, "") for name in tags)
