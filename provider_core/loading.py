"""The ``__provider`` string: how a state finds the code of its resources, for as long as there are states."""

from __future__ import annotations

import base64
import functools
import pickle
from typing import Any

from provider_core import load

__all__ = ["provider_key"]


class _ByToken:
    """Pickles to a call of `provider_core.load`: short, and independent of where code lives."""

    def __init__(self, token: str, stack: str) -> None:
        self.arguments = (token, stack) if stack else (token,)

    def __reduce__(self) -> tuple[Any, tuple[str, ...]]:
        return load, self.arguments


@functools.cache
def provider_key(token: str, stack: str = "") -> str:
    """The string for a type in a stack (or in any): made once, the same in every version, with nothing secret in it."""
    return base64.b64encode(pickle.dumps(_ByToken(token, stack), protocol=4)).decode()
