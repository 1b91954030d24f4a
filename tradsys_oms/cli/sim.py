"""`tradsys sim`: other markets, simulated."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Final

import click
import msgspec

VERSIONS: Final = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
PATH: Final = click.Path(path_type=Path)


@click.group()
def sim() -> None:
    """Simulate other markets."""


@sim.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help="0 for any that is free.")
@click.option("--version", type=click.Choice(VERSIONS), default="FIX.4.4", show_default=True, help="FIX version.")
@click.option("--sender", default="VENUE1", show_default=True, help="CompID of the venue.")
@click.option("--target", default="TRADSYS", show_default=True, help="CompID of its peer.")
@click.option("--script", "script_path", type=PATH, help="What it does with which request: a YAML file.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, show_default=True, help="Of what is drawn.")
@click.option("--store", type=PATH, help="File for numbers, messages and orders: a restart goes on with them.")
@click.option("--record", type=PATH, help="File for a JSON line about each request, fill and order.")
@click.option("--certificate", type=PATH, help="PEM file with certificate and chain: speak TLS.")
@click.option("--key", type=PATH, help="PEM file with its private key.")
@click.option("--client-ca", type=PATH, help="PEM file: clients need a certificate of this CA.")
def venue(
    host: str,
    port: int,
    version: str,
    sender: str,
    target: str,
    script_path: Path | None,
    seed: int,
    store: Path | None,
    record: Path | None,
    certificate: Path | None,
    key: Path | None,
    client_ca: Path | None,
) -> None:
    """Run a venue that behaves as a script says, until SIGTERM or Ctrl-C.

    Prints its port as one JSON line when it listens. Without a script it accepts every order, cancel and replace.
    An order may say itself what becomes of it: Text (58) "sim: accept then fill 100@10". The script's format and all
    steps are in docs/venue-simulator.md.
    """
    from tradsys_oms.venues.simulator.script import Script, load_script
    from tradsys_oms.venues.simulator.simulator import Simulator, SimulatorSettings

    stops = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stops)  # the venue's thread inherits it, so that only sigwait sees them
    settings = SimulatorSettings(version, sender, target, host, port, seed, store, record, certificate, key, client_ca)
    simulator = Simulator(settings, load_script(script_path) if script_path is not None else Script())
    simulator.start()
    click.echo(msgspec.json.encode({"port": simulator.port, "sender": sender, "version": version}).decode())
    signal.sigwait(stops)
    simulator.stop()
    if simulator.scenario is not None:
        click.echo(msgspec.json.encode({"scenario": simulator.scenario.state}).decode())
