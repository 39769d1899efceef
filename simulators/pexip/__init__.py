"""A simulated Management Node of Pexip Infinity: Django and django-tastypie on SQLite.

Start one with ``python -m simulators.pexip --port 8443 --data ./node``; what it knows of the vendor's API
is in ``resources.json`` beside this file.
"""
