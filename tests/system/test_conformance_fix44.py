"""Session-layer conformance: the FIX 4.4 acceptance scripts of the QuickFIX project, against our acceptor.

The scripts are third-party data beside the repository (../shared/conformance); without them the tests are skipped. Two
of them wait for heartbeats and take half a minute each, so three runners work side by side, each with an acceptor of
its own.

19a and 19b need an application that echoes orders: 19a wants silence on a PossResend that was seen before, where the
order state matrices want the order's state, and 19b wants the PossResend flag back.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.exchange_process import ExchangeProcess

CONFORMANCE = Path(__file__).resolve().parents[3] / "shared" / "conformance"
SLOW = ("4a_NoDataSentDuringHeartBtInt", "6_SendTestRequest")
NEEDS_ECHO = ("19a_PossResendMessageThatHAsAlreadyBeenSent", "19b_PossResendMessageThatHasNotBeenSent")

pytestmark = pytest.mark.skipif(not CONFORMANCE.is_dir(), reason=f"the acceptance scripts are not in {CONFORMANCE}")


class Run:
    """One runner with its own exchange."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.exchange = ExchangeProcess(folder, "--comp-id", "ISLD", "--session", "TW44:FIX.4.4", "--reset-on-logon")
        self.exchange.start()
        command = [sys.executable, str(CONFORMANCE / "at_runner.py"), "--port", str(self.exchange.port)]
        command += ["--defs", str(CONFORMANCE / "fix44"), "--semantic", "--echo-as", "8,j", *options]
        self.runner = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def result(self) -> str:
        """Wait for the end and give what the runner printed."""
        try:
            output, _ = self.runner.communicate(timeout=180)
        finally:
            self.runner.kill()
            self.exchange.kill()
        return output


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give PASS or FAIL with its reason for each script."""
    folder = tmp_path_factory.mktemp("conformance")
    skipped = [option for name in SLOW for option in ("--skip", name)]
    runs = [Run(folder / name, "--only", name) for name in SLOW] + [Run(folder / "others", *skipped)]
    found: dict[str, str] = {}
    for run in runs:
        for block in run.result().replace("\nFAIL ", "\0FAIL ").replace("\nPASS ", "\0PASS ").split("\0"):
            word, _, rest = block.partition(" ")
            if word in ("PASS", "FAIL"):
                found[rest.split()[0]] = block
    return found


def test_all_scripts_pass_that_need_no_echo(verdicts: dict[str, str]) -> None:
    failures = [block for name, block in verdicts.items() if block.startswith("FAIL") and name not in NEEDS_ECHO]
    assert failures == []
    assert len(verdicts) == 59


def test_scripts_that_need_an_echo_get_a_report_instead(verdicts: dict[str, str]) -> None:
    assert all(verdicts[name].startswith("FAIL") for name in NEEDS_ECHO)
    assert all("35=8|" in verdicts[name] for name in NEEDS_ECHO)
