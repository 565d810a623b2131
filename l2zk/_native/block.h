/* Large blocks of memory for one proof: zeroed, on huge pages where the system has them. */
#ifndef L2ZK_BLOCK_H
#define L2ZK_BLOCK_H

#include <stddef.h>

void *l2zk_block_take(size_t size); /* NULL if there is none */
void l2zk_block_give(void *block, size_t size);

#endif
