"""Small tools for libvirt's XML, and what the wire form of an object carries beside its fields."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from provider_core.kinds import show

__all__ = [
    "FORMS",
    "NAMESPACE",
    "UNFINISHED",
    "element",
    "find_text",
    "in_form",
    "matches",
    "new_root",
    "parse",
    "text_of",
]

Element = ElementTree.Element

NAMESPACE = "urn:hypervisor-provider:libvirt"
"""Of the mark in the metadata of what is not made to its end."""

FORMS = "_forms"
"""By field: the forms in which a stack may name the same thing, such as a volume's path."""

UNFINISHED = "_unfinished"
"""Whether the object was begun and not made to its end."""

for _prefix, _uri in (
    ("qemu", "http://libvirt.org/schemas/domain/qemu/1.0"),
    ("libosinfo", "http://libosinfo.org/xmlns/libvirt/domain/1.0"),
    ("hypervisor", NAMESPACE),
):
    ElementTree.register_namespace(_prefix, _uri)


def parse(text: str) -> Element:
    """The root element of a document that libvirt wrote."""
    return ElementTree.fromstring(text)  # noqa: S314  # the host is trusted with far more


def new_root(tag: str, **attributes: str) -> Element:
    """A new element that has no parent yet."""
    return ElementTree.Element(tag, attributes)


def element(parent: Element, tag: str, **attributes: str) -> Element:
    """A new child."""
    return ElementTree.SubElement(parent, tag, attributes)


def text_of(parent: Element, tag: str, text: str) -> Element:
    """Set the text of a child, which is made when it is not there."""
    child = parent.find(tag)
    if child is None:
        child = element(parent, tag)
    child.text = text
    return child


def find_text(parent: Element, path: str) -> str:
    """The text at a path, or an empty string."""
    return parent.findtext(path) or ""


def matches(wire: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
    """Whether an object has the values of all filters; ``name__in`` has several.

    Raises `TypeError` for a filter that libvirt's objects cannot be searched by.
    """
    for filter, value in filters.items():
        name, _, ending = filter.partition("__")
        if name not in wire or ending not in ("", "in"):
            raise TypeError(f"{show(filter)} is no filter: libvirt's objects are looked up by their fields' values")
        if wire[name] not in value if ending else wire[name] != value:
            return False
    return True


def in_form(wire: dict[str, Any], olds: Mapping[str, Any]) -> dict[str, Any]:
    """The object with each thing named as the stack names it."""
    for name, forms in wire.get(FORMS, {}).items():
        old = olds.get(name)
        if isinstance(wire[name], list):
            named = old if isinstance(old, list) else []
            pairs = itertools.zip_longest(forms, named[: len(forms)])
            wire[name] = [own if own in each else each[0] for each, own in pairs]
        elif old in forms:
            wire[name] = old
    return wire
