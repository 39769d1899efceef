"""Certificates: read when they are uploaded, described in the fields that the node computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import serialization
from django.http import HttpRequest, HttpResponse

from ..database import WRITING
from ..models import MODELS
from ..rejections import Rejected
from ..resources import ConfigurationResource
from . import pem

_MISMATCH = "The certificate and the private key do not belong together."


def read(type_name: str, field: str, reader: Callable[..., Any], *arguments: Any) -> Any:
    """What the reader makes of the field's text; what is wrong with it becomes the field's error."""
    try:
        return reader(*arguments)
    except ValueError as error:
        raise Rejected(type_name, {field: [str(error)]}) from None


def must_match(type_name: str, certificate: Any, key: Any) -> None:
    """Refuse a certificate that is about another key."""
    if not pem.belong_together(certificate, key):
        raise Rejected(type_name, {"certificate": [_MISMATCH]})


def describe_tls(obj: Any) -> None:
    """Describe a certificate that nodes show, and see that the key is its own."""
    name = "tls_certificate"
    leaf = read(name, "certificate", pem.chain, obj.certificate)[0]
    key = read(name, "private_key", pem.private_key, obj.private_key, obj.private_key_passphrase)
    must_match(name, leaf, key)
    pem.describe(obj, leaf)
    obj.subject_alt_names = pem.alternative_names(leaf)


def describe_ca(obj: Any) -> None:
    """Describe a certificate that the node trusts, the first when several are given."""
    pem.describe(obj, read("ca_certificate", "certificate", pem.chain, obj.certificate)[0])


class CaCertificate(ConfigurationResource):
    """A certificate that the node trusts."""

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Describe the certificate."""
        describe_ca(obj)


class TlsCertificate(ConfigurationResource):
    """A certificate that nodes show, with its key."""

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Describe the certificate, and see that the key is its own."""
        describe_tls(obj)


class CertificateSigningRequest(ConfigurationResource):
    """A key made by the node, and the request for its certificate; given the certificate, it is installed."""

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """Make the key and the request; or take the certificate that came back."""
        if obj.pk is None:
            others = [name.strip() for name in obj.additional_subject_alt_names.split(",") if name.strip()]
            key = pem.new_key(obj.private_key_type)
            request = read(self.spec.name, "subject_name", pem.signing_request, key, obj.subject_name, others)
            obj.private_key = pem.key_text(key)
            obj.csr = request.public_bytes(serialization.Encoding.PEM).decode()
            obj.dn = request.subject.rfc4514_string()
        elif data.get("certificate"):
            leaf = read(self.spec.name, "certificate", pem.chain, obj.certificate)[0]
            must_match(self.spec.name, leaf, pem.private_key(obj.private_key))

    def saved(self, obj: Any, data: dict[str, Any]) -> None:
        """Install the certificate."""
        if obj.certificate and obj.tls_certificate_id is None:
            writer = self.writer().of("tls_certificate")
            pair = {"certificate": obj.certificate, "private_key": obj.private_key}
            obj.tls_certificate = writer.create([pair], lambda tls, _: describe_tls(tls))[0]
            obj.save(update_fields=["tls_certificate"])


class GatewayToken(ConfigurationResource):
    """The certificate for Google Meet; the node makes a key when it is first looked at."""

    def get_list(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The one object, in a list."""
        _ensure_request()
        return super().get_list(request, **kwargs)

    def get_detail(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """The one object, with its signing request."""
        _ensure_request()
        return super().get_detail(request, **kwargs)

    def prepare(self, obj: Any, data: dict[str, Any]) -> None:
        """See that key and certificate belong together; a new key has a new signing request."""
        key = read(self.spec.name, "private_key", pem.private_key, obj.private_key) if obj.private_key else None
        if data.get("private_key"):
            obj.csr = ""
        if data.get("certificate"):
            certificates = read(self.spec.name, "certificate", pem.chain, obj.certificate)
            if key is None:
                raise Rejected(self.spec.name, {"certificate": ["There is no private key for this certificate."]})
            must_match(self.spec.name, certificates[0], key)
            obj.leaf_certificate = pem.certificate_text(certificates[:1])
            obj.intermediate_certificate = pem.certificate_text(certificates[1:])
            obj.supports_direct_guest_join = True

    def delete(self, numbers: list[int]) -> None:
        """The object stays; what was uploaded goes."""
        MODELS[self.spec.name].objects.update(
            certificate="",
            private_key="",
            csr="",
            leaf_certificate=None,
            intermediate_certificate=None,
            supports_direct_guest_join=None,
        )


def _ensure_request() -> None:
    with WRITING:
        obj = MODELS["gms_gateway_token"].objects.get(pk=1)
        if obj.csr:
            return
        key = pem.private_key(obj.private_key) if obj.private_key else pem.new_key("rsa2048")
        obj.private_key = obj.private_key or pem.key_text(key)
        name = MODELS["global"].objects.values_list("deployment_uuid", flat=True).get(pk=1)
        request = pem.signing_request(key, f"{name}.gateway.example.com", [])
        obj.csr = request.public_bytes(serialization.Encoding.PEM).decode()
        obj.save(update_fields=["private_key", "csr"])
