"""Acceptance scripts: replay `.def` files, as the QuickFIX project writes them, against any FIX acceptor.

A script is a conversation: lines that are sent, lines that are expected, connections that open and close. `script`
reads it, `message` makes bytes of its lines, `comparison` judges what came back; these three touch no socket.
`connection` is the socket, `runner` plays a script from its first line to its last and gives a verdict.

Nothing here uses the gateway's own FIX code: whoever judges it must not share its mistakes.
"""
