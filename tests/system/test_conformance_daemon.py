"""Conformance of the real daemon, by our own runner: the FIX 4.4 acceptance scripts, and the same in all versions."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from certification.acceptance.runner import Verdict
from tests.system.acceptance_suites import COMP_IDS, MISSING, NEEDS_ECHO, SCRIPTS, ConformanceDaemon, write_suite
from tests.system.trading_system import ROOT

pytestmark = pytest.mark.skipif(not SCRIPTS.is_dir(), reason=MISSING)

SCRIPT_COUNT = 59


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceDaemon]:
    """Give a daemon that takes the scripts' sessions."""
    made = ConformanceDaemon(tmp_path_factory.mktemp("conformance"))
    made.daemon.start()
    yield made
    made.daemon.stop()


@pytest.fixture(scope="module")
def verdicts(system: ConformanceDaemon, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Verdict]]:
    """Give the verdict of each script in each version; all versions are played at once."""
    folder = tmp_path_factory.mktemp("suites")
    suites = [write_suite(version, folder / version) for version in COMP_IDS]
    with ThreadPoolExecutor(len(suites)) as threads:
        return dict(zip(COMP_IDS, threads.map(system.play, COMP_IDS, suites), strict=True))


@pytest.mark.parametrize("version", COMP_IDS)
def test_all_scripts_pass_that_need_no_echo(verdicts: dict[str, dict[str, Verdict]], version: str) -> None:
    failures = [verdict for name, verdict in verdicts[version].items() if not verdict.passed and name not in NEEDS_ECHO]
    assert failures == []
    assert len(verdicts[version]) == SCRIPT_COUNT


@pytest.mark.parametrize("version", COMP_IDS)
def test_scripts_that_need_an_echo_are_answered_by_the_application(
    verdicts: dict[str, dict[str, Verdict]], version: str
) -> None:
    for name in NEEDS_ECHO:
        verdict = verdicts[version][name]
        assert not verdict.passed
        assert "|35=j|" in verdict.got  # their orders have no OrderQty (38)


def certify(port: int, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "cert", "at", "--port", str(port), "--defs", str(SCRIPTS)]
    command += ["--echo-as", "8,j", "--comp", "TW44=TW44L0", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_line_says_pass_and_fail(
    system: ConformanceDaemon, verdicts: dict[str, dict[str, Verdict]]
) -> None:
    passed = certify(system.fix_port, "--only", "2c_MsgSeqNumTooLow", "--only", "4b_ReceivedTestRequest.def")
    assert passed.returncode == 0, passed
    assert [line.split()[:2] for line in passed.stdout.splitlines()] == [
        ["PASS", "2c_MsgSeqNumTooLow"],
        ["PASS", "4b_ReceivedTestRequest"],
        ["2", "passed,"],
    ]
    failed = certify(system.fix_port, "--only", NEEDS_ECHO[1])
    assert failed.returncode == 1, failed
    assert f"FAIL {NEEDS_ECHO[1]}" in failed.stdout
    assert "  line 17: tag 97 is missing\n  expected: 8=FIX.4.4|" in failed.stdout
    as_json = certify(system.fix_port, "--only", NEEDS_ECHO[1], "-o", "json")
    assert as_json.returncode == 1, as_json
    document = json.loads(as_json.stdout)
    assert (document["passed"], document["failed"], document["scripts"][0]["line"]) == (0, 1, 17)


def test_the_command_line_compares_exactly_if_asked_to(
    system: ConformanceDaemon, verdicts: dict[str, dict[str, Verdict]]
) -> None:
    done = certify(system.fix_port, "--only", "4b_ReceivedTestRequest", "--exact")
    assert done.returncode == 1, done
    assert "field 4 is tag 49, not 34" in done.stdout  # the order of header fields is free


def test_no_scripts_is_an_error_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tradsys_oms.cli.main", "cert", "at", "--port", "1", "--defs", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"tradsys: There are no scripts (*.def) to play in {tmp_path}.\n"
