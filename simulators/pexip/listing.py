"""The configuration API put together: a tastypie resource for each type, made in one loop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from tastypie import fields as tastypie_fields
from tastypie.authentication import Authentication
from tastypie.authorization import Authorization
from tastypie.constants import ALL_WITH_RELATIONS

from . import relations
from .catalogue import ROOT, FieldSpec, TypeSpec, fields_in, types_in
from .flows import FLOWS
from .framework import FastSerializer, LargePaginator, Listing
from .models import MODELS, class_name
from .resources import ConfigurationResource

_TEXT_LOOKUPS = ["contains", "startswith", "endswith", "regex"]
LOOKUPS = [
    *["exact", "iexact", *_TEXT_LOOKUPS, *[f"i{lookup}" for lookup in _TEXT_LOOKUPS]],
    *["in", "range", "gt", "gte", "lt", "lte", "isnull"],
]
_FIELDS = {
    "string": tastypie_fields.CharField,
    "file": tastypie_fields.FileField,
    "integer": tastypie_fields.IntegerField,
    "boolean": tastypie_fields.BooleanField,
    "datetime": tastypie_fields.DateTimeField,
    "date": tastypie_fields.DateField,
    "time": tastypie_fields.TimeField,
    "list": tastypie_fields.ListField,
    "dict": tastypie_fields.DictField,
}


def _field(spec: TypeSpec, field: FieldSpec) -> Any:
    options: dict[str, Any] = {
        "null": field.nullable,
        "blank": not field.required,
        "readonly": field.read_only,
        "unique": (field.name,) in spec.unique or field.name == spec.key,
    }
    if field.has_default:
        options["default"] = field.default
    elif field.name == "id" or (field.type in ("string", "file") and not field.required and not field.nullable):
        options["default"] = ""
    elif field.type == "boolean" and not field.required:
        options["default"] = False
    made = _plain(field, options) if field.type != "related" else _related(field, options)
    # Given to the constructor, an empty text would be replaced with one that says nothing of the field.
    made.help_text = _help(field)
    return made


def _plain(field: FieldSpec, options: dict[str, Any]) -> Any:
    return _FIELDS[field.type](attribute=field.name if field.stored or field.name == "id" else None, **options)


def _related(field: FieldSpec, options: dict[str, Any]) -> Any:
    to = f"{__name__}.{class_name(str(field.to))}Resource"
    options.pop("default", None)
    if field.many:
        attribute = relations.manager_name(field)
        return tastypie_fields.ToManyField(to, attribute, full=field.nested, **options)
    return tastypie_fields.ToOneField(to, field.name, **options)


def _help(field: FieldSpec) -> str:
    parts = []
    if field.max_length:
        parts.append(f"At most {field.max_length} characters.")
    if field.digits:
        parts.append(f"{field.digits[0]} to {field.digits[1]} digits.")
    if field.min is not None:
        parts.append(f"At least {field.min}.")
    if field.max is not None:
        parts.append(f"At most {field.max}.")
    if field.also:
        parts.append(f"Or {', '.join(map(str, field.also))}.")
    if field.format:
        parts.append(f"Format: {field.format.replace('_', ' ')}.")
    return " ".join(parts)


def _filtering(field: FieldSpec) -> Any:
    return ALL_WITH_RELATIONS if field.type == "related" else LOOKUPS


def make_resource(spec: TypeSpec, version: int, base: type[ConfigurationResource]) -> Any:
    """The resource class of a type."""
    offered = fields_in(spec, version)
    open_fields = {name: field for name, field in offered.items() if not field.secret or field.shown == "clear"}
    meta = {
        "queryset": MODELS[spec.name].objects.order_by("id"),
        "resource_name": spec.name,
        "detail_uri_name": spec.key,
        "list_allowed_methods": [method.lower() for method in spec.methods["list"]],
        "detail_allowed_methods": [method.lower() for method in spec.methods["detail"]],
        "authentication": Authentication(),
        "authorization": Authorization(),
        "serializer": FastSerializer(),
        "paginator_class": LargePaginator,
        "limit": 20,
        "max_limit": 1000,
        "fields": list(offered),
        "filtering": {name: _filtering(field) for name, field in open_fields.items()},
        "ordering": [name for name, field in open_fields.items() if field.stored or name == "id"],
        "include_absolute_url": False,
    }
    attributes = {name: _field(spec, field) for name, field in offered.items()}
    name = f"{class_name(spec.name)}Resource"
    metaclass: Any = type(base)
    made = metaclass(
        name,
        (base,),
        {**attributes, "Meta": type("Meta", (), meta), "spec": spec, "version": version, "__module__": __name__},
    )
    globals()[name] = made
    return made


def configuration() -> Listing:
    """The listing of the configuration API, with every resource of this version."""
    version = settings.SIMULATOR.version
    listing = Listing(api_name="v1")
    listing.root = ROOT
    for spec in types_in(version).values():
        base = FLOWS.get(spec.name, ConfigurationResource)
        listing.register(make_resource(spec, version, base)(), canonical=True)
    return listing
