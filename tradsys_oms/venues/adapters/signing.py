"""Signatures of Logons: what a venue knows us by, where a password alone would not do."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tradsys_oms.venues.adapters.errors import CredentialsUnusable


def ed25519_key(venue: str, pem: bytes) -> Ed25519PrivateKey:
    """Load a private key; raise CredentialsUnusable where it is none, of another kind, or has a password."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise CredentialsUnusable(
            f"The credential 'private_key' of venue {venue} is no Ed25519 key in PEM without a password: make one."
        )
    return key


def ed25519_signature(key: Ed25519PrivateKey, payload: str) -> str:
    """Sign a text; give the signature in base64."""
    return base64.b64encode(key.sign(payload.encode())).decode()


def hmac_key(venue: str, secret: str) -> bytes:
    """Decode a secret in base64; raise CredentialsUnusable where it is none."""
    try:
        return base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        raise CredentialsUnusable(
            f"The credential 'secret' of venue {venue} is not base64: take it as the venue shows it."
        ) from None


def hmac_sha256_signature(key: bytes, payload: str) -> str:
    """Give the HMAC-SHA256 of a text in base64."""
    return base64.b64encode(hmac.digest(key, payload.encode(), hashlib.sha256)).decode()
