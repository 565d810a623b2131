# Programs with their statements, in one shape. (PROTOCOL 3.5, 4)

cimport cython


cdef bint share_public(const TablePlan *one, const TablePlan *other) noexcept:
    """Whether two tables read public values of one program."""
    cdef size_t i
    if (one.input_count != other.input_count or one.output_count != other.output_count
            or one.sequence_count != other.sequence_count):
        return False
    for i in range(one.sequence_count):
        if (one.sequences[i].length != other.sequences[i].length
                or one.sequences[i].is_output != other.sequences[i].is_output):
            return False
    return True


cdef bint is_run_of(const TablePlan *t, const TablePlan *run) noexcept:
    """Whether a table is one block of the other: what the core takes from the one for the other is the same."""
    if (t.block != run.rows or t.columns != run.columns or t.constraint_count != run.constraint_count
            or t.placement_count != run.placement_count or t.derived_count < run.derived_count):
        return False
    return (share_public(t, run)
            and memcmp(t.placements, run.placements, sizeof(Placement) * run.placement_count) == 0
            and memcmp(t.derived, run.derived, sizeof(Derived) * run.derived_count) == 0)


@cython.auto_pickle(False)
cdef class Group:
    """A program with `count` statements, whose tables have J blocks, the least power of two that is not less.

    tables: those of J blocks, in order; runs: the same of one block, which are filled and checked (the same objects
    where J is 1). buses: their number. messages: (sign, bus, nodes of each entry of the tuple) of each public message.
    """
    cdef readonly tuple tables, runs
    cdef readonly object count, buses
    cdef readonly tuple messages

    def __init__(self, tables, runs, count, buses=0, messages=()):
        cdef Table table, run
        self.tables, self.runs = tuple(tables), tuple(runs)
        self.count, self.buses, self.messages = _whole("count", count), _whole("buses", buses), tuple(messages)
        _require(self.count and self.tables and len(self.tables) == len(self.runs), "a group has tables and statements")
        blocks = 1 << (self.count - 1).bit_length()
        for table, run in zip(self.tables, self.runs):
            _require(table is not None and run is not None and table.table.rows >= 2 and run.table.rows >= 2,
                     "the table has not been made")
            _require(table.table.blocks == blocks and run.table.blocks == 1 and is_run_of(&table.table, &run.table),
                     "the tables are not of one program")
        self._check_claims()

    cdef int _check_claims(self) except -1:
        """The first table claims all outputs."""
        cdef Table main = self.runs[0]
        cdef Table other
        cdef size_t i, outputs = 0
        for i in range(main.table.sequence_count):
            outputs += main.table.sequences[i].is_output
        _require(main.table.claim_count == main.table.output_count and main.table.claimed == outputs,
                 "an output has no constraint in the first table")
        for other in self.runs[1:]:
            _require(other.table.claim_count == other.table.claimed == 0 and share_public(&other.table, &main.table),
                     "the tables are not of one program")
        return 0


cdef class Compiled:
    """Groups in one shape, to be proved or verified any number of times by any number of threads.

    sizes: the integers of PROTOCOL 4: those of the argument, of the commitment, and all that the seed says. All arrays
    but that of the seed message are the tables'.
    """
    cdef Plan plan
    cdef readonly tuple groups
    cdef list keep

    def __init__(self, groups, sizes):
        groups = tuple(groups)
        _require(groups and all(isinstance(group, Group) and group.tables for group in groups), "a proof has groups")
        self.keep = [groups]
        self._take_groups(groups)
        self._place_tables()
        self._place_leaves()
        self._take_sizes(sizes)
        self._take_words(sizes.words)
        self._check_argument()
        self._check_commitment()
        self.groups = groups         # as a sign that all of it has been checked

    @property
    def table(self):
        """The first table of the first program, as it is filled and checked."""
        return self.groups[0].runs[0]

    cdef int _take_groups(self, tuple groups) except -1:
        """Tables and statements, group after group, and the numbers of buses."""
        cdef Plan *p = &self.plan
        cdef GroupPlan *out = <GroupPlan *>kept(self.keep, [0] * (sizeof(GroupPlan) * len(groups)), np.uint8)
        cdef size_t count = sum([len(group.tables) for group in groups]), t = 0, g
        cdef uint64_t bus = 1
        cdef Group group
        cdef Table table, run
        cdef const TablePlan **runs = <const TablePlan **>kept(self.keep, [0] * count, np.uint64)
        p.tables = <TablePlan *>kept(self.keep, [0] * (sizeof(TablePlan) * count), np.uint8)
        p.runs, p.table_count, p.groups, p.group_count = runs, count, out, len(groups)
        for g, group in enumerate(groups):
            out[g].first_table, out[g].table_count = t, len(group.tables)
            out[g].first_statement, out[g].statements = p.statement_count, group.count
            out[g].blocks, out[g].bus_base, out[g].buses = 1 << (group.count - 1).bit_length(), bus, group.buses
            for table, run in zip(group.tables, group.runs):
                p.tables[t], runs[t] = table.table, &run.table
                p.tables[t].number, p.tables[t].group = t, g
                p.tables[t].bus_base, p.tables[t].bus_step = bus, group.buses
                check_buses(&table.table, group.buses)
                p.q_length = larger(p.q_length, table.q_length)
                _require(table.q_length, "a table without needs is run and checked, and not proved")
                t += 1
            take_messages(out + g, self.keep, group.messages, p.tables + out[g].first_table)
            check_messages(out + g, p.tables + out[g].first_table)
            p.statement_count += group.count
            bus += out[g].blocks * group.buses
        return 0

    cdef int _place_tables(self) except -1:
        """The order of the vector, and of what is said of the tables (PROTOCOL 4.3, 4.4)."""
        cdef Plan *p = &self.plan
        cdef TablePlan *t
        cdef size_t i, at = 0
        order = sorted(range(p.table_count), key=lambda i: (-int(p.tables[i].log_rows), i))
        p.by_height = <const uint32_t *>kept(self.keep, order, np.uint32)
        for i in order:
            p.tables[i].at = at
            at += p.tables[i].columns << p.tables[i].log_rows
        p.masks_at = at
        for i in range(p.table_count):
            t = p.tables + i
            t.first_constraint, t.first_pair, t.first_read = p.constraint_count, p.pair_count, p.read_count
            p.constraint_count += t.constraint_count
            p.pair_count += t.pair_count
            p.read_count += t.read_count
            p.log_rows = max(p.log_rows, t.log_rows)
            p.variables = max(p.variables, t.variables)
        p.skipped = min(4, p.log_rows - 1)
        p.streams = <size_t>1 << p.skipped
        _require(p.variables == p.log_rows - p.skipped, "the tables are short of rows")
        p.q_length = self._q_length()
        return 0

    cdef size_t _q_length(self) except 0:
        """Q's coefficients: a short table's are spread out (PROTOCOL 6.4)."""
        cdef Plan *p = &self.plan
        cdef size_t i, length = 1
        cdef Table table
        tables = [table for group in self.keep[0] for table in group.tables]
        for i, table in enumerate(tables):
            if p.tables[i].constraint_count:
                length = larger(length, ((table.q_length - 1) << (p.skipped - p.tables[i].skipped)) + 1)
        return length

    cdef int _place_leaves(self) except -1:
        """The stretches of leaves, those of tall tables first (PROTOCOL 4.4)."""
        cdef Plan *p = &self.plan
        cdef size_t i, k, count = 0, at = 0
        cdef LeafStretch *out
        for i in range(p.table_count):
            count += p.tables[i].interaction_count
        out = <LeafStretch *>kept(self.keep, [0] * (sizeof(LeafStretch) * count), np.uint8)
        p.stretches, p.stretch_count = out, count
        count = 0
        for i in range(p.table_count):
            for k in range(p.tables[p.by_height[i]].interaction_count):
                out[count].table, out[count].interaction, out[count].at = p.by_height[i], k, at
                at += p.tables[p.by_height[i]].rows
                count += 1
        p.leaf_count = at
        p.layers = larger(1, log_of_ratio(at, 1)) if at else 0
        _require(p.layers <= MOST_LAYERS, "the interactions have too many rows")
        return 0

    cdef int _take_sizes(self, sizes) except -1:
        cdef Plan *p = &self.plan
        for name in ("q_length", "degree", "last_degree", "masked", "masks_at", "columns", "log_m", "log_n0", "queries",
                     "tail", "grinding", "layers"):
            _whole(name, getattr(sizes, name))
        p.hiding, p.degree, p.last_degree = bool(sizes.hiding), sizes.degree, sizes.last_degree
        p.masked = sizes.masked
        p.columns, p.log_m, p.log_n0 = sizes.columns, sizes.log_m, sizes.log_n0
        p.queries, p.tail, p.grinding = sizes.queries, sizes.tail, sizes.grinding
        _require(sizes.q_length == p.q_length and sizes.masks_at == p.masks_at and sizes.layers == p.layers,
                 "the shape is not of these tables")
        _require(p.log_m <= 32 and p.log_n0 <= 32 and p.grinding <= 32, "the shape is too large")
        p.m, p.log_columns = <size_t>1 << p.log_m, log_of_ratio(p.columns, 1)
        p.lengths = <const uint64_t *>kept(self.keep, list(sizes.lengths), np.uint64)
        p.length_count = len(sizes.lengths)
        return 0

    cdef int _take_words(self, words) except -1:
        """Each word with its domain, which is longer than its columns."""
        cdef Plan *p = &self.plan
        cdef size_t number, left = p.log_m
        _require(len(words) <= MOST_WORDS, "the shape has too many words")
        p.word_count = len(words)
        for number, (k, log_n, queries) in enumerate(words):
            _require(1 <= _whole("k", k) <= smaller(MOST_FOLDED, left), f"word {number + 1} folds {k} variables")
            left -= k
            _require(left < _whole("log_n", log_n) <= 32, f"word {number + 1} has 2^{log_n} points")
            _require(1 <= _whole("queries", queries) <= MOST_QUERIES, f"word {number + 1} has {queries} queries")
            p.words[number].k, p.words[number].log_n, p.words[number].queries = k, log_n, queries
        p.final = <size_t>1 << left
        return 0

    cdef int _check_argument(self) except -1:
        """The lengths of the messages are those of the tables."""
        cdef const Plan *p = &self.plan
        _require(1 <= p.degree <= MOST_LEAVES + 1 and 1 <= p.last_degree <= MOST_DEGREE,
                 "the shape has a degree too high")
        _require(p.masked == all_layer_elements(p) + zerocheck_elements(p) + p.pair_count + row_elements(p)
                 + p.read_count, "the shape is not of these tables")
        return 0

    cdef int _check_commitment(self) except -1:
        """The columns hold the vector, and the first domain a column with its tail."""
        cdef const Plan *p = &self.plan
        cdef size_t entries = p.masks_at + (3 * p.masked if p.hiding else 0)
        _require(p.columns == (entries + p.m - 1) >> p.log_m, f"{p.columns} columns do not hold {entries} entries")
        _require(1 <= p.queries <= MOST_QUERIES, f"the vector has {p.queries} queries")
        _require(p.tail == (p.queries + CELLS if p.hiding else 0), f"a tail of {p.tail} coefficients is not that long")
        _require(p.m + p.tail <= <size_t>1 << p.log_n0, f"a column with its tail is longer than 2^{p.log_n0}")
        _require(p.columns << p.log_n0 <= <size_t>1 << 48, "the shape is too large")
        return 0

    def memory(self, unsigned threads):
        """Bytes of the block that a proof lies in."""
        return run_memory(&self.plan, threads, False)


cdef int check_buses(const TablePlan *t, size_t buses) except -1:
    cdef size_t i
    for i in range(t.interaction_count):
        _require(t.interactions[i].bus < buses, f"interaction {i} is on no bus")
    return 0
