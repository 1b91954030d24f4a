"""Links to other markets: one process for each venue, with a QuickFIX initiator, a spool and a cursor of its own."""
