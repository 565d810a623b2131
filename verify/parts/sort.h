/* Sorting in place, in time n log n whatever is sorted: heaps. */

typedef int (*Before)(const void *context, uint32_t a, uint32_t b);

static void sift(uint32_t *items, size_t at, size_t count, Before before, const void *context)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && before(context, items[child], items[child + 1]))
            child++;
        if (!before(context, items[at], items[child]))
            return;
        uint32_t item = items[at];
        items[at] = items[child];
        items[child] = item;
    }
}

static void sort(uint32_t *items, size_t count, Before before, const void *context)
{
    for (size_t i = count / 2; i-- > 0;)
        sift(items, i, count, before, context);
    for (size_t i = count; i-- > 1;) {
        uint32_t item = items[0];
        items[0] = items[i];
        items[i] = item;
        sift(items, 0, i, before, context);
    }
}

static int number_before(const void *context, uint32_t a, uint32_t b)
{
    (void)context;
    return a < b;
}
