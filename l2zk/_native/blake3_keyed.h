/* BLAKE3's keyed mode of one message: H3(key, message) of PROTOCOL 5.1, in the first lane. */
#ifndef L2ZK_BLAKE3_KEYED_H
#define L2ZK_BLAKE3_KEYED_H

#include "blake3.h"

/* H3(key, message) of any bytes, a chunk at a time: for short ones. data is not null. */
static void hash_keyed_bytes(const uint8_t key[32], const uint8_t *const data, const size_t length, uint8_t out[32])
{
    const hash_text text = {data, length};
    hash_word iv[8], tree[8 * HASH_SUBTREES];
    for (int k = 0; k < 8; k++) {
        uint32_t word;
        memcpy(&word, key + 4 * k, 4);
        for (int s = 0; s < HASH_STATES; s++)
            iv[k].state[s] = broadcast(word);
    }
    hash_messages(load_text, &text, length, 1, iv, KEYED, tree);
    store_lane_zero(tree, out);
}

#endif
