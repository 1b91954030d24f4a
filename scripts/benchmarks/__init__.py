"""What `scripts/bench` measures, one module per kind of measurement.

Every measurement runs the real thing (the daemon as a process of its own, a real PostgreSQL, a journal on disk) and
gives `Figure`s. Beside the daemon, the same load generator drives a bare QuickFIX acceptor, so that a figure can be
read on any machine.
"""
