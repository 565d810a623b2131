/* For each line of three hexadecimal numbers, features, more features and what the system keeps: which sets run there. */
#include <inttypes.h>
#include <stdio.h>

#include "processor.h"

int main(void)
{
    processor p;
    while (scanf("%" SCNx32 " %" SCNx32 " %" SCNx64, &p.features, &p.more_features, &p.kept) == 3)
        printf("%d%d\n", runs_avx2(p), runs_avx512(p));
    return 0;
}
