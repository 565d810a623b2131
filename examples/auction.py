"""An auction with sealed bids: a public commitment to each, the public winner and price; bids and salts are private."""

from dataclasses import dataclass

from poseidon2 import permute

import l2zk


@dataclass(frozen=True)
class Auction(l2zk.TraceProgram):
    """Who made the highest of so many committed bids, each below 2^32, the first of equal ones, and how high it is."""

    id = "auction.v0"
    bidders: int

    def define(self, m):
        m.rows(self.bidders)
        bid, *salt = m.private_columns("bid", "salt0", "salt1", "salt2", pad=0)
        for k, one in enumerate(permute(m, "hash", [bid, *salt, 0, 0, 0, 0])[:4]):
            m.output_column(f"commitment{k}", one)
        price, winner = m.columns("price", "winner")  # of the bids before
        m.range("bid", bid, bits=32)
        higher = m.less_than("higher", price, bid, bits=32)
        after = {price: m.where(higher, bid, price), winner: m.where(higher, m.row_number(), winner)}
        m.start({price: 0, winner: 0})
        m.step(after)
        m.output("price", after[price], row="last")
        m.output("winner", after[winner], row="last")


if __name__ == "__main__":
    program, machine = Auction(bidders=4), l2zk.TraceZkVm()
    witness = {"bid": [120, 777, 90, 350], **{f"salt{k}": [2**40 + 7 * k + j for j in range(4)] for k in range(3)}}
    proof = machine.prove(program, witness)
    assert machine.verify(program, proof)
    print(proof.claim)
