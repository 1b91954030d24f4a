"""An order of a matrix as it truly is, requests that wait included, and what a broker sees who is told of them at once.

A matrix tells it as a venue does that reports by itself what is pending. Where pending reports come at once, they come
before all that the venue says, and not again: a request is pending from its message on, until it is answered, and
OrdStatus says so meanwhile.
"""

from __future__ import annotations

from typing import Any, Final

Step = dict[str, Any]
PENDING: Final = {"D": "A", "F": "6", "G": "E"}
"""ExecType (150) and OrdStatus (39) of requests."""


class Truth:
    """Follows one order, and turns what a matrix tells of it into what the broker sees."""

    def __init__(self) -> None:
        self._pending: dict[str, Step] = {}
        """Cancels and replaces that wait, by ClOrdID."""
        self._now: Step = {}
        """Names and quantities of the order."""
        self._ord_status = "A"
        """What it is besides pending, as far as it was told."""

    def asked(self, asked: Step) -> Step:
        """Give the report of a request that goes out."""
        msg_type, clord_id, qty = asked["MsgType"], asked["ClOrdID"], asked["OrderQty"]
        told = {"MsgType": "8", "ClOrdID": clord_id, "ExecType_code": PENDING[msg_type]}
        if msg_type == "D":
            self._now = {"ClOrdID": clord_id, "OrderQty": qty, "CumQty": 0, "LeavesQty": qty}
            return told | self._now | {"OrdStatus_code": "A"}
        quantities = self._now | self._chained(msg_type)
        self._pending[clord_id] = asked
        return quantities | told | {"OrigClOrdID": self._now["ClOrdID"], "OrdStatus_code": self._status("0")}

    def _chained(self, msg_type: str) -> Step:
        """Give the quantities that a replace finds if the one before it is accepted (D.2.b)."""
        replaces = [asked["OrderQty"] for asked in self._pending.values() if asked["MsgType"] == "G"]
        if msg_type != "G" or not replaces:
            return {}
        return {"OrderQty": replaces[-1], "LeavesQty": replaces[-1] - self._now["CumQty"]}

    def _status(self, otherwise: str) -> str:
        waiting = [asked["MsgType"] for asked in self._pending.values()]
        return "6" if "F" in waiting else "E" if waiting else otherwise

    def told(self, told: Step) -> Step | None:
        """Give what the broker sees of a report of the venue, None if it has been told before."""
        exec_type = told.get("ExecType_code", "")
        if exec_type and exec_type in "6E":
            return None
        if told["OrdStatus_code"] not in "6E":
            self._ord_status = told["OrdStatus_code"]
        if told["MsgType"] == "9" or exec_type in "45":
            self._pending.pop(told["ClOrdID"], None)
        if told["MsgType"] == "8" and exec_type != "I":
            self._now = {name: told[name] for name in KEPT if name in told}
        if exec_type == "0":
            return told
        return told | {"OrdStatus_code": self._status(told["OrdStatus_code"])}

    def status(self) -> Step:
        """Give the answer to a status request about the order at the venue."""
        return self._now | {"MsgType": "8", "ExecType_code": "I", "OrdStatus_code": self._status(self._ord_status)}


KEPT: Final = ("ClOrdID", "OrderQty", "CumQty", "LeavesQty", "DayOrderQty", "DayCumQty")
