"""The `pexip` command: an engine, a simulated Management Node, and stacks deployed with them.

All that it makes lies in `.local/` of the checkout (see `checkout`): removing that folder undoes it.
"""
