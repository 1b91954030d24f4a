"""The `tradsys` command: one file per group of verbs, options and output formats in one place each.

Verbs import what they need when they run, so that `tradsys --help` and a mistyped verb answer at once.
"""
