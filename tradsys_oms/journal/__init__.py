"""The journal: the one durable, sequenced truth that everything else is rebuilt from.

One writer (`writer`, driven by `group_commit`), any number of readers in any process (`reader`), and an auditor
(`verify`) that needs nobody's help. `records` fixes the bytes, `recovery` decides what a crash may leave behind.
"""
