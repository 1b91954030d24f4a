"""The control socket with real sockets, on both event loops."""

from __future__ import annotations

import asyncio
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import uvloop

from tradsys_oms.errors import TradsysError
from tradsys_oms.ops.control import CONNECTIONS_MAX, REQUEST_BYTES_MAX, ControlServer
from tradsys_oms.ops.control_client import request
from tradsys_oms.ops.errors import ControlRefused, ControlUnavailable, DaemonNotRunning
from tradsys_oms.ops.socket_path import short_address

Run = Callable[[Awaitable[None]], None]


@pytest.fixture(params=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Run a coroutine on either event loop."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run_to_end(main: Awaitable[None]) -> None:
        async def wrap() -> None:
            await main

        with asyncio.Runner(loop_factory=factory) as runner:
            runner.run(wrap())

    return run_to_end


def refuse(args: dict[str, Any]) -> None:
    """Fail as a daemon does that knows why."""
    raise TradsysError(f"there is no instrument {args['symbol']}")


def break_down(args: dict[str, Any]) -> None:
    """Fail as a daemon does that has a bug."""
    raise KeyError("bug")


async def answer_later(args: dict[str, Any]) -> str:
    """Answer when something else has happened."""
    await asyncio.sleep(0)
    if not args:
        raise TradsysError("there is nothing to wait for")
    return "done"


HANDLERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "echo": lambda args: args,
    "refuse": refuse,
    "break": break_down,
    "later": answer_later,
    "large": lambda args: "x" * 5_000_000,
}


async def ask(path: Path, verb: str, **args: Any) -> Any:
    """Ask from a thread, as the client does not know the event loop."""
    return await asyncio.to_thread(request, path, verb, **args)


def test_requests_are_answered(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "control.sock"
        server = ControlServer(path, HANDLERS)
        await server.start()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert await ask(path, "echo", a=1, b=["x", None]) == {"a": 1, "b": ["x", None]}
        assert len(await ask(path, "large")) == 5_000_000
        with pytest.raises(ControlRefused, match=r"^there is no instrument NOSUCH$"):
            await ask(path, "refuse", symbol="NOSUCH")
        with pytest.raises(ControlRefused, match=r"there is no verb 'nosuch'; verbs are echo, refuse, break, later"):
            await ask(path, "nosuch")
        with pytest.raises(ControlRefused, match="the daemon failed to answer"):
            await ask(path, "break")
        assert await ask(path, "later", a=1) == "done"
        with pytest.raises(ControlRefused, match=r"^there is nothing to wait for$"):
            await ask(path, "later")
        assert await ask(path, "echo") == {}
        await server.stop()
        assert not path.exists()
        with pytest.raises(DaemonNotRunning, match="no daemon answers on the control socket"):
            await ask(path, "echo")

    run(main())


def test_many_requests_go_over_one_connection(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        server = ControlServer(tmp_path / "s", HANDLERS)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.write(b'{"verb":"echo","args":{"n":1}}\nrubbish\n{"verb":"echo"}\n')
        assert await reader.readline() == b'{"ok":true,"result":{"n":1}}\n'
        assert (await reader.readline()).startswith(b'{"ok":false,"error":"the request is not valid: ')
        assert await reader.readline() == b'{"ok":true,"result":{}}\n'
        await server.stop()
        assert await reader.read() == b""
        writer.close()

    run(main())


def test_too_large_a_request_ends_the_connection_only(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        server = ControlServer(tmp_path / "s", HANDLERS)
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.write(b"x" * (REQUEST_BYTES_MAX + 1) + b"\n")
        assert b"a request has at most 65536 bytes" in await reader.readline()
        writer.close()
        assert await ask(tmp_path / "s", "echo", n=1) == {"n": 1}
        await server.stop()

    run(main())


def test_connections_are_bounded_and_freed(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        server = ControlServer(tmp_path / "s", HANDLERS)
        await server.start()
        taken = [await asyncio.open_unix_connection(str(tmp_path / "s")) for _ in range(CONNECTIONS_MAX)]
        for reader, writer in taken:
            writer.write(b'{"verb":"echo"}\n')
            await reader.readline()
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        assert await reader.read() == b""
        writer.close()
        taken[0][1].close()
        async with asyncio.timeout(5):
            while await _is_full(tmp_path / "s"):
                await asyncio.sleep(0.01)
        await server.stop()
        for _, writer in taken:
            writer.close()

    run(main())


async def _is_full(path: Path) -> bool:
    try:
        return bool(await ask(path, "echo"))
    except (ControlRefused, DaemonNotRunning):
        return True


def test_the_socket_of_a_dead_daemon_is_replaced_and_that_of_a_living_one_is_not(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "s"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        server = ControlServer(path, HANDLERS)
        await server.start()
        with pytest.raises(ControlUnavailable, match="another daemon answers on the control socket"):
            await ControlServer(path, HANDLERS).start()
        assert await ask(path, "echo", n=2) == {"n": 2}
        await server.stop()

    run(main())


def test_a_file_in_its_place_is_left_alone(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "s").write_text("precious")
        with pytest.raises(ControlUnavailable, match="is not a socket; remove it"):
            await ControlServer(tmp_path / "s", HANDLERS).start()
        assert (tmp_path / "s").read_text() == "precious"

    run(main())


def test_state_directories_may_be_deep(run: Run, tmp_path: Path) -> None:
    async def main() -> None:
        deep = tmp_path / ("d" * 100) / ("e" * 100)
        deep.mkdir(parents=True)
        server = ControlServer(deep / "control.sock", HANDLERS)
        await server.start()
        assert await ask(deep / "control.sock", "echo", n=3) == {"n": 3}
        await server.stop()
        assert list(deep.iterdir()) == []

    run(main())


def test_a_daemon_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, short_address(tmp_path / "s") as address:
        listener.bind(address)
        with pytest.raises(DaemonNotRunning, match="Connection refused"):
            request(tmp_path / "s", "echo")
