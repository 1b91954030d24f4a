"""Logons of peers, right and wrong, and what versions they agree on: read with other code than the session's.

"|" stands for SOH between fields; a delimiter in a value is written as it is.
"""

from __future__ import annotations

from typing import Final

from scripts.fuzzing.inputs import APPL_VER_IDS, SECRET
from tradsys_oms.fix.message import Message

PLAIN: Final = "98=0|108=30"
GROUP: Final = "384=2|372=D|1130=7|385=S|1410=Y|372=F|1130=9|385=S|1410=Y"
VERSIONED: Final = (
    f"{PLAIN}|{GROUP}",
    f"{PLAIN}|1137=7",
    f"{PLAIN}|1137=9",
    f"{PLAIN}|1137=5",
    f"{PLAIN}|384=1|372=D|1130=7|385=S|1410=Y",
    f"{PLAIN}|384=1|372=D|1130=9|385=R|1410=Y",
    f"{PLAIN}|384=1|372=D|1130=5|385=S|1410=Y",
    f"{PLAIN}|384=2|372=D",
    f"{PLAIN}|384=9|372=D|385=S",
    f"{PLAIN}|1408=OURS",
)
BODIES: Final = (
    PLAIN,
    "98=0|108=1",
    f"{PLAIN}|141=Y",
    f"{PLAIN}|141=N",
    "98=0|108=0",
    "98=1|108=30",
    "98=0|108=999999999999999999",
    "98=0|108=-5",
    f"{PLAIN}|464=Y",
    f"{PLAIN}|95=3|96=a=b",
    f"{PLAIN}|383=4096|384=1|372=D|385=R",
    f"{PLAIN}|789=1",
    f"{PLAIN}|789=2",
    f"{PLAIN}|789=0",
    f"{PLAIN}|789=99999",
    *VERSIONED,
)

USER, PASSWORD, NEW_PASSWORD = "TRADER", f"{SECRET}-right", f"{SECRET}-right2"
RIGHT: Final = f"|553={USER}|554={PASSWORD}"
WRONG: Final = (
    "",
    f"|553={USER}",
    f"|554={PASSWORD}",
    f"|553=NOBODY|554={PASSWORD}",
    f"|553={USER}|554={SECRET}-wrong",
    f"|553={USER}|554={PASSWORD}\x01",
    f"|553={USER}|554={PASSWORD}\x01{SECRET}",
    f"|553={USER}|554={SECRET}\x01={SECRET}",
    f"|553={USER}|554={SECRET}\x01{SECRET}=1",
    f"|553={USER}|554={SECRET}=1\xe9\xff",
    f"|553={USER}|554=",
    f"|553={USER}|554={SECRET}|925={NEW_PASSWORD}",
    f"|553={USER}|95={len(PASSWORD)}|96={PASSWORD}",
    f"|553={USER}|95=1|96={PASSWORD}\x01{SECRET}",
)
AGAINST_POLICY: Final = (
    f"{RIGHT}|925={PASSWORD}",
    f"{RIGHT}|925={SECRET}",
    f"{RIGHT}|925={NEW_PASSWORD}\x07",
    f"{RIGHT}|925={NEW_PASSWORD}\x01{SECRET}",
)
VERSION_NAMES: Final = {appl_ver_id: version for version, appl_ver_id in APPL_VER_IDS.items()}
SECRET_TAGS: Final = frozenset(("554", "925", "96"))


def agreed(logon: Message) -> tuple[str, dict[str, str]]:
    """Give the version of a Logon, and that of each MsgType for which it names another one; "" below FIXT.1.1."""
    if logon.begin_string != "FIXT.1.1":
        return "", {}
    entries: list[dict[str, str]] = []
    for tag, value in zip(logon.tags, logon.values, strict=True):
        if tag == "372":
            entries.append({})
        if entries:
            entries[-1].setdefault(tag, value)
    wanted = [entry for entry in entries if entry.get("1410") == "Y" and entry.get("385") == "S" and "1130" in entry]
    return VERSION_NAMES[logon.fields["1137"]], {entry["372"]: VERSION_NAMES.get(entry["1130"], "") for entry in wanted}
