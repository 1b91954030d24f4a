"""Tests of the venue simulator."""
