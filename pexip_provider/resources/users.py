"""Users."""

from __future__ import annotations

from pexip_provider.base import PexipResource
from pexip_provider.naming import ByNameLifecycle
from provider_core.fields import (
    BY_NODE,
    Computed,
    Field,
    Ref,
    Refs,
    boolean,
    choice,
    computed,
    integer,
    reference,
    references,
    text,
)
from provider_core.kinds import Boolean

__all__ = [
    "AdfsAuthServer",
    "AdfsAuthServerDomain",
    "Authentication",
    "EndUser",
    "GoogleAuthServer",
    "GoogleAuthServerDomain",
    "IdentityProvider",
    "IdentityProviderAttribute",
    "IdentityProviderGroup",
    "LdapRole",
    "Oauth2Client",
    "Role",
    "RoleMapping",
    "UserGroup",
    "UserGroupEntityMapping",
]

GROUP = "Users"


class AdfsAuthServer(PexipResource, group=GROUP, path="adfs_auth_server", natural_key="name"):
    """AD FS servers."""

    name: Field[str] = text(max_length=250)
    federation_service_identifier: Field[str] = text(max_length=255)
    federation_service_name: Field[str] = text(max_length=255)
    relying_party_trust_identifier_url: Field[str] = text(max_length=255)
    client_id: Field[str] = text(max_length=250, default="")
    description: Field[str] = text(max_length=250, default="")


class AdfsAuthServerDomain(PexipResource, group=GROUP, path="adfs_auth_server_domain", natural_key="domain"):
    """AD FS domains."""

    adfs_auth_server: Ref = reference("adfs_auth_server")
    domain: Field[str] = text(max_length=192)
    description: Field[str] = text(max_length=250, default="")


class Authentication(PexipResource, group=GROUP, path="authentication", exists_once=True):
    """Authentication."""

    api_oauth2_allow_all_perms: Field[bool] = boolean(default=False)
    api_oauth2_disable_basic: Field[bool] = boolean(default=False)
    api_oauth2_expiration: Field[int] = integer(default=3600)
    client_certificate: Field[str] = choice("NO", "CN", "UPN", default="NO")
    ldap_base_dn: Field[str] = text(max_length=255, default="")
    ldap_bind_password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    ldap_bind_username: Field[str] = text(max_length=255, default="")
    ldap_group_filter: Field[str] = text(
        max_length=1024,
        default="(|(objectclass=group)(objectclass=groupOfNames)(objectclass=groupOfUniqueNames)(objectclass=posixGroup))",
    )
    ldap_group_membership_filter: Field[str] = text(
        max_length=1024, default="(|(member={userdn})(uniquemember={userdn})(memberuid={useruid}))"
    )
    ldap_group_search_dn: Field[str] = text(max_length=255, default="")
    ldap_server: Field[str] = text(max_length=255, default="")
    ldap_use_global_catalog: Field[bool] = boolean(default=False)
    ldap_user_filter: Field[str] = text(max_length=1024, default="(&(objectclass=person)(!(objectclass=computer)))")
    ldap_user_group_attributes: Field[str] = text(max_length=100, default="memberOf")
    ldap_user_search_dn: Field[str] = text(max_length=255, default="")
    ldap_user_search_filter: Field[str] = text(
        max_length=1024, default="(|(uid={username})(sAMAccountName={username}))"
    )
    oidc_auth_method: Field[str] = choice("pkce", "client_secret", "private_key", default="client_secret")
    oidc_authorize_url: Field[str] = text(format="url", default="")
    oidc_client_id: Field[str] = text(default="")
    oidc_client_secret: Field[str] = text(secret=True, write_only=True, default="")
    oidc_domain_hint: Field[str] = text(max_length=255, default="")
    oidc_groups_field: Field[str] = text(default="groups")
    oidc_login_button: Field[str] = text(max_length=128, default="")
    oidc_metadata_url: Field[str] = text(format="url", default="")
    oidc_private_key: Field[str] = text(secret=True, write_only=True, default="")
    oidc_required_key: Field[str] = text(default="")
    oidc_required_value: Field[str] = text(default="")
    oidc_scope: Field[str] = text(default="openid email profile")
    oidc_token_endpoint_url: Field[str] = text(format="url", default="")
    oidc_username_field: Field[str] = text(default="preferred_username")
    source: Field[str] = choice("LOCAL", "LDAP", "LDAP+LOCAL", "OIDC", "OIDC+LOCAL", "LDAP+OIDC+LOCAL", default="LOCAL")
    ldap_permit_no_tls: Computed[bool] = computed(Boolean())
    oidc_metadata: Computed[str] = computed()


class EndUser(PexipResource, group=GROUP, path="end_user", natural_key="primary_email_address"):
    """Users."""

    primary_email_address: Field[str] = text(max_length=100)
    avatar_url: Field[str] = text(max_length=255, default="")
    department: Field[str] = text(max_length=100, default="")
    description: Field[str] = text(max_length=250, default="")
    display_name: Field[str] = text(max_length=250, default="")
    first_name: Field[str] = text(max_length=250, default="")
    last_name: Field[str] = text(max_length=250, default="")
    mobile_number: Field[str] = text(max_length=100, default="")
    ms_exchange_guid: Field[str] = text(max_length=100, default=None)
    sync_tag: Field[str] = text(max_length=250, default="")
    telephone_number: Field[str] = text(max_length=100, default="")
    title: Field[str] = text(max_length=128, default="")
    user_groups: Refs = references("user_group", default=())
    uuid: Field[str] = text(default=BY_NODE)
    exchange_user_id: Computed[str] = computed()
    user_oid: Computed[str] = computed()


class GoogleAuthServer(PexipResource, group=GROUP, path="google_auth_server", natural_key="name"):
    """Google OAuth 2.0 Credential."""

    name: Field[str] = text(max_length=250)
    application_type: Field[str] = text()
    client_id: Field[str] = text(max_length=250, default=None)
    client_secret: Field[str] = text(max_length=128, secret=True, write_only=True, default="")
    description: Field[str] = text(max_length=250, default="")


class GoogleAuthServerDomain(PexipResource, group=GROUP, path="google_auth_server_domain", natural_key="domain"):
    """Google OAuth domains."""

    domain: Field[str] = text(max_length=192)
    google_auth_server: Ref = reference("google_auth_server")
    description: Field[str] = text(max_length=250, default="")


class IdentityProvider(PexipResource, group=GROUP, path="identity_provider", natural_key="name"):
    """Identity Providers."""

    name: Field[str] = text(max_length=250)
    assertion_consumer_service_url: Field[str] = text(max_length=255)
    uuid: Field[str] = text()
    assertion_consumer_service_url10: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url2: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url3: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url4: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url5: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url6: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url7: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url8: Field[str] = text(max_length=255, default="")
    assertion_consumer_service_url9: Field[str] = text(max_length=255, default="")
    attributes: Refs = references("identity_provider_attribute", default=())
    description: Field[str] = text(max_length=250, default="")
    digest_algorithm: Field[str] = choice(
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2001/04/xmlenc#sha512",
        default="http://www.w3.org/2001/04/xmlenc#sha256",
    )
    disable_popup_flow: Field[bool] = boolean(default=False)
    display_name_attribute_name: Field[str] = text(max_length=250, default="NameId")
    idp_entity_id: Field[str] = text(max_length=250, default="")
    idp_public_key: Field[str] = text(max_length=4096, default="")
    idp_type: Field[str] = choice("saml", "oidc", default="saml")
    oidc_additional_scopes: Field[str] = text(max_length=250, default="")
    oidc_client_id: Field[str] = text(max_length=250, default="")
    oidc_client_secret: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    oidc_display_name_claim_name: Field[str] = text(max_length=250, default="name")
    oidc_flow: Field[str] = choice("code", "implicit", default="code")
    oidc_france_connect_required_eidas_level: Field[str] = choice(
        "disabled", "eidas1", "eidas2", "eidas3", default="disabled"
    )
    oidc_jwks_url: Field[str] = text(max_length=255, default="")
    oidc_registration_alias_claim_name: Field[str] = text(max_length=250, default="sub")
    oidc_token_endpoint_auth_scheme: Field[str] = choice(
        "client_secret_basic", "client_secret_post", default="client_secret_post"
    )
    oidc_token_signature_scheme: Field[str] = choice("rs256", "hs256", default="rs256")
    oidc_token_url: Field[str] = text(max_length=255, default="")
    oidc_user_info_url: Field[str] = text(max_length=255, default="")
    registration_alias_attribute_name: Field[str] = text(max_length=250, default="NameId")
    service_entity_id: Field[str] = text(max_length=250, default="")
    service_private_key: Field[str] = text(max_length=12288, secret=True, write_only=True, default="")
    service_public_key: Field[str] = text(max_length=4096, default="")
    signature_algorithm: Field[str] = choice(
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
        default="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    )
    sso_url: Field[str] = text(max_length=255, default="")
    worker_fqdn_acs_urls: Field[bool] = boolean(default=False)


class IdentityProviderAttribute(PexipResource, group=GROUP, path="identity_provider_attribute", natural_key="name"):
    """Attribute that an identity provider may send."""

    name: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")


class IdentityProviderGroup(PexipResource, group=GROUP, path="identity_provider_group", natural_key="name"):
    """Identity Provider Groups."""

    name: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")
    identity_provider: Refs = references("identity_provider", default=())


class LdapRole(PexipResource, group=GROUP, path="ldap_role", natural_key="name"):
    """LDAP role."""

    name: Field[str] = text(max_length=250)
    ldap_group_dn: Field[str] = text(max_length=255)
    roles: Refs = references("role", default=())


class Oauth2Client(PexipResource, group=GROUP, path="oauth2_client", natural_key="client_name", key_is_unique=False):
    """OAuth2 client of the management API."""

    client_name: Field[str] = text(max_length=100)
    role: Ref = reference("role")
    client_id: Computed[str] = computed()
    private_key_jwt: Computed[str] = computed(secret=True)


class Role(PexipResource, group=GROUP, path="role", natural_key="name", lifecycle=ByNameLifecycle):
    """Account role: permissions, by their codenames or names, as resources that were looked up, or by URI."""

    name: Field[str] = text(max_length=250)
    permissions: Refs = references("permission", by=("codename", "name"), default=())


class RoleMapping(PexipResource, group=GROUP, path="role_mapping", natural_key="name"):
    """Mapping of a directory group or claim to roles."""

    name: Field[str] = text(max_length=250)
    value: Field[str] = text(max_length=255)
    roles: Refs = references("role", default=())
    source: Field[str] = choice("LDAP", "OIDC", default="LDAP")


class UserGroup(PexipResource, group=GROUP, path="user_group", natural_key="name"):
    """User groups."""

    name: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")
    user_group_entity_mappings: Refs = references("user_group_entity_mapping", default=())
    users: Refs = references("end_user", default=())


class UserGroupEntityMapping(
    PexipResource,
    group=GROUP,
    path="user_group_entity_mapping",
    natural_key=("user_group", "entity_resource_uri"),
    key_is_unique=False,
):
    """User group mappings."""

    entity_resource_uri: Field[str] = text(max_length=250)
    user_group: Ref = reference("user_group")
    description: Field[str] = text(max_length=500, default="")
