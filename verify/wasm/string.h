/* What the verifier needs of a C library, where there is none. */

#ifndef L2ZK_STRING_H
#define L2ZK_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int byte, size_t count);
int memcmp(const void *a, const void *b, size_t count);
size_t strlen(const char *s);

#endif
