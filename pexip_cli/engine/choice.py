"""Which engine to use."""

import os
import sys
from collections.abc import Mapping, Sequence

from pexip_cli import lock
from pexip_cli.checkout import Checkout
from pexip_cli.engine import build, install, on_path, record
from pexip_cli.engine.record import Engine, Way
from pexip_cli.engine.version import OLDEST
from pexip_cli.problem import Problem

SETTING = "PEXIP_ENGINE"
_WAYS: dict[str, Sequence[Way]] = {"auto": tuple(Way), **{way.value: (way,) for way in Way}}


def ensure(checkout: Checkout, *, anew: bool = False) -> Engine:
    """The engine to use: the recorded one while it is good, else the first that can be had.

    `PEXIP_ENGINE` narrows the choice to `path`, `install` or `build`. Raises a Problem that says what to do.
    """
    ways = allowed(os.environ)
    file = checkout.local / "engine.json"
    if not anew and (engine := usable(record.read(file), ways, checkout)):
        return engine
    with lock.held(checkout.local / "engine.lock", lambda: _say("Another run makes the engine; waiting for it.")):
        if not anew and (engine := usable(record.read(file), ways, checkout)):
            return engine
        engine = _make(checkout, ways)
        record.write(file, engine)
    _say(str(engine))
    return engine


def allowed(environment: Mapping[str, str]) -> Sequence[Way]:
    """The ways that `PEXIP_ENGINE` leaves open."""
    setting = environment.get(SETTING) or "auto"
    if setting not in _WAYS:
        raise Problem(f"{SETTING} must be one of {', '.join(_WAYS)}, got {setting!r}")
    return _WAYS[setting]


def usable(engine: Engine | None, ways: Sequence[Way], checkout: Checkout) -> Engine | None:
    """A recorded engine, unless it is gone, not wanted, or what it was made from has changed."""
    if engine is None or engine.way not in ways or not os.access(engine.pulumi, os.X_OK):
        return None
    return engine if engine.mark == _mark(engine, checkout) else None


def _mark(engine: Engine, checkout: Checkout) -> str:
    match engine.way:
        case Way.PATH:
            return record.mark_of_program(engine.pulumi)
        case Way.INSTALL:
            return install.mark()
        case Way.BUILD:
            return record.mark_of_source(checkout.engine_source)


def _make(checkout: Checkout, ways: Sequence[Way]) -> Engine:
    reasons: list[str] = []
    if Way.PATH in ways:
        engine, reason = on_path.find(os.environ, ignore=checkout.local)
        if engine:
            return engine
        reasons.append(reason)
    if Way.INSTALL in ways:
        engine, reason = install.install(checkout.engine)
        if engine:
            return engine
        reasons.append(f"the vendor's installer could not be fetched ({reason})")
    if Way.BUILD in ways:
        for reason in reasons:
            _say(f"Engine: {reason}.")
        _say("Engine: building it from Go modules.")
        try:
            return build.build(checkout.engine_source, checkout.engine, _say)
        except Problem as problem:
            reasons.append(str(problem))
    raise Problem(no_engine(reasons))


def no_engine(reasons: Sequence[str]) -> str:
    """What to tell a user for whom no engine can be had."""
    return "\n".join(
        [
            "no engine can be had:",
            *(f"  - {reason}" for reason in reasons),
            f"Put pulumi {OLDEST.major}.{OLDEST.minor} or newer on PATH "
            "(https://www.pulumi.com/docs/install/), or Go, from which it is built here (https://go.dev/dl/).",
        ]
    )


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
