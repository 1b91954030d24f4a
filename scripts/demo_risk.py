"""The part of the demo about risk: a limit refuses an order, and the kill switch takes all orders of a member off.

What operators do goes through `tradsys`, as they would do it. Two of them are needed to release the kill switch: the
first one, who requests it, can't approve it as well.
"""

from __future__ import annotations

import os
import subprocess
import sys

from rich.console import Console

from certification.broker import Broker
from certification.daemon import Daemon, DaemonError

BUY = "1"
WAIT_S = 60.0


class Operator:
    """Somebody at the command line of the daemon's machine."""

    def __init__(self, name: str, daemon: Daemon, out: Console) -> None:
        self.name, self.daemon, self.out = name, daemon, out

    def does(self, *arguments: str, code: int = 0) -> str:
        """Run a verb as this person, print it with its answer and give that; raises a `DaemonError` if it ends with
        another exit code than `code`.
        """
        command = [sys.executable, "-m", "tradsys_oms.cli.main", *arguments, "-c", str(self.daemon.config), "--yes"]
        done = subprocess.run(
            command,
            cwd=self.daemon.folder,
            env=os.environ | {"SUDO_USER": self.name},
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )
        answer = (done.stdout + done.stderr).strip()
        if done.returncode != code:
            raise DaemonError(f"{' '.join(command)} ended with {done.returncode}: {answer}")
        self.out.print(f"{self.name}$ tradsys {' '.join(arguments)}", markup=False)
        for line in answer.splitlines():
            self.out.print(f"  {line}", markup=False)
        return answer


def limit(daemon: Daemon, broker: Broker, out: Console) -> None:
    """Let a limit refuse an order, and the kill switch stop its member until two people have released it."""
    ann, bob = Operator("ann", daemon, out), Operator("bob", daemon, out)
    member = ("member", broker.comp_id)
    out.print(f"[bold]{broker.comp_id} may have orders for 5000 open: one for 6000 is refused, and says why")
    ann.does("risk", "set", *member, "open_notional_max=5000", "--reason", "new client")
    broker.order("L-1", "INITECH", BUY, "60", "100.00")
    refused(broker, "L-1", out)
    out.print("[bold]With a higher limit it is taken")
    ann.does("risk", "set", *member, "open_notional_max=10000", "--reason", "margin came")
    broker.order("L-2", "INITECH", BUY, "60", "100.00")
    broker.expect(f35="8", f11="L-2", f39="0")
    out.print(f"[bold]The kill switch: the order is canceled, and {broker.comp_id} enters no others")
    ann.does("kill", *member, "--reason", "runaway algo")
    broker.expect(f35="8", f11="L-2", f39="4")
    broker.order("L-3", "INITECH", BUY, "10", "100.00")
    refused(broker, "L-3", out)
    out.print("[bold]Two people release it: who has requested that can't approve it as well")
    ann.does("kill", "release", *member, "--reason", "algo switched off")
    ann.does("kill", "approve", *member, code=1)
    bob.does("kill", "approve", *member)
    broker.order("L-4", "INITECH", BUY, "10", "100.00")
    broker.expect(f35="8", f11="L-4", f39="0")


def refused(broker: Broker, clord_id: str, out: Console) -> None:
    """Wait until an order is refused, and print with which words."""
    report = broker.expect(f35="8", f11=clord_id, f39="8")
    out.print(f"  {clord_id} is rejected: {report['58']}", markup=False)
