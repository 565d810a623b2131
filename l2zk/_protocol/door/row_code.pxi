# A step's code for one row at a time: independent operations of a kind side by side, eight in a step (kernels.h,
# l2zk_row_step).
#
# Slots hold the uniforms, a zero, the loads, and a value for each operation, in the order of their levels: an
# operation's level is one more than those of its operands. Each holds one value; a step of fewer than eight spills into
# slots of later steps, so the order matters and eight slots are spare.

_ROW_OPERATIONS = {OP_ADD_VV: OP_ADD_VV, OP_ADD_VU: OP_ADD_VV, OP_SUB_VV: OP_SUB_VV, OP_SUB_VU: OP_SUB_VV,
                   OP_SUB_UV: OP_SUB_VV, OP_MUL_VV: OP_MUL_VV, OP_MUL_VU: OP_MUL_VV, OP_NEG_V: OP_SUB_VV}


class _RowCode:
    """steps: rows of an l2zk_row_step each; results: the slot of each; slots: how many there are."""

    def __init__(self, code):
        zero = len(code.uniforms)
        self.first_load = zero + 1
        self.values = list(range(self.first_load + len(code.loads)))  # the slots of uniforms, loads and operations
        self.operations = []                                          # (level, op, a, b) by number
        self.results = [0] * code.results
        self._read(code, zero)
        self.steps = []
        self._place()
        self.results = [self.values[number] for number in self.results]
        self.slots = len(self.values) + 8

    def _read(self, code, zero):
        """Operations by numbers instead of registers, which are used again."""
        held = {slot: self.first_load + slot for slot in range(len(code.loads))}
        levels = {}
        for op, to, a, b in code.body.tolist():
            if op == OP_RESULT_V or op == OP_RESULT_U:
                self.results[to] = held[a] if op == OP_RESULT_V else a
                continue
            left = a if op == OP_SUB_UV else zero if op == OP_NEG_V else held[a]
            right = held[a] if op == OP_NEG_V else held[b] if op in (OP_ADD_VV, OP_SUB_VV, OP_MUL_VV, OP_SUB_UV) else b
            number = len(self.values) + len(self.operations)
            levels[number] = 1 + max(levels.get(left, 0), levels.get(right, 0))
            self.operations.append((levels[number], _ROW_OPERATIONS[op], left, right))
            held[to] = number

    def _place(self):
        """Slots in the order of level and kind, and a step for each eight."""
        first = len(self.values)
        order = sorted(range(len(self.operations)), key=lambda i: self.operations[i][:2])
        self.values += [0] * len(order)
        for place, i in enumerate(order):
            self.values[first + i] = first + place
        start = 0
        for place in range(1, len(order) + 1):
            full = place == len(order) or place == start + 8
            if full or self.operations[order[place]][:2] != self.operations[order[start]][:2]:
                self._step(first + start, [self.operations[i] for i in order[start:place]])
                start = place

    def _step(self, to, operations):
        count = len(operations)
        left, right = ([self.values[operation[side]] for operation in operations] for side in (2, 3))
        together = sum(bit for bit, side in ((1, left), (2, right)) if side == list(range(side[0], side[0] + count)))
        padding = [0] * (8 - count)
        self.steps.append([operations[0][1], to, count, together, *left, *padding, *right, *padding])
