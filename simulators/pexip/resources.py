"""The configuration API: a tastypie resource for each type, made in one loop.

Dispatch, filters, ordering, paging, schemas and errors are the framework's own. Checking, saving and showing
objects are not (see `writing` and `showing`): the framework does them object by object.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, JsonResponse
from tastypie import http
from tastypie.exceptions import BadRequest, NotFound
from tastypie.resources import ModelResource

from . import relations
from .catalogue import ROOT, TypeSpec, fields_in
from .database import WRITING
from .formats import compiles
from .framework import read_body
from .models import MODELS
from .references import References
from .rejections import Answer
from .showing import Page
from .writing import Writer


class ConfigurationResource(ModelResource):
    """One type of the configuration API. Types with a flow of their own override `prepare` or a method."""

    spec: TypeSpec
    version: int

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Called with each object, checked, before it is saved; raises `Rejected` to refuse it."""

    def saved(self, obj: Any, data: dict[str, Any]) -> None:
        """Called with each object after it was saved, within the same transaction."""

    def writer(self) -> Writer:
        """A writer for one request."""
        return Writer(self.spec, self.version)

    def get_resource_uri(self, bundle_or_obj: Any = None, url_name: str = "") -> str:
        """The path of the list, or of an object."""
        if bundle_or_obj is None:
            return self.spec.uri
        obj = getattr(bundle_or_obj, "obj", bundle_or_obj)
        return f"{self.spec.uri}{getattr(obj, self.spec.key)}/"

    def _build_reverse_url(self, name: str, args: Any = None, kwargs: Any = None) -> str:
        return f"{ROOT}{kwargs['resource_name']}/schema/"

    def build_schema(self) -> dict[str, Any]:
        """The framework's schema, and the choices of each field."""
        schema: dict[str, Any] = super().build_schema()
        for name, field in fields_in(self.spec, self.version).items():
            if choices := field.choices_in(self.version):
                schema["fields"][name]["valid_choices"] = list(choices)
        return schema

    def filter_value_to_python(
        self, value: Any, field_name: str, filters: Any, filter_expr: str, filter_type: str
    ) -> Any:
        """A filter's value; a relation may be given as a URI."""
        value = super().filter_value_to_python(value, field_name, filters, filter_expr, filter_type)
        if filter_type in ("regex", "iregex"):
            compiles(str(value))
        field = self.spec.fields[field_name]
        if field.type == "related" and "__" not in filter_expr.removesuffix(f"__{filter_type}"):
            references = References()
            values = value if isinstance(value, list) else [value]
            found = [
                references.number(str(field.to), each) if isinstance(each, str) and "/" in each else each
                for each in values
            ]
            return found if isinstance(value, list) else found[0]
        return value

    def body(self, request: HttpRequest) -> Any:
        """What the client sent; many-valued fields of a form as lists."""
        if hasattr(request, "sent"):
            return request.sent
        return read_body(self, request, [name for name, field in self.spec.fields.items() if field.many])

    def named(self, key: Any) -> Any:
        """The object of this key. Raises NotFound."""
        try:
            return MODELS[self.spec.name].objects.get(**{self.spec.key: key})
        except (ObjectDoesNotExist, ValueError):
            raise NotFound(f"There is no {self.spec.name} {key}.") from None

    def get_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A page of objects."""
        found = self.obj_get_list(bundle=self.build_bundle(request=request))
        page = self._meta.paginator_class(
            request.GET,
            self.apply_sorting(found, options=request.GET),
            resource_uri=self.spec.uri,
            limit=self._meta.limit,
            max_limit=self._meta.max_limit,
        ).page()
        page["objects"] = Page(self.spec, list(page["objects"]), self.version).shown()
        return self.create_response(request, {"meta": page["meta"], "objects": page["objects"]})

    def get_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """One object."""
        obj = self.named(kwargs[self.spec.key])
        return self.create_response(request, Page(self.spec, [obj], self.version).shown()[0])

    def get_multiple(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The objects of some keys, with semicolons between, in that order."""
        self.method_check(request, allowed=["get"])
        objects, missing = [], []
        for key in kwargs[f"{self.spec.key}_list"].split(";"):
            try:
                objects.append(self.named(key))
            except NotFound:
                missing.append(key)
        answer: dict[str, Any] = {"objects": Page(self.spec, objects, self.version).shown()}
        return self.create_response(request, {**answer, "not_found": missing} if missing else answer)

    def post_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A new object: 201 and where it is."""
        data = self.body(request)
        obj = self.create([data])[0]
        return self.created(request, obj, data)

    def created(self, request: HttpRequest, obj: Any, data: Any) -> HttpResponse:
        """The answer to a new object."""
        return http.HttpCreated(location=request.build_absolute_uri(self.get_resource_uri(obj)))

    def create(self, items: list[Any], writer: Writer | None = None) -> list[Any]:
        """Save new objects."""
        objects = (writer or self.writer()).create(items, self.prepare)
        for obj, data in zip(objects, items, strict=True):
            self.saved(obj, data)
        return objects

    def update(self, obj: Any, data: Any, writer: Writer | None = None) -> None:
        """Change an object."""
        (writer or self.writer()).update(obj, data, self.prepare)
        self.saved(obj, data)

    def put_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Replaces every object of this type."""
        items = _objects(self.body(request))
        self.delete_list(request)
        self.create(items)
        return http.HttpNoContent()

    def put_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Changes an object, or creates one where none is."""
        data = self.body(request)
        try:
            obj = self.named(kwargs[self.spec.key])
        except NotFound:
            return self.created(request, self.create([data])[0], data)
        self.update(obj, data)
        return http.HttpNoContent()

    def patch_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Changes the fields that are given."""
        obj = self.named(kwargs[self.spec.key])
        self.update(obj, self.body(request))
        return http.HttpAccepted()

    def patch_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Creates, changes and deletes many objects, all or nothing."""
        data = self.body(request)
        items, gone = _objects(data), data.get("deleted_objects") or []
        allowed = self._meta.detail_allowed_methods
        if (items and "put" not in allowed) or (gone and "delete" not in allowed):
            return http.HttpMethodNotAllowed()
        writer = self.writer()
        named = [item.get("resource_uri") for item in items if isinstance(item, dict)]
        writer.references.learn(self.spec.name, [*named, *gone])
        # Neighbours that are new go together: the order in which things happen stays the client's.
        for new, group in groupby(items, key=lambda item: not (isinstance(item, dict) and "resource_uri" in item)):
            if new:
                self.create(list(group), writer)
            else:
                self._change_many(list(group), writer)
        self.delete([self._by_uri(uri, writer) for uri in gone])
        return http.HttpAccepted()

    def _change_many(self, items: list[dict[str, Any]], writer: Writer) -> None:
        for item in items:
            data = {name: value for name, value in item.items() if name != "resource_uri"}
            try:
                number = writer.references.number(self.spec.name, item["resource_uri"])
            except BadRequest:
                self.create([data], writer)
                continue
            self.update(MODELS[self.spec.name].objects.get(pk=number), data, writer)

    def _by_uri(self, uri: Any, writer: Writer) -> int:
        try:
            return writer.references.number(self.spec.name, uri)
        except BadRequest as error:
            raise NotFound(str(error)) from None

    def delete_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Deletes every object of this type that the filters leave, but not what the node needs."""
        found = self.obj_get_list(bundle=self.build_bundle(request=request))
        if self.spec.protected:
            found = found.filter(built_in=False)
        self.delete(list(found.values_list("pk", flat=True)))
        return http.HttpNoContent()

    def delete_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Deletes one object."""
        self.delete([self.named(kwargs[self.spec.key]).pk])
        return http.HttpNoContent()

    def delete(self, numbers: list[int]) -> None:
        """Delete these objects and what hangs on them."""
        for chunk in relations.chunks(numbers):
            found = MODELS[self.spec.name].objects.filter(pk__in=chunk).only("pk")
            if self.spec.protected and found.filter(built_in=True).exists():
                raise Answer(JsonResponse({"error": f"A built-in {self.spec.name} cannot be deleted."}, status=403))
            try:
                found.delete()
            except ProtectedError as error:
                users = ", ".join(sorted({f"{obj._meta.verbose_name} {obj}" for obj in error.protected_objects}))
                raise BadRequest(f"This {self.spec.name} is in use by: {users}.") from None

    def dispatch(self, request_type: str, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The framework's dispatch; whatever writes does so alone, in one transaction."""
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return super().dispatch(request_type, request, **kwargs)
        self.method_check(request, allowed=getattr(self._meta, f"{request_type}_allowed_methods"))
        if request.method != "DELETE":
            # Before the lock is taken: a client that sends slowly holds up nobody.
            request.sent = self.body(request)
        with WRITING, transaction.atomic():
            response = super().dispatch(request_type, request, **kwargs)
        # The framework takes a streamed response for none at all, so it is handed on beside it.
        return getattr(request, "streamed", response)


def _objects(data: Any) -> list[Any]:
    if not isinstance(data, dict) or not isinstance(data.get("objects"), list):
        raise BadRequest("Invalid data sent: missing 'objects'")
    return list(data["objects"])
