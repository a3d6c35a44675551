"""Tokens of the pretend identity server: RS256, the claims Xero puts in, lives by the sandbox's clock."""

from __future__ import annotations

import functools
import hashlib
import secrets
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from i2g_recon.sandbox import wire
from i2g_recon.sandbox.answer import Answer, Refused, unauthorised
from i2g_recon.sandbox.clock import Clock
from i2g_recon.sandbox.state import State

ACCESS_S = 1_800
IDENTITY_S = 300
CODE_MS = 5 * 60 * 1000
REFRESH_MS = 60 * 86_400_000
GRACE_MS = 30 * 60 * 1000
# One invented person owns every organisation of the sandbox.
PERSON = {
    "xero_userid": "5b0a6f0e-0000-4a5b-9c00-00000000a001",
    "email": "bookkeeper@practice.example",
    "preferred_username": "bookkeeper@practice.example",
    "given_name": "Robin",
    "family_name": "Example",
}


def fingerprint(secret: str) -> str:
    """What is stored in place of a code or refresh token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signing_key(state: State) -> RSAKey:
    """The server's key, made once and kept with the state."""
    kept = state.setting("signing_key")
    if kept:
        return RSAKey.import_key(wire.load(kept))
    key = fresh_key()
    state.keep_setting("signing_key", wire.dump(key.as_dict(private=True)))
    return key


@functools.cache
def fresh_key() -> RSAKey:
    """A key for the servers that this process starts; one for all of them, because making it is slow."""
    return RSAKey.generate_key(2048, parameters={"kid": uuid.uuid4().hex, "use": "sig", "alg": "RS256"})


@dataclass(frozen=True, slots=True)
class Mint:
    """Makes and checks tokens for one issuer."""

    state: State
    clock: Clock
    key: RSAKey
    issuer: str

    def access_token(self, *, client_id: str, scopes: list[str], event_id: str, personal: bool) -> str:
        """An access token for 30 minutes; personal ones name the person who consented."""
        claims = {
            "aud": f"{self.issuer}/resources",
            "client_id": client_id,
            "jti": f"{self._generation()}.{uuid.uuid4().hex}",
            "authentication_event_id": event_id,
            "scope": scopes,
        }
        person = {"sub": uuid.uuid5(uuid.NAMESPACE_DNS, PERSON["email"]).hex, "global_session_id": uuid.uuid4().hex}
        if personal:
            claims |= {**person, "xero_userid": PERSON["xero_userid"]}
        return self._signed(claims, ACCESS_S)

    def id_token(self, *, client_id: str, nonce: str, access_token: str) -> str:
        """An id token for 5 minutes that gives the nonce back."""
        claims = {
            "aud": client_id,
            "sub": uuid.uuid5(uuid.NAMESPACE_DNS, PERSON["email"]).hex,
            "at_hash": _half_hash(access_token),
            "sid": uuid.uuid4().hex,
            **PERSON,
        }
        return self._signed({**claims, "nonce": nonce} if nonce else claims, IDENTITY_S)

    def spoilt(self, token: str, problem: str) -> str:
        """The id token with one thing wrong: nonce, audience, issuer, expired, or signed by a stranger."""
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "of another sign-in"},
            "audience": {"aud": "another app"},
            "issuer": {"iss": "https://identity.example"},
            "expired": {"exp": self.clock.now_s() - 3600, "iat": self.clock.now_s() - 7200},
        }
        claims = {**jwt.decode(token, self.key, algorithms=["RS256"]).claims, **wrong.get(problem, {})}
        stranger = RSAKey.generate_key(2048)
        key = stranger if problem == "signature" else self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, "typ": "JWT"}, claims, key)

    def refresh_token(self, *, client_id: str, granted: dict[str, Any]) -> str:
        """A new refresh token; only its hash is stored."""
        token = secrets.token_urlsafe(32)
        self.state.run(
            "INSERT INTO refresh_tokens VALUES (?, ?, ?, ?, NULL)",
            fingerprint(token),
            client_id,
            wire.dump(granted),
            self.clock.now_ms(),
        )
        return token

    def claims(self, authorisation: str) -> dict[str, Any]:
        """The claims of a Bearer header. Raises Refused (401) for what is missing, foreign or expired."""
        kind, _, token = authorisation.partition(" ")
        try:
            claims = jwt.decode(token.strip(), self.key, algorithms=["RS256"]).claims
        except (JoseError, ValueError) as error:
            raise Refused(unauthorised("AuthenticationUnsuccessful")) from error
        if kind.lower() != "bearer" or claims.get("aud") != f"{self.issuer}/resources":
            raise Refused(unauthorised("AuthenticationUnsuccessful"))
        if claims["exp"] <= self.clock.now_s():
            raise Refused(expired(claims["exp"] * 1000))
        if claims["jti"].partition(".")[0] != self._generation():
            raise Refused(expired(self.clock.now_ms()))
        return claims

    def expire_all(self) -> None:
        """Every access token handed out so far has expired: the next ones belong to another generation."""
        self.state.keep_setting("generation", str(int(self._generation()) + 1))

    def _generation(self) -> str:
        return self.state.setting("generation", "1")

    def _signed(self, claims: dict[str, Any], life_s: int) -> str:
        now_s = self.clock.now_s()
        times = {"iss": self.issuer, "nbf": now_s, "iat": now_s, "auth_time": now_s, "exp": now_s + life_s}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid, "typ": "JWT"}, {**times, **claims}, self.key)


def expired(at_ms: int) -> Answer:
    """The 401 of a token past its time."""
    return unauthorised(f"TokenExpired: token expired at {wire.american_second(at_ms)}")


def _half_hash(token: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()
