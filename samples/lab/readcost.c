/*
 * What a direct read costs: readcost DEVICE. Prints ticks of the time stamp counter for a read of 4 KiB, in the emulator's
 * instruction clock (-icount shift=0) the number of instructions.
 *
 * The median of 201 batches of 50 reads: a batch that a timer or another process interrupted is none of it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <x86intrin.h>

#define BATCHES 201
#define READS 50

static int compare(const void *a, const void *b)
{
    unsigned long long x = *(const unsigned long long *) a, y = *(const unsigned long long *) b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static unsigned long long took[BATCHES];
    struct sched_param first = {.sched_priority = 1};
    void *block;
    int device = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECT) : -1;

    if (device < 0 || posix_memalign(&block, 4096, 4096) || sched_setscheduler(0, SCHED_FIFO, &first)) {
        perror("readcost: usage: readcost DEVICE, as root");
        return 2;
    }
    for (int batch = 0; batch < BATCHES; batch++) {
        unsigned long long from = __rdtsc();
        for (int i = 0; i < READS; i++)
            if (pread(device, block, 4096, 0) != 4096) {
                perror(argv[1]);
                return 1;
            }
        took[batch] = (__rdtsc() - from) / READS;
    }
    qsort(took, BATCHES, sizeof(took[0]), compare);
    printf("%llu\n", took[BATCHES / 2]);
    return 0;
}
