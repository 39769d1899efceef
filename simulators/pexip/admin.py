"""Every type in Django's admin pages; secrets are not shown there either."""

from __future__ import annotations

from django.contrib import admin

from .catalogue import TYPES, TypeSpec
from .models import MODELS


def _page(spec: TypeSpec) -> type:
    plain = [field.name for field in spec.fields.values() if field.stored and field.type != "related"]
    hidden = [field.name for field in spec.fields.values() if field.secret and field.shown != "clear"]
    first = [name for name in spec.natural_key if name in plain]
    columns = ["id", *first, *[name for name in plain if name not in first and name not in hidden][:5]]
    return type(
        f"{spec.name}_page",
        (admin.ModelAdmin,),
        {
            "list_display": columns,
            "list_display_links": columns[:2],
            "search_fields": first,
            "exclude": hidden,
            "list_per_page": 50,
        },
    )


for _spec in TYPES.values():
    admin.site.register(MODELS[_spec.name], _page(_spec))

admin.site.site_header = "Simulated Management Node"
admin.site.site_title = "Simulated Management Node"
admin.site.index_title = "Configuration"
