/* A crew: a few threads that carry out one job (a proof), while the thread that asked for it waits and looks in.
 *
 * The first thread runs the job; when the job calls l2zk_crew_share, all of the crew take part. Between jobs as many crews are
 * kept as are in use, two at least; the threads of one that nobody takes for some seconds end. In a forked child, whose copies
 * of the threads do not exist, crews are dropped.
 */
#ifndef L2ZK_CREW_H
#define L2ZK_CREW_H

#include <stddef.h>
#include <stdint.h>

typedef struct l2zk_crew l2zk_crew;
typedef void (*l2zk_job)(void *context);
typedef void (*l2zk_task)(void *context, size_t index, unsigned worker); /* worker < threads of the crew */

typedef struct {
    uint32_t stage; /* a number that the job gives, see l2zk_crew_stage */
    uint64_t done, total; /* about: what is shared out beside the stage's main work may not count */
} l2zk_progress;

/* Called by the thread that asks. */
l2zk_crew *l2zk_crew_take(unsigned threads); /* NULL if no thread can be had */
void l2zk_crew_start(l2zk_crew *crew, l2zk_job job, void *context);
int l2zk_crew_wait(l2zk_crew *crew, double seconds); /* 1 if the job has ended; seconds < 0: wait for that */
void l2zk_crew_cancel(l2zk_crew *crew);
l2zk_progress l2zk_crew_progress(l2zk_crew *crew);
void l2zk_crew_give(l2zk_crew *crew); /* only after the job has ended */
void l2zk_crew_release(void);         /* end the threads of all crews that are not in use */
int l2zk_crew_is_gone(l2zk_crew *crew);  /* this process is a fork of the one whose threads it had */

enum { L2ZK_STAGES = 16 };
double l2zk_crew_seconds(l2zk_crew *crew, uint32_t stage); /* that the job spent in a stage; after it has ended */

/* Called by the job. */
void l2zk_crew_stage(l2zk_crew *crew, uint32_t stage, uint64_t total); /* stage < L2ZK_STAGES; 0 at its start and end */
void l2zk_crew_advance(l2zk_crew *crew, uint64_t done);
void l2zk_crew_alone(l2zk_crew *crew,
                     int alone); /* whether the job's thread does all tasks from now on: for short ones */
int l2zk_crew_cancelled(l2zk_crew *crew);
unsigned l2zk_crew_threads(l2zk_crew *crew);
int l2zk_crew_share(l2zk_crew *crew, l2zk_task task, void *context,
                    size_t tasks); /* 0, or 1 if cancelled before the end */

/* A flag that one task sets and others look at meanwhile. */
static inline void l2zk_flag_set(int *flag) { __atomic_store_n(flag, 1, __ATOMIC_RELAXED); }
static inline int l2zk_flag_is_set(const int *flag) { return __atomic_load_n(flag, __ATOMIC_RELAXED); }

#endif
