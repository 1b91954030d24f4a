"""Names of symbols and accounts: ours, and those of a venue."""

from __future__ import annotations

from tradsys_oms.venues.settings import VenueSettings


class Names:
    """Translates names in both ways; a name that the settings don't have is the same on both sides."""

    def __init__(self, settings: VenueSettings) -> None:
        self._symbols = settings.symbols
        self._our_symbols = {theirs: ours for ours, theirs in settings.symbols.items()}
        self._accounts = settings.accounts
        self._owners = {theirs: ours for ours, theirs in settings.accounts.items()}
        self._owner = settings.extra.get("owner", "")

    def symbol(self, ours: str) -> str:
        """Give the venue's symbol."""
        return self._symbols.get(ours, ours)

    def our_symbol(self, theirs: str) -> str:
        """Give our symbol."""
        return self._our_symbols.get(theirs, theirs)

    def account(self, ours: str) -> str:
        """Give the venue's account, "" for none."""
        return self._accounts.get(ours, ours)

    def owner(self, account: str) -> tuple[str, str]:
        """Give our member and account of an account at the venue; ("", "") if nobody is named.

        Settings of drop copies name accounts `member/account`. One that they don't have is that of `owner`.
        """
        member, is_named, ours = self._owners.get(account, self._owner).partition("/")
        return (member, ours) if is_named and member else ("", "")
