"""The Django application that holds the node's objects."""

from django.apps import AppConfig


class PexipConfig(AppConfig):
    """Pexip Infinity, simulated."""

    name = "simulators.pexip"
    label = "pexip"
    verbose_name = "Pexip Infinity"
    default_auto_field = "django.db.models.AutoField"
