"""With the loose dictionary QuickFIX takes prices and reports with many entries, and whatever else a venue says."""

from __future__ import annotations

from pathlib import Path

import pytest
import quickfix

from tradsys_oms.venues.loose_dictionary import write_loose_dictionary

VERSIONS = ("FIX.4.2", "FIX.4.4")
ENTRIES = "268=2|269=0|270=10|271=5|15=USD|9001=x|269=1|270=11|271=6|58=a|"
HEAD = "34=2|49=V|52=20260101-00:00:00|56=US|"


def message(version: str, msg_type: str, body: str) -> str:
    """Give a message with its length and sum."""
    text = f"35={msg_type}|{HEAD}{body}".replace("|", "\x01")
    text = f"8={version}\x019={len(text)}\x01{text}"
    return f"{text}10={sum(text.encode()) % 256:03}\x01"


def loose(path: Path) -> quickfix.DataDictionary:
    """Read a dictionary, and let in what it does not know, as the settings of the link do."""
    dictionary = quickfix.DataDictionary(str(path))
    dictionary.checkFieldsOutOfOrder(False)
    dictionary.checkFieldsHaveValues(False)
    dictionary.checkUserDefinedFields(False)
    dictionary.allowUnknownMsgFields(True)
    return dictionary


@pytest.mark.parametrize("version", VERSIONS)
def test_a_snapshot_may_have_entries_with_any_fields(tmp_path: Path, version: str) -> None:
    dictionary = loose(write_loose_dictionary(tmp_path, version)["DataDictionary"])
    text = message(version, "W", f"262=ACME|55=ACME|{ENTRIES}")
    read = quickfix.Message(text, dictionary, True)
    assert sorted(read.toString().split("\x01")) == sorted(text.split("\x01"))


@pytest.mark.parametrize("version", VERSIONS)
def test_without_it_a_snapshot_is_refused(version: str) -> None:
    with pytest.raises(quickfix.RepeatedTag):
        quickfix.DataDictionary().validate(quickfix.Message(message(version, "W", f"55=ACME|{ENTRIES}"), False))


@pytest.mark.parametrize(
    ("msg_type", "body"), [("8", "37=1|11=2|20000=x|6=0|"), ("AE", "571=1|"), ("h", ""), ("U1", "5001=2|")]
)
def test_all_other_messages_are_let_in(tmp_path: Path, msg_type: str, body: str) -> None:
    dictionary = loose(write_loose_dictionary(tmp_path, "FIX.4.4")["DataDictionary"])
    read = quickfix.Message(message("FIX.4.4", msg_type, body), dictionary, True)
    assert read.getHeader().getField(35) == msg_type


def test_fix_5_has_one_for_the_session_and_one_for_the_rest(tmp_path: Path) -> None:
    paths = write_loose_dictionary(tmp_path, "FIXT.1.1")
    assert list(paths) == ["TransportDataDictionary", "AppDataDictionary"]
    assert [quickfix.DataDictionary(str(path)).getVersion() for path in paths.values()] == ["FIXT.1.1", "FIX.5.0"]


FILL = "37=1|11=2|17=3|150=F|39=2|"
PARTIES = "453=2|448=a|447=D|452=1|802=2|523=q|803=1|523=r|803=2|448=b|447=D|452=2|"
SIDES = "552=2|54=1|37=1|453=2|448=a|448=b|54=2|37=2|453=1|448=c|"
GROUPS = {
    "parties with sub-parties": ("8", FILL + PARTIES + "55=ACME|54=1|38=1|"),
    "a group behind another": ("8", FILL + PARTIES + "382=2|375=x|437=1|375=y|437=2|136=2|137=1|138=USD|137=2|55=A|"),
    "entries in an order of the venue's own": ("8", FILL + "453=2|447=D|448=a|447=D|448=b|55=ACME|"),
    "sides of a trade": ("AE", "571=1|55=ACME|" + SIDES + "60=20260101-00:00:00|"),
    "prices behind parties": ("W", "55=ACME|454=2|455=a|455=b|" + ENTRIES),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", GROUPS)
def test_reports_may_have_groups(tmp_path: Path, version: str, case: str) -> None:
    dictionary = loose(write_loose_dictionary(tmp_path, version)["DataDictionary"])
    text = message(version, *GROUPS[case])
    with pytest.raises(quickfix.RepeatedTag):
        quickfix.DataDictionary().validate(quickfix.Message(text, False))
    read = quickfix.Message(text, dictionary, True)
    dictionary.validate(read)
    assert sorted(read.toString().split("\x01")) == sorted(text.split("\x01"))
