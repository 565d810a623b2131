#include "filling.h"

#include "field.h"

#include <string.h>

/* ---- pieces ------------------------------------------------------------------------------------------------------- */

size_t l2zk_pieces(const l2zk_expressions *e)
{
    const size_t a_piece = e->step == 1 ? e->tile : e->step;
    return e->start < e->stop ? (e->stop - e->start - 1) / a_piece + 1 : 0;
}

/* The rows of a piece; the roots' values are behind the slots. 0 rows where there is no such piece. again: an earlier piece was taken
 * just before. */
static size_t take_again(const l2zk_expressions *e, size_t piece, int again, size_t *first, const uint64_t ***roots)
{
    if (piece >= l2zk_pieces(e))
        return 0;
    *first = e->start + piece * (e->step == 1 ? e->tile : e->step);
    const size_t left = e->stop - *first, rows = e->step > 1 ? 1 : left < e->tile ? left : e->tile;
    l2zk_on_rows(e->nodes, e->count, *first, rows, e->tile, again, e->scratch, e->slots);
    *roots = e->slots + e->count;
    for (size_t i = 0; i < e->root_count; i++)
        (*roots)[i] = e->slots[e->roots[i]];
    return rows;
}

static size_t take(const l2zk_expressions *e, size_t piece, size_t *first, const uint64_t ***roots)
{
    return take_again(e, piece, 0, first, roots);
}

/* ---- columns ------------------------------------------------------------------------------------------------------ */

void l2zk_fill_columns(const l2zk_expressions *e, const l2zk_filled *filled, size_t count, size_t first, size_t last)
{
    for (size_t piece = first; piece < last; piece++) {
        const uint64_t **roots;
        size_t row = 0, rows = take_again(e, piece, piece > 0, &row, &roots);
        for (size_t k = 0; rows && k < count; k++) {
            const l2zk_filled *f = filled + k;
            const uint64_t *from = roots[f->root];
            for (size_t i = 0; i < rows; i++)
                f->column[row + i] = from[i] >> f->shift & f->mask;
        }
    }
}

/* ---- messages ----------------------------------------------------------------------------------------------------- */

int l2zk_tally_messages(l2zk_tally *t, const l2zk_expressions *messages, size_t count, size_t first, size_t last,
                        uint64_t base)
{
    for (size_t piece = first; piece < last; piece++)
        for (size_t k = 0; k < count; k++) {
            const uint64_t **roots;
            size_t row = 0, rows = take(messages + k, piece, &row, &roots);
            if (rows && !l2zk_tally_add(t, roots, roots[t->width], rows, base + count * row + k, count))
                return 0;
        }
    return 1;
}

/* The messages of a piece, and where they are. */
typedef struct {
    const uint64_t **roots;
    size_t number, first, rows;
} piece_of;

static inline void count_at(l2zk_counts *c, const piece_of *p, size_t i, int known, size_t row, uint64_t multiplicity)
{
    if (known) {
        c->times[row] = f_add(c->times[row], multiplicity);
    } else if (multiplicity && !c->missing++) {
        c->first_message = p->number;
        c->first_row = p->first + i;
    }
}

static void count_range(l2zk_counts *c, unsigned bits, const piece_of *p)
{
    for (size_t i = 0; i < p->rows; i++)
        count_at(c, p, i, !(p->roots[0][i] >> bits), p->roots[0][i], p->roots[1][i]);
}

static void count_pairs(l2zk_counts *c, l2zk_indexed kind, unsigned bits, const piece_of *p)
{
    for (size_t i = 0; i < p->rows; i++) {
        const uint64_t left = p->roots[0][i], right = p->roots[1][i];
        const uint64_t both = kind == L2ZK_XOR ? left ^ right : left & right;
        const int known = !((left | right) >> bits) && both == p->roots[2][i];
        count_at(c, p, i, known, left | right << bits, p->roots[3][i]);
    }
}

void l2zk_count_indexed(l2zk_counts *c, l2zk_indexed kind, unsigned bits, const l2zk_expressions *messages,
                        size_t count, size_t first, size_t last)
{
    for (size_t piece = first; piece < last; piece++)
        for (size_t k = 0; k < count; k++) {
            piece_of p = {.number = k};
            p.rows = take(messages + k, piece, &p.first, &p.roots);
            if (p.rows && kind == L2ZK_RANGE)
                count_range(c, bits, &p);
            else if (p.rows)
                count_pairs(c, kind, bits, &p);
        }
}

void l2zk_count_tuples(l2zk_counts *c, const l2zk_tally *table, const l2zk_expressions *messages, size_t count,
                       size_t first, size_t last)
{
    uint64_t *found[L2ZK_ROWS];
    for (size_t piece = first; piece < last; piece++)
        for (size_t k = 0; k < count; k++) {
            piece_of p = {.number = k};
            p.rows = take(messages + k, piece, &p.first, &p.roots);
            if (p.rows)
                l2zk_tally_find(table, p.roots, p.rows, found);
            for (size_t i = 0; i < p.rows; i++)
                count_at(c, &p, i, found[i] != NULL, found[i] ? found[i][0] - 1 : 0, p.roots[table->width][i]);
        }
}

/* ---- memories ----------------------------------------------------------------------------------------------------- */

static inline void put(uint64_t *column, size_t row, uint64_t value)
{
    if (column)
        column[row] = value;
}

/* One access; its old value and old time are 0 where it does not take place. 0 at an address that is no cell's. */
static inline int do_access(l2zk_memory *m, const l2zk_access *a, size_t row, uint64_t time)
{
    const int takes_place = l2zk_on_row(a->when, a->when_count, row, m->scratch) != 0;
    const uint64_t address = takes_place ? l2zk_on_row(a->address, a->address_count, row, m->scratch) : 0;
    const int is_cell = takes_place && address < m->size;
    if (takes_place && !is_cell && !m->is_padding)
        return 0;
    put(a->old, row, is_cell ? m->values[address] : 0);
    put(a->then, row, is_cell && !m->is_padding ? m->times[address] : 0);
    if (!is_cell)
        return 1;
    if (!m->is_padding)
        m->times[address] = time;
    if (a->value_count)
        m->values[address] = l2zk_on_row(a->value, a->value_count, row, m->scratch);
    return 1;
}

int l2zk_memory_pass(l2zk_memory *m, size_t first, size_t last)
{
    for (size_t row = first; row < last; row++)
        for (size_t k = 0; k < m->count; k++)
            if (!do_access(m, m->accesses + k, row, m->count * row + k + 1)) {
                m->bad_access = k, m->bad_row = row;
                return 0;
            }
    return 1;
}

/* ---- row by row --------------------------------------------------------------------------------------------------- */

/* The values of an action's roots on a row, into its columns `ahead` rows ahead. */
static void put_values(const l2zk_action *a, size_t row)
{
    const l2zk_expressions *e = a->values;
    l2zk_on_row_in_order(a->ordered, row, e->scratch);
    for (size_t k = 0; k < a->filled_count; k++) {
        const l2zk_filled *f = a->filled + k;
        f->column[row + a->ahead] = e->scratch[e->roots[f->root]] >> f->shift & f->mask;
    }
}

/* The same of the row that is due. */
static void put_delayed(const l2zk_action *a, size_t row)
{
    if (row >= a->delay + a->values->start && row < a->delay + a->values->stop)
        put_values(a, row - a->delay);
}

/* Where the accesses of a memory end, its cells are left as they are, and the padding goes on with a copy. */
static void begin_padding(l2zk_walk *w, size_t row)
{
    for (size_t i = 0; i < w->memory_count; i++) {
        l2zk_memory *m = w->memories + i;
        if (row < w->accessed[i] || m->is_padding)
            continue;
        memcpy(w->padding[i], m->values, 8 * m->size);
        m->values = w->padding[i];
        m->is_padding = 1;
    }
}

const l2zk_memory *l2zk_walk_rows(l2zk_walk *w, size_t first, size_t last)
{
    for (size_t row = first; row < last; row++) {
        const int is_row = row < w->length;
        if (is_row)
            begin_padding(w, row);
        for (size_t k = 0; k < w->count; k++) {
            const l2zk_action *a = w->actions + k;
            l2zk_memory *m = a->memory;
            if (m && is_row && !do_access(m, m->accesses + a->access, row, m->count * row + a->access + 1)) {
                m->bad_access = a->access, m->bad_row = row;
                return m;
            }
            if (!m && !a->ahead)
                put_delayed(a, row);
            else if (!m && row + 1 >= a->ahead && row + 1 < w->length)
                put_values(a, row + 1 - a->ahead);
        }
    }
    return NULL;
}
