"""Property bags, as constructors make them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provider_core.declaration import Declaration
from provider_core.loading import provider_key

__all__ = ["bag_of"]


def bag_of(declaration: Declaration, values: Mapping[str, Any], stack: str = "") -> dict[str, Any]:
    """The bag of a resource that is given these values, in a stack of this name."""
    bag = {name: value for name, value in values.items() if value is not None}
    nulls = sorted(name for name, value in values.items() if value is None)
    return {**bag, **({"nulls": nulls} if nulls else {}), "__provider": provider_key(declaration.token, stack)}
