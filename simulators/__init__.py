"""Servers that behave as the vendors' do: real HTTP over TLS, in processes of their own, on disk.

Nothing here imports a provider, so that a provider tried against a simulator is checked by a second
reading of the vendor's API.
"""
