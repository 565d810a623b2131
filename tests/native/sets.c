/* What dispatch.c says of each instruction set, if all of them were compiled. */
#include <stdio.h>

#include "kernels.h"

const l2zk_kernels l2zk_kernels_portable = {.name = "portable"}, l2zk_kernels_avx2 = {.name = "avx2"};
const l2zk_kernels l2zk_kernels_avx512 = {.name = "avx512"}, l2zk_kernels_neon = {.name = "neon"};

int main(void)
{
    for (size_t i = 0; l2zk_isa_at(i).name; i++)
        if (l2zk_isa_at(i).runs_here)
            printf("%s ", l2zk_isa_at(i).name);
    return l2zk_select(NULL);
}
