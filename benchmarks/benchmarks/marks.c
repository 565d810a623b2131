/* The marks between which valgrind counts instructions, called from Python through ctypes. */

#include <valgrind/callgrind.h>

void count_from_here(void) { CALLGRIND_START_INSTRUMENTATION; }

/* The count so far goes into a file under this name. */
void count_to_here(const char *name)
{
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
}
