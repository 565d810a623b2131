"""Blocks of the ledger, proved and verified: time, bytes and memory beside their goals.

    .venv/bin/pip install plugins/l2zk-ledger
    .venv/bin/python benchmarks/ledger.py                    all, some minutes
    .venv/bin/python benchmarks/ledger.py 1000 --again 5     one size, and the least time of so many proofs
    .venv/bin/python benchmarks/ledger.py --blocks 64        many small blocks in one proof, and in one each

Accounts are touched once each, twice as many as there are transfers, at random places: the most work that a transfer
makes. With --accounts they are drawn from so many. Times are of this machine and of whatever else it does.
"""

from __future__ import annotations

import argparse
import random
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from l2zk_ledger import Executed, State, Transfer, execute, identity_of, program_for, prove_blocks
from l2zk_ledger.blocks import verify_blocks
from l2zk_ledger.keys import addresses_of

import l2zk

DEPTH = 30
GOALS = {1000: 1.0, 8000: 5.0}
"""Seconds in which so many transfers are to be proved on two cores, the witness included."""


def ledger(accounts: int, draw: random.Random) -> tuple[State, list[tuple[Any, Any]]]:
    """A ledger of accounts with 10^9 each, and their secrets and addresses."""
    secrets = [tuple(draw.randrange(l2zk.MODULUS) for _ in range(4)) for _ in range(accounts)]
    addresses = [tuple(one) for one in addresses_of(np.array(secrets, dtype=np.uint64)).tolist()]
    by_place = {address[0] % 2**DEPTH: (secret, address) for secret, address in zip(secrets, addresses)}
    state = State(identity_of((1, 2, 3, 4), 1), DEPTH)
    state.fund({address: 10**9 for _, address in by_place.values()})
    return state, list(by_place.values())


def transfers(keys: list[tuple[Any, Any]], count: int, draw: random.Random) -> list[Transfer]:
    """So many transfers: between accounts that are touched once, if there are enough, else between any."""
    ends = draw.sample(keys, 2 * count) if len(keys) >= 2 * count else draw.choices(keys, k=2 * count)
    pairs = zip(ends[:count], ends[count:])
    return [Transfer(payer[0], payee[1], draw.randrange(1000), 1) for payer, payee in pairs]


def least(times: int, work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the work gives, and of so many tries the least seconds and the least processor time."""
    spent = []
    for _ in range(times):
        before, used = time.perf_counter(), time.process_time()
        found = work()
        spent.append((time.perf_counter() - before, time.process_time() - used))
    return found, min(one for one, _ in spent), min(one for _, one in spent)


def one_block(count: int, accounts: int, preset: str, again: int) -> None:
    """A block of so many transfers."""
    draw = random.Random(count)
    state, keys = ledger(accounts or 2 * count + 64, draw)
    executed, seconds, _ = least(1, lambda: execute(state, transfers(keys, count, draw)))
    nodes, touched = sum(len(one.number) for one in executed.nodes), len(executed.accounts.place)
    print(f"\n{count:,} transfers, {touched:,} accounts and {nodes:,} nodes touched; carried out in {seconds:.2f} s")
    program, machine = program_for(executed), l2zk.TraceZkVm(l2zk.ProofOptions(preset=preset))
    print(f"  {program}\n  defined in {least(1, lambda: program.definition)[1]:.2f} s")
    print("  " + str(machine.estimate(program)).replace("\n", "\n  "))
    proof, seconds, used = least(again, lambda: machine.prove(program, program.witness(executed)))
    inputs = program.demand(executed.statement)["inputs"]
    good, verified, _ = least(20, lambda: machine.verify(program, proof, inputs))
    assert good
    goal = f", goal {GOALS[count]} s" if count in GOALS else ""
    print(f"  proved in {seconds:.2f} s{goal}, processor time {used:.2f} s, {used / count * 1000:.2f} ms a transfer")
    print(f"  {len(bytes(proof)):,} bytes, goal 300,000; verified in {verified * 1000:.2f} ms, goal 2")
    print(f"  most memory of this process so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


def many_blocks(count: int, size: int, preset: str) -> None:
    """So many blocks in one proof, and in one each."""
    draw = random.Random(count)
    state, keys = ledger(16 * size, draw)
    blocks = [execute(state, transfers(keys, size, draw)) for _ in range(count)]
    machine = l2zk.TraceZkVm(l2zk.ProofOptions(preset=preset))
    print(f"\n{count} blocks of {size} transfers")
    for name, groups in (("in one proof", [blocks]), ("in a proof each", [[one] for one in blocks])):
        prove = lambda groups=groups: [prove_blocks(machine, one) for one in groups]  # noqa: E731
        prove() if len(groups) == 1 else prove_blocks(machine, groups[0])  # defines programs
        proofs, seconds, used = least(1, prove)
        verified = least(3, lambda groups=groups, proofs=proofs: verified_all(machine, groups, proofs))[1]
        size_of = sum(len(bytes(one)) for one in proofs)
        print(f"  {name}: {seconds:.2f} s, processor time {used:.2f} s, {size_of:,} bytes", end="")
        print(f", verified in {verified * 1000:.1f} ms")


def verified_all(machine: l2zk.TraceZkVm, groups: list[list[Executed]], proofs: list[l2zk.Proof]) -> None:
    for group, proof in zip(groups, proofs):
        assert verify_blocks(machine, proof, [one.statement for one in group], depth=DEPTH)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", help="transfers of a block")
    parser.add_argument("--blocks", type=int, default=0, help="so many small blocks")
    parser.add_argument("--transfers", type=int, default=16, help="transfers of each of them")
    parser.add_argument("--accounts", type=int, default=0, help="accounts of the ledger")
    parser.add_argument("--preset", default="default")
    parser.add_argument("--again", type=int, default=2, help="proofs, of which the least time counts")
    given = parser.parse_args()
    every = not given.sizes and not given.blocks
    for count in given.sizes or (list(GOALS) if every else []):
        one_block(count, given.accounts, given.preset, given.again)
    if given.blocks or every:
        many_blocks(given.blocks or 64, given.transfers, given.preset)


if __name__ == "__main__":
    main()
