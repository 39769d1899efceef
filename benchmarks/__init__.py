"""What deployments cost: the real engine against the simulated Management Node, beside the engine's own floor.

Run ``python -m benchmarks``, or ``make bench`` for the figures of docs/performance.md.
"""
