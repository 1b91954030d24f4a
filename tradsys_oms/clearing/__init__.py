"""Clearing: what the journal says, as tables in Postgres.

The projector is a follower of the journal in a process of its own. It writes rows and its cursor in one transaction,
so each execution is there exactly once however often the projector, Postgres or the machine dies in between.
Postgres holds nothing that the journal doesn't: drop the database and the projector fills a new one with the same rows.
"""
