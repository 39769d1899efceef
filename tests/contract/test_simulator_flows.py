"""Types that do more than being kept: files, certificates, keys, licences, backups."""

from __future__ import annotations

import base64
import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulators.pexip.catalogue import MASK
from tests.contract.client import CONFIGURATION, Client

PLATFORM = "/api/admin/command/v1/platform/"


def _zip(name: str = "theme.json", content: str = "{}") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def _key(passphrase: str = "") -> tuple[Any, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    sealing: Any = serialization.NoEncryption()
    if passphrase:
        sealing = serialization.BestAvailableEncryption(passphrase.encode())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)
    return key, pem.decode()


def _certificate(public: Any, name: str, signer: Any) -> str:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        subject, subject, public, x509.random_serial_number(), now, now + timedelta(days=9)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


def _upload(
    api: Client, method: str, path: str, field: str, content: bytes, name: str = "a.zip", **form: Any
) -> requests.Response:
    return api(method, path, files={field: (name, content)}, data=form)


def test_a_theme_gets_its_package(api: Client) -> None:
    """First the name as JSON, then the package as a form; or both in one form."""
    uri = api.create("ivr_theme", name="Theme")
    before = api.get(uri)
    assert _upload(api, "PATCH", uri, "package", _zip()).status_code == 202
    after = api.get(uri)
    assert (after["name"], after["uuid"]) == ("Theme", before["uuid"])
    assert (before["package"], after["package"]) == ("", "a.zip")
    assert after["last_updated"] > before["last_updated"]
    assert api("GET", f"{uri}download/").content == _zip()
    response = api("POST", "ivr_theme/", files={"package": ("b.zip", _zip())}, data={"name": "Other"})
    assert response.status_code == 201
    assert api.get(response.headers["Location"])["package"] == "b.zip"


@pytest.mark.parametrize("content", [b"", b"no zip", _zip()[:-10], _zip(content="x" * 100).replace(b"xxx", b"yyy", 1)])
def test_a_broken_package_is_refused(api: Client, content: bytes) -> None:
    """What is no ZIP file, cut short or damaged, changes nothing."""
    uri = api.create("ivr_theme", name="Theme")
    response = _upload(api, "PATCH", uri, "package", content)
    assert response.status_code == 400, response.text
    assert "package" in response.json()["ivr_theme"]
    assert api.get(uri)["package"] == ""


def test_branding_comes_with_its_file(api: Client) -> None:
    """One form makes it; the file and the kind cannot change; it is named by its UUID."""
    assert (
        "branding_file"
        in api.refused("POST", "webapp_branding/", {"name": "B", "webapp_type": "webapp3"})["webapp_branding"]
    )
    form = {"name": "B", "webapp_type": "webapp3"}
    response = api("POST", "webapp_branding/", files={"branding_file": ("b.zip", _zip())}, data=form)
    assert response.status_code == 201
    branding = response.headers["Location"].removeprefix(api.simulator.address)
    assert api.get(branding)["uuid"] == branding.split("/")[-2]
    assert _upload(api, "PATCH", branding, "branding_file", _zip()).status_code == 400
    alias = api.create("webapp_alias", slug="mine", webapp_type="webapp3", branding=branding)
    assert api.get(alias)["branding"] == branding
    assert api("DELETE", branding).status_code == 204
    assert api.get(alias)["branding"] is None


def test_media_tell_what_they_are(api: Client) -> None:
    """Name, size and kind follow from the uploaded file."""
    files = {"media_file": ("film.mp4", b"12345")}
    response = api("POST", "media_library_entry/", files=files, data={"name": "Film"})
    shown = api.get(response.headers["Location"])
    assert (shown["file_name"], shown["media_size"], shown["media_type"], shown["media_format"]) == (
        "film.mp4",
        5,
        "video/mp4",
        "mp4",
    )


def test_certificates_are_described(api: Client) -> None:
    """The node reads the certificate, keeps the key to itself, and says which nodes use it."""
    key, key_text = _key("secret")
    text = _certificate(key.public_key(), "node.example.com", key)
    uri = api.create("tls_certificate", certificate=text, private_key=key_text, private_key_passphrase="secret")
    shown = api.get(uri)
    assert (shown["subject_name"], shown["subject_alt_names"]) == ("node.example.com", "node.example.com")
    assert shown["raw_issuer"] == "CN=node.example.com"
    assert shown["end_date"] > shown["start_date"]
    assert (shown["private_key"], shown["private_key_passphrase"], shown["nodes"]) == ("", "", [])
    api.change("management_vm/1/", tls_certificate=uri)
    assert api.get(uri)["nodes"] == [f"{CONFIGURATION}management_vm/1/"]
    trusted = api.create("ca_certificate", certificate=text, trusted_intermediate=True)
    assert api.get(trusted)["serial_no"] == shown["serial_no"]


def test_bad_certificates_are_refused(api: Client) -> None:
    """What does not parse, and a key that belongs to something else."""
    key, key_text = _key()
    text = _certificate(key.public_key(), "node.example.com", key)
    for data, field in [
        ({"certificate": "nonsense", "private_key": key_text}, "certificate"),
        ({"certificate": text, "private_key": "nonsense"}, "private_key"),
        ({"certificate": text, "private_key": _key()[1]}, "certificate"),
    ]:
        assert field in api.refused("POST", "tls_certificate/", data)["tls_certificate"]
    assert "certificate" in api.refused("POST", "ca_certificate/", {"certificate": key_text})["ca_certificate"]


def test_a_signing_request_becomes_a_certificate(api: Client) -> None:
    """The node makes key and request; the certificate that comes back is installed."""
    uri = api.create(
        "certificate_signing_request",
        subject_name="node.example.com",
        private_key_type="ecdsa256",
        additional_subject_alt_names="a.example.com, b.example.com",
    )
    shown = api.get(uri)
    request = x509.load_pem_x509_csr(shown["csr"].encode())
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["node.example.com", "a.example.com", "b.example.com"]
    authority, _ = _key()
    assert "certificate" in str(
        api.refused("PATCH", uri, {"certificate": _certificate(authority.public_key(), "x", authority)})
    )
    api.change(uri, certificate=_certificate(request.public_key(), "node.example.com", authority))
    made = api.get(uri)["tls_certificate"]
    assert api.get(made)["subject_name"] == "node.example.com"


def test_the_gateway_token(api: Client) -> None:
    """The node offers a signing request, takes a certificate for its key, or key and certificate together."""
    csr = api.get("gms_gateway_token/1/")["csr"]
    assert api.get("gms_gateway_token/1/")["csr"] == csr
    authority, _ = _key()
    request = x509.load_pem_x509_csr(csr.encode())
    text = _certificate(request.public_key(), "gateway", authority)
    api.change("gms_gateway_token/1/", certificate=text)
    assert api.get("gms_gateway_token/1/")["leaf_certificate"] == text
    key, key_text = _key()
    own = _certificate(key.public_key(), "gateway", key)
    assert "certificate" in str(api.refused("PATCH", "gms_gateway_token/1/", {"certificate": own}))
    api.change("gms_gateway_token/1/", certificate=own, private_key=key_text)
    shown = api.get("gms_gateway_token/1/")
    assert (shown["certificate"], shown["private_key"]) == (own, "")
    assert x509.load_pem_x509_csr(shown["csr"].encode()).public_key() == key.public_key()
    assert api("DELETE", "gms_gateway_token/1/").status_code == 204
    assert api.get("gms_gateway_token/1/")["certificate"] == ""


def _ssh_blob(kind: str = "ssh-ed25519") -> str:
    content = len(kind).to_bytes(4, "big") + kind.encode() + (32).to_bytes(4, "big") + bytes(32)
    return base64.b64encode(content).decode()


def test_an_ssh_key_is_taken_apart(api: Client) -> None:
    """Type and comment follow from the key, whole line or base64 alone; what is no key is refused."""
    line = api.create("ssh_authorized_key", key=f"ssh-ed25519 {_ssh_blob()} me@example.com\n")
    shown = api.get(line)
    assert (shown["keytype"], shown["comment"]) == ("ssh-ed25519", "me@example.com")
    bare = api.create("ssh_authorized_key", key=_ssh_blob("ssh-rsa"), keytype="ssh-rsa", comment="mine")
    assert api.get(bare)["keytype"] == "ssh-rsa"
    api.change("management_vm/1/", ssh_authorized_keys=[line])
    assert api.get(line)["nodes"] == [f"{CONFIGURATION}management_vm/1/"]
    for wrong in ("nonsense", f"ssh-rsa {_ssh_blob()}", "ssh-ed25519 AAAA", "-----BEGIN RSA PRIVATE KEY-----"):
        assert "key" in api.refused("POST", "ssh_authorized_key/", {"key": wrong})["ssh_authorized_key"]


ENTITLEMENT = "0123-4567-89AB-CDEF"


def test_a_licence_online(api: Client) -> None:
    """Activated by its entitlement, returned by its fulfilment number, with or without the last slash."""
    uri = api.create("licence", entitlement_id=ENTITLEMENT)
    shown = api.get(uri)
    assert (shown["entitlement_id"], shown["status"]) == (ENTITLEMENT, "ACTIVE")
    number = shown["fulfillment_id"]
    assert (len(number), number.isdigit(), uri) == (10, True, f"{CONFIGURATION}licence/{number}/")
    assert api.refused("POST", "licence/", {"entitlement_id": ENTITLEMENT})
    assert api.refused("POST", "licence/", {"entitlement_id": "nonsense"})
    assert api("DELETE", f"licence/{number}").status_code == 204
    assert api("GET", uri).status_code == 404


def _respond(api: Client, location: str) -> requests.Response:
    exported = api("GET", f"{location.rstrip('/')}/export").json()["actions"]
    response = api("POST", "/simulator/licence-response", data=exported)
    assert response.status_code == 200
    return api("POST", location.rstrip("/"), files={"response_xml": ("response.xml", response.text)})


def test_a_licence_offline(api: Client) -> None:
    """202 and a request to export; the response completes it; returning goes the same way."""
    response = api("POST", "licence/", json={"entitlement_id": "SrF1FPcyRjitSHOhtU_XGQ==", "offline_mode": True})
    assert response.status_code == 202
    location = response.headers["Location"]
    assert api.get("licence/")["objects"] == []
    assert "response_xml" in str(_upload(api, "POST", location, "response_xml", b"<x/>").json())
    assert _respond(api, location).status_code == 202
    assert _respond(api, location).status_code == 400
    assert api.get(location)["status"] == "COMPLETED"
    licence = api.get("licence/")["objects"][0]["resource_uri"]
    back = api("DELETE", f"{licence.rstrip('/')}?offline_mode=True")
    assert back.status_code == 202
    assert api("GET", licence).status_code == 200
    assert _respond(api, back.headers["Location"]).status_code == 202
    assert api("GET", licence).status_code == 404


def test_a_backup_is_made_fetched_and_restored(api: Client) -> None:
    """A backup is sealed with its passphrase, and takes the node back to what it was."""
    api.create("conference", name="Before", aliases=[{"alias": "before"}])
    api("POST", f"{PLATFORM}backup_create/", json={"passphrase": "secret"}).raise_for_status()
    backup = api.get("system_backup/")["objects"][0]
    content = api("GET", f"{backup['resource_uri']}download/").content
    assert len(content) == backup["size"]
    assert b"Before" not in content
    api.create("conference", name="After")
    for passphrase, sent, status in [("wrong", content, 400), ("secret", content[:-1], 400), ("secret", content, 200)]:
        answer = _upload(api, "POST", f"{PLATFORM}backup_restore/", "package", sent, passphrase=passphrase)
        assert answer.status_code == status, answer.text
    assert api.names("conference") == ["Before"]
    assert api.names("system_backup", "filename") == [backup["filename"]]
    assert api("DELETE", backup["resource_uri"]).status_code == 204
    assert api.names("system_backup", "filename") == []


def test_software_is_uploaded(api: Client) -> None:
    """A bundle becomes a revision that can be selected; an upgrade package becomes a request."""
    answer = _upload(api, "POST", f"{PLATFORM}software_bundle/", "package", _zip(), name="webapp3_3.1.0_2.zip").json()
    revision = answer["data"]["revision"]
    api.change("software_bundle/2/", selected_revision=revision)
    assert api.get("software_bundle/2/")["selected_revision"] == revision
    assert "selected_revision" in str(api.refused("PATCH", "software_bundle/1/", {"selected_revision": revision}))
    response = _upload(api, "POST", "upgrade/", "package", b"package", name="upgrade.tar")
    assert response.status_code == 202
    assert api.get(response.headers["Location"])["state"] == "UPLOADED"
    assert "package" in str(api.refused("POST", "upgrade/", {"package": "nothing"}))


def test_a_bundle_of_certificates(api: Client) -> None:
    """Certificates with their keys are the node's own, the others are trusted."""
    key, key_text = _key()
    other, _ = _key()
    bundle = _certificate(other.public_key(), "ca", other) + _certificate(key.public_key(), "node", key) + key_text
    api("POST", f"{PLATFORM}certificates_import/", json={"bundle": bundle}).raise_for_status()
    assert api.names("tls_certificate", "subject_name") == ["node"]
    assert api.names("ca_certificate", "subject_name") == ["ca"]


def test_secrets_without_a_mask_keep_their_place(api: Client) -> None:
    """A masked secret that was never set is shown empty, so that a client sees the difference."""
    uri = api.create("sip_credential", realm="example.com", username="a")
    assert api.get(uri)["password"] == ""
    api.change(uri, password="x")
    assert api.get(uri)["password"] == MASK
