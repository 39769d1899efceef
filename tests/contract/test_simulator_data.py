"""The simulator's data file agrees with itself."""

from __future__ import annotations

from itertools import pairwise

import pytest

from simulators.pexip.catalogue import TYPES, VERSIONS, TypeSpec, fields_in, types_in

DOCUMENTED = 89


@pytest.fixture(params=TYPES.values(), ids=list(TYPES))
def spec(request: pytest.FixtureRequest) -> TypeSpec:
    """Each type in turn."""
    found: TypeSpec = request.param
    return found


def test_every_documented_type_is_there() -> None:
    """89 types of the vendor's, and the few that only references need."""
    assert sum(spec.group != "auxiliary" for spec in TYPES.values()) == DOCUMENTED


def test_names_lead_somewhere(spec: TypeSpec) -> None:
    """Keys name fields, relations name types, the other side of a relation points back."""
    for name in [*spec.natural_key, *[key for keys in spec.unique for key in keys]]:
        assert name in spec.fields, name
    assert spec.key == "id" or spec.key in spec.fields
    for field in spec.fields.values():
        assert field.to is None or field.to in TYPES, field.name
        if field.reverse is not None:
            assert TYPES[str(field.to)].fields[field.reverse].to == spec.name, field.name


def test_defaults_are_values_that_the_field_takes(spec: TypeSpec) -> None:
    """A default is one of the choices, within the bounds, and null only where null is a value."""
    for field in spec.fields.values():
        if not field.has_default or field.default in ("", [], None):
            assert field.default is not None or not field.has_default or field.nullable, field.name
            continue
        for version in VERSIONS:
            choices = field.choices_in(version)
            assert not choices or field.default in choices, field.name
        if field.type == "integer" and field.default not in field.also:
            assert field.min is None or field.default >= field.min, field.name
            assert field.max is None or field.default <= field.max, field.name


def test_built_in_objects_have_known_fields(spec: TypeSpec) -> None:
    """What a node is born with is described by the same fields."""
    for values in spec.objects:
        assert set(values) <= set(spec.fields)
    assert not spec.singleton or len(spec.objects) == 1


def test_secrets_say_how_they_are_shown(spec: TypeSpec) -> None:
    """Each secret is masked, empty or, where the real node does so, in the clear."""
    for field in spec.fields.values():
        assert field.shown in ("mask", "empty", "clear")
        assert field.secret or field.shown == "clear", field.name


def test_versions_only_add() -> None:
    """A newer version has what an older one had, except what is marked as gone."""
    for older, newer in pairwise(VERSIONS):
        for name, spec in types_in(older).items():
            assert spec.until == older or name in types_in(newer)
            gone = set(fields_in(spec, older)) - set(fields_in(spec, newer))
            assert all(spec.fields[field].until == older for field in gone), (name, gone)
