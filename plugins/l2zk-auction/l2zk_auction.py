"""An auction with sealed bids: a public commitment to each, the public winner and price; bids and salts stay private.

A bidder commits to the number of the auction, the bidder's own number and the bid:

    commitment = l2zk.poseidon2.hash([auction, bidder, bid], salt)

so that nobody can hand in what another one, or the same in another auction, has committed to.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import l2zk
from l2zk import gadgets as g
from l2zk import poseidon2

SALT = ("salt0", "salt1", "salt2", "salt3")


@dataclass(frozen=True)
class AuctionProgram(l2zk.TraceProgram):
    """Who made the highest of so many committed bids, the first of equal ones, and at which price it is sold."""

    id = "auction.v0"
    bidders: int = field(metadata={"help": "The number of bidders, 1 or more."})
    second_price: bool = field(
        default=False, metadata={"help": "The winner pays the second highest bid (Vickrey); 0 as the only bidder."}
    )
    auction: int = field(default=0, metadata={"help": "The number of this auction, which each commitment is of."})
    bits: int = field(default=40, metadata={"help": "Bids are from 0 to 2^BITS - 1."})

    def define(self, m: l2zk.Machine) -> None:
        self._check()
        m.rows(self.bidders)
        bid, *salt = m.private_columns("bid", *SALT, pad=0, exact=True)
        digest = g.poseidon2.hash(m, "hash", [*salt, self.auction, m.row_number(), bid])
        for k, one in enumerate(digest):
            m.output_column(f"commitment{k}", one)
        m.range("bid", bid, bits=self.bits)
        best, winner = m.columns("best", "winner")  # of the bids before
        higher = m.less_than("higher", best, bid, bits=self.bits)
        after = {best: m.where(higher, bid, best), winner: m.where(higher, m.row_number(), winner)}
        price = best
        if self.second_price:
            price = m.column("second")
            nearer = m.less_than("nearer", price, bid, bits=self.bits)
            after[price] = m.where(higher, best, m.where(nearer, bid, price))
        m.start(dict.fromkeys(after, 0))
        m.step(after)
        m.output("winner", after[winner], row="last")
        m.output("price", after[price], row="last")

    def _check(self) -> None:
        if self.bidders < 1:
            raise l2zk.ProgramError(f"an auction has 1 bidder or more, not {self.bidders}")
        g.ranges.greatest(self.bits)
        if not 0 <= self.auction < l2zk.MODULUS:
            raise l2zk.ProgramError(f"the number of an auction is from 0 to p - 1, not {self.auction}")

    def encode(self, data: Any) -> dict[str, Any]:
        """data: the text or bytes of a CSV file, whose first line is `bid,salt`; one line for each bidder follows."""
        if not isinstance(data, (bytes, str)):
            raise l2zk.WitnessError("a CSV file of bids and salts is needed, or a mapping with bid and salt0 to salt3")
        bids, salts = self._read(data)
        if len(bids) != self.bidders:
            raise l2zk.WitnessError(f"the file has {len(bids)} bids, and the auction {self.bidders} bidders")
        return {"bid": bids, **{name: [salt[k] for salt in salts] for k, name in enumerate(SALT)}}

    def _read(self, data: bytes | str) -> tuple[list[int], list[list[int]]]:
        """Bids and salts of the lines `bid,salt` of a file, whose first line says so."""
        text = data.decode("utf-8-sig", errors="replace") if isinstance(data, bytes) else data
        reader = csv.reader(io.StringIO(text, newline=""))
        try:
            rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells]
        except csv.Error as error:
            raise l2zk.WitnessError(f"line {reader.line_num} is no CSV: {error}") from None
        if not rows or rows[0][1] != ["bid", "salt"] or len(rows) < 2:
            raise l2zk.WitnessError("the first line is `bid,salt`, and each other one a bid and 64 hexadecimal digits")
        bids, salts = [], []
        for line, cells in rows[1:]:
            if len(cells) != 2:
                raise l2zk.WitnessError(f"line {line} has {len(cells)} cells: a bid and a salt are needed")
            if not (
                cells[0].isascii()
                and cells[0].isdigit()
                and int(number := cells[0].lstrip("0")[:30] or "0") < 1 << self.bits
            ):
                raise l2zk.WitnessError(f"line {line}: the bid is no integer from 0 to 2^{self.bits} - 1")
            bids.append(int(number))
            salts.append(g.files.salt_from(cells[1], f"line {line}"))
        return bids, salts

    @classmethod
    def from_file(cls, path: Any, **parameters: Any) -> tuple[AuctionProgram, dict[str, Any]]:
        """A CSV file of bids and salts by bidder, whose first line is `bid,salt`."""
        data = Path(path).read_bytes()
        bids, _ = cls(**{"bidders": 1, **parameters})._read(data)
        program = cls(**{"bidders": len(bids), **parameters})
        return program, program.encode(data)


def commitment(bid: int, bidder: int, salt: Sequence[int], auction: int = 0) -> str:
    """What a bidder hands in, 64 hexadecimal digits; the bidder of the first line has the number 0."""
    return g.files.as_text(poseidon2.hash([auction, bidder, bid], list(salt)))


def commitments(proof: l2zk.Proof) -> list[str]:
    """The commitments that a proof states, by bidder; each bidder looks at the own one, and all at all of them."""
    outputs: Mapping[str, Any] = proof.public_outputs
    return [g.files.as_text(digest) for digest in zip(*(outputs[f"commitment{k}"] for k in range(4)))]


@l2zk.hookimpl
def l2zk_register_programs(register: Any) -> None:
    register(AuctionProgram)


@l2zk.hookimpl
def l2zk_register_commands(group: Any) -> None:
    import click

    @group.group()
    def auction() -> None:
        """Auctions with sealed bids."""

    @auction.command()
    @click.option("--bid", type=click.IntRange(0), prompt="Your bid", hide_input=True, help="Asked for if not given.")
    @click.option("--bidder", type=click.IntRange(0), required=True, help="Your number, from 0 on.")
    @click.option("--auction", "number", type=click.IntRange(0), default=0, help="The number of the auction.")
    def seal(bid: int, bidder: int, number: int) -> None:
        """Seal a bid: print the commitment, to be published, and the line for the auctioneer, with a new salt."""
        salt = g.files.drawn_salt()
        click.echo(f"publish: {commitment(bid, bidder, salt, number)}")
        click.echo(f"keep, and tell the auctioneer alone: {bid},{g.files.as_text(salt)}")

    @auction.command()
    @click.argument("proof", type=click.Path(exists=True, dir_okay=False))
    def show(proof: str) -> None:
        """Verify PROOF, and print winner, price and all commitments."""
        made = l2zk.Proof.load(proof)
        if made.program_id != AuctionProgram.id:
            raise l2zk.WitnessError(f"{proof} is a proof of {made.program_id}, not of {AuctionProgram.id}")
        program = AuctionProgram(**dict(made.statement.parameters))
        l2zk.TraceZkVm().check_proof(program, made)
        rule, stated = "second price" if program.second_price else "first price", made.public_outputs
        click.echo(f"auction {program.auction}, {rule}: bidder {stated['winner']} wins and pays {stated['price']}")
        for bidder, digest in enumerate(commitments(made)):
            click.echo(f"{bidder:>6}  {digest}")
