"""Fuzzing of the FIX layer: inputs made from a tape of bytes, and what must hold whatever they are.

One interpreter of tapes serves three sources: hypothesis (tests/property/test_fuzz_*.py), a seeded random generator and
atheris, which lets coverage guide the tape (`scripts/fuzz`). A tape that failed fails again: it is the reproducer.
"""
