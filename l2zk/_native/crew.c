#include "crew.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "waiting.h"

#ifndef L2ZK_IDLE_SECONDS
#define L2ZK_IDLE_SECONDS 2.0 /* the threads of a crew that nobody takes end after this time */
#endif

struct l2zk_crew {
    unsigned threads, wanted; /* the threads that it has and those asked for: the system may have refused some */
    unsigned generation;      /* the number of forks before it was made */
    l2zk_crew *next_free;
    pthread_mutex_t lock;
    pthread_cond_t started, called, ended; /* the leader waits for the first, followers for the second */

    /* under lock */
    l2zk_job job; /* not NULL while the leader has a job, waiting or running */
    void *job_context;
    int running;
    l2zk_task task; /* the work that is shared at the moment */
    void *task_context;
    atomic_uint round, busy; /* the number of the present sharing; followers still at work on it */
    unsigned seated;      /* followers that have taken their number */
    unsigned left;        /* threads that have ended */
    int over;             /* 1: all threads are to end */

    int alone;            /* 1: the leader does all tasks itself */
    atomic_size_t next, tasks;
    atomic_int cancelled;
    atomic_uint stage;
    atomic_ullong done, total;

    /* for the job's thread alone */
    double since, seconds[L2ZK_STAGES];
};

static pthread_mutex_t free_lock = PTHREAD_MUTEX_INITIALIZER;
static l2zk_crew *free_crews; /* a stack: the crew given back last comes first */
static unsigned in_use;
static unsigned generation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void before_fork(void) { pthread_mutex_lock(&free_lock); }
static void after_fork_in_parent(void) { pthread_mutex_unlock(&free_lock); }
static void after_fork_in_child(void)
{
    free_crews = NULL;
    in_use = 0;
    generation++;
    pthread_mutex_unlock(&free_lock);
}
static void watch_forks(void) { pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child); }

static void work_on(l2zk_crew *crew, l2zk_task task, void *context, unsigned worker)
{
    const size_t tasks = atomic_load(&crew->tasks);
    for (size_t i; !atomic_load(&crew->cancelled) && (i = atomic_fetch_add(&crew->next, 1)) < tasks;) {
        task(context, i, worker);
        atomic_fetch_add(&crew->done, 1);
    }
}

/* ---- The end of a crew. No thread takes a crew's lock and the list's lock at a time. ---- */

/* End the threads of a crew that is neither free nor in use; the last one frees its memory. */
static void dismiss(l2zk_crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    crew->over = 1;
    pthread_cond_signal(&crew->started);
    pthread_cond_broadcast(&crew->called);
    pthread_mutex_unlock(&crew->lock);
}

static void dismiss_all(l2zk_crew *crew)
{
    for (l2zk_crew *next; crew; crew = next) {
        next = crew->next_free;
        dismiss(crew);
    }
}

/* Take all crews but the first `keep` from the list of free ones, under its lock. */
static l2zk_crew *cut(unsigned keep)
{
    l2zk_crew **link = &free_crews;
    for (; keep && *link; keep--)
        link = &(*link)->next_free;
    l2zk_crew *rest = *link;
    *link = NULL;
    return rest;
}

/* End a crew that was idle for long: take it from the list of free ones, if it is still there, so that nobody takes it. */
static void retire(l2zk_crew *crew)
{
    pthread_mutex_lock(&free_lock);
    l2zk_crew **link = &free_crews;
    while (*link && *link != crew)
        link = &(*link)->next_free;
    const int was_free = *link != NULL;
    if (was_free)
        *link = crew->next_free;
    pthread_mutex_unlock(&free_lock);
    if (was_free)
        dismiss(crew);
}

/* Leave the crew, a thread's last act, called under the crew's lock; the last one frees its memory. */
static void leave(l2zk_crew *crew)
{
    const int last = ++crew->left == crew->threads;
    pthread_mutex_unlock(&crew->lock);
    if (!last)
        return;
    pthread_mutex_destroy(&crew->lock);
    pthread_cond_destroy(&crew->started);
    pthread_cond_destroy(&crew->called);
    pthread_cond_destroy(&crew->ended);
    free(crew);
}

/* ---- The threads of a crew ---- */

/* Wait for work. Under the lock. */
static void await_job(l2zk_crew *crew)
{
    while (!crew->job && !crew->over) {
        const struct timespec limit = after(L2ZK_IDLE_SECONDS);
        if (wait_until(&crew->started, &crew->lock, &limit) != ETIMEDOUT || crew->job)
            continue;
        pthread_mutex_unlock(&crew->lock);
        retire(crew);
        pthread_mutex_lock(&crew->lock);
    }
}

static void *lead(void *argument)
{
    l2zk_crew *crew = argument;
    pthread_mutex_lock(&crew->lock);
    for (;;) {
        await_job(crew);
        if (crew->over)
            break;
        pthread_mutex_unlock(&crew->lock);
        crew->job(crew->job_context);
        pthread_mutex_lock(&crew->lock);
        crew->job = NULL;
        crew->running = 0;
        pthread_cond_broadcast(&crew->ended);
    }
    leave(crew);
    return NULL;
}

static void *follow(void *argument)
{
    l2zk_crew *crew = argument;
    unsigned seen = 0;
    pthread_mutex_lock(&crew->lock);
    const unsigned worker = ++crew->seated;
    for (;;) {
        pthread_mutex_unlock(&crew->lock);
        watch(&crew->round, seen);
        pthread_mutex_lock(&crew->lock);
        while (crew->round == seen && !crew->over)
            pthread_cond_wait(&crew->called, &crew->lock);
        if (crew->over)
            break;
        seen = crew->round;
        l2zk_task task = crew->task;
        void *context = crew->task_context;
        pthread_mutex_unlock(&crew->lock);
        work_on(crew, task, context, worker);
        pthread_mutex_lock(&crew->lock);
        if (--crew->busy == 0)
            pthread_cond_broadcast(&crew->ended);
    }
    leave(crew);
    return NULL;
}

enum { STACK_BYTES = 1 << 20 }; /* the kernels keep up to 64 KiB there; some systems give a thread little more */

/* Signals are for the interpreter's threads. */
static int spawn(void *(*body)(void *), l2zk_crew *crew)
{
    sigset_t all, old;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    int failed = pthread_create(&thread, &attributes, body, crew);
    pthread_attr_destroy(&attributes);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!failed)
        pthread_detach(thread);
    return failed;
}

static l2zk_crew *hire(unsigned threads)
{
    l2zk_crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return NULL;
    crew->wanted = threads;
    crew->generation = generation;
    pthread_mutex_init(&crew->lock, NULL);
    init_timed(&crew->started);
    pthread_cond_init(&crew->called, NULL);
    init_timed(&crew->ended);
    if (spawn(lead, crew)) {
        free(crew);
        return NULL;
    }
    for (crew->threads = 1; crew->threads < threads; crew->threads++)
        if (spawn(follow, crew))
            break; /* fewer threads make the same proof */
    return crew;
}

l2zk_crew *l2zk_crew_take(unsigned threads)
{
    pthread_once(&once, watch_forks);
    pthread_mutex_lock(&free_lock);
    l2zk_crew **link = &free_crews;
    while (*link && (*link)->wanted != threads)
        link = &(*link)->next_free;
    l2zk_crew *crew = *link;
    if (crew)
        *link = crew->next_free;
    in_use++;
    pthread_mutex_unlock(&free_lock);
    if (crew)
        atomic_store(&crew->cancelled, 0); /* the crew's last job may have been cancelled */
    else if (!(crew = hire(threads))) {
        pthread_mutex_lock(&free_lock);
        in_use--;
        pthread_mutex_unlock(&free_lock);
    }
    return crew;
}

int l2zk_crew_is_gone(l2zk_crew *crew) { return crew->generation != generation; }

enum { KEPT = 2 }; /* free crews kept, or as many as are in use: some programs use a small and a large one in turn */

void l2zk_crew_give(l2zk_crew *crew)
{
    if (l2zk_crew_is_gone(crew))
        return;
    pthread_mutex_lock(&free_lock);
    crew->next_free = free_crews;
    free_crews = crew;
    in_use--;
    l2zk_crew *rest = cut(in_use > KEPT ? in_use : KEPT);
    pthread_mutex_unlock(&free_lock);
    dismiss_all(rest);
}

void l2zk_crew_release(void)
{
    pthread_mutex_lock(&free_lock);
    l2zk_crew *rest = cut(0);
    pthread_mutex_unlock(&free_lock);
    dismiss_all(rest);
}

void l2zk_crew_start(l2zk_crew *crew, l2zk_job job, void *context)
{
    pthread_mutex_lock(&crew->lock);
    memset(crew->seconds, 0, sizeof crew->seconds);
    crew->since = now();
    atomic_store(&crew->stage, 0);
    l2zk_crew_stage(crew, 0, 0);
    crew->job_context = context;
    crew->running = 1;
    crew->job = job;
    pthread_cond_signal(&crew->started);
    pthread_mutex_unlock(&crew->lock);
}

int l2zk_crew_wait(l2zk_crew *crew, double seconds)
{
    struct timespec limit = after(seconds < 0 ? 0 : seconds);
    if (l2zk_crew_is_gone(crew))
        return 1;
    pthread_mutex_lock(&crew->lock);
    while (crew->running)
        if (seconds < 0)
            pthread_cond_wait(&crew->ended, &crew->lock);
        else if (wait_until(&crew->ended, &crew->lock, &limit) == ETIMEDOUT)
            break;
    int ended = !crew->running;
    pthread_mutex_unlock(&crew->lock);
    return ended;
}

unsigned l2zk_crew_threads(l2zk_crew *crew) { return crew->threads; }

void l2zk_crew_cancel(l2zk_crew *crew) { atomic_store(&crew->cancelled, 1); }

int l2zk_crew_cancelled(l2zk_crew *crew) { return atomic_load(&crew->cancelled); }

l2zk_progress l2zk_crew_progress(l2zk_crew *crew)
{
    l2zk_progress p = {atomic_load(&crew->stage), atomic_load(&crew->done), atomic_load(&crew->total)};
    return p;
}

double l2zk_crew_seconds(l2zk_crew *crew, uint32_t stage) { return crew->seconds[stage]; }

void l2zk_crew_stage(l2zk_crew *crew, uint32_t stage, uint64_t total)
{
    const double moment = now();
    crew->seconds[atomic_load(&crew->stage)] += moment - crew->since;
    crew->since = moment;
    atomic_store(&crew->done, 0);
    atomic_store(&crew->total, total);
    atomic_store(&crew->stage, stage);
}

void l2zk_crew_alone(l2zk_crew *crew, int alone) { crew->alone = alone; }

void l2zk_crew_advance(l2zk_crew *crew, uint64_t done) { atomic_fetch_add(&crew->done, done); }

int l2zk_crew_share(l2zk_crew *crew, l2zk_task task, void *context, size_t tasks)
{
    atomic_store(&crew->next, 0);
    atomic_store(&crew->tasks, tasks);
    const int alone = crew->alone || crew->threads == 1 || tasks == 1;
    if (!alone) {
        pthread_mutex_lock(&crew->lock);
        crew->task = task;
        crew->task_context = context;
        crew->busy = crew->threads - 1;
        crew->round++;
        pthread_cond_broadcast(&crew->called);
        pthread_mutex_unlock(&crew->lock);
    }
    work_on(crew, task, context, 0);
    if (!alone) {
        unsigned busy = atomic_load(&crew->busy), before;
        do {
            before = busy;
            watch(&crew->busy, before);
            busy = atomic_load(&crew->busy);
        } while (busy && busy != before);
        pthread_mutex_lock(&crew->lock);
        while (crew->busy)
            pthread_cond_wait(&crew->ended, &crew->lock);
        pthread_mutex_unlock(&crew->lock);
    }
    return atomic_load(&crew->cancelled);
}
