"""What some types do beside being kept: a resource class of their own for each."""

from __future__ import annotations

from ..resources import ConfigurationResource
from .certificates import CaCertificate, CertificateSigningRequest, GatewayToken, TlsCertificate
from .keys import Oauth2Client, SshAuthorizedKey
from .licences import Licence, LicenceRequest
from .nodes import ConferencingNode
from .platform import SoftwareBundle, SystemBackup, Upgrade
from .uploads import IvrTheme, MediaLibraryEntry, WebappBranding

FLOWS: dict[str, type[ConfigurationResource]] = {
    "ca_certificate": CaCertificate,
    "certificate_signing_request": CertificateSigningRequest,
    "gms_gateway_token": GatewayToken,
    "ivr_theme": IvrTheme,
    "licence": Licence,
    "licence_request": LicenceRequest,
    "media_library_entry": MediaLibraryEntry,
    "oauth2_client": Oauth2Client,
    "software_bundle": SoftwareBundle,
    "ssh_authorized_key": SshAuthorizedKey,
    "system_backup": SystemBackup,
    "tls_certificate": TlsCertificate,
    "upgrade": Upgrade,
    "webapp_branding": WebappBranding,
    "worker_vm": ConferencingNode,
}
