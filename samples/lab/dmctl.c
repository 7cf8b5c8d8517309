/*
 * What dmsetup is too slow or too careful for: thousands of device-mapper commands a second, without udev cookies, and
 * names of any bytes. Compiled in the guest by lib.sh's `tool`.
 *
 *   dmctl message NAME COUNT MSG...              COUNT messages to sector 0, going round the MSGs
 *   dmctl create NAME MINOR|- UUID|- TABLE       one device; TABLE is "START LENGTH TYPE PARAMS"
 *   dmctl remove NAME
 *   dmctl blink NAME COUNT UUID|- TABLE          create and remove it COUNT times
 *   dmctl pairs NAME TABLE                       changes and changes back: suspend, resume, rename twice, and a table that
 *                                                goes live
 *   dmctl unload NAME TABLE                      loads and clears
 *   dmctl many PREFIX FROM COUNT SECTORS DEV     PREFIX%04d, linear over DEV, each SECTORS further on
 *   dmctl remove-many PREFIX FROM COUNT
 *
 * Prints what it did: for messages and blinks "COUNT START_NS END_NS", for create "MAJOR:MINOR" (in the clear).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static int control;
static char buffer[65536] __attribute__((aligned(8)));
static struct dm_ioctl *const dm = (struct dm_ioctl *) buffer;

static void die(const char *what, const char *name)
{
    fprintf(stderr, "dmctl: %s '%s': %s\n", what, name, strerror(errno));
    exit(1);
}

static void start(const char *name)
{
    memset(buffer, 0, 4096);
    dm->version[0] = DM_VERSION_MAJOR;
    dm->data_size = sizeof(buffer);
    dm->data_start = sizeof(*dm);
    if (strlen(name) >= DM_NAME_LEN) {
        fprintf(stderr, "dmctl: a name has at most %d bytes\n", DM_NAME_LEN - 1);
        exit(2);
    }
    strcpy(dm->name, name);
}

static void call(unsigned long request, const char *what, const char *name)
{
    if (ioctl(control, request, dm) < 0)
        die(what, name);
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void message(const char *name, const char *text)
{
    start(name);
    struct dm_target_msg *m = (struct dm_target_msg *) (buffer + dm->data_start);
    m->sector = 0;
    strcpy(m->message, text);
    call(DM_TARGET_MSG, "message to", name);
}

static void plain(unsigned long request, unsigned flags, const char *what, const char *name)
{
    start(name);
    dm->flags |= flags;
    call(request, what, name);
}

static void load(const char *name, const char *table)
{
    start(name);
    dm->target_count = 1;
    struct dm_target_spec *t = (struct dm_target_spec *) (buffer + dm->data_start);
    char *params = (char *) (t + 1);
    unsigned long long from, length;
    int at = 0;
    if (sscanf(table, "%llu %llu %15s %n", &from, &length, t->target_type, &at) < 3) {
        fprintf(stderr, "dmctl: not a table: %s\n", table);
        exit(2);
    }
    t->sector_start = from;
    t->length = length;
    strcpy(params, table + at);
    t->next = (sizeof(*t) + strlen(params) + 8) & ~7u;
    call(DM_TABLE_LOAD, "table of", name);
}

static dev_t create(const char *name, const char *minor_text, const char *uuid, const char *table)
{
    start(name);
    if (strcmp(uuid, "-"))
        strncpy(dm->uuid, uuid, DM_UUID_LEN - 1);
    if (strcmp(minor_text, "-")) {
        dm->flags |= DM_PERSISTENT_DEV_FLAG;
        dm->dev = makedev(254, atoi(minor_text));
    }
    call(DM_DEV_CREATE, "create", name);
    load(name, table);
    plain(DM_DEV_SUSPEND, 0, "resume", name); /* without the suspend flag this is a resume */
    return dm->dev;
}

static void rename_to(const char *name, const char *other)
{
    start(name);
    strcpy(buffer + dm->data_start, other);
    call(DM_DEV_RENAME, "rename", name);
}

static void pairs(const char *name, const char *table)
{
    plain(DM_DEV_SUSPEND, DM_SUSPEND_FLAG | DM_NOFLUSH_FLAG, "suspend", name);
    plain(DM_DEV_SUSPEND, 0, "resume", name);
    rename_to(name, "other-name");
    rename_to("other-name", name);
    load(name, table);
    plain(DM_DEV_SUSPEND, 0, "resume", name);
}

static void destroy(const char *name)
{
    for (int i = 0; i < 500; i++) {
        start(name);
        if (ioctl(control, DM_DEV_REMOVE, dm) == 0)
            return;
        if (errno != EBUSY)
            break;
        usleep(2000); /* udev has it open */
    }
    die("remove", name);
}

int main(int argc, char **argv)
{
    control = open("/dev/mapper/control", O_RDWR);
    if (control < 0)
        die("open", "/dev/mapper/control");
    const char *what = argc > 2 ? argv[1] : "";
    char name[DM_NAME_LEN], table[256];

    if (!strcmp(what, "message") && argc > 4) {
        int count = atoi(argv[3]);
        long long from = now();
        for (int i = 0; i < count; i++)
            message(argv[2], argv[4 + i % (argc - 4)]);
        printf("%d %lld %lld\n", count, from, now());
    } else if (!strcmp(what, "create") && argc == 6) {
        dev_t dev = create(argv[2], argv[3], argv[4], argv[5]);
        printf("%u:%u\n", major(dev), minor(dev));
    } else if (!strcmp(what, "remove")) {
        destroy(argv[2]);
    } else if (!strcmp(what, "blink") && argc == 6) {
        int count = atoi(argv[3]);
        long long from = now();
        for (int i = 0; i < count; i++) {
            create(argv[2], "-", argv[4], argv[5]);
            destroy(argv[2]);
        }
        printf("%d %lld %lld\n", count, from, now());
    } else if (!strcmp(what, "pairs") && argc == 4) {
        pairs(argv[2], argv[3]);
    } else if (!strcmp(what, "unload") && argc == 4) {
        load(argv[2], argv[3]);
        plain(DM_TABLE_CLEAR, 0, "clear", argv[2]);
    } else if (!strcmp(what, "many") && argc == 7) {
        int from = atoi(argv[3]), count = atoi(argv[4]), sectors = atoi(argv[5]);
        for (int i = from; i < from + count; i++) {
            snprintf(name, sizeof(name), "%s%04d", argv[2], i);
            snprintf(table, sizeof(table), "0 %d linear %s %d", sectors, argv[6], i * sectors);
            create(name, "-", "-", table);
        }
    } else if (!strcmp(what, "remove-many") && argc == 5) {
        int from = atoi(argv[3]), count = atoi(argv[4]);
        for (int i = from; i < from + count; i++) {
            snprintf(name, sizeof(name), "%s%04d", argv[2], i);
            destroy(name);
        }
    } else {
        fprintf(stderr, "dmctl: see the top of dmctl.c\n");
        return 2;
    }
    return 0;
}
