"""A quantised feed-forward network: dense layers with ReLU, and the class that has the greatest score, proved.

    input ─x0→ layer0 (matrix) ─y0→ neurons0 (scaled, rounded, kept in a byte) ─x1→ layer1 ─y1→ … main (argmax)

Each word is a table, and each arrow a bus of (position, value).
"""

from __future__ import annotations

import l2zk
from l2zk_network.model import Model, quantise
from l2zk_network.network import Network

__all__ = ["Model", "Network", "quantise"]


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(Network)


@l2zk.hookimpl
def l2zk_register_commands(group) -> None:
    from l2zk_network.commands import network

    group.add_command(network)
