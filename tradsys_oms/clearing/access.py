"""Let the account of the embedded PostgreSQL reach its files when the daemon runs as root.

PostgreSQL refuses to run as root, so root starts it under an account of its own. That account must get through every
folder above the data and the programs, and a checkout often lies in a home of mode 0700. The narrowest grant is an
access control entry (POSIX 1003.1e draft 17) that lets this one account pass, and neither list nor read; only where the
file system has no such lists do we fall back to the execute bit for others.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import struct
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from tradsys_oms.clearing.errors import EmbeddedUnavailableError

ACCOUNT_NAME: Final = "tradsys-pg"

_ACL_NAME: Final = "system.posix_acl_access"
_ACL_VERSION: Final = 2
_ACL_ENTRY: Final = struct.Struct("<HHI")
_USER_OBJ, _USER, _GROUP_OBJ, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
_NO_ID: Final = 0xFFFFFFFF
_EXECUTE: Final = 1


class Account(NamedTuple):
    """Who runs PostgreSQL."""

    uid: int
    gid: int


def server_account(data: Path) -> Account:
    """Choose who runs the server on `data`: ourselves, or if we are root the owner of the data or our own account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        entry = _create_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _create_account() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EmbeddedUnavailableError(
            f"PostgreSQL can't run as root and there is no useradd to make the account {ACCOUNT_NAME} for it: "
            "make that account, run tradsys as an ordinary user, or set database.url."
        )
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    try:
        return pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        raise EmbeddedUnavailableError(
            f"PostgreSQL can't run as root and making the account {ACCOUNT_NAME} for it failed "
            f"({done.stderr.strip()}): run tradsys as an ordinary user, or set database.url."
        ) from None


def grant_passage(path: Path, uid: int) -> None:
    """Let `uid` pass through every folder above `path`."""
    for folder in path.parents:
        status = folder.stat()
        if status.st_mode & stat.S_IXOTH or (status.st_uid == uid and status.st_mode & stat.S_IXUSR):
            continue
        try:
            _grant_entry(folder, uid, status.st_mode)
        except OSError:
            folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def grant_reading(tree: Path) -> None:
    """Let everybody read the programs below `tree`; an installation under umask 077 keeps them to root."""
    for path in (tree, *tree.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | 0o044 | (0o011 if mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)


def _grant_entry(folder: Path, uid: int, mode: int) -> None:
    """Add "user:uid:--x" to the access control list of `folder`, keeping what is there."""
    entries = _read_entries(folder) or {
        (_USER_OBJ, _NO_ID): mode >> 6 & 7,
        (_GROUP_OBJ, _NO_ID): mode >> 3 & 7,
        (_OTHER, _NO_ID): mode & 7,
    }
    entries[_USER, uid] = entries.get((_USER, uid), 0) | _EXECUTE
    # The mask bounds named users and the group; without one the group's own bits were the bound.
    entries[_MASK, _NO_ID] = entries.get((_MASK, _NO_ID), entries[_GROUP_OBJ, _NO_ID]) | _EXECUTE
    packed = [_ACL_ENTRY.pack(tag, rights, owner) for (tag, owner), rights in sorted(entries.items())]
    os.setxattr(folder, _ACL_NAME, struct.pack("<I", _ACL_VERSION) + b"".join(packed))


def _read_entries(folder: Path) -> dict[tuple[int, int], int]:
    if _ACL_NAME not in os.listxattr(folder):
        return {}
    raw = os.getxattr(folder, _ACL_NAME)
    return {(tag, owner): rights for tag, rights, owner in _ACL_ENTRY.iter_unpack(raw[4:])}
