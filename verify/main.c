/* l2zk-verify: verify a proof by the keys of its programs, without Python. */

#include "arguments.h"

static const char usage[] =
    "usage: l2zk-verify [options] KEY... PROOF\n"
    "\n"
    "Verify the proof in the file PROOF by the keys of its programs, which `l2zk export-key` writes. The keys decide what\n"
    "was proved: make them yourself, or have them from somebody whom you trust. Every public value that is not demanded\n"
    "is whatever the proof states; all are printed, each with the word demanded or stated. - is standard input.\n"
    "\n"
    "  --bits N              the proven bits that the proof must reach, 1 to 128 (128)\n"
    "  --options FILE        the options that it must have: those of the proof in FILE, or their 16 bytes\n"
    "  --public NAME=VALUE   a public input or output that it must have, as result=6765, of an array pixels=1,2,3 or\n"
    "                        pixels=@FILE, of an output word its hexadecimal digits; arrays that are inputs must be named\n"
    "  --input, --output     the same, of inputs or of outputs alone\n"
    "  --group N             the group, from 0 on, that the options behind it are about (0)\n"
    "  --statement N         the statement of the group, from 0 on, instead of all of them\n"
    "  --work N              the steps after which a check is given up (16777216, some 2 seconds at most)\n"
    "  --rounds              show the proven bits of every round\n"
    "  --json                print an object for machines\n"
    "\n"
    "Exit codes: 0 a good proof; 1 a bad proof or file; 2 wrong usage.\n";

static const char *const flags[] = {"--bits",   "--options", "--public",    "--input",
                                    "--output", "--group",   "--statement", "--work"};

static int takes_value(const char *option)
{
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (!strcmp(option, flags[i]))
            return 1;
    return 0;
}

typedef struct {
    uint32_t group, statement;
} place;

static void read_option(command *c, const char *option, const char *value, place *at)
{
    if (!strcmp(option, "--bits"))
        c->judged.policy.least_bits = small_number(value, option, 1, 128);
    else if (!strcmp(option, "--options"))
        c->judged.policy.options = options_in(value);
    else if (!strcmp(option, "--work"))
        c->judged.policy.most_work = small_number(value, option, 1, UINT32_MAX);
    else if (!strcmp(option, "--group"))
        at->group = small_number(value, option, 0, 65534);
    else if (!strcmp(option, "--statement"))
        at->statement = small_number(value, option, 0, UINT32_MAX - 1);
    else
        demand_value(c, option, value, at->group, at->statement);
}

static void read_flag(command *c, const char *option)
{
    if (!strcmp(option, "--json"))
        c->as_json = 1;
    else if (!strcmp(option, "--rounds"))
        c->with_rounds = 1;
    else if (!strcmp(option, "--help") || !strcmp(option, "-h")) {
        fputs(usage, stdout);
        exit(GOOD);
    } else
        leave(MISUSE, "there is no option %s; see l2zk-verify --help", option);
}

static void read_path(command *c, const char *path)
{
    if (c->path_count > MOST_KEYS)
        leave(MISUSE, "more than %d keys are given", MOST_KEYS);
    c->paths[c->path_count++] = path;
}

static void read_arguments(command *c, int count, char **given)
{
    place at = {0, L2ZK_ALL};
    for (int i = 1; i < count; i++) {
        if (strncmp(given[i], "-", 1) || !given[i][1])
            read_path(c, given[i]);
        else if (!takes_value(given[i]))
            read_flag(c, given[i]);
        else if (i + 1 == count)
            leave(MISUSE, "%s takes a value", given[i]);
        else
            read_option(c, given[i], given[i + 1], &at), i++;
    }
    if (c->path_count < 2)
        leave(MISUSE, "a key and a proof are needed; see l2zk-verify --help");
    if (!c->judged.policy.least_bits && !c->judged.policy.options)
        c->judged.policy.least_bits = 128;
}

static void read_files(command *c)
{
    judged *j = &c->judged;
    for (; j->key_count + 1 < c->path_count; j->key_count++)
        j->keys[j->key_count] = file_of(c->paths[j->key_count], MOST_KEY);
    j->proof = file_of(c->paths[j->key_count], MOST_PROOF);
    order_keys(j);
    j->policy.fixed = c->fixed = room_of(MOST_FIXED * sizeof *c->fixed);
    for (size_t i = 0; i < c->demand_count; i++)
        fix_demand(c, &c->demands[i]);
}

static void decide(judged *j, int with_rounds)
{
    size_t size = l2zk_memory(j->ordered, j->ordered_count, j->proof, &j->policy, &j->verdict);
    if (!size)
        return;
    void *buffer = room_of(size);
    l2zk_verdict ignored;
    if (with_rounds)
        j->round_count = l2zk_rounds(j->ordered, j->ordered_count, j->proof, &j->policy, buffer, size, j->rounds,
                                     MOST_ROUNDS, &ignored);
    l2zk_verify(j->ordered, j->ordered_count, j->proof, &j->policy, buffer, size, &j->verdict);
    free(buffer);
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static text fresh(void)
{
    text t = {room_of(REPORT_BYTES), REPORT_BYTES, 0};
    t.bytes[0] = 0;
    return t;
}

/* A line of a public value. */
static void put_line(text *t, const judged *j, l2zk_items *items, l2zk_item item)
{
    int is_input = item.kind == L2ZK_INPUT || (item.kind == L2ZK_SEQUENCE && !item.is_output);
    l2zk_items before = *items;
    put(t, is_input ? "input " : "output ");
    put_pair(t, items, item);
    put(t, is_demanded(j, before, item, items) ? " (demanded)\n" : " (only stated)\n");
}

static void put_program(text *t, const command *c, l2zk_item item)
{
    size_t own = key_of(&c->judged, item.digest);
    put(t, "program "), put_span(t, item.name, 0), put_char(t, '('), put_parameters(t, item.bytes);
    put(t, "), digest "), put_hex(t, item.digest, 32);
    put(t, ", by the key in ");
    put_span(t, span_of(own < c->judged.key_count ? c->paths[own] : "none of the files"), 0);
    put_char(t, '\n');
}

/* Programs and public values, the first MOST_LISTED of them. */
static void put_lines(text *t, const command *c)
{
    l2zk_items items;
    l2zk_item item;
    l2zk_verdict ignored;
    int more = l2zk_items_begin(&items, c->judged.proof, &ignored) && l2zk_items_next(&items, &item), listed = 0;
    for (; more && listed < MOST_LISTED; listed++, more = l2zk_items_next(&items, &item))
        if (item.kind == L2ZK_ITEM_GROUP)
            put_program(t, c, item);
        else
            put_line(t, &c->judged, &items, item);
    put(t, more ? "and more that is not listed\n" : "");
}

static void put_claims(text *t, const judged *j)
{
    l2zk_items items;
    l2zk_item item;
    l2zk_verdict ignored;
    int more = l2zk_items_begin(&items, j->proof, &ignored), listed = 0;
    while (more && l2zk_items_next(&items, &item) && listed < 10)
        if (item.kind == L2ZK_ITEM_GROUP) {
            put_claim(t, &items, item);
            put(t, item.length > 1 ? ", and more statements of this program: " : "\n");
            if (item.length > 1)
                put_number(t, item.length - 1), put_char(t, '\n');
            listed++;
        }
}

static void put_rounds(text *t, const judged *j)
{
    for (size_t i = 0; i < j->round_count; i++) {
        put(t, "round "), put(t, j->rounds[i].name), put(t, " of word "), put_number(t, j->rounds[i].word);
        put(t, ": "), put_bits(t, j->rounds[i].worst), put(t, " bits, all together ");
        put_bits(t, j->rounds[i].together), put_char(t, '\n');
    }
}

static void put_verdict(text *t, const command *c)
{
    const l2zk_verdict *v = &c->judged.verdict;
    put_claims(t, &c->judged);
    put(t, "verified: "), put_number(t, c->judged.proof.length), put(t, " bytes, "), put_bits(t, v->bits);
    put(t, " proven bits ("), put_bits(t, v->bits_of_sum), put(t, " of the sum of all errors), ");
    put(t, v->options[4] ? "zero knowledge\n" : "no zero knowledge\n");
    put_lines(t, c);
    put_rounds(t, &c->judged);
}

int main(int count, char **given)
{
    static command c;
    read_arguments(&c, count, given);
    read_files(&c);
    decide(&c.judged, c.as_json || c.with_rounds);
    const l2zk_verdict *v = &c.judged.verdict;
    text t = fresh();
    if (c.as_json)
        put_report(&t, &c.judged), put_char(&t, '\n');
    else if (v->accepted)
        put_verdict(&t, &c);
    else
        fprintf(stderr, "l2zk-verify: refused, PROTOCOL %s: %s\n", v->section, v->what);
    fputs(t.bytes, stdout);
    free(t.bytes);
    if (fflush(stdout) || ferror(stdout))
        leave(BAD, "cannot write to standard output: %s", strerror(errno));
    return v->accepted ? GOOD : v->reason == L2ZK_CALLER ? MISUSE : BAD;
}
