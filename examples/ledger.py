"""Private transfers between the accounts of a Merkle tree: public root before and after, and no balance below 0.

A sketch: it does not look at who may pay. One table, a hash of the old tree and one of the new on each row.
"""

from dataclasses import dataclass

import l2zk
from l2zk import gadgets as g
from l2zk.poseidon2 import compress


class Tree:
    """The accounts (balance, owner, salt, 0) and the digests above them, level by level; 0 above the last level."""

    def __init__(self, accounts):
        self.levels = [[compress(one, [0] * 4) for one in accounts]]
        self.accounts = list(accounts)
        while len(self.levels[-1]) > 1:
            self.levels.append([compress(*two) for two in zip(self.levels[-1][::2], self.levels[-1][1::2])])

    def change(self, place, amount):
        """Add to a balance; the account before, and the siblings on its way up."""
        old, siblings = self.accounts[place], [level[place >> k ^ 1] for k, level in enumerate(self.levels[:-1])]
        self.accounts[place] = [(old[0] + amount) % l2zk.MODULUS, *old[1:]]
        node = self.levels[0][place] = compress(self.accounts[place], [0] * 4)
        for k, sibling in enumerate(siblings):
            node = compress(sibling, node) if place >> k & 1 else compress(node, sibling)
            self.levels[k + 1][place >> k + 1] = node
        return old, siblings


@dataclass(frozen=True)
class Ledger(l2zk.TraceProgram):
    """So many transfers, a power of two, in a tree of 2^(levels - 1) accounts, levels a power of two."""

    id = "ledger.v0"
    transfers: int
    levels: int

    def define(self, m):
        m.rows(2 * self.levels * self.transfers)
        old, new = m.columns("old", count=4), m.columns("new", count=4)  # digests, on an update's first row roots
        side = m.private_columns("side", count=4)  # the account on an update's first row, siblings on the others
        right, amount = m.private_columns("right", "amount")
        update, transfer = m.blocks(self.levels), m.blocks(2 * self.levels)
        roots = [m.public_input(f"root{k}") for k in range(4)]
        paid = (transfer.row(self.levels) - transfer.first) * amount
        m.constrain("right is a bit", right * (right - 1) == 0)
        m.constrain("an account stands alone", right == 1, on=update.every(0))
        m.constrain("one amount", transfer.within * (amount.next - amount) == 0)
        m.range("amount", amount, bits=32, on=transfer.every(0))
        m.range("balance", side[0] + paid, bits=32, on=update.every(0))
        for name, node, added in (("before", old, 0), ("after", new, paid)):
            left = [m.where(right, s, n) for s, n in zip([side[0] + added, *side[1:]], node)]
            other = [(1 - update.first) * m.where(right, n, s) for s, n in zip(side, node)]
            inputs = [m.let(f"{name}_{k}", one) for k, one in enumerate([*left, *other])]
            parent = g.poseidon2.compress(m, name, inputs[:4], inputs[4:])
            m.start(dict(zip(node, roots)))
            m.step(dict(zip(node, parent)))
            if node is old:
                for k, one in enumerate(parent):
                    m.constrain(f"root {k}", one == new[k][1 - self.levels], on=update.every(-1))
        m.output_word("after", parent, row="last", bits=64)

    def witness(self, tree, transfers):
        """What proves the transfers (payer, payee, amount), which are carried out in the tree."""
        root, columns = tree.levels[-1][0], {"right": [], "amount": [], **{f"side{k}": [] for k in range(4)}}
        for payer, payee, amount in transfers:
            for place, added in ((payer, -amount), (payee, amount)):
                account, siblings = tree.change(place, added)
                columns["right"] += [1, *(place >> k & 1 for k in range(len(siblings)))]
                columns["amount"] += [amount] * self.levels
                for k in range(4):
                    columns[f"side{k}"] += [account[k], *(one[k] for one in siblings)]
        return columns | {f"root{k}": one for k, one in enumerate(root)}


if __name__ == "__main__":
    tree, program, machine = Tree([[100 + k, 7 * k, k * k, 0] for k in range(8)]), Ledger(2, 4), l2zk.TraceZkVm()
    witness = program.witness(tree, [(0, 5, 60), (5, 2, 165)])
    proof = machine.prove(program, witness)
    assert machine.verify(program, proof, outputs={"after": tree.levels[-1][0]})
    print(proof.claim)
