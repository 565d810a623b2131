"""SHA-256 of a private message of public length, whose digest is public: a round a row, 68 rows a block."""

from dataclasses import dataclass

import numpy as np

import l2zk

LEAD, BLOCK, PERIOD = 16, 68, 1024
"""A period has LEAD rows, then 14 blocks: 4 rows with the state before it, then 64 with the states after its rounds."""


def roots(power, many):
    """Of the first primes the roots' first 32 bits behind the point."""
    primes = [n for n in range(2, 312) if all(n % k for k in range(2, n))][:many]
    return [int(n ** (1 / power) % 1 * 2**32) for n in primes]


K, IV = roots(3, 64), roots(2, 8)


def word(bits):
    """The number of these bits, the least first."""
    return sum(2**k * bit for k, bit in enumerate(bits))


def sigma(bits, one, two, three, out=0):
    """The exclusive or of a word turned right by three numbers; of the third, `out` bits fall out."""
    turned = [[*bits[by:], *bits[:by]] for by in (one, two, three)]
    turned[2][32 - out :] = [0] * out
    return word(a + b + c - 2 * (a * b + a * c + b * c) + 4 * a * b * c for a, b, c in zip(*turned))


@dataclass(frozen=True)
class Sha256(l2zk.TraceProgram):
    """The SHA-256 digest of a private message of so many bytes."""

    id = "sha256.v0"
    length: int

    def row(self, block):
        """The row of the first word of a block."""
        return PERIOD * (block // 14) + LEAD + BLOCK * (block % 14)

    def tail(self):
        """The bytes that pad the message."""
        return b"\x80" + bytes(-(self.length + 9) % 64) + (8 * self.length).to_bytes(8, "big")

    def encode(self, message):
        words = np.frombuffer(message + self.tail(), ">u4").reshape(-1, 16)
        rows = np.zeros(self.row(len(words)), np.uint64)
        rows[np.add.outer([self.row(block) - 1 for block in range(len(words))], range(16))] = words  # a row early
        return {"message": rows}

    def define(self, m):
        end = self.row((self.length + 72) // 64 - 1) + BLOCK
        period = min(PERIOD, 1 << end.bit_length())
        m.rows(end + 1)
        message = m.private_column("message", pad=0)
        a, e, w, start_a, start_e = m.columns("a", "e", "w", "start_a", "start_e")
        places = [divmod(row - LEAD + 4, BLOCK) for row in range(period)]  # of the next row: its block, its place there

        def rows(first, last, blocks=range(14)):
            return m.rows_where(period, lambda row: places[row][0] in blocks and first <= places[row][1] <= last)

        rounds, sums, starts = rows(4, 67), rows(0, 3, range(1, 15)), rows(1, 4, range(15))
        takes, expands = rows(3, 18), rows(19, 66)
        k = m.periodic([K[place - 4] if place > 3 else 0 for _, place in places])
        A, E, W = m.bits("a", a, 32), m.bits("e", e, 32), m.bits("w", w, 32)
        chosen = word(x * x[-1] + (1 - x) * x[-2] for x in E)
        most = word(x * x[-1] + x * x[-2] + x[-1] * x[-2] - 2 * x * x[-1] * x[-2] for x in A)
        t = rounds * (e[-3] + sigma(E, 6, 11, 25) + chosen + k + w)
        sum_a = t + rounds * (sigma(A, 2, 13, 22) + most) + (1 - rounds) * a[-3] + sums * start_a[-2]
        sum_e = t + rounds * a[-3] + (1 - rounds) * e[-3] + sums * start_e[-2]
        sum_w = sigma([x[-1] for x in W], 17, 19, 10, 10) + w[-6] + sigma([x[-14] for x in W], 7, 18, 3, 3) + w[-15]
        for column, total in ((a, sum_a), (e, sum_e), (w, takes * message + expands * sum_w)):
            m.range(f"carry_{column}", carry := m.hint(f"carry_{column}", total >> 32), bits=3)
            m.free(carry, on=range(15 if column is w else 3))  # of rows that are started
            m.step({column: total - 2**32 * carry})
        m.step({start_a: m.where(starts, a, start_a[-3]), start_e: m.where(starts, e, start_e[-3])})
        m.constrain("words are taken as they are", takes * carry == 0)  # of w, the last of the three
        m.constrain("no other message", (1 - takes) * message == 0)
        m.start({w[row]: 0 for row in range(16)})
        for one, of, late in ((a, 0, 0), (e, 4, 0), (start_a, 0, 1), (start_e, 4, 1)):
            m.start({one[row]: IV[of + (late - row) % 4] for row in range(4)})
        for number, byte in enumerate(self.tail(), self.length):
            at, place = self.row(number // 64) + number % 64 // 4, 24 - 8 * (number % 4)
            m.constrain(f"byte {number}", word(W[place : place + 8]) == byte, on=at)
        m.output_word("digest", [a, a[-1], a[-2], a[-3], e, e[-1], e[-2], e[-3]], row=end)


if __name__ == "__main__":
    program, machine = Sha256(length=11), l2zk.TraceZkVm()
    proof = machine.prove(program, b"hello world")
    assert machine.verify(program, proof)
    print(proof.claim)
