"""The FIX edge: codec, dictionaries, sessions and the acceptor that brokers connect to.

The codec is layered: `framing` cuts a byte stream into complete messages, `message` gives their fields,
`validation` judges them against a `dictionary`, `encoding` makes bytes of our own. None of these does I/O.
"""
