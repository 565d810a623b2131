"""Auctions, against Python's max and sorted; bids out of range, other salts, bids in other places, false winners."""

from __future__ import annotations

import commands
import pytest
from l2zk_auction import AuctionProgram, commitment, commitments
from quick import QUICK

import l2zk
from l2zk.gadgets import files
from l2zk.testing import Case, check_program

P = l2zk.MODULUS


def salts(count):
    return [[2**40 + 7 * k + j for k in range(4)] for j in range(count)]


def witness(bids):
    return {"bid": [bid % P for bid in bids], **{f"salt{k}": [one[k] for one in salts(len(bids))] for k in range(4)}}


def names(report):
    return {getattr(one, "constraint", None) or str(one) for one in report.violations}


def test_it_is_found_by_name():
    assert l2zk.get_program("auction") is AuctionProgram


@pytest.mark.parametrize("second_price", [False, True])
@pytest.mark.parametrize(
    "bids", [[120, 777, 90, 350], [5, 9, 9, 1], [2**40 - 1, 0, 2**40 - 2, 7], [0, 0, 0, 0], [1, 2, 3, 4]]
)
def test_the_first_of_the_highest_wins(bids, second_price):
    program = AuctionProgram(4, second_price=second_price, auction=12)
    proof = QUICK.prove(program, witness(bids))
    price = sorted(bids)[-2] if second_price else max(bids)
    assert QUICK.verify(program, proof, outputs={"price": price, "winner": bids.index(max(bids))})
    assert commitments(proof) == [commitment(bid, j, salts(4)[j], 12) for j, bid in enumerate(bids)]


@pytest.mark.parametrize("second_price", [False, True])
def test_a_single_bidder(second_price):
    trace = QUICK.trace(AuctionProgram(1, second_price=second_price), witness([7]))
    assert QUICK.check(AuctionProgram(1, second_price=second_price), witness([7]), trace=trace)
    assert QUICK.prove(AuctionProgram(1, second_price=second_price), witness([7])).public_outputs["price"] == 7 * (
        not second_price
    )


@pytest.mark.parametrize("wrong", [2**40, P - 1, P - 2**40])
def test_a_bid_out_of_range_is_refused(wrong):
    found = names(AuctionProgram(4, auction=12).check(witness([1, 2, 3, wrong])))
    assert any(one.startswith("bid is below 2^40") for one in found), found


@pytest.mark.parametrize(
    "changes, name",
    [
        ([("winner", 3, 0)], "winner"),
        ([("higher", 1, 0)], "higher"),  # the highest is passed over
        ([("higher", 2, 1)], "higher"),  # and a lesser one is taken instead
        ([("nearer", 2, 1)], "nearer"),
        ([("bid", 0, 777), ("bid", 1, 120)], "hash0.s0"),  # two bids that changed places
        ([("salt2", 1, 5)], "hash0.s0"),
    ],
)
def test_a_forged_auction_is_refused(changes, name):
    program, given = AuctionProgram(4, second_price=True, auction=12), witness([120, 777, 90, 350])
    trace = QUICK.trace(program, given)
    for column, row, value in changes:
        trace[column][row] = value
        if column in given:
            given[column] = [value if at == row else one for at, one in enumerate(given[column])]
    found = names(QUICK.check(program, given, trace=trace))
    assert any(name in one for one in found), found


def test_another_salt_number_or_auction_is_another_commitment():
    first = commitment(5, 1, salts(1)[0], 12)
    others = [commitment(5, 2, salts(1)[0], 12), commitment(5, 1, salts(1)[0], 13), commitment(5, 1, salts(2)[1], 12)]
    assert len({first, *others}) == 4


def test_no_fault_is_found():
    case = Case({"bidders": 2, "second_price": True}, witness([5, 9]), {"price": 5, "winner": 1})
    assert all(
        check_program(
            AuctionProgram, [case, Case({"bidders": 2, "second_price": True}, witness([5, -9]), refused=True)], vm=QUICK
        ).runs
    )


def test_files(tmp_path):
    place = tmp_path / "bids.csv"
    place.write_text(
        "bid,salt\n" + "".join(f"{bid},{files.as_text(one)}\n" for bid, one in zip([7, 9, 8, 1], salts(4)))
    )
    program, given = AuctionProgram.from_file(place, second_price=True, auction=12)
    assert program == AuctionProgram(4, second_price=True, auction=12) and given == witness([7, 9, 8, 1])


@pytest.mark.parametrize(
    "text, said",
    [
        ("7,8\n", "the first line is `bid,salt`"),
        ("bid,salt\n", "the first line is `bid,salt`"),
        ("bid,salt\n7\n", "line 2 has 1 cells"),
        ("bid,salt\n-7,00\n", "line 2: the bid is no integer"),
        ("bid,salt\n1099511627776,00\n", "line 2: the bid is no integer from 0 to 2.40 - 1"),
        ("bid,salt\n7,00\n", "line 2 holds no salt"),
        (f"bid,salt\n{'0' * 30}{'9' * 5000},00\n", "line 2: the bid is no integer"),
        (f"bid,salt\n{'0' * 5000},00\n", "line 2 holds no salt"),
        (f"bid,salt\n{'a' * 200000},00\n", "line 2 is no CSV"),
    ],
)
def test_a_file_of_no_bids_is_refused(text, said):
    with pytest.raises(l2zk.WitnessError, match=said):
        AuctionProgram(1)._read(text)


@pytest.mark.parametrize("wrong", [{"bidders": 0}, {"bidders": 1, "bits": 63}, {"bidders": 1, "auction": -1}])
def test_parameters_that_say_nothing_are_refused(wrong):
    with pytest.raises(l2zk.ProgramError, match="not"):
        assert AuctionProgram(**wrong).definition


def test_commands(tmp_path):
    place, lines = tmp_path / "a.l2zk", ["bid,salt"]
    for bidder, bid in enumerate([7, 9, 8, 1]):
        given = ["--bid", str(bid), "--bidder", str(bidder), "--auction", "12"]
        public, private = commands.l2zk("auction", "seal", *given).output.splitlines()
        sealed, salt = private.rpartition(" ")[2].split(",")
        assert public == f"publish: {commitment(int(sealed), bidder, files.salt_from(salt, 'it'), 12)}"
        lines.append(f"{sealed},{salt}")
    l2zk.TraceZkVm().prove(AuctionProgram(4, auction=12), "\n".join(lines)).save(place)
    told = commands.l2zk("auction", "show", place).output
    assert "auction 12, first price: bidder 1 wins and pays 9" in told and told.count("\n") == 5
