"""Defences against machines that people do not notice. Nobody ever solves a puzzle.

The first submissions of a network in an hour cost nothing. After that the page's script has to
compute a little (altcha), the more the busier it gets; beyond a budget everybody waits. The path
without JavaScript has its check-your-answers step and a short least time instead.
"""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import random
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import altcha

from form_api.errors import Problem

FREE_IN_AN_HOUR = 30
LIMIT_IN_AN_HOUR = 300
"""Generous: a whole neighbourhood may share one mobile network's address."""
OPEN_FOR_ONE_PHONE_IN_A_DAY = 20
WRONG_CODES_OF_A_NETWORK = 20
WRONG_CODES_OF_A_NUMBER = 8
LEAST_SECONDS = 2.0
CHALLENGE_MINUTES = 20
ALGORITHM = "PBKDF2/SHA-256"
COST = 1000
HOUR = 3600.0
REMEMBERED = 50_000


@dataclass(slots=True)
class Budget:
    """How often something happened lately, by key, in bounded memory."""

    limit: int
    window: float = HOUR
    _seen: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)

    def count(self, key: str, now: float) -> int:
        """Return how often it happened in this window."""
        since, times = self._seen.get(key, (now, 0))
        return times if 0 <= now - since < self.window else 0

    def add(self, key: str, now: float) -> int:
        """Count once more."""
        times = self.count(key, now)
        since = self._seen[key][0] if times else now
        self._seen[key] = (since, times + 1)
        self._seen.move_to_end(key)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return times + 1

    def wait(self, key: str, now: float) -> int:
        """Return the seconds until the window ends."""
        since, _ = self._seen.get(key, (now, 0))
        return max(1, int(since + self.window - now))


@dataclass(slots=True)
class Bots:
    """The defences with their memory. `enabled` is off for load tests only."""

    secret: str
    enabled: bool = True
    posts: Budget = field(default_factory=lambda: Budget(LIMIT_IN_AN_HOUR))
    wrong_by_network: Budget = field(
        default_factory=lambda: Budget(WRONG_CODES_OF_A_NETWORK, HOUR / 6)
    )
    wrong_by_number: Budget = field(
        default_factory=lambda: Budget(WRONG_CODES_OF_A_NUMBER, HOUR / 12)
    )

    def challenge(self, id_: str, address: str, now: dt.datetime) -> dict[str, Any]:
        """Make a challenge for one submission; it grows with what its network sent."""
        busy = self.posts.count(network(address), now.timestamp()) // FREE_IN_AN_HOUR
        challenge = altcha.create_challenge(
            ALGORITHM,
            COST * (1 + busy),
            expires_at=int(now.timestamp()) + CHALLENGE_MINUTES * 60,
            data={"id": id_},
            hmac_secret=self.secret,
        )
        result: dict[str, Any] = challenge.to_dict()
        return result

    def admit(
        self, address: str, id_: str, proof: str, has_page: bool, now: dt.datetime
    ) -> tuple[str, int] | None:
        """Let a submission pass, or ask for a proof. Returns the proof's nonce, to be spent."""
        if not self.enabled:
            return None
        key, moment = network(address), now.timestamp()
        if self.posts.count(key, moment) >= self.posts.limit:
            raise Problem(
                "too-many",
                "您所在的网络提交得太多了，请过一会儿再提交，或者打电话给我们。",
                retry_after=self.posts.wait(key, moment),
            )
        spent = self._verify(proof, id_, now) if proof else None
        if not (proof or has_page) and self.posts.count(key, moment) >= FREE_IN_AN_HOUR:
            raise Problem(
                "proof-required", "请刷新页面再提交一次。", challenge=f"/api/challenge?id={id_}"
            )
        self.posts.add(key, moment)
        return spent

    def admit_lookup(self, address: str, number: str, now: dt.datetime) -> None:
        """Slow down whoever guesses query codes.

        A number that is being guessed rests only for the networks that guess: its owner, who
        comes from elsewhere, is let in. A network that starts guessing has used up its chance.
        """
        if not self.enabled:
            return
        key, moment = network(address), now.timestamp()
        guesses = self.wrong_by_network.count(key, moment)
        if guesses >= self.wrong_by_network.limit:
            raise _guessed(self.wrong_by_network.wait(key, moment))
        if guesses and self.wrong_by_number.count(number, moment) >= self.wrong_by_number.limit:
            raise _guessed(self.wrong_by_number.wait(number, moment))

    def wrong_code(self, address: str, number: str, now: dt.datetime) -> None:
        """Remember a wrong guess."""
        self.wrong_by_network.add(network(address), now.timestamp())
        self.wrong_by_number.add(number, now.timestamp())

    def too_fast_by(self, shown_at: float, now: dt.datetime) -> float:
        """Return the seconds a page was answered too fast; its answer waits that long."""
        if not self.enabled:
            return 0.0
        return min(LEAST_SECONDS, max(0.0, LEAST_SECONDS - (now.timestamp() - shown_at)))

    def _verify(self, proof: str, id_: str, now: dt.datetime) -> tuple[str, int]:
        try:
            payload = json.loads(base64.b64decode(proof, validate=True))
            parameters = payload["challenge"]["parameters"]
            nonce, expires = str(parameters["nonce"]), int(parameters["expiresAt"])
            bound_to = parameters["data"]["id"]
            result = altcha.verify_solution(proof, self.secret)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _bad_proof() from error
        if not result.verified or bound_to != id_ or expires < now.timestamp():
            raise _bad_proof()
        return nonce, expires * 1000


def payload(challenge: dict[str, Any], counter: int, derived_key: str) -> str:
    """Return a solved challenge the way a page sends it."""
    solved = {
        "challenge": challenge,
        "solution": {"counter": counter, "derivedKey": derived_key},
    }
    return base64.b64encode(json.dumps(solved).encode()).decode()


def _guessed(wait: int) -> Problem:
    return Problem("too-many", "查询码错得太多，请过几分钟再查。", retry_after=wait)


def _bad_proof() -> Problem:
    return Problem("spent-proof", "验证没有通过或者过期了，请刷新页面再提交一次。")


def network(address: str) -> str:
    """Return what counts as one network: /24 of IPv4, /56 of IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    prefix = 24 if ip.version == 4 else 56
    return str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False))


def jitter(low: int, high: int) -> int:
    """Return the milliseconds after which a place given up is offered again."""
    return random.SystemRandom().randint(low * 60_000, high * 60_000)
