"""A model for each type of the data file, made in one loop.

Every model has a column for each field that is its own (relations seen from the other side have none), and
``built_in``, which is true for objects that the node was born with.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from .catalogue import TYPES, FieldSpec, TypeSpec
from .formats import Moment, Text, Truth, Whole, validators

_ON_DELETE = {"cascade": models.CASCADE, "protect": models.PROTECT, "null": models.SET_NULL}
_KINDS = {
    "string": Text,
    "file": Text,
    "integer": Whole,
    "boolean": Truth,
    "datetime": Moment,
    "date": models.DateField,
    "time": models.TimeField,
}
_EMPTY: dict[str, Any] = {"string": "", "file": "", "boolean": False, "list": list, "dict": dict}
# Aliases are the same in upper and lower case.
CASELESS = {"conference_alias.alias", "device.alias"}


def class_name(type_name: str) -> str:
    """``worker_vm`` as ``WorkerVm``."""
    return "".join(part.capitalize() for part in type_name.split("_"))


def _related(spec: TypeSpec, field: FieldSpec) -> Any:
    other = class_name(str(field.to))
    name = f"{spec.name}_by_{field.name}"
    if field.many:
        return models.ManyToManyField(other, related_name=name, blank=True)
    rule = _ON_DELETE[field.on_delete]
    return models.ForeignKey(
        other, on_delete=rule, related_name=name, null=field.nullable or field.on_delete == "null", blank=True
    )


def _column(spec: TypeSpec, field: FieldSpec) -> Any:
    if field.type == "related":
        return _related(spec, field)
    if field.type in ("list", "dict"):
        return models.JSONField(default=_EMPTY[field.type], blank=True)
    unset_is_null = field.type not in _EMPTY and not field.required
    options: dict[str, Any] = {"blank": not field.required, "null": field.nullable or unset_is_null}
    if field.has_default and field.default is not None:
        options["default"] = field.default
    elif not options["null"] and field.type in _EMPTY:
        options["default"] = _EMPTY[field.type]
    if field.type in ("string", "integer"):
        options["validators"] = validators(field)
    if field.type == "string":
        choices = field.choices_in(settings.SIMULATOR.version)
        options["choices"] = [(choice, choice) for choice in choices] or None
        if f"{spec.name}.{field.name}" in CASELESS:
            options["db_collation"] = "NOCASE"
    return _KINDS[field.type](**options)


def _model(spec: TypeSpec) -> Any:
    columns = {field.name: _column(spec, field) for field in spec.fields.values() if field.stored}
    constraints = [
        models.UniqueConstraint(fields=list(keys), name=f"{spec.name}_{'_'.join(keys)}") for keys in spec.unique
    ]
    label = spec.natural_key[0] if spec.natural_key else "id"
    meta = type(
        "Meta",
        (),
        {
            "app_label": "pexip",
            "db_table": spec.name,
            "ordering": ["id"],
            "constraints": constraints,
            "verbose_name": spec.name.replace("_", " "),
            "verbose_name_plural": spec.title,
        },
    )
    return type(
        class_name(spec.name),
        (models.Model,),
        {
            **columns,
            "__module__": __name__,
            "__str__": lambda self: str(getattr(self, label)) or f"{spec.name} {self.pk}",
            "Meta": meta,
            "id": models.AutoField(primary_key=True),
            "built_in": models.BooleanField(default=False, editable=False),
        },
    )


MODELS: dict[str, Any] = {name: _model(spec) for name, spec in TYPES.items()}


class Provisioning(models.Model):
    """A provisioning document that was handed out: known by the digest of its content, good for one use."""

    worker_vm = models.OneToOneField("WorkerVm", on_delete=models.CASCADE, related_name="provisioning")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "pexip"


class Token(models.Model):
    """An OAuth2 access token, kept as a digest, until it expires."""

    digest = models.CharField(max_length=64, primary_key=True)
    client = models.ForeignKey("Oauth2Client", on_delete=models.CASCADE)
    expires_at = models.DateTimeField()

    class Meta:
        app_label = "pexip"
