#define _DEFAULT_SOURCE
#include "block.h"

#include <sys/mman.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

void *l2zk_block_take(size_t size)
{
    void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
#ifdef MADV_HUGEPAGE
    madvise(block, size, MADV_HUGEPAGE); /* first touch is several times faster so; a refusal does no harm */
#endif
    return block;
}

void l2zk_block_give(void *block, size_t size)
{
    if (block)
        munmap(block, size);
}
