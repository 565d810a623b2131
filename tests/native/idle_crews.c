/* Many threads take, use and give crews of several sizes while others release them and idle ones end; and in forked children.
 *
 * Built with a short L2ZK_IDLE_SECONDS, so that crews end at every moment; best with -fsanitize=thread. Prints "sound" at its end.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crew.h"

enum { USERS = 4, JOBS = 150, TASKS = 20 };

typedef struct {
    l2zk_crew *crew;
    atomic_uint sum;
} work;

static void add(void *context, size_t index, unsigned worker)
{
    work *w = context;
    if (worker >= l2zk_crew_threads(w->crew))
        abort();
    atomic_fetch_add(&w->sum, (unsigned)index);
}

static void twice(void *context)
{
    work *w = context;
    l2zk_crew_share(w->crew, add, w, TASKS);
    l2zk_crew_share(w->crew, add, w, TASKS);
}

static void prove(unsigned threads)
{
    work w = {l2zk_crew_take(threads), 0};
    if (!w.crew)
        abort();
    l2zk_crew_start(w.crew, twice, &w);
    while (!l2zk_crew_wait(w.crew, 0.001))
        ;
    l2zk_crew_give(w.crew);
    if (w.sum != TASKS * (TASKS - 1))
        abort();
}

static void *use(void *argument)
{
    unsigned seed = (unsigned)(size_t)argument;
    for (int i = 0; i < JOBS; i++) {
        seed = seed * 1103515245u + 12345u;
        prove(1 + (seed >> 16) % 5);
        if ((seed >> 8) % 8 == 0)
            l2zk_crew_release();
        if ((seed >> 4) % 8 == 0)
            usleep(1000 * ((seed >> 20) % 6)); /* about as long as a crew may be idle */
    }
    return NULL;
}

static int threads_now(void)
{
    int count = -1;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Threads: %d", &count) == 1)
            break;
    if (file)
        fclose(file);
    return count;
}

/* Whether the threads come down to so many within some seconds. */
static int come_down_to(int most)
{
    for (int i = 0; i < 500 && threads_now() > most; i++)
        usleep(10000);
    return threads_now() <= most;
}

static int child_proves(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        prove(3);
        l2zk_crew_release();
        _exit(0);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int main(int count, char **arguments)
{
    pthread_t users[USERS];
    pthread_create(users, NULL, use, (void *)0); /* a sanitizer brings a thread of its own with the first */
    pthread_join(users[0], NULL);
    l2zk_crew_release();
    usleep(100000);
    const int before = threads_now();
    for (size_t i = 0; i < USERS; i++)
        pthread_create(users + i, NULL, use, (void *)(i + 1));
    for (size_t i = 0; i < USERS; i++)
        pthread_join(users[i], NULL);
    if (!come_down_to(before))
        return puts("threads are left"), 1;
    prove(4);
    if (count == 1 && !child_proves()) /* not under a sanitizer, which cannot follow a fork of several threads */
        return puts("a forked child does not prove"), 1;
    (void)arguments;
    puts("sound");
    return 0; /* while a crew is idle */
}
