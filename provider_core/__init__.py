"""What every provider of this project shares: declarations, their lifecycle, connections and errors.

It knows no vendor. A vendor's package declares resources with `provider_core.fields` on top of
`provider_core.resource.Resource`, and supplies a `provider_core.backend.Backend`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.dynamic import ResourceProvider

__all__ = ["load"]


def load(token: str, stack: str = "") -> ResourceProvider:
    """The provider of one type of resource, or of collections of it, by its token; ``stack`` names the stack's journal.

    Every resource's state refers to this function by name: it must stay where it is, and keep its parameters,
    for as long as there are states. All that it leads to may move.
    """
    from provider_core.collecting import CollectionLifecycle
    from provider_core.declaration import find

    declaration = find(token.removesuffix("Collection"))
    single = declaration.lifecycle(declaration)
    single.stack = stack
    return CollectionLifecycle(single) if token.endswith("Collection") else single
