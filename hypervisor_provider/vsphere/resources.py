"""The types of machines, as they are declared."""
