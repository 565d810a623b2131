#include "sums.h"

#include "field.h"

#include <stdlib.h>
#include <string.h>

typedef __int128 integer;

enum { MOST_SCALES = 16, MOST_NODES = 20000 };

/* A variable over the integers: its contributions, or a progression of them; what those behind it can add. */
typedef struct {
    size_t number; /* in the caller's order */
    uint64_t count;
    integer base, factor, least, greatest, low, high;
    integer *added;
} lifted;

#define WIDE (8 * (integer)P) /* the span of one variable counts as so much at most: no sum that wide is looked at */

static integer signed_of(uint64_t x) { return x > P / 2 ? (integer)x - (integer)P : (integer)x; }

static integer floor_div(integer a, integer b)
{
    integer q = a / b;
    return q - (a % b && (a < 0) != (b < 0));
}

static integer contribution(const lifted *v, uint64_t place)
{
    return v->added ? v->added[place] : v->base + v->factor * (integer)place;
}

/* The variable times a scale, lifted to integers of least size. */
static void lift(lifted *v, const l2zk_variable *from, uint64_t scale)
{
    if (!from->added) {
        v->factor = signed_of(f_mul(from->factor, scale));
        v->base = signed_of(f_mul(f_mul(from->factor, from->first % P), scale));
        const integer a = contribution(v, 0), b = contribution(v, v->count - 1);
        v->least = a < b ? a : b;
        v->greatest = a < b ? b : a;
        return;
    }
    for (uint64_t i = 0; i < v->count; i++) {
        v->added[i] = signed_of(f_mul(from->added[i], scale));
        if (!i || v->added[i] < v->least)
            v->least = v->added[i];
        if (!i || v->added[i] > v->greatest)
            v->greatest = v->added[i];
    }
}

static integer span(lifted *each, const l2zk_variable *variables, size_t count, uint64_t scale)
{
    integer total = 0;
    for (size_t i = 0; i < count; i++) {
        lift(each + i, variables + i, scale);
        const integer own = each[i].greatest - each[i].least;
        total += own < WIDE ? own : WIDE;
    }
    return total;
}

static uint64_t step_of(const l2zk_variable *v)
{
    return !v->added ? v->factor : v->count > 1 ? f_sub(v->added[1], v->added[0]) : 1;
}

/* The scale by which all sums span the least: 1, or the inverse of a step. */
static uint64_t best_scale(lifted *each, const l2zk_variable *variables, size_t count, integer *least)
{
    uint64_t best = 1, tried[MOST_SCALES];
    size_t scales = 0;
    *least = span(each, variables, count, 1);
    for (size_t i = 0; i < count && *least >= (integer)P && scales < MOST_SCALES; i++) {
        const uint64_t step = step_of(variables + i);
        int again = step <= 1 || step == P - 1;
        for (size_t k = 0; k < scales; k++)
            again |= tried[k] == step;
        if (again)
            continue;
        tried[scales++] = step;
        const uint64_t scale = f_inv(step);
        const integer total = span(each, variables, count, scale);
        if (total < *least) {
            *least = total;
            best = scale;
        }
    }
    *least = span(each, variables, count, best);
    return best;
}

static int by_span(const void *a, const void *b)
{
    const lifted *s = a, *t = b;
    const integer left = s->greatest - s->least, right = t->greatest - t->least;
    return left != right ? (left < right ? 1 : -1) : s->number < t->number ? -1 : 1;
}

/* The places of a progression with low <= contribution <= high, *from <= place < *to. */
static void places(const lifted *v, integer low, integer high, uint64_t *from, uint64_t *to)
{
    integer factor = v->factor, a, b;
    low -= v->base;
    high -= v->base;
    if (factor < 0) {
        const integer swapped = -high;
        high = -low;
        low = swapped;
        factor = -factor;
    }
    a = -floor_div(-low, factor);
    b = floor_div(high, factor) + 1;
    *from = a<0 ? 0 : a>(integer) v->count ? v->count : (uint64_t)a;
    *to = b<(integer)*from ? *from : b>(integer) v->count ? v->count : (uint64_t)b;
}

/* A search: variable `depth` has been given picked[depth], and rest[depth] was left for it and those behind it. */
typedef struct {
    const lifted *each;
    size_t count, most, found, nodes;
    uint64_t *solutions;
    integer *rest;
    uint64_t *next, *end; /* places that are still to be tried */
} search;

static void enter(search *s, size_t depth, integer rest)
{
    const lifted *v = s->each + depth;
    s->rest[depth] = rest;
    s->next[depth] = 0;
    s->end[depth] = v->count;
    if (!v->added)
        places(v, rest - v->high, rest - v->low, s->next + depth, s->end + depth);
}

/* 0 if there are too many solutions, or it takes too long. */
static int solve(search *s, integer goal)
{
    size_t depth = 0;
    enter(s, 0, goal);
    for (;;) {
        const lifted *v = s->each + depth;
        integer left = 0;
        while (s->next[depth] < s->end[depth]) {
            left = s->rest[depth] - contribution(v, s->next[depth]++);
            if (++s->nodes > MOST_NODES)
                return 0;
            if (v->low <= left && left <= v->high)
                goto deeper;
        }
        if (!depth--)
            return 1;
        continue;
    deeper:
        if (depth + 1 < s->count) {
            enter(s, ++depth, left);
            continue;
        }
        if (s->found == s->most)
            return 0;
        for (size_t i = 0; i < s->count; i++)
            s->solutions[s->found * s->count + s->each[i].number] = s->next[i] - 1;
        s->found++;
    }
}

static integer first_goal(integer target, integer low) { return target - floor_div(target - low, P) * (integer)P; }

/* Which places are within the bounds that the others leave, for some sum that is congruent to the target. */
static void bounds(const lifted *v, integer target, integer low, integer high, uint8_t *kept, uint64_t *range)
{
    const integer others_low = low - v->least, others_high = high - v->greatest;
    range[0] = v->count;
    range[1] = 0;
    if (v->added)
        memset(kept, 0, v->count);
    for (integer goal = first_goal(target, low); goal <= high; goal += P) {
        uint64_t from, to;
        if (v->added) {
            for (uint64_t i = 0; i < v->count; i++)
                kept[i] |= goal - others_high <= v->added[i] && v->added[i] <= goal - others_low;
            continue;
        }
        places(v, goal - others_high, goal - others_low, &from, &to);
        if (from < to) {
            range[0] = from < range[0] ? from : range[0];
            range[1] = to > range[1] ? to : range[1];
        }
    }
}

static void order(lifted *each, size_t count)
{
    integer low = 0, high = 0;
    qsort(each, count, sizeof(lifted), by_span);
    for (size_t i = count; i--;) {
        each[i].low = low;
        each[i].high = high;
        low += each[i].least;
        high += each[i].greatest;
    }
}

/* Memory for the lifted variables and for a search. */
static lifted *room_for(const l2zk_variable *variables, size_t count, search *s)
{
    size_t values = 0;
    for (size_t i = 0; i < count; i++)
        values += variables[i].added ? variables[i].count : 0;
    lifted *each =
        calloc(1, count * (sizeof(lifted) + sizeof(integer) + 2 * sizeof(uint64_t)) + values * sizeof(integer));
    if (!each)
        return NULL;
    integer *added = (integer *)(each + count);
    s->rest = added + values;
    s->next = (uint64_t *)(s->rest + count);
    s->end = s->next + count;
    for (size_t i = 0; i < count; i++) {
        each[i].number = i;
        each[i].count = variables[i].count;
        if (variables[i].added) {
            each[i].added = added;
            added += variables[i].count;
        }
    }
    return each;
}

l2zk_summed l2zk_sum(const l2zk_variable *variables, size_t count, uint64_t target, size_t most, uint64_t *solutions,
                     size_t *found, uint8_t *const *kept, uint64_t *range)
{
    search s = {.count = count, .most = most, .solutions = solutions};
    lifted *each = room_for(variables, count, &s);
    integer total;
    if (!each)
        return L2ZK_SUMS_NO_MEMORY;
    const integer goal = f_mul(target, best_scale(each, variables, count, &total));
    l2zk_summed result = total > 4 * (integer)P ? L2ZK_TOO_WIDE : L2ZK_SOLVED;
    if (result == L2ZK_SOLVED) {
        order(each, count);
        s.each = each;
        const integer low = each[0].low + each[0].least, high = each[0].high + each[0].greatest;
        int whole = 1;
        for (integer g = first_goal(goal, low); whole && g <= high; g += P)
            whole = solve(&s, g);
        *found = s.found;
        for (size_t i = 0; !whole && i < count; i++)
            bounds(each + i, goal, low, high, kept[each[i].number], range + 2 * each[i].number);
        result = whole ? L2ZK_SOLVED : L2ZK_MANY;
    }
    free(each);
    return result;
}
