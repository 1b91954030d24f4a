"""Hours: when something is open, as windows of time made from a time zone's wall clock, weekdays and holidays.

Pure: nothing here reads a clock.
"""
