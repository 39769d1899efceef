"""Hosts that are far away: certificates and passwords, on a libvirtd that listens with TLS and SASL."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hypervisor_provider.libvirt import Volume
from provider_core import errors
from tests.contract.held import Held
from tests.support.libvirt import Daemon, needs_libvirt
from tests.support.machines import Machines
from tests.support.ports import held_port

USER, PASSWORD = "admin", "secret-of-host"


@dataclass(frozen=True)
class Far:
    """Where the host is, and folders with the certificate of its authority, and of another one."""

    address: str
    trusted: Path
    other: Path

    def up(self, folder: Path, **settings: Any) -> Held:
        """A volume on the host, found through a folder of certificates."""
        machines = Machines(f"{self.address}?pkipath={folder}", **settings)
        return Held(machines, Volume).up(name="v", pool="images", capacity=1)


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    """A host that listens on a port of its own."""
    needs_libvirt()
    # Below pytest's folders, which only their owner may enter, the daemon's user would find nothing.
    folder = Path(tempfile.mkdtemp(prefix="libvirt-access-"))
    folder.chmod(0o755)
    _certificates(folder)
    _password(folder)
    for name, authority in (("trusted", "ca"), ("other", "other-ca")):
        (folder / name).mkdir()
        shutil.copy(folder / f"{authority}.pem", folder / name / "cacert.pem")
    with held_port() as port, Daemon(_configuration(folder, port), SASL_CONF_PATH=str(folder)):
        yield Far(f"qemu+tls://127.0.0.1:{port}/session", folder / "trusted", folder / "other")
    shutil.rmtree(folder)


def _configuration(folder: Path, port: int) -> str:
    """libvirtd.conf for a daemon that listens there."""
    return f"""
listen_tls = 1
listen_tcp = 0
listen_addr = "127.0.0.1"
tls_port = "{port}"
ca_file = "{folder}/ca.pem"
cert_file = "{folder}/server.pem"
key_file = "{folder}/key.pem"
tls_no_verify_certificate = 1
auth_tls = "sasl"
"""


def _certificates(folder: Path) -> None:
    """Two authorities, and a server's certificate that the first has signed."""
    now = datetime.datetime.now(datetime.UTC)

    def build(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, is_ca: bool) -> x509.CertificateBuilder:
        names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
        usage = x509.KeyUsage(not is_ca, False, not is_ca, False, False, is_ca, False, False, False)
        builder = x509.CertificateBuilder(names[1], names[0], key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(minutes=5))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1)).add_extension(usage, critical=True)
        return builder.add_extension(x509.BasicConstraints(is_ca, None), critical=True)

    def write(name: str, certificate: x509.Certificate) -> None:
        (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    write("ca", build("Authority", "Authority", keys[0], True).sign(keys[0], hashes.SHA256()))
    write("other-ca", build("Another", "Another", keys[1], True).sign(keys[1], hashes.SHA256()))
    server = build("127.0.0.1", "Authority", keys[2], False)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    server = server.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    server = server.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    write("server", server.sign(keys[0], hashes.SHA256()))
    plain = keys[2].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(plain)


def _password(folder: Path) -> None:
    """SASL's own database, with one user, as its command would make it."""
    (folder / "libvirt.conf").write_text(f"mech_list: scram-sha-256\nsasldb_path: {folder}/sasldb\n")
    # In a process of its own: SASL reads its configuration once, and libvirt's client has it read already.
    subprocess.run(
        [sys.executable, "-c", _SASLPASSWD, USER],
        env={**os.environ, "SASL_CONF_PATH": str(folder)},
        input=PASSWORD.encode(),
        check=True,
    )
    for name in ("key.pem", "sasldb"):
        (folder / name).chmod(0o644)


_SASLPASSWD = """
import ctypes, sys
sasl, connection, password = ctypes.CDLL("libsasl2.so.2"), ctypes.c_void_p(), sys.stdin.buffer.read()
assert sasl.sasl_server_init(None, b"libvirt") == 0
assert sasl.sasl_server_new(b"libvirt", None, None, None, None, None, 0, ctypes.byref(connection)) == 0
assert sasl.sasl_setpass(connection, sys.argv[1].encode(), password, len(password), None, 0, 1) == 0
"""


def test_a_password_opens_the_host(far: Far) -> None:
    """Over TLS, with the certificate verified; nothing of it is in the resource."""
    held = far.up(far.trusted, username=USER, password=PASSWORD)
    assert PASSWORD not in str(held.outs)
    held.destroy()


@pytest.mark.parametrize("given", [{}, {"username": USER}, {"username": USER, "password": "wrong-word"}])
def test_a_wrong_password_is_named_as_such(far: Far, given: dict[str, str]) -> None:
    """As is none; the word itself is never in the message."""
    with pytest.raises(errors.Unauthorized, match=r"refused the credentials") as caught:
        far.up(far.trusted, **given)
    assert "wrong-word" not in str(caught.value)


def test_a_certificate_of_somebody_else_is_refused(far: Far) -> None:
    """Before a password is sent; only who says so goes on without."""
    with pytest.raises(errors.CertificateNotTrusted, match=r"cannot be trusted: .*pkipath=FOLDER"):
        far.up(far.other, username=USER, password=PASSWORD)
    far.up(far.other, username=USER, password=PASSWORD, verify_tls=False).destroy()
