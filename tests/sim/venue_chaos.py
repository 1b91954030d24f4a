"""The whole system under blows: brokers, daemon, links and venues as real processes, of which any may be killed at any
moment, and lines that are cut. Afterwards everything comes back, and all must agree on what became of each order.

`python -m tests.sim.venue_chaos --first 1 --count 200 --processes 2` plays seeds and prints a line for each. A seed
that fails prints its plan and keeps its folder.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.sim.venue_accounts import Findings, examine
from tests.sim.venue_plan import Act, Plan, make_plan
from tests.sim.venue_trader import Trader
from tests.sim.venue_world import VenueProcess, World
from tests.system.operating import ask, until

SETTLE_S = 60.0
ASK_AGAIN_S = 2.0
QUIET_S = 0.5


class Run:
    """Plays a plan in a folder of its own."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.plan, self.world = plan, World(folder, plan)
        self.traders: dict[str, Trader] = {}
        self.resolved = 0
        """Orders that an operator had to decide about."""
        self.settled_s = 0.0
        """How long it took until all had ended."""
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._do: dict[str, Callable[[Act], None]] = {
            "order": lambda act: self.traders[act.who].order(**act.terms),
            "cancel": lambda act: self.traders[act.who].cancel(**act.terms),
            "replace": lambda act: self.traders[act.who].replace(**act.terms),
            "kill link": self._kill_link,
            "freeze link": self._freeze_link,
            "kill venue": self._kill_venue,
            "freeze venue": self._freeze_venue,
            "kill daemon": self._kill_daemon,
            "cut": lambda act: self._venue(act).line.cut(),
            "cut and refuse": self._refuse,
            "hold": self._hold,
            "wait for lines": lambda _: self._wait_for_lines(),
        }

    def play(self) -> Findings:
        """Play all of it, let it settle, and look."""
        try:
            self.world.start()
            self._wait_for_lines()
            for comp_id in self.plan.brokers:
                self.traders[comp_id] = Trader(self.world.system.broker(comp_id))
            for act in self.plan.acts:
                self._pass_time(act.pause_s)
                self._do[act.verb](act)
            began_s = time.monotonic()
            self._settle()
            self.settled_s = time.monotonic() - began_s
            return examine(self.world, self.traders)
        finally:
            self.world.close()

    # Faults.

    def _venue(self, act: Act) -> VenueProcess:
        return self.world.venues[act.who]

    def _pass_time(self, seconds: float) -> None:
        """Wait, and end the faults whose time is over meanwhile."""
        deadline_s = time.monotonic() + seconds
        while True:
            now_s = time.monotonic()
            due = [entry for entry in self._later if entry[0] <= now_s]
            for entry in due:
                self._later.remove(entry)
                entry[1]()
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                return
            time.sleep(min(left_s, 0.01))

    def _after(self, act: Act, do: Callable[[], None]) -> None:
        self._later.append((time.monotonic() + act.terms["for_ms"] / 1000, do))

    def _kill_link(self, act: Act) -> None:
        self.world.signal_link(act.who, signal.SIGKILL)

    def _freeze_link(self, act: Act) -> None:
        pid = self.world.signal_link(act.who, signal.SIGSTOP)
        if pid:
            self._after(act, lambda: self.world.signal(pid, signal.SIGCONT))

    def _kill_venue(self, act: Act) -> None:
        venue = self._venue(act)
        if venue.process is not None:
            venue.end(signal.SIGKILL)
            self._after(act, venue.start)

    def _freeze_venue(self, act: Act) -> None:
        venue = self._venue(act)
        process = venue.process
        if process is not None:
            process.send_signal(signal.SIGSTOP)
            self._after(act, lambda: process.send_signal(signal.SIGCONT))

    def _kill_daemon(self, act: Act) -> None:
        self.world.system.daemon.kill()
        self._pass_time(act.terms["for_ms"] / 1000)
        self.world.system.daemon.start()

    def _refuse(self, act: Act) -> None:
        line = self._venue(act).line
        line.cut(refuse=True)
        self._after(act, line.mend)

    def _hold(self, act: Act) -> None:
        line = self._venue(act).line
        line.hold()
        self._after(act, line.mend)

    # The end.

    def _settle(self) -> None:
        """Let all come back, and bring every order to an end."""
        while self._later:
            self._pass_time(0.01)
        self.world.calm_down()
        self._wait_for_lines()
        deadline_s, quiet_since_s = time.monotonic() + SETTLE_S, 0.0
        while not quiet_since_s or time.monotonic() - quiet_since_s < QUIET_S:
            if self._is_settled():
                quiet_since_s = quiet_since_s or time.monotonic()
            else:
                quiet_since_s = 0.0
                self._end_orders()
            if time.monotonic() > deadline_s:
                return  # what is left open is in the findings
            time.sleep(0.05)

    def _wait_for_lines(self) -> None:
        def are_up() -> bool:
            self._pass_time(0)
            return all(row["state"] != "down" for row in self.world.venue_rows().values())

        until(are_up, f"the lines of all venues: {self.world.system.daemon.last_lines(3)}")

    def _is_settled(self) -> bool:
        for trader in self.traders.values():
            trader.read()
        is_over = not any(known.is_open or known.waiting for trader in self.traders.values() for known in trader.orders)
        return is_over and not any(row["orders_working"] for row in self.world.venue_rows().values())

    def _end_orders(self) -> None:
        """Cancel what is open and not about to end, and decide about what no venue will ever answer."""
        now_s = time.monotonic()
        for trader in self.traders.values():
            for known in trader.orders:
                if known.is_open and now_s - known.asked_s > ASK_AGAIN_S:
                    trader.cancel_order(known)
        for name, row in self.world.venue_rows().items():
            if row["orders_to_resolve"]:
                self._resolve(name)

    def _resolve(self, venue: str) -> None:
        """Do what an operator does: ask the venue by phone, and say what it says."""
        truth = {order.clord_ids[0]: order for order in self.world.venues[venue].orders()}
        for row in ask(self.world.system, "venue.show", venue=venue)["orders"]:
            order = truth.get(row["clord_id"])
            if not row["to_resolve"] or (order is not None and order.is_open):
                continue  # the cancel, which its broker has asked for, decides
            terms = {"clord_id": row["clord_id"], "reason": "by phone", "user": "desk", "outcome": "not_received"}
            if order is not None:
                terms |= {"outcome": "ended", "cum_qty": str(order.cum_qty_e8 // 10**8), "avg_px": order.avg_px}
            ask(self.world.system, "order.resolve", **terms)
            self.resolved += 1


def play_seed(seed: int) -> int:
    """Play one seed and print what came of it; gives the exit code."""
    folder = Path(tempfile.mkdtemp(prefix=f"venue-chaos-{seed}-"))
    plan, start_s = make_plan(seed), time.monotonic()
    run = Run(folder, plan)
    try:
        findings = run.play()
        faults = findings.faults
        counts = f"{findings.orders} orders, {findings.children} at venues, {findings.fills} fills of {findings.filled}"
        counts += f", {run.resolved} resolved, settled in {run.settled_s:.1f} s"
    except Exception:
        faults, counts = [traceback.format_exc()], "broken off"
    seconds = time.monotonic() - start_s
    print(f"seed {seed}: {'FAILED' if faults else 'passed'} in {seconds:.1f} s: {counts}", flush=True)
    if faults:
        print("\n".join((*faults, str(plan), f"all files are in {folder}")), flush=True)
        return 1
    shutil.rmtree(folder)
    return 0


def main(arguments: list[str]) -> int:
    """Play seeds, each in a process of its own."""
    parser = argparse.ArgumentParser(description="Kill the parts of venue connectivity, and see that nothing is lost.")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--count", type=int, default=200, help="how many seeds")
    parser.add_argument("--processes", type=int, default=2, help="how many at a time")
    parser.add_argument("--seed", type=int, help="play this one only, in this process")
    options = parser.parse_args(arguments)
    if options.seed is not None:
        return play_seed(options.seed)

    def play(seed: int) -> bool:
        command = [sys.executable, "-m", "tests.sim.venue_chaos", "--seed", str(seed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print((done.stdout + (done.stderr if done.returncode else "")).rstrip(), flush=True)
        return done.returncode == 0

    with ThreadPoolExecutor(options.processes) as pool:
        passed = sum(pool.map(play, range(options.first, options.first + options.count)))
    print(f"{passed} of {options.count} seeds passed")
    return 0 if passed == options.count else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
