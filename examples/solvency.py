"""Private balances, each below 2^32, and their public sum."""

from dataclasses import dataclass

import l2zk


@dataclass(frozen=True)
class Solvency(l2zk.TraceProgram):
    """So many private balances, each below 2^32, have this sum."""

    id = "solvency.v0"
    accounts: int

    def define(self, m):
        m.rows(self.accounts)
        balance, total = m.private_column("balance", pad=0), m.column("total")  # the total of the rows before
        m.range("balance", balance, bits=32)
        m.start({total: 0})
        m.step({total: total + balance})
        m.output("sum", total + balance, row="last")


if __name__ == "__main__":
    program, machine = Solvency(accounts=5), l2zk.TraceZkVm()
    proof = machine.prove(program, {"balance": [1200, 0, 2**32 - 1, 77, 350]})
    assert machine.verify(program, proof)
    print(proof.claim)
