/*
 * Takes the power from a mounted file system at a random moment, as far as its disk can tell, and gives it back.
 *
 *   powercut fs DIR FLAGS DELAY_US     ext4's shutdown ioctl: 2 stops at once, 1 writes its log first
 *   powercut disk NAME SECTORS DELAY_US  the mapped device answers with errors from now on, whatever is under way
 *   powercut attach NAME DISK SECTORS DIR OPTIONS [OLD_NAME OLD_DIR]
 *                                      a new mapped device over DISK (MAJOR:MINOR), mounted as ext4; before that the old
 *                                      one gets errors instead of its disk, and its mount is taken out of sight
 *   powercut disturb FILE SEED         appends to a file and syncs it now and then, until that fails
 *
 * The first two print the monotonic clock before and after, in nanoseconds. Done in one process each, as a start of a
 * process takes long where the processor is emulated.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, __u32)
#define MAX_TABLE 128

static int control;
static char buffer[4096] __attribute__((aligned(8)));
static struct dm_ioctl *const dm = (struct dm_ioctl *) buffer;

static void die(const char *what, const char *name)
{
    fprintf(stderr, "powercut: %s '%s': %s\n", what, name, strerror(errno));
    exit(1);
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void wait_us(long us)
{
    struct timespec t = {us / 1000000, us % 1000000 * 1000};
    nanosleep(&t, NULL);
}

static void call(unsigned long request, const char *what, const char *name, int flags)
{
    dm->version[0] = DM_VERSION_MAJOR;
    dm->data_size = sizeof(buffer);
    dm->data_start = sizeof(*dm);
    dm->flags = flags;
    strncpy(dm->name, name, DM_NAME_LEN - 1);
    if (ioctl(control, request, dm) < 0)
        die(what, name);
}

static void load(const char *name, const char *sectors, const char *type, const char *params)
{
    memset(buffer, 0, sizeof(buffer));
    struct dm_target_spec *t = (struct dm_target_spec *) (buffer + sizeof(*dm));
    dm->target_count = 1;
    t->length = strtoull(sectors, NULL, 10);
    t->next = sizeof(*t) + MAX_TABLE;
    strcpy(t->target_type, type);
    snprintf((char *) (t + 1), MAX_TABLE, "%s", params);
    call(DM_TABLE_LOAD, "load a table of", name, 0);
}

/* Without the suspend flag this is a resume, which suspends first: without a freeze and without a flush. */
static void resume(const char *name)
{
    memset(buffer, 0, sizeof(buffer));
    call(DM_DEV_SUSPEND, "resume", name, DM_SKIP_LOCKFS_FLAG | DM_NOFLUSH_FLAG);
}

static void attach(char **args, int count)
{
    const char *name = args[0], *sectors = args[2], *dir = args[3];
    char params[MAX_TABLE], device[64];

    if (count == 7) {
        load(args[5], sectors, "error", "");
        resume(args[5]);
        if (umount2(args[6], MNT_DETACH) < 0)
            die("unmount", args[6]);
    }
    memset(buffer, 0, sizeof(buffer));
    call(DM_DEV_CREATE, "create", name, 0);
    unsigned int number = minor(dm->dev);
    snprintf(params, sizeof(params), "%s 0", args[1]);
    load(name, sectors, "linear", params);
    resume(name);
    snprintf(device, sizeof(device), "/dev/dm-%u", number);
    if (mkdir(dir, 0755) < 0)
        die("make", dir);
    if (mount(device, dir, "ext4", 0, args[4]) < 0)
        die("mount", device);
}

static void disturb(const char *path, unsigned int seed)
{
    srand(seed);
    int file = open(path, O_CREAT | O_WRONLY | O_APPEND, 0644);
    while (file >= 0) {
        wait_us(50000 + rand() % 500000);
        if (write(file, "x\n", 2) < 0 || fsync(file) < 0)
            return;
    }
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    long long before;

    control = open("/dev/mapper/control", O_RDWR);
    if (control < 0)
        die("open", "/dev/mapper/control");
    if (argc == 5 && !strcmp(what, "fs")) {
        int dir = open(argv[2], O_RDONLY | O_DIRECTORY);
        if (dir < 0)
            die("open", argv[2]);
        __u32 flags = atoi(argv[3]);
        wait_us(atol(argv[4]));
        before = now();
        if (ioctl(dir, EXT4_IOC_SHUTDOWN, &flags) < 0)
            die("shut down", argv[2]);
        printf("%lld %lld\n", before, now());
    } else if (argc == 5 && !strcmp(what, "disk")) {
        load(argv[2], argv[3], "error", "");
        wait_us(atol(argv[4]));
        before = now();
        resume(argv[2]);
        printf("%lld %lld\n", before, now());
    } else if ((argc == 7 || argc == 9) && !strcmp(what, "attach")) {
        attach(argv + 2, argc - 2);
    } else if (argc == 4 && !strcmp(what, "disturb")) {
        disturb(argv[2], atoi(argv[3]));
    } else {
        fprintf(stderr, "powercut: see the top of powercut.c\n");
        return 2;
    }
    return 0;
}
