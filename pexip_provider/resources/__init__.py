"""The resources, in the vendor's own groups, a module a group."""
