"""Limits on what members, sessions and accounts may do, and the usage that they are compared with: docs/risk.md."""
