"""Licences, activated and returned at once, or by files that go back and forth.

Offline, the node writes a request; the licensing service answers with a response that names it. In place of
that service, ``POST /simulator/licence-response`` answers a request.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from django.http import HttpRequest, HttpResponse
from tastypie import http
from tastypie.exceptions import BadRequest

from ..models import MODELS
from ..references import uri
from ..rejections import Rejected
from ..resources import ConfigurationResource

_ENTITLEMENT = re.compile(r"\A([0-9A-F]{4}(-[0-9A-F]{4}){3}|[A-Za-z0-9_-]{22}==)\Z")


def _new_number() -> str:
    return str(secrets.randbelow(9 * 10**9) + 10**9)


def _is_true(value: Any) -> bool:
    return str(value).lower() in ("true", "1")


def parse(text: str) -> ElementTree.Element:
    """An XML document, without tricks. Raises ValueError."""
    if "<!" in text:
        raise ValueError("XML declarations are not taken")
    try:
        return ElementTree.fromstring(text)  # noqa: S314  (no declaration, so no entities)
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from None


def answer_request(text: str) -> str:
    """What the licensing service would answer. Raises ValueError when the text is no request."""
    request = parse(text)
    if request.tag != "licence_request" or not request.get("reference"):
        raise ValueError("not a licence request")
    response = ElementTree.Element("licence_response", reference=str(request.get("reference")))
    response.set("fulfillment_id", request.get("fulfillment_id") or _new_number())
    return ElementTree.tostring(response, encoding="unicode")


def _activate(entitlement: str, fulfillment: str) -> Any:
    return MODELS["licence"].objects.create(
        entitlement_id=entitlement,
        fulfillment_id=fulfillment,
        fulfillment_type="ACTIVATION",
        license_type="concurrent",
        product_id="SIMULATED",
        features="port",
        status="ACTIVE",
        concurrent=100,
        activatable=0,
        activatable_overdraft=0,
        concurrent_overdraft=0,
        hybrid=0,
        hybrid_overdraft=0,
        repair=0,
        trust_flags=1,
        start_date=datetime.now(UTC).date().isoformat(),
        expiration_date="permanent",
        vendor_dictionary={},
    )


def _request(action: str, **details: str) -> Any:
    requests = MODELS["licence_request"].objects
    number, reference = requests.count() + 1, _new_number()
    document = ElementTree.Element("licence_request", {"reference": reference, "action": action, **details})
    return requests.create(
        reference=reference,
        sequence_number=str(number),
        generation_time=datetime.now(UTC).replace(tzinfo=None).isoformat(),
        status="PENDING",
        actions=ElementTree.tostring(document, encoding="unicode"),
    )


def _deferred(request: HttpRequest, made: Any) -> HttpResponse:
    location = request.build_absolute_uri(uri("licence_request", made.reference))
    return HttpResponse(status=202, headers={"Location": location})


class Licence(ConfigurationResource):
    """An activated entitlement."""

    def post_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Activate an entitlement: 201; offline 202 and where the request is."""
        data = self.body(request)
        entitlement = data.get("entitlement_id") if isinstance(data, dict) else None
        if not isinstance(entitlement, str) or not _ENTITLEMENT.match(entitlement):
            raise Rejected(self.spec.name, {"entitlement_id": ["Enter a valid entitlement key."]})
        if MODELS["licence"].objects.filter(entitlement_id=entitlement).exists():
            raise Rejected(self.spec.name, {"entitlement_id": ["This entitlement is activated already."]})
        if _is_true(data.get("offline_mode", False)):
            return _deferred(request, _request("activate", entitlement_id=entitlement))
        return self.created(request, _activate(entitlement, _new_number()), data)

    def delete_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Return a licence: 204; offline 202 and where the request is."""
        licence = self.named(kwargs["fulfillment_id"])
        if _is_true(request.GET.get("offline_mode", False)):
            return _deferred(request, _request("return", fulfillment_id=licence.fulfillment_id))
        licence.delete()
        return http.HttpNoContent()


class LicenceRequest(ConfigurationResource):
    """A request to the licensing service, waiting for its response."""

    def action_export(self, request: HttpRequest, key: str) -> HttpResponse:
        """The request to take to the licensing service, as ``actions``."""
        self.method_check(request, allowed=["get"])
        made = self.named(key)
        return self.create_response(request, {"actions": made.actions, "reference": made.reference})

    def post_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Take the response, as a file in a form or as text, and do what was asked for."""
        made = self.named(kwargs["reference"])
        if made.status != "PENDING":
            raise BadRequest("This licence request is completed already.")
        response = self._response(made, self.body(request).get("response_xml", ""))
        asked = parse(made.actions)
        fulfillment = str(response.get("fulfillment_id"))
        if asked.get("action") == "activate":
            _activate(str(asked.get("entitlement_id")), fulfillment)
        else:
            MODELS["licence"].objects.filter(fulfillment_id=asked.get("fulfillment_id")).delete()
        made.status, made.response_xml = "COMPLETED", ElementTree.tostring(response, encoding="unicode")
        made.save()
        return http.HttpAccepted()

    def _response(self, made: Any, content: Any) -> ElementTree.Element:
        text = content.read().decode(errors="replace") if hasattr(content, "read") else str(content)
        try:
            response = parse(text)
        except ValueError as error:
            raise Rejected(self.spec.name, {"response_xml": [f"Upload a licence response: {error}."]}) from None
        if response.tag != "licence_response" or response.get("reference") != made.reference:
            raise Rejected(self.spec.name, {"response_xml": ["This is no response to this request."]})
        return response
