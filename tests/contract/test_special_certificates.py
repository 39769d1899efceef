"""Certificates: compared by content, exchanged before the old one goes, asked for and installed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pexip_provider import CertificateSigningRequest, GmsGatewayToken, ManagementVm, TlsCertificate
from provider_core import errors
from tests.contract.bench import ROOT, Bench
from tests.contract.examples import pair
from tests.contract.held import Held
from tests.support.node import Node


def _issued(csr: str) -> str:
    """The certificate that an authority gives for a request."""
    request = x509.load_pem_x509_csr(csr.encode())
    authority = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        issuer, request.subject, request.public_key(), x509.random_serial_number(), now, now + timedelta(days=9)
    )
    return builder.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def test_a_certificate_is_its_content(bench: Bench) -> None:
    """Line ends, blank lines and text around the blocks are no change."""
    certificate, key = pair(1)
    held = Held(bench, TlsCertificate).up(certificate=certificate, private_key=key)
    laid_out = "node certificate\r\n" + certificate.replace("\n", "\r\n") + "\r\n\r\n"
    assert held.up(certificate=laid_out, private_key=key).did == "same"
    assert held.refresh()
    assert held.up(certificate=laid_out, private_key=key).did == "same"


def test_a_renewed_certificate_is_there_before_the_old_one_goes(bench: Bench, node: Node) -> None:
    """A new object is made, nodes change over by reference, the old one goes last."""
    (old, old_key), (new, new_key) = pair(1), pair(2)
    held = Held(bench, TlsCertificate).up(certificate=old, private_key=old_key)
    first = held.id
    manager = Held(bench, ManagementVm).up(name="manager", tls_certificate=first)
    assert held.refresh()
    assert held["nodes"] == [f"{ROOT}management_vm/1/"]
    assert held.up(certificate=new, private_key=new_key).did == "replace"
    assert held.id != first
    manager.up(name="manager", tls_certificate=held.id)
    assert [each["resource_uri"] for each in node.objects("tls_certificate")] == [held.id]
    assert node.objects("management_vm")[0]["tls_certificate"] == held.id


def test_a_key_that_belongs_to_something_else(bench: Bench) -> None:
    """The node's refusal names the field, and holds no key."""
    with pytest.raises(errors.Rejected, match=r"TlsCertificate.*do not belong together") as refused:
        Held(bench, TlsCertificate).up(certificate=pair(1)[0], private_key=pair(2)[1])
    assert "PRIVATE KEY" not in str(refused.value)


def test_a_signing_request_becomes_a_certificate(bench: Bench, node: Node) -> None:
    """The request is an output at once; given the certificate, the node installs it, and says where."""
    asked = {"subject_name": "node.example.com", "private_key_type": "ecdsa256"}
    held = Held(bench, CertificateSigningRequest).up(**asked, additional_subject_alt_names="other.example.com")
    assert x509.load_pem_x509_csr(held["csr"].encode()).subject.rfc4514_string() == "CN=node.example.com"
    assert "tls_certificate" not in held.outs
    certificate = _issued(held["csr"])
    kept = held.id
    held.up(**asked, additional_subject_alt_names="other.example.com", certificate=certificate)
    assert (held.did, held.id) == ("update", kept)
    assert [each["resource_uri"] for each in node.objects("tls_certificate")] == [held["tls_certificate"]]
    assert held.refresh()
    again = held.up(**asked, additional_subject_alt_names="other.example.com", certificate=certificate + "\n")
    assert again.did == "same"
    held.up(subject_name="else.example.com", private_key_type="ecdsa256")
    assert held.did == "replace"


def test_the_gateway_token_signs_with_the_nodes_key(bench: Bench, node: Node) -> None:
    """Nothing needs to be given to get the request; the certificate alone is enough; destroying removes it."""
    held = Held(bench, GmsGatewayToken).up()
    certificate = _issued(held["csr"])
    assert held.up(certificate=certificate).did == "update"
    assert held["leaf_certificate"] == certificate
    assert held.refresh()
    assert held.up(certificate=certificate).did == "same"
    held.destroy()
    assert node.objects("gms_gateway_token")[0]["certificate"] == ""


def test_the_gateway_token_takes_a_pair(bench: Bench, node: Node) -> None:
    """Key and certificate go in one request; the node's request is about that key from then on."""
    certificate, key = pair(1)
    held = Held(bench, GmsGatewayToken).up()
    first = held["csr"]
    held.up(certificate=certificate, private_key=key)
    assert held["csr"] != first
    (sent,) = bench.recorder.writes
    assert sorted(sent.body) == ["certificate", "private_key"]
    other = Held(bench, GmsGatewayToken)
    with pytest.raises(errors.Rejected, match=r"GmsGatewayToken: certificate: .*do not belong together"):
        other.up(certificate=pair(2)[0], private_key=key)
