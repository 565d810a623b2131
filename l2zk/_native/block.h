/* Large blocks of memory, each for one proof at a time: on huge pages where the system has them, and kept between proofs, since
 * the first touch of fresh memory can take as long as the rest of a proof.
 */
#ifndef L2ZK_BLOCK_H
#define L2ZK_BLOCK_H

#include <stddef.h>

void *l2zk_block_take(size_t size); /* not cleared; NULL if there is none */
void l2zk_block_give(void *block);
void l2zk_block_keep(size_t bytes); /* keep at most so many between proofs, and give back the rest now */
size_t l2zk_block_release(void); /* give back now what is kept, and say how many bytes that were */
size_t l2zk_block_kept(void);

#endif
