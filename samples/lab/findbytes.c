/*
 * Looks for a key in a file, or in all the memory that a process can write to.
 *
 *   findbytes FILE KEY...         findbytes PID KEY...
 *
 * KEY is hexadecimal. Of each it seeks the first 16 bytes: raw, as hex digits of either case, and those as UTF-16 of
 * either byte order. Prints "FORM COUNT" for each form, summed over the keys. "=TEXT" instead of a KEY seeks the text.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RAW, LOWER, UPPER, LOWER_16LE, LOWER_16BE, UPPER_16LE, UPPER_16BE, TEXT, FORMS };
static const char *const words[FORMS] = {"raw", "hex", "HEX", "hex-utf16le", "hex-utf16be", "HEX-utf16le", "HEX-utf16be", "text"};

struct needle { int form; size_t size; char bytes[256]; };
static struct needle needles[256];
static int count;
static long found[FORMS];

static void add(int form, const char *bytes, size_t size)
{
    struct needle *n = &needles[count];
    if (count++ == 256 || size > sizeof(n->bytes)) {
        fprintf(stderr, "findbytes: too much to seek\n");
        exit(2);
    }
    n->form = form;
    n->size = size;
    memcpy(n->bytes, bytes, size);
}

static void add_hex(const char *digits, int upper)
{
    char plain[32], little[64] = {0}, big[64] = {0};
    for (int i = 0; i < 32; i++) {
        plain[i] = upper ? toupper(digits[i]) : tolower(digits[i]);
        little[2 * i] = plain[i];
        big[2 * i + 1] = plain[i];
    }
    add(upper ? UPPER : LOWER, plain, 32);
    add(upper ? UPPER_16LE : LOWER_16LE, little, 64);
    add(upper ? UPPER_16BE : LOWER_16BE, big, 64);
}

static void seek(const char *bytes, size_t size)
{
    for (int i = 0; i < count; i++) {
        const char *at = bytes, *end = bytes + size;
        while ((at = memmem(at, end - at, needles[i].bytes, needles[i].size))) {
            found[needles[i].form]++;
            at++;
        }
    }
}

static char *read_at(int fd, off_t from, size_t size, size_t *got)
{
    char *bytes = malloc(size ? size : 1);
    ssize_t n;
    if (!bytes) {
        perror("findbytes");
        exit(1);
    }
    for (*got = 0; *got < size && (n = pread(fd, bytes + *got, size - *got, from + *got)) > 0; *got += n);
    return bytes;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    for (int i = 2; i < argc; i++) {
        char raw[16];
        if (argv[i][0] == '=') {
            add(TEXT, argv[i] + 1, strlen(argv[i] + 1));
            continue;
        }
        if (strlen(argv[i]) < 32) {
            fprintf(stderr, "findbytes: a key has at least 32 digits\n");
            return 2;
        }
        for (int b = 0; b < 16; b++)
            sscanf(argv[i] + 2 * b, "%2hhx", (unsigned char *) &raw[b]);
        add(RAW, raw, 16);
        add_hex(argv[i], 0);
        add_hex(argv[i], 1);
    }
    size_t got;
    if (strspn(argv[1], "0123456789") == strlen(argv[1])) {
        char path[64], line[512], access[8];
        unsigned long from, to;
        snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
        FILE *maps = fopen(path, "r");
        snprintf(path, sizeof(path), "/proc/%s/mem", argv[1]);
        int mem = open(path, O_RDONLY);
        if (!maps || mem < 0) {
            perror(path);
            return 1;
        }
        while (fgets(line, sizeof(line), maps))
            if (sscanf(line, "%lx-%lx %7s", &from, &to, access) == 3 && access[1] == 'w') {
                char *bytes = read_at(mem, from, to - from, &got);
                seek(bytes, got);
                free(bytes);
            }
    } else {
        int fd = open(argv[1], O_RDONLY);
        off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
        if (size < 0) {
            perror(argv[1]);
            return 1;
        }
        char *bytes = read_at(fd, 0, size, &got);
        if (got != (size_t) size) {
            fprintf(stderr, "findbytes: %s: read %zu of %ld bytes\n", argv[1], got, (long) size);
            return 1;
        }
        seek(bytes, got);
    }
    for (int f = 0; f < FORMS; f++)
        printf("%s %ld\n", words[f], found[f]);
    return 0;
}
