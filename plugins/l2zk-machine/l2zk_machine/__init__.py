"""A small register machine with memory: a text in assembly goes in, and a proof of its run comes out."""

from __future__ import annotations

import l2zk
from l2zk_machine.assembler import Instruction, assemble
from l2zk_machine.interpreter import Ran, run
from l2zk_machine.program import MachineRun

__all__ = ["Instruction", "MachineRun", "Ran", "assemble", "run"]


@l2zk.hookimpl
def l2zk_register_programs(register) -> None:
    register(MachineRun)


@l2zk.hookimpl
def l2zk_register_commands(group) -> None:
    from l2zk_machine.commands import machine

    group.add_command(machine)
