"""Service configuration."""

from __future__ import annotations

from pexip_provider.aliases import ConferenceLifecycle
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
    digits,
    file,
    integer,
    nested,
    reference,
    references,
    text,
)
from provider_core.resource import Nested

__all__ = [
    "Alias",
    "AutomaticParticipant",
    "Conference",
    "ConferenceAlias",
    "ConferenceSyncTemplate",
    "Device",
    "GatewayRoutingRule",
    "IvrTheme",
    "LdapSyncField",
    "LdapSyncSource",
    "MediaLibraryPlaylist",
    "MediaLibraryPlaylistEntry",
    "RecurringConference",
    "Registration",
    "ScheduledAlias",
    "ScheduledConference",
]

GROUP = "Service configuration"


class AutomaticParticipant(
    PexipResource, group=GROUP, path="automatic_participant", natural_key="alias", key_is_unique=False
):
    """Automatically Dialed Participant."""

    alias: Field[str] = text(max_length=250)
    call_type: Field[str] = choice("audio", "video", "video-only", default="video")
    conference: Refs = references("conference", default=())
    description: Field[str] = text(max_length=250, default="")
    dtmf_sequence: Field[str] = text(max_length=250, default="")
    keep_conference_alive: Field[str] = choice(
        "keep_conference_alive",
        "keep_conference_alive_if_multiple",
        "keep_conference_alive_never",
        default="keep_conference_alive_if_multiple",
    )
    presentation_url: Field[str] = text(max_length=250, default="")
    protocol: Field[str] = choice("teams", "gms", "h323", "sip", "mssip", "rtmp", default="sip")
    remote_display_name: Field[str] = text(max_length=250, default="")
    role: Field[str] = choice("guest", "chair", default="guest")
    routing: Field[str] = choice("manual", "routing_rule", default="manual")
    streaming: Field[bool] = boolean(default=BY_NODE)
    system_location: Ref = reference("system_location", default=None)
    creation_time: Computed[str] = computed()


class Alias(Nested):
    """An alias of a `Conference`: what participants dial to reach it."""

    alias: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")


class Conference(PexipResource, group=GROUP, path="conference", natural_key="name", lifecycle=ConferenceLifecycle):
    """Virtual Meeting Room, Virtual Auditorium, Virtual Reception, media playback or test call service."""

    name: Field[str] = text(max_length=250)
    aliases: Field[list[Alias]] = nested(Alias, default=())
    allow_guests: Field[bool] = boolean(default=False)
    automatic_participants: Refs = references("automatic_participant", default=())
    breakout_rooms: Field[bool] = boolean(default=False)
    call_type: Field[str] = choice("audio", "video", "video-only", default="video")
    crypto_mode: Field[str] = choice("besteffort", "on", "off", nullable=True, default="")
    denoise_enabled: Field[bool] = boolean(default=False)
    description: Field[str] = text(max_length=250, default="")
    direct_media: Field[str] = choice("never", "best_effort", "always", default="never")
    direct_media_notification_duration: Field[int] = integer(minimum=0, maximum=30, default=0)
    enable_active_speaker_indication: Field[bool] = boolean(default=False)
    enable_chat: Field[str] = choice("default", "yes", "no", default="default")
    enable_overlay_text: Field[bool] = boolean(default=False)
    force_presenter_into_main: Field[bool] = boolean(default=False)
    gms_access_token: Ref = reference("gms_access_token", default=None)
    guest_identity_provider_group: Ref = reference("identity_provider_group", default=None)
    guest_pin: Field[str] = digits(4, 20, default="")
    guest_view: Field[str] = text(max_length=50, default=None)
    guests_can_present: Field[bool] = boolean(default=True)
    guests_can_see_guests: Field[str] = choice("no_hosts", "never", "always", default="no_hosts")
    host_identity_provider_group: Ref = reference("identity_provider_group", default=None)
    host_view: Field[str] = text(max_length=50, default=None)
    ivr_theme: Ref = reference("ivr_theme", default=None)
    live_captions_enabled: Field[str] = choice("default", "yes", "no", default="default")
    match_string: Field[str] = text(max_length=250, format="regex", default="")
    max_callrate_in: Field[int] = integer(minimum=128, maximum=8192, default=None)
    max_callrate_out: Field[int] = integer(minimum=128, maximum=8192, default=None)
    max_pixels_per_second: Field[str] = choice("sd", "hd", "fullhd", default=None)
    media_playlist: Ref = reference("media_library_playlist", default=None)
    mssip_proxy: Ref = reference("mssip_proxy", default=None)
    mute_all_guests: Field[bool] = boolean(default=False)
    non_idp_participants: Field[str] = choice("allow_if_trusted", "disallow_all", default="disallow_all")
    on_completion: Field[str] = text(nullable=True, default="")
    participant_limit: Field[int] = integer(minimum=0, maximum=1000000, default=None)
    pin: Field[str] = digits(4, 20, default="")
    pinning_config: Field[str] = text(default=None)
    post_match_string: Field[str] = text(max_length=250, format="regex", default="")
    post_replace_string: Field[str] = text(max_length=250, default="")
    primary_owner_email_address: Field[str] = text(max_length=100, default="")
    replace_string: Field[str] = text(max_length=250, default="")
    service_type: Field[str] = choice(
        "conference", "lecture", "two_stage_dialing", "test_call", "media_playback", default="conference"
    )
    softmute_enabled: Field[bool] = boolean(default=False)
    sync_tag: Field[str] = text(max_length=250, default="")
    system_location: Ref = reference("system_location", default=None)
    tag: Field[str] = text(max_length=250, default="")
    teams_proxy: Ref = reference("teams_proxy", default=None)
    two_stage_dial_type: Field[str] = choice("regular", "mssip", "gms", "teams", default="regular")
    creation_time: Computed[str] = computed()


class ConferenceAlias(PexipResource, group=GROUP, path="conference_alias", natural_key="alias"):
    """Alias for a service."""

    alias: Field[str] = text(max_length=250)
    conference: Ref = reference("conference")
    description: Field[str] = text(max_length=250, default="")
    view_order: Field[int] = integer(default=BY_NODE)
    creation_time: Computed[str] = computed()


class ConferenceSyncTemplate(PexipResource, group=GROUP, path="conference_sync_template", natural_key="name"):
    """Conference sync template."""

    name: Field[str] = text(max_length=250)
    call_type: Field[str] = text()
    direct_media: Field[str] = text()
    direct_media_notification_duration: Field[int] = integer(minimum=0, maximum=30)
    enable_chat: Field[str] = text()
    host_view: Field[str] = text()
    ldap_user_filter: Field[str] = text(max_length=1024)
    non_idp_participants: Field[str] = text()
    service_type: Field[str] = text()
    alias_1: Field[str] = text(max_length=512, default="")
    alias_1_description: Field[str] = text(max_length=512, default="")
    alias_2: Field[str] = text(max_length=512, default="")
    alias_2_description: Field[str] = text(max_length=512, default="")
    alias_3: Field[str] = text(max_length=512, default="")
    alias_3_description: Field[str] = text(max_length=512, default="")
    alias_4: Field[str] = text(max_length=512, default="")
    alias_4_description: Field[str] = text(max_length=512, default="")
    alias_5: Field[str] = text(max_length=512, default="")
    alias_5_description: Field[str] = text(max_length=512, default="")
    alias_6: Field[str] = text(max_length=512, default="")
    alias_6_description: Field[str] = text(max_length=512, default="")
    alias_7: Field[str] = text(max_length=512, default="")
    alias_7_description: Field[str] = text(max_length=512, default="")
    alias_8: Field[str] = text(max_length=512, default="")
    alias_8_description: Field[str] = text(max_length=512, default="")
    aliases_overridable: Field[bool] = boolean(default=BY_NODE)
    allow_guests: Field[bool] = boolean(default=BY_NODE)
    call_type_overridable: Field[bool] = boolean(default=BY_NODE)
    callrates_overridable: Field[bool] = boolean(default=BY_NODE)
    conference_description: Field[str] = text(max_length=250, default="")
    conference_description_overridable: Field[bool] = boolean(default=BY_NODE)
    conference_name: Field[str] = text(max_length=250, default="")
    crypto_mode: Field[str] = text(default="")
    crypto_mode_overridable: Field[bool] = boolean(default=BY_NODE)
    description: Field[str] = text(max_length=250, default="")
    device_alias: Field[str] = text(max_length=512, default="")
    device_description: Field[str] = text(max_length=512, default="")
    device_description_overridable: Field[bool] = boolean(default=BY_NODE)
    device_email_subject_template: Field[str] = text(max_length=255, default="")
    device_email_template: Field[str] = text(max_length=24576, default="")
    device_enable_h323: Field[bool] = boolean(default=BY_NODE)
    device_enable_infinity_connect_non_sso: Field[bool] = boolean(default=BY_NODE)
    device_enable_infinity_connect_sso: Field[bool] = boolean(default=BY_NODE)
    device_enable_sip: Field[bool] = boolean(default=BY_NODE)
    device_enable_standard_sso: Field[bool] = boolean(default=BY_NODE)
    device_password: Field[str] = text(max_length=250, secret=True, write_only=True, default="")
    device_password_overridable: Field[bool] = boolean(default=BY_NODE)
    device_registration_types_overridable: Field[bool] = boolean(default=BY_NODE)
    device_sso_identity_provider_group: Ref = reference("identity_provider_group", default=BY_NODE)
    device_sync_if_account_disabled: Field[bool] = boolean(default=BY_NODE)
    device_tag: Field[str] = text(max_length=250, default="")
    device_tag_overridable: Field[bool] = boolean(default=BY_NODE)
    device_username: Field[str] = text(max_length=100, default="")
    device_username_overridable: Field[bool] = boolean(default=BY_NODE)
    direct_media_notification_duration_overridable: Field[bool] = boolean(default=BY_NODE)
    direct_media_overridable: Field[bool] = boolean(default=BY_NODE)
    enable_active_speaker_indication: Field[bool] = boolean(default=BY_NODE)
    enable_automatic_sync: Field[bool] = boolean(default=BY_NODE)
    enable_chat_overridable: Field[bool] = boolean(default=BY_NODE)
    enable_overlay_text: Field[bool] = boolean(default=BY_NODE)
    enable_service_emails: Field[bool] = boolean(default=BY_NODE)
    end_user_advanced_overridable: Field[bool] = boolean(default=BY_NODE)
    end_user_avatar_url: Field[str] = text(max_length=512, default="")
    end_user_contacts_overridable: Field[bool] = boolean(default=BY_NODE)
    end_user_department: Field[str] = text(max_length=512, default="")
    end_user_description: Field[str] = text(max_length=512, default="")
    end_user_description_overridable: Field[bool] = boolean(default=BY_NODE)
    end_user_display_name: Field[str] = text(max_length=512, default="")
    end_user_first_name: Field[str] = text(max_length=512, default="")
    end_user_last_name: Field[str] = text(max_length=512, default="")
    end_user_mobile_number: Field[str] = text(max_length=512, default="")
    end_user_ms_exchange_guid: Field[str] = text(max_length=512, default="")
    end_user_names_overridable: Field[bool] = boolean(default=BY_NODE)
    end_user_other_personal_overridable: Field[bool] = boolean(default=BY_NODE)
    end_user_telephone_number: Field[str] = text(max_length=512, default="")
    end_user_title: Field[str] = text(max_length=512, default="")
    end_user_uuid: Field[str] = text(max_length=512, default="")
    guest_identity_provider_group: Ref = reference("identity_provider_group", default=BY_NODE)
    guest_pin: Field[str] = text(max_length=512, secret=True, default="")
    guests_can_present: Field[bool] = boolean(default=BY_NODE)
    guests_can_present_overridable: Field[bool] = boolean(default=BY_NODE)
    host_identity_provider_group: Ref = reference("identity_provider_group", default=BY_NODE)
    host_view_overridable: Field[bool] = boolean(default=BY_NODE)
    idp_settings_overridable: Field[bool] = boolean(default=BY_NODE)
    ivr_theme: Ref = reference("ivr_theme", default=BY_NODE)
    ivr_theme_overridable: Field[bool] = boolean(default=BY_NODE)
    ldap_sync_source: Ref = reference("ldap_sync_source", default=BY_NODE)
    ldap_user_search_dn: Field[str] = text(max_length=255, default="")
    max_callrate_in: Field[int] = integer(minimum=128, maximum=8192, default=None)
    max_callrate_out: Field[int] = integer(minimum=128, maximum=8192, default=None)
    max_pixels_per_second: Field[str] = text(default="")
    max_pixels_per_second_overridable: Field[bool] = boolean(default=BY_NODE)
    non_idp_participants_overridable: Field[bool] = boolean(default=BY_NODE)
    participant_limit: Field[int] = integer(minimum=0, maximum=1000000, default=None)
    participant_limit_overridable: Field[bool] = boolean(default=BY_NODE)
    pin: Field[str] = text(max_length=512, secret=True, default="")
    pin_settings_overridable: Field[bool] = boolean(default=BY_NODE)
    primary_owner_email_address: Field[str] = text(max_length=100, default="")
    primary_owner_email_address_overridable: Field[bool] = boolean(default=BY_NODE)
    service_email_subject_template: Field[str] = text(max_length=255, default="")
    service_email_template: Field[str] = text(max_length=24576, default="")
    smtp_server: Ref = reference("smtp_server", default=BY_NODE)
    sync_conferences: Field[bool] = boolean(default=BY_NODE)
    sync_devices: Field[bool] = boolean(default=BY_NODE)
    sync_end_users: Field[bool] = boolean(default=BY_NODE)
    tag: Field[str] = text(max_length=250, default="")
    tag_overridable: Field[bool] = boolean(default=BY_NODE)


class Device(PexipResource, group=GROUP, path="device", natural_key="alias"):
    """Device."""

    alias: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")
    enable_h323: Field[bool] = boolean(default=BY_NODE)
    enable_infinity_connect_non_sso: Field[bool] = boolean(default=BY_NODE)
    enable_infinity_connect_sso: Field[bool] = boolean(default=BY_NODE)
    enable_sip: Field[bool] = boolean(default=BY_NODE)
    enable_standard_sso: Field[bool] = boolean(default=BY_NODE)
    password: Field[str] = text(max_length=100, secret=True, write_only=True, default="")
    primary_owner_email_address: Field[str] = text(max_length=100, default="")
    sso_identity_provider_group: Ref = reference("identity_provider_group", default=None)
    sync_tag: Field[str] = text(max_length=250, default="")
    tag: Field[str] = text(max_length=250, default="")
    username: Field[str] = text(max_length=250, default="")
    creation_time: Computed[str] = computed()


class GatewayRoutingRule(
    PexipResource, group=GROUP, path="gateway_routing_rule", natural_key="name", lifecycle=ByNameLifecycle
):
    """Gateway routing rule."""

    name: Field[str] = text(max_length=250)
    match_string: Field[str] = text(max_length=250, format="regex")
    priority: Field[int] = integer(minimum=1, maximum=200)
    call_type: Field[str] = choice("audio", "video", "video-only", "auto", default="video")
    called_device_type: Field[str] = choice(
        "external",
        "registration",
        "mssip_conference_id",
        "mssip_server",
        "gms_conference",
        "teams_conference",
        "teams_user",
        "telehealth_profile",
        default="external",
    )
    crypto_mode: Field[str] = choice("besteffort", "on", "off", default=None)
    denoise_audio: Field[bool] = boolean(default=True)
    description: Field[str] = text(max_length=250, default="")
    disabled_codecs: Refs = references("disabled_codec", by=("value",), nullable=True, default=())
    enable: Field[bool] = boolean(default=True)
    external_participant_avatar_lookup: Field[str] = text(default=None)
    gms_access_token: Ref = reference("gms_access_token", default=None)
    h323_gatekeeper: Ref = reference("h323_gatekeeper", default=None)
    ivr_theme: Ref = reference("ivr_theme", default=None)
    live_captions_enabled: Field[str] = choice("default", "yes", "no", default="default")
    match_incoming_calls: Field[bool] = boolean(default=True)
    match_incoming_h323: Field[bool] = boolean(default=True)
    match_incoming_mssip: Field[bool] = boolean(default=True)
    match_incoming_only_if_registered: Field[bool] = boolean(default=False)
    match_incoming_sip: Field[bool] = boolean(default=True)
    match_incoming_teams: Field[bool] = boolean(default=False)
    match_incoming_webrtc: Field[bool] = boolean(default=True)
    match_outgoing_calls: Field[bool] = boolean(default=False)
    match_source_location: Ref = reference("system_location", default=None)
    match_string_full: Field[bool] = boolean(default=False)
    max_callrate_in: Field[int] = integer(minimum=128, maximum=8192, default=None)
    max_callrate_out: Field[int] = integer(minimum=128, maximum=8192, default=None)
    max_pixels_per_second: Field[str] = choice("sd", "hd", "fullhd", default=None)
    mssip_proxy: Ref = reference("mssip_proxy", default=None)
    outgoing_location: Ref = reference("system_location", default=None)
    outgoing_protocol: Field[str] = choice("h323", "mssip", "sip", "rtmp", "gms", "teams", default="sip")
    replace_string: Field[str] = text(max_length=250, default="")
    sip_proxy: Ref = reference("sip_proxy", default=None)
    stun_server: Ref = reference("stun_server", default=None)
    tag: Field[str] = text(max_length=250, default="")
    teams_proxy: Ref = reference("teams_proxy", default=None)
    telehealth_profile: Ref = reference("telehealth_profile", default=None)
    treat_as_trusted: Field[bool] = boolean(default=False)
    turn_server: Ref = reference("turn_server", default=None)
    creation_time: Computed[str] = computed()


class IvrTheme(PexipResource, group=GROUP, path="ivr_theme", natural_key="name"):
    """Theme: the voice prompts, images and layouts that participants of a service hear and see."""

    name: Field[str] = text(max_length=250)
    package: Field[str] = file(default=BY_NODE)
    custom_layouts: Field[str] = text(format="json", default=BY_NODE)
    pinning_configs: Field[str] = text(format="json", default=BY_NODE)
    last_updated: Computed[str] = computed()
    uuid: Computed[str] = computed()


class LdapSyncField(PexipResource, group=GROUP, path="ldap_sync_field", natural_key="name"):
    """Conference LDAP sync field."""

    name: Field[str] = text(max_length=250)
    template_variable_name: Field[str] = text(max_length=250)
    description: Field[str] = text(max_length=250, default="")
    is_binary: Field[bool] = boolean(default=False)


class LdapSyncSource(PexipResource, group=GROUP, path="ldap_sync_source", natural_key="name"):
    """Conference LDAP sync source."""

    name: Field[str] = text(max_length=250)
    ldap_base_dn: Field[str] = text(max_length=255)
    ldap_bind_password: Field[str] = text(max_length=100, secret=True, write_only=True)
    ldap_bind_username: Field[str] = text(max_length=255)
    ldap_server: Field[str] = text(max_length=255)
    description: Field[str] = text(max_length=250, default="")
    ldap_permit_no_tls: Field[bool] = boolean(default=BY_NODE)
    ldap_use_global_catalog: Field[bool] = boolean(default=BY_NODE)


class MediaLibraryPlaylist(PexipResource, group=GROUP, path="media_library_playlist", natural_key="name"):
    """Media Playback Service playlist."""

    name: Field[str] = text(max_length=1024)
    description: Field[str] = text(max_length=1024, default="")
    loop: Field[bool] = boolean(default=False)
    playlist_entries: Refs = references("media_library_playlist_entry", default=())
    shuffle: Field[bool] = boolean(default=False)


class MediaLibraryPlaylistEntry(
    PexipResource,
    group=GROUP,
    path="media_library_playlist_entry",
    natural_key=("playlist", "position"),
    key_is_unique=False,
):
    """Media Playback Service playlist entry."""

    playlist: Ref = reference("media_library_playlist", nullable=True)
    entry_type: Field[str] = choice("MEDIA", default="MEDIA")
    media: Ref = reference("media_library_entry", default=None)
    playcount: Field[int] = integer(minimum=0, default=1)
    position: Field[int] = integer(minimum=1, default=1)


class RecurringConference(
    PexipResource, group=GROUP, path="recurring_conference", natural_key="ews_item_id", key_is_unique=False
):
    """Recurring conference."""

    conference: Ref = reference("conference")
    current_index: Field[int] = integer()
    ews_item_id: Field[str] = text(max_length=255)
    is_depleted: Field[bool] = boolean(default=BY_NODE)
    scheduled_alias: Ref = reference("scheduled_alias", default=None)
    subject: Field[str] = text(max_length=255, default="")


class Registration(PexipResource, group=GROUP, path="registration", exists_once=True):
    """Registration settings."""

    adaptive_max_refresh: Field[int] = integer(minimum=60, maximum=7200, default=3600)
    adaptive_min_refresh: Field[int] = integer(minimum=60, maximum=3600, default=60)
    enable: Field[bool] = boolean(default=True)
    enable_google_cloud_messaging: Field[bool] = boolean(default=True)
    enable_push_notifications: Field[bool] = boolean(default=False)
    maximum_max_refresh: Field[int] = integer(minimum=60, maximum=7200, default=300)
    maximum_min_refresh: Field[int] = integer(minimum=60, maximum=3600, default=60)
    natted_max_refresh: Field[int] = integer(minimum=60, maximum=3600, default=90)
    natted_min_refresh: Field[int] = integer(minimum=60, maximum=3600, default=60)
    push_token: Field[str] = text(secret=True, write_only=True, default="")
    refresh_strategy: Field[str] = choice("adaptive", "maximum", default="adaptive")
    route_via_registrar: Field[bool] = boolean(default=True)


class ScheduledAlias(PexipResource, group=GROUP, path="scheduled_alias", natural_key="alias"):
    """Scheduled conference aliases."""

    alias: Field[str] = text(max_length=250)
    alias_number: Field[int] = integer()
    exchange_connector: Ref = reference("ms_exchange_connector")
    numeric_alias: Field[str] = text(max_length=250)
    uuid: Field[str] = text()
    conference_deletion_time: Field[str] = text(format="datetime", default=None)
    ews_item_uid: Field[str] = text(max_length=255, default=None)
    is_used: Field[bool] = boolean(default=BY_NODE)
    creation_time: Computed[str] = computed()


class ScheduledConference(
    PexipResource, group=GROUP, path="scheduled_conference", natural_key="ews_item_id", key_is_unique=False
):
    """Scheduled conference."""

    conference: Ref = reference("conference")
    end_time: Field[str] = text(format="datetime")
    ews_item_id: Field[str] = text(max_length=255)
    start_time: Field[str] = text(format="datetime")
    ews_item_uid: Field[str] = text(max_length=255, default="")
    recurring_conference: Ref = reference("recurring_conference", default=None)
    scheduled_alias: Ref = reference("scheduled_alias", default=None)
    subject: Field[str] = text(max_length=255, default="")
