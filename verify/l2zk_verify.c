/* The verifier of l2zk_verify.h. This file includes its parts, so that one command compiles it.

   To read it, begin at l2zk_verify below and go on in the order of PROTOCOL 7:
     open_statement, setup.h   the header, the keys, what is demanded (7.1); lengths and shape (4)
     check_body, body.h        the seed and the root, then, each a function that hears messages and draws challenges,
       hear_lookups            lookups.h, leaves.h: layers and leaves of fractions
       hear_zerocheck          zerocheck.h: Q, its rounds, the constraints at the openings
       hear_rows               rows.h: from the openings to a value of each column
       hear_opening            body.h, opening.h: sigma, folds, tail, words and queries, the final coefficients (7.4 to 7.6)
       check_claim             weights.h: the last claim, with the masks (7.7)
   hear_rounds and settle, in argument.h, are a sumcheck's rounds and the end of a chain, with the form of masks (7.3).
   One value: an opening is heard in hear_zerocheck, enters a constraint by place_openings, joins the claim of the rows in
   mix_claims, and is compared with the values of columns by weigh_openings. */

#include "l2zk_verify.h"

#include <string.h>

#include "parts/field.h"
#include "parts/blake3.h"
#include "parts/check.h"
#include "parts/sort.h"
#include "parts/parameters.h"
#include "parts/program.h"
#include "parts/table.h"
#include "parts/nodes.h"
#include "parts/facts.h"
#include "parts/header.h"
#include "parts/policy.h"
#include "parts/wide.h"
#include "parts/bits.h"
#include "parts/shape.h"
#include "parts/sum.h"
#include "parts/search.h"
#include "parts/transcript.h"
#include "parts/lengths.h"
#include "parts/setup.h"
#include "parts/closed.h"
#include "parts/known.h"
#include "parts/argument.h"
#include "parts/affine.h"
#include "parts/lookups.h"
#include "parts/leaves.h"
#include "parts/zerocheck.h"
#include "parts/rows.h"
#include "parts/tree.h"
#include "parts/opening.h"
#include "parts/weights.h"
#include "parts/body.h"
#include "parts/items.h"

/* What a proof can take at most: so much of each byte that the caller hands over, and the buffers of the opening. */
enum { FIXED_MEMORY = 1 << 18, OF_KEY_BYTE = 4, OF_PROOF_BYTE = 2 };

static void begin_check(Check *c, const l2zk_policy *policy, l2zk_verdict *verdict)
{
    memset(verdict, 0, sizeof *verdict);
    memset(c, 0, sizeof *c);
    verdict->section = verdict->what = "";
    c->verdict = verdict;
    c->policy = policy;
    c->most_work = policy->most_work ? policy->most_work : DEFAULT_WORK;
}

size_t l2zk_memory(const l2zk_span *keys, size_t key_count, l2zk_span proof, const l2zk_policy *policy,
                   l2zk_verdict *verdict)
{
    Check c;
    uint64_t bytes = 0, allowed = policy->most_key_bytes ? policy->most_key_bytes : DEFAULT_KEY_BYTES;
    begin_check(&c, policy, verdict);
    for (size_t i = 0; i < key_count; i++)
        bytes = capped_sum(bytes, keys[i].length);
    if (bytes > allowed)
        refuse(&c, L2ZK_LIMIT, "7", "the keys have more bytes than the policy allows");
    if (proof.length > MOST_PROOF_BYTES)
        refuse(&c, L2ZK_LIMIT, "9.3", "a proof has at most 2^24 bytes");
    check_policy(&c);
    bytes = FIXED_MEMORY + capped_product(bytes, OF_KEY_BYTE) + OF_PROOF_BYTE * (uint64_t)proof.length;
    if (bytes > SIZE_MAX)
        refuse(&c, L2ZK_LIMIT, "7", "the keys need more memory than there can be");
    return good(&c) ? (size_t)bytes : 0;
}

/* The buffer from its first address that is a multiple of 8 on. */
static void use_buffer(Check *c, void *buffer, size_t size)
{
    size_t off = (8 - (uintptr_t)buffer % 8) % 8;
    c->buffer = (uint8_t *)buffer + (off < size ? off : 0);
    c->size = off < size ? size - off : 0;
}

static Statement *begin_statement_of(Check *c, l2zk_span proof)
{
    Statement *s = take_memory(c, 1, sizeof *s);
    if (s) {
        s->check = c;
        s->proof = proof;
    }
    return s;
}

int l2zk_verify(const l2zk_span *keys, size_t key_count, l2zk_span proof, const l2zk_policy *policy, void *buffer,
                size_t size, l2zk_verdict *verdict)
{
    Check c;
    begin_check(&c, policy, verdict);
    use_buffer(&c, buffer, size);
    Statement *s = begin_statement_of(&c, proof);
    int accepted = s && open_statement(s, keys, key_count) && check_body(s) && good(&c);
    if (!accepted)
        refuse(&c, L2ZK_UNSUPPORTED, "7", "the check ended without an answer");
    verdict->work = c.work;
    verdict->accepted = accepted;
    return accepted;
}

void l2zk_hash(const uint8_t *bytes, size_t length, uint8_t digest[32]) { hash(bytes, length, digest); }

size_t l2zk_rounds(const l2zk_span *keys, size_t key_count, l2zk_span proof, const l2zk_policy *policy, void *buffer,
                   size_t size, l2zk_round *rounds, size_t most, l2zk_verdict *verdict)
{
    Check c;
    begin_check(&c, policy, verdict);
    use_buffer(&c, buffer, size);
    Statement *s = begin_statement_of(&c, proof);
    if (!s || !open_statement(s, keys, key_count))
        return 0;
    Listing l = {rounds, most, 0, 128 * BIT};
    list_bits(&l, &s->shape, &s->demand, &s->options);
    return l.count;
}

int l2zk_items_begin(l2zk_items *items, l2zk_span proof, l2zk_verdict *verdict)
{
    const l2zk_policy none = {0};
    Check c;
    begin_check(&c, &none, verdict);
    memset(items, 0, sizeof *items);
    items->proof = proof;
    return begin_items(&c, items);
}

int l2zk_items_next(l2zk_items *items, l2zk_item *item) { return next_item(items, item); }

int l2zk_key(l2zk_span key, l2zk_span *id, l2zk_span *parameters, l2zk_span *notes, uint8_t digest[32])
{
    l2zk_span canonical;
    if (!key_parts(key, &canonical, notes))
        return 0;
    Reader r = reader_of(canonical);
    const uint8_t *start = take(&r, 14);
    *id = long_text(&r);
    *parameters = long_text(&r);
    hash(canonical.bytes, canonical.length, digest);
    return start && !r.bad && !memcmp(start, "l2zk program 2", 14);
}
