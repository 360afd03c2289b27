"""Python handlers of functions, run outside the account's process.

``zygote`` is a warm process that forks ``worker`` processes; ``pool`` keeps them and talks to them;
``runtime`` is what the rest of the account calls. ``values`` and ``handlers`` run inside the workers.
"""
