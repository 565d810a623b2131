#define _DEFAULT_SOURCE
#include "block.h"

#include <pthread.h>
#include <sys/mman.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

/* The cache line before each block: its size and, while it is free, the next free block. */
typedef union line {
    struct {
        size_t size; /* with this line */
        union line *next;
    } is;
    char bytes[64];
} line;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static line *free_lines;
static size_t kept, keep = (size_t)1 << 30;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before_fork(void) { pthread_mutex_lock(&lock); }
static void after_fork(void) { pthread_mutex_unlock(&lock); }
static void watch_forks(void) { pthread_atfork(before_fork, after_fork, after_fork); }

static line *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
#ifdef MADV_HUGEPAGE
    madvise(memory, size, MADV_HUGEPAGE); /* a refusal does no harm */
#endif
    line *l = memory;
    l->is.size = size;
    return l;
}

/* The smallest free block of at least this size, unless it is more than twice as large; call it under the lock. */
static line *find(size_t size)
{
    line **best = NULL;
    for (line **link = &free_lines; *link; link = &(*link)->is.next)
        if ((*link)->is.size >= size && (*link)->is.size / 2 <= size && (!best || (*link)->is.size < (*best)->is.size))
            best = link;
    if (!best)
        return NULL;
    line *l = *best;
    *best = l->is.next;
    kept -= l->is.size;
    return l;
}

/* Give back free blocks until at most `bytes` are kept, those used last; call it under the lock. */
static void trim(size_t bytes)
{
    size_t so_far = 0;
    for (line **link = &free_lines; *link;) {
        line *l = *link;
        if (so_far + l->is.size <= bytes) {
            so_far += l->is.size;
            link = &l->is.next;
        } else {
            *link = l->is.next;
            kept -= l->is.size;
            munmap(l, l->is.size);
        }
    }
}

void *l2zk_block_take(size_t size)
{
    size = (size + sizeof(line) + 4095) / 4096 * 4096;
    pthread_once(&once, watch_forks);
    pthread_mutex_lock(&lock);
    line *l = find(size);
    pthread_mutex_unlock(&lock);
    if (!l)
        l = map(size);
    return l ? l + 1 : NULL;
}

void l2zk_block_give(void *block)
{
    if (!block)
        return;
    line *l = (line *)block - 1;
    pthread_mutex_lock(&lock);
    l->is.next = free_lines;
    free_lines = l;
    kept += l->is.size;
    trim(keep);
    pthread_mutex_unlock(&lock);
}

void l2zk_block_keep(size_t bytes)
{
    pthread_mutex_lock(&lock);
    keep = bytes;
    trim(keep);
    pthread_mutex_unlock(&lock);
}

size_t l2zk_block_release(void)
{
    pthread_mutex_lock(&lock);
    size_t bytes = kept;
    trim(0);
    pthread_mutex_unlock(&lock);
    return bytes;
}

size_t l2zk_block_kept(void)
{
    pthread_mutex_lock(&lock);
    size_t bytes = kept;
    pthread_mutex_unlock(&lock);
    return bytes;
}
