/* What a header says, item by item, without a key (PROTOCOL 9.1). */

static int skip_names(Reader *r, uint32_t *count)
{
    *count = (uint32_t)number(r, 2);
    for (uint32_t i = 0; i < *count && !r->bad; i++)
        if (!is_text(span_of(r, number(r, 1))))
            r->bad = 1;
    return !r->bad;
}

/* One sequence of a list; its name goes to *name. */
static int item_sequence(Reader *r, l2zk_span *name, uint64_t *output, uint64_t *length)
{
    *name = span_of(r, number(r, 1));
    *output = number(r, 1);
    *length = number(r, 4);
    return !r->bad && is_text(*name) && *output < 2 && *length && *length <= MOST_ROWS;
}

/* The bytes of the sequences of a statement. */
static int skip_sequences(Reader *r, uint32_t *count, uint64_t *bytes)
{
    *count = (uint32_t)number(r, 2);
    for (uint32_t i = 0; i < *count; i++) {
        l2zk_span name;
        uint64_t output, length;
        if (!item_sequence(r, &name, &output, &length))
            return 0;
        *bytes += output ? 8 * length : 32;
    }
    return !r->bad;
}

/* A group up to its statements; *stride is the size of one. */
static int open_item_group(l2zk_items *items, Reader *r, l2zk_item *item, uint64_t *stride)
{
    item->digest = take(r, 32);
    item->name = span_of(r, number(r, 1));
    item->rows = number(r, 8);
    item->bytes = span_of(r, number(r, 4));
    items->names = r->at;
    if (!skip_names(r, &items->inputs) || !skip_names(r, &items->outputs))
        return 0;
    *stride = 8 * ((uint64_t)items->inputs + items->outputs);
    if (!skip_sequences(r, &items->sequences, stride))
        return 0;
    items->statements = (uint32_t)number(r, 4);
    item->length = items->statements;
    if (r->bad || !item->name.length || !is_text(item->name) || !item->rows || item->rows > MOST_ROWS)
        return 0;
    return items->statements && items->statements <= MOST_STATEMENTS && item->bytes.length <= MOST_PARAMETER_BYTES;
}

static void begin_statement(l2zk_items *items)
{
    items->list = 0;
    items->left = items->inputs;
    items->name = items->names + 2;
}

/* Names of inputs, of outputs and of sequences are three lists, each behind its count. */
static void skip_empty_lists(l2zk_items *items)
{
    for (; !items->left && items->list < 2; items->name += 2) {
        items->list++;
        items->left = items->list == 1 ? items->outputs : items->sequences;
    }
}

/* The group at which the items are; 0 if it is malformed. */
static int begin_group(l2zk_items *items, l2zk_item *item)
{
    Reader r = {items->proof.bytes, items->proof.length, items->at, 0};
    uint64_t stride = 0;
    memset(item, 0, sizeof *item);
    item->kind = L2ZK_ITEM_GROUP;
    item->group = items->group;
    if (!open_item_group(items, &r, item, &stride))
        return 0;
    items->values = r.at;
    take(&r, capped_product(items->statements, stride));
    items->at = r.at; /* of the next group */
    items->statement = 0;
    begin_statement(items);
    return !r.bad;
}

static void item_scalar(l2zk_items *items, Reader *names, l2zk_item *item)
{
    item->kind = items->list == 0 ? L2ZK_INPUT : L2ZK_OUTPUT;
    item->name = span_of(names, number(names, 1));
    item->length = 1;
    item->value = load64(items->proof.bytes + items->values);
    items->values += 8;
}

static void item_of_sequence(l2zk_items *items, Reader *names, l2zk_item *item)
{
    uint64_t output, length;
    item->kind = L2ZK_SEQUENCE;
    item_sequence(names, &item->name, &output, &length);
    item->is_output = (int)output;
    item->length = (uint32_t)length;
    item->bytes = (l2zk_span){items->proof.bytes + items->values, (size_t)(output ? 8 * length : 32)};
    items->values += item->bytes.length;
}

static void next_value(l2zk_items *items, l2zk_item *item)
{
    Reader names = {items->proof.bytes, items->proof.length, items->name, 0};
    memset(item, 0, sizeof *item);
    item->group = items->group;
    item->statement = items->statement;
    if (items->list < 2)
        item_scalar(items, &names, item);
    else
        item_of_sequence(items, &names, item);
    items->name = names.at;
    items->left--;
}

/* 1 while the statement has another value; else the next statement begins, or 0 behind the last. */
static int has_value(l2zk_items *items)
{
    if (!items->inputs && !items->outputs && !items->sequences)
        return 0; /* however many statements */
    for (; items->statement < items->statements; items->statement++, begin_statement(items)) {
        skip_empty_lists(items);
        if (items->left)
            return 1;
    }
    return 0;
}

/* All groups once, so that nothing is malformed when the items are read. */
static int begin_items(Check *c, l2zk_items *items)
{
    Reader r = reader_of(items->proof);
    Options options;
    l2zk_item item;
    if (!read_start(c, &r, &options, &items->groups))
        return 0;
    items->at = r.at;
    for (items->group = 0; items->group < items->groups; items->group++)
        if (!begin_group(items, &item))
            return bad_header(c, "the header is malformed");
    items->at = r.at;
    items->group = items->statement = items->statements = 0;
    items->started = 0;
    return 1;
}

static int next_item(l2zk_items *items, l2zk_item *item)
{
    if (has_value(items)) {
        next_value(items, item);
        return 1;
    }
    items->group += items->started;
    items->started = 1;
    return items->group < items->groups && begin_group(items, item);
}
