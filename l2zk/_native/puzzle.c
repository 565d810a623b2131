#include "puzzle.h"

#include "field.h"

#include <stdlib.h>
#include <string.h>

/* ---- the queue ------------------------------------------------------------------------------------------------- */

static int grown(void **array, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return 1;
    size_t more = needed + needed / 2 + 64;
    void *moved = realloc(*array, more * size);
    if (!moved)
        return 0;
    *array = moved;
    *room = more;
    return 1;
}

int l2zk_push(l2zk_puzzle *p, uint32_t instance)
{
    if (!grown((void **)&p->heap, &p->room, p->waiting + 1, sizeof(uint64_t)))
        return 0;
    const uint64_t key = (uint64_t)(uint32_t)p->unknown[instance] << 32 | instance;
    size_t i = p->waiting++;
    while (i && p->heap[(i - 1) / 2] > key) {
        p->heap[i] = p->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    p->heap[i] = key;
    p->waits[instance] = 1;
    return 1;
}

static uint64_t popped(l2zk_puzzle *p)
{
    const uint64_t top = p->heap[0], last = p->heap[--p->waiting];
    size_t i = 0, below;
    while ((below = 2 * i + 1) < p->waiting) {
        if (below + 1 < p->waiting && p->heap[below + 1] < p->heap[below])
            below++;
        if (p->heap[below] >= last)
            break;
        p->heap[i] = p->heap[below];
        i = below;
    }
    p->heap[i] = last;
    return top;
}

int l2zk_cell_known(l2zk_puzzle *p, uint64_t cell)
{
    for (uint64_t k = p->reads_first[cell]; k < p->reads_first[cell + 1]; k++) {
        p->unknown[p->reads[k]]--;
        if (!l2zk_push(p, p->reads[k]))
            return 0;
    }
    return 1;
}

int l2zk_cell_changed(l2zk_puzzle *p, uint64_t cell)
{
    for (uint64_t k = p->reads_first[cell]; k < p->reads_first[cell + 1]; k++)
        if (!p->waits[p->reads[k]] && !l2zk_push(p, p->reads[k]))
            return 0;
    return 1;
}

void l2zk_cell_forgotten(l2zk_puzzle *p, uint64_t cell)
{
    for (uint64_t k = p->reads_first[cell]; k < p->reads_first[cell + 1]; k++)
        p->unknown[p->reads[k]]++;
}

/* ---- forms ----------------------------------------------------------------------------------------------------- */

static l2zk_form constant(uint64_t value) { return (l2zk_form){0, value, 0, 0}; }

static int is_zero(const l2zk_form *f) { return !f->count && !f->is_product && !f->constant; }

/* The terms of a, and those of b times a factor, in the room behind all terms, which is large enough. */
static l2zk_form merged(l2zk_puzzle *p, const l2zk_form *a, const l2zk_form *b, uint64_t factor)
{
    const l2zk_term *s = p->terms + a->at, *t = p->terms + b->at;
    const l2zk_term *s_end = s + a->count, *t_end = t + b->count;
    l2zk_term *out = p->terms + p->used;
    l2zk_form f = {a->is_product || b->is_product, f_add(a->constant, f_mul(factor, b->constant)), p->used, 0};
    while (s < s_end || t < t_end) {
        l2zk_term one;
        if (t == t_end || (s < s_end && s->cell < t->cell))
            one = *s++;
        else {
            one = (l2zk_term){t->cell, f_mul(factor, t->factor)};
            if (s < s_end && s->cell == t->cell)
                one.factor = f_add(one.factor, s++->factor);
            t++;
        }
        if (one.factor || f.is_product)
            out[f.count++] = one;
    }
    p->used += f.count;
    return f;
}

static l2zk_form scaled(l2zk_puzzle *p, const l2zk_form *a, uint64_t factor)
{
    const l2zk_form nothing = constant(0);
    return merged(p, &nothing, a, factor);
}

static l2zk_form product(l2zk_puzzle *p, const l2zk_form *a, const l2zk_form *b)
{
    if (is_zero(a) || is_zero(b))
        return constant(0);
    if (!a->count)
        return a->constant == 1 || b->is_product ? *b : scaled(p, b, a->constant);
    if (!b->count)
        return b->constant == 1 || a->is_product ? *a : scaled(p, a, b->constant);
    l2zk_form first = *a, f;
    first.is_product = 1;
    f = merged(p, &first, b, 1);
    return f;
}

static l2zk_form leaf(l2zk_puzzle *p, int64_t word)
{
    if (word < 0)
        return constant(p->pool[-1 - word]);
    if (p->kind[word] == L2ZK_KNOWN)
        return constant(p->value[word]);
    p->terms[p->used] = (l2zk_term){(uint64_t)word, 1};
    return (l2zk_form){0, 0, p->used++, 1};
}

static const l2zk_claimed *claim_of(const l2zk_puzzle *p, size_t instance)
{
    size_t low = 0, high = p->claims;
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (p->each[middle].first <= instance)
            low = middle;
        else
            high = middle;
    }
    return p->each + low;
}

static size_t terms_of(const l2zk_form *f) { return f->count; }

int l2zk_evaluate(l2zk_puzzle *p, size_t instance, l2zk_form *result)
{
    const l2zk_claimed *c = claim_of(p, instance);
    const int64_t *words = c->words + (instance - c->first) * c->leaf_count;
    if (!grown((void **)&p->forms, &p->form_room, c->step_count, sizeof(l2zk_form)))
        return 0;
    p->used = 0;
    for (size_t i = 0; i < c->step_count; i++) {
        const l2zk_step *s = c->steps + i;
        const l2zk_form *a = p->forms + s->x, *b = p->forms + s->y;
        const int is_leaf = s->kind == L2ZK_STEP_LEAF || s->kind == L2ZK_STEP_CONST;
        const size_t more = is_leaf ? 1 : terms_of(a) + terms_of(b);
        if (!grown((void **)&p->terms, &p->term_room, p->used + more, sizeof(l2zk_term)))
            return 0;
        if (s->kind == L2ZK_STEP_LEAF)
            p->forms[i] = leaf(p, words[s->x]);
        else if (s->kind == L2ZK_STEP_CONST)
            p->forms[i] = constant(s->constant);
        else if (s->kind == L2ZK_STEP_PRODUCT)
            p->forms[i] = product(p, a, b);
        else
            p->forms[i] = merged(p, a, b, s->kind == L2ZK_STEP_SUM ? 1 : P - 1);
    }
    *result = p->forms[c->step_count - 1];
    return 1;
}

/* ---- turns ----------------------------------------------------------------------------------------------------- */

/* constant + factor*cell = 0: the cell, which is open, is known. */
static int solved(l2zk_puzzle *p, size_t instance, const l2zk_form *f)
{
    const l2zk_term t = p->terms[f->at];
    if (!grown((void **)&p->learned, &p->learned_room, 2 * p->learned_count + 2, sizeof(uint64_t)))
        return 0;
    p->value[t.cell] = f_neg(f_mul(f->constant, f_inv(t.factor)));
    p->kind[t.cell] = L2ZK_KNOWN;
    p->learned[2 * p->learned_count] = t.cell;
    p->learned[2 * p->learned_count + 1] = instance;
    p->learned_count++;
    return l2zk_cell_known(p, t.cell);
}

l2zk_turn l2zk_advance(l2zk_puzzle *p, size_t most, size_t *instance, l2zk_form *result)
{
    for (size_t turns = 0; turns < most; turns++) {
        uint32_t next;
        do {
            if (!p->waiting)
                return L2ZK_NOTHING;
            const uint64_t key = popped(p);
            next = (uint32_t)key;
            if (p->waits[next] && (uint32_t)p->unknown[next] == key >> 32)
                break;
        } while (1);
        p->waits[next] = 0;
        *instance = next;
        if (next >= p->instances)
            return L2ZK_LOOK;
        if (!l2zk_evaluate(p, next, result))
            return L2ZK_NO_MEMORY;
        if (result->is_product)
            return L2ZK_MULTIPLIED;
        if (!result->count) {
            if (result->constant)
                return L2ZK_CONFLICT;
        } else if (result->count > 1 || p->kind[p->terms[result->at].cell] != L2ZK_OPEN)
            return L2ZK_AFFINE;
        else if (!solved(p, next, result))
            return L2ZK_NO_MEMORY;
    }
    return L2ZK_PAUSE;
}
