"""The exchange as a pure function: `Engine.apply(seq, time_ns, command) -> events`.

Nothing in here knows time, threads, sockets, files, randomness, logging, SQL or FIX bytes. Time, ids and
configuration arrive inside commands, so the same commands give the same events on every machine.
"""
