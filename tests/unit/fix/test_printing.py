from __future__ import annotations

from tradsys_oms.fix.dictionary import Dictionary, specs_dir
from tradsys_oms.fix.encoding import encode
from tradsys_oms.fix.printing import readable, readable_line

RAW = encode("FIXT.1.1", "35=D\x0134=2\x01", "55=ACME\x0154=1\x019999=x\x01")
DICTIONARIES = [Dictionary.load(specs_dir() / name) for name in ("FIXT11.xml", "FIX50SP2.xml")]


def test_one_line_per_field() -> None:
    lines = readable(RAW, DICTIONARIES).splitlines()
    assert lines[:2] == ["8 BeginString = FIXT.1.1", "9 BodyLength = 30"]
    assert lines[2:-1] == [
        "35 MsgType = D (NewOrderSingle)",
        "34 MsgSeqNum = 2",
        "55 Symbol = ACME",
        "54 Side = 1 (BUY)",
        "9999  = x",
    ]


def test_one_line_for_all() -> None:
    assert readable_line(RAW, DICTIONARIES) == "MsgType=D(NewOrderSingle) MsgSeqNum=2 Symbol=ACME Side=1(BUY) 9999=x"
