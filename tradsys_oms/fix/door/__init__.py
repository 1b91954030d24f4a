"""The front door: who gets as far as a session, by address, certificate, name and password.

Everything here comes before a session moves. What a stranger does leaves no trace in any sequence number.
"""
