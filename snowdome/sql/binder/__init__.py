"""Queries to engine SQL in one walk over the syntax tree.

``core.Binder`` walks; what it does for a node stands in tables keyed by node type: expressions in
``operators``, ``names``, ``calls``; FROM items in ``sources``, ``joins``, ``pivot``, ``table_functions``.
"""
