"""The proof: the real core and the naive exchange on the same streams of commands, and what must hold on any stream.

`markets` sets up instruments and members, `streams` makes commands, `pairing` runs both and compares whatever can be
seen, `invariants` watches the events, `shrinking` makes a stream with a difference small and prints it as code.
"""
