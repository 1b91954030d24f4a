"""How the reports of a matrix are said in each version of FIX, by venues to us and by us to brokers.

A report is a dict of the file of facts, in the words of FIX 5.0 SP2. This is written from the standard, apart from the
tables that the package prints and reads by.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from tests.unit.core.routing.test_venue_matrices import RESTATEMENTS

FIX42, FIX44, FIX50 = "FIX.4.2", "FIX.4.4", "FIX.5.0SP2"
Step = dict[str, Any]

UNSAYABLE: Final = {
    (FIX42, "L"): "FIX 4.2 has no word for a stop that was triggered: such a venue, and such a broker, does without",
}
"""Version and ExecType of reports that are not made, with the reason."""
RESTATED_AS: Final = {
    (FIX42, 6): (4, "FIX 4.2 has no cancel for a trading halt (378=6): it is an option of the broker"),
    (FIX42, 9): (4, "FIX 4.2 has no cancel of what is not best (378=9): it is an option of the broker"),
}
"""Version and ExecRestatementReason that another one has to stand for, with the reason."""
EXEC_INSTS: Final = {
    FIX42: ("", "FIX 4.2 has no ExecInst for a trading halt"),
    FIX44: ("JK", "ExecInst Z is refused at the edge"),
    FIX50: ("JK", "ExecInst Z is refused at the edge"),
}
"""What of ExecInst (18) an order may ask for; without it the venue does the same unasked."""
BROKER_OPTION: Final = {"OrdRejReason": "0", "CxlRejReason": "2"}
"""Reasons of refusals where the matrix gives none."""
TEN_DECIMALS: Final = Decimal("1e-10")
EXECUTIONS: Final = "FGH"
RESPONSE_TO: Final = {"F": "1", "G": "2"}
"""CxlRejResponseTo (434)."""


class Sums:
    """The executions of one order as they count: what AvgPx (6) and DayAvgPx (426) come from."""

    def __init__(self) -> None:
        self._fills: dict[str, list[Decimal]] = {}
        """ExecID of the matrix -> quantity and price; a correction names the execution anew."""
        self._before: list[list[Decimal]] = []
        """Those of the days before."""

    def take(self, told: Step) -> None:
        """Count a report."""
        exec_type, exec_id = told.get("ExecType_code"), told.get("ExecID", f"#{len(self._fills)}")
        if exec_type == "F":
            self._fills[exec_id] = [Decimal(told["LastQty"]), last_px(told)]
        elif exec_type in ("G", "H"):
            fill = self._fills[exec_id] = self._fills[told["ExecRefID"]]
            fill[:] = [Decimal(told["LastQty"]), last_px(told)]
        elif exec_type == "D" and restatement(told) in (0, 1):
            self._before = self._all()

    def _all(self) -> list[list[Decimal]]:
        return list({id(fill): fill for fill in self._fills.values()}.values())

    def average(self, cum_qty: int) -> str:
        """Give the average price of all fills."""
        return _average(self._all(), cum_qty)

    def day_average(self, cum_qty: int) -> str:
        """Give that of the fills since the last restatement."""
        return _average([fill for fill in self._all() if not any(fill is other for other in self._before)], cum_qty)


def _average(fills: list[list[Decimal]], cum_qty: int) -> str:
    if not cum_qty:
        return "0"
    average = sum((qty * px for qty, px in fills), Decimal()) / cum_qty
    return decimal_text(average.quantize(TEN_DECIMALS, ROUND_HALF_UP))


def decimal_text(value: Decimal) -> str:
    """Print a decimal without zeros at its end."""
    return f"{value.normalize():f}"


def last_px(told: Step) -> Decimal:
    """Give the price of an execution: 100 where the matrix gives none."""
    return Decimal(str(told.get("LastPx", 100)))


def restatement(told: Step) -> int:
    """Give ExecRestatementReason (378), -1 for none."""
    text = str(told.get("ExecRestatementReason", "-1"))
    return RESTATEMENTS[text] if text in RESTATEMENTS else int(text)


def codes(version: str, told: Step) -> Step:
    """Give ExecTransType (20), ExecType (150) and OrdStatus (39)."""
    exec_type, status = told["ExecType_code"], told["OrdStatus_code"]
    if version != FIX42:
        return {"150": exec_type, "39": status}
    trans = {"H": "1", "G": "2", "I": "3"}.get(exec_type, "0")
    if exec_type in EXECUTIONS:
        exec_type = "2" if told["CumQty"] >= told["OrderQty"] else "1"
    elif exec_type == "I":
        exec_type = status
    if exec_type == "5" and status == "0":
        status = "5"
    return {"20": trans, "150": exec_type, "39": status}


def heard_from(version: str, told: Step) -> Step:
    """Give a report as it can be known from a venue of a version: with the reason that it has words for."""
    reason = restatement(told)
    return told | {"ExecRestatementReason": RESTATED_AS.get((version, reason), (reason,))[0]}


def _reason(version: str, told: Step) -> str:
    reason = restatement(heard_from(version, told))
    return str(reason) if reason >= 0 else ""


def said_by_venue(version: str, told: Step, sums: Sums) -> Step | None:
    """Give the fields of a venue's ExecutionReport but its names; None for what its version can't say."""
    if (version, told["ExecType_code"]) in UNSAYABLE:
        return None
    fields = codes(version, told)
    if reason := _reason(version, told):
        fields["378"] = reason
    fields |= {"55": "ACME", "54": "1", "38": str(told["OrderQty"]), "14": str(told["CumQty"])}
    fields |= {"151": str(told["LeavesQty"]), "6": sums.average(told["CumQty"])}
    if told.get("LastQty") or told["ExecType_code"] == "H":
        fields |= {"32": str(told["LastQty"]), "31": decimal_text(last_px(told))}
    if told["ExecType_code"] == "8":
        fields["103"] = told.get("OrdRejReason", BROKER_OPTION["OrdRejReason"])
    return fields


def refused_by_venue(told: Step, asked: str) -> Step:
    """Give the fields of a venue's OrderCancelReject but its names; `asked` is the MsgType of what it refuses."""
    reason = told.get("CxlRejReason", BROKER_OPTION["CxlRejReason"])
    return {"39": told["OrdStatus_code"], "434": RESPONSE_TO[asked], "102": reason}


def seen_by_broker(version: str, told: Step, sums: Sums) -> Step | None:
    """Give the fields that a broker must see of a report, "" for those that may not be there; None for no report."""
    names = {"35": told["MsgType"], "11": told["ClOrdID"], "41": told.get("OrigClOrdID", "")}
    if told["MsgType"] == "9":
        reason = told.get("CxlRejReason", BROKER_OPTION["CxlRejReason"])
        return names | {"39": told["OrdStatus_code"], "102": reason}
    exec_type = told["ExecType_code"]
    if (version, exec_type) in UNSAYABLE:
        return None
    refusal = told.get("OrdRejReason", BROKER_OPTION["OrdRejReason"] if exec_type == "8" else "")
    cum_qty = told["CumQty"]
    quantities = {"38": str(told["OrderQty"] or ""), "14": str(cum_qty), "151": str(told["LeavesQty"])}
    if "CashOrderQty" in told:
        quantities["152"] = str(told["CashOrderQty"])
    if not told["ClOrdID"]:
        names["1028"] = "Y" if version == FIX50 else ""
    reasons = {"378": _reason(version, told), "103": refusal}
    averages = {"6": sums.average(cum_qty)}
    return names | codes(version, told) | quantities | averages | reasons | _last(told) | _day(told, sums)


def _last(told: Step) -> Step:
    exec_type = told["ExecType_code"]
    if exec_type == "H":
        return {"32": "0", "31": "0"}
    has_last = exec_type in "FG7" and told.get("LastQty")
    return {"32": str(told["LastQty"]), "31": decimal_text(last_px(told))} if has_last else {"32": "", "31": ""}


def _day(told: Step, sums: Sums) -> Step:
    if "DayOrderQty" not in told:
        return {"424": "", "425": "", "426": ""}
    day_cum_qty = told["DayCumQty"]
    return {"424": str(told["DayOrderQty"]), "425": str(day_cum_qty), "426": sums.day_average(day_cum_qty)}
