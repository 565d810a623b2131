"""Proofs of blocks: of one, or of blocks that follow one another in one proof; and what they state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import l2zk
from l2zk.errors import ArgumentError
from l2zk_ledger import program_sizes, public
from l2zk_ledger.executed import Executed
from l2zk_ledger.program import Ledger
from l2zk_ledger.statement import BlockStatement

MOST = 2**22
"""Slots of a kind that a proof may name: what a verifier is asked to build is bounded. A proof has no room for more."""


def program_for(*blocks: Executed, authority: str | None = None) -> Ledger:
    """The program with room for each of these blocks: its sizes are powers of two, so that few programs exist.

    authority: "preimage" or "schnorr"; left out, that of the blocks. Where nobody spends they have none, and a ledger
    whose operations are signed has to say it.
    """
    return Ledger(**program_sizes.of(*blocks, authority=authority))


def prove_block(machine: l2zk.TraceZkVm, executed: Executed, *, authority: str | None = None) -> l2zk.Proof:
    """The proof of a block that was carried out. authority: as in `program_for`."""
    program = program_for(executed, authority=authority)
    return machine.prove(program, program.witness(executed))


def prove_blocks(machine: l2zk.TraceZkVm, blocks: Sequence[Executed], *, authority: str | None = None) -> l2zk.Proof:
    """One proof of blocks that follow one another; raises ArgumentError where one does not. authority: as above."""
    check_sequence([one.statement for one in blocks])
    program = program_for(*blocks, authority=authority)
    return machine.prove_together([program] * len(blocks), [program.witness(one) for one in blocks])


def check_sequence(statements: Sequence[BlockStatement]) -> None:
    """Raise ArgumentError, which names the block and what does not fit, unless each block follows the one before."""
    if not statements:
        raise ArgumentError("one block is needed, or several that follow one another")
    for place, (before, after) in enumerate(pairwise(statements), 1):
        if wrong := after.next_to(before):
            raise ArgumentError(f"block {place} does not follow the one before: another {', '.join(wrong)}")


def programs_of(proof: l2zk.Proof, depth: int) -> list[Ledger]:
    """The program of the blocks that a proof names, for each of them, of which it is the same.

    Raises ProofError for another one, for several, and for trees of another depth. To define a program takes a second:
    so a stranger's header makes one at most.
    """
    first, *others = proof.statements
    if first.program_id != Ledger.id:
        raise l2zk.ProofError(f"the proof is of {first.program_id}, not of {Ledger.id}")
    if first.parameters.get("depth") != depth:
        raise l2zk.ProofError(f"the proof is of a tree of another depth than {depth}")
    if any((one.program_id, dict(one.parameters)) != (Ledger.id, dict(first.parameters)) for one in others):
        raise l2zk.ProofError("the proof is of several programs, and the blocks of a proof have one")
    sizes = [value for name, value in first.parameters.items() if name != "authority"]
    flat = [size for value in sizes for size in (value if isinstance(value, (list, tuple)) else [value])]
    if not all(type(size) is int and size <= MOST for size in flat):
        raise l2zk.ProofError(f"the proof is of a block with more than {MOST} slots of a kind")
    return [_program(first.parameters)] * (1 + len(others))


def _program(parameters: Mapping[str, Any]) -> Ledger:
    """The program with the parameters that a proof names, which may be anything."""
    try:
        program = Ledger(**parameters)
        program.definition  # noqa: B018 (what is no program is refused here)
    except (l2zk.ProgramError, TypeError) as error:
        raise l2zk.ProofError(f"the proof names no program of a block: {error}") from None
    return program


def check_blocks(
    machine: l2zk.TraceZkVm, proof: l2zk.Proof | bytes, statements: Sequence[BlockStatement], *, depth: int
) -> None:
    """Raise ProofError, with the reason, unless the proof shows these blocks, which follow one another."""
    proof = proof if isinstance(proof, l2zk.Proof) else l2zk.Proof.from_bytes(proof)
    try:
        check_sequence(statements)
    except ArgumentError as error:
        raise l2zk.ProofError(str(error)) from None
    if len(proof.statements) != len(statements):  # before programs are made for a stranger's header
        raise l2zk.ProofError(f"the proof is of {len(proof.statements)} blocks, not of {len(statements)}")
    for place, (said, wanted) in enumerate(zip(stated(proof), statements)):
        if said != wanted:
            wrong = [name for name, value in vars(said).items() if value != getattr(wanted, name)]
            raise l2zk.ProofError(f"block {place} of the proof has another {', '.join(wrong)} than is demanded")
    programs = programs_of(proof, depth)
    demands = [program.demand(one) for program, one in zip(programs, statements)]
    inputs, outputs = [one["inputs"] for one in demands], [one["outputs"] for one in demands]
    machine.check_together(programs, proof, inputs, outputs)


def verify_block(machine: l2zk.TraceZkVm, proof: l2zk.Proof | bytes, statement: BlockStatement, *, depth: int) -> bool:
    """True if the proof shows this block of a ledger of this depth, of whatever number of slots."""
    return verify_blocks(machine, proof, [statement], depth=depth)


def verify_blocks(
    machine: l2zk.TraceZkVm, proof: l2zk.Proof | bytes, statements: Sequence[BlockStatement], *, depth: int
) -> bool:
    """True if the proof shows these blocks, which follow one another."""
    try:
        check_blocks(machine, proof, statements, depth=depth)
    except (l2zk.ProofError, l2zk.ProgramError):
        return False
    return True


def stated(proof: l2zk.Proof) -> list[BlockStatement]:
    """What a proof states of its blocks, in order; it is not verified."""
    return [_statement(one.public_inputs) for one in proof.statements]


def _statement(values: dict[str, int]) -> BlockStatement:
    try:
        digests = {name: tuple(values[f"{name}{k}"] for k in range(4)) for name in public.DIGESTS}
        return BlockStatement(**digests, **{name: values[name] for name in public.NUMBERS})
    except (KeyError, ArgumentError):
        raise l2zk.ProofError("the proof is not of a block of a ledger") from None
