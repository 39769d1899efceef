"""Certificates and keys in PEM: reading them, checking that they belong together, describing them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

_PEM = serialization.Encoding.PEM
_CURVES = {"ecdsa256": ec.SECP256R1(), "ecdsa384": ec.SECP384R1(), "ecdsa521": ec.SECP521R1()}


def chain(text: str) -> list[x509.Certificate]:
    """The certificates in the text. Raises ValueError when there is none, or one does not parse."""
    try:
        return list(x509.load_pem_x509_certificates(text.encode()))
    except ValueError:
        raise ValueError("Enter a valid certificate in PEM form.") from None


def private_key(text: str, passphrase: str = "") -> Any:
    """The private key in the text. Raises ValueError."""
    try:
        return serialization.load_pem_private_key(text.encode(), passphrase.encode() or None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("Enter a valid private key in PEM form, and its passphrase if it has one.") from None


def belong_together(certificate: x509.Certificate, key: Any) -> bool:
    """Whether the certificate is about this key."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return bool(certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form))


def new_key(kind: str) -> Any:
    """A new private key: ``rsa2048``, ``rsa4096``, ``ecdsa256`` and so on."""
    if kind.startswith("rsa"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[3:]))
    return ec.generate_private_key(_CURVES[kind])


def key_text(key: Any) -> str:
    """A private key as PEM."""
    pem = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return str(pem.decode())


def certificate_text(certificates: list[x509.Certificate]) -> str:
    """Certificates as PEM."""
    return "".join(certificate.public_bytes(_PEM).decode() for certificate in certificates)


def signing_request(key: Any, common_name: str, alternatives: list[str]) -> x509.CertificateSigningRequest:
    """A request for a certificate about this key."""
    builder = x509.CertificateSigningRequestBuilder()
    builder = builder.subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]))
    names = [x509.DNSName(name) for name in dict.fromkeys([common_name, *alternatives])]
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, hashes.SHA256())


def describe(obj: Any, certificate: x509.Certificate) -> None:
    """Set the fields of the object that tell what the certificate says."""
    obj.start_date = _naive(certificate.not_valid_before_utc)
    obj.end_date = _naive(certificate.not_valid_after_utc)
    obj.serial_no = f"{certificate.serial_number:X}"
    obj.subject_name, obj.issuer_name = _common_name(certificate.subject), _common_name(certificate.issuer)
    obj.raw_subject, obj.raw_issuer = certificate.subject.rfc4514_string(), certificate.issuer.rfc4514_string()
    obj.subject_hash, obj.issuer_hash = _hash(certificate.subject), _hash(certificate.issuer)
    own = _extension(certificate, x509.SubjectKeyIdentifier)
    issuer = _extension(certificate, x509.AuthorityKeyIdentifier)
    obj.key_id = _hex(own.digest) if own else None
    obj.issuer_key_id = _hex(issuer.key_identifier) if issuer and issuer.key_identifier else None
    obj.text = (
        f"Subject: {obj.raw_subject}\nIssuer: {obj.raw_issuer}\nSerial number: {obj.serial_no}\n"
        f"Not before: {obj.start_date}\nNot after: {obj.end_date}\n"
    )


def alternative_names(certificate: x509.Certificate) -> str:
    """The names that the certificate is good for, with commas between."""
    names = _extension(certificate, x509.SubjectAlternativeName)
    return ", ".join(str(name.value) for name in names or ())


def _extension(certificate: x509.Certificate, kind: Any) -> Any:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _common_name(name: x509.Name) -> str:
    found = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else name.rfc4514_string()


def _hash(name: x509.Name) -> str:
    """Eight hexadecimal digits that stand for a name; not the ones that OpenSSL would print."""
    return hashlib.sha256(name.public_bytes()).hexdigest()[:8]


def _hex(value: bytes) -> str:
    return value.hex(":").upper()


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
