/* Waiting for another thread: asleep, with a limit of time, or awake for a moment. */
#ifndef L2ZK_WAITING_H
#define L2ZK_WAITING_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* A clock that nobody can set; conditions of macOS cannot use it, but can wait for a time from now. */
#ifdef __APPLE__
static void init_timed(pthread_cond_t *condition) { pthread_cond_init(condition, NULL); }

static struct timespec after(double seconds)
{
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    return t;
}

static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *limit)
{
    return pthread_cond_timedwait_relative_np(condition, mutex, limit);
}
#else
static void init_timed(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

static struct timespec after(double seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += (long)(seconds * 1e9);
    t.tv_sec += t.tv_nsec / 1000000000L;
    t.tv_nsec %= 1000000000L;
    return t;
}

static int wait_until(pthread_cond_t *condition, pthread_mutex_t *mutex, const struct timespec *limit)
{
    return pthread_cond_timedwait(condition, mutex, limit);
}
#endif

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void pause_a_moment(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#elif defined __aarch64__
    __asm__ volatile("yield");
#endif
}

/* Wait awake for a change of a number, some ten microseconds at most: less than falling asleep and being woken takes. */
static void watch(atomic_uint *number, unsigned old)
{
    for (int i = 0; i < 500 && atomic_load_explicit(number, memory_order_relaxed) == old; i++)
        pause_a_moment();
}

#endif
