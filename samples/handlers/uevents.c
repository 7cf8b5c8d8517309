/*
 * Prints what uevents say about mapped devices, read from the kernel's group as udev reads them.
 *
 *   cc -Wall -Wextra -Werror -o uevents uevents.c
 *   dmrec replay JOURNAL --into uevent --only-recorded --run ./uevents
 */
#define _GNU_SOURCE /* struct ucred */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

static const char *value(const char *text, size_t length, const char *key)
{
	for (const char *end = text + length; text < end; text += strlen(text) + 1)
		if (!strncmp(text, key, strlen(key)) && text[strlen(key)] == '=')
			return text + strlen(key) + 1;
	return NULL;
}

/* What it says, where it says anything. Names hold any bytes; a terminal acts on some. */
static void show(const char *before, const char *text)
{
	fputs(text ? before : "", stdout);
	for (; text && *text; text++)
		printf((unsigned char)*text < 0x20 || *text == 0x7f ? "\\x%02x" : "%c", (unsigned char)*text);
}

int main(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int on = 1, room = 64 << 20;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);

	/* Before the bind: the first event has to come with its sender. */
	setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address)) {
		perror("uevents: cannot listen to the kernel");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		static char text[8192];
		_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct ucred))];
		struct sockaddr_nl from = { 0 };
		struct iovec iov = { text, sizeof text - 1 };
		struct msghdr message = { .msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &iov,
			.msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
		struct ucred who;
		ssize_t length = recvmsg(fd, &message, 0);

		if (length < 0 && errno == ENOBUFS) {
			puts("events were lost: the receive buffer was full");
			continue;
		} else if (length < 0 && errno != EINTR) {
			perror("uevents: cannot read");
			return 1;
		}
		struct cmsghdr *c = length < 0 ? NULL : CMSG_FIRSTHDR(&message);
		/* As udev: from the kernel's own port, and root's. Anybody may send to a group. */
		if (!c || c->cmsg_type != SCM_CREDENTIALS || from.nl_pid || !from.nl_groups)
			continue;
		memcpy(&who, CMSG_DATA(c), sizeof who);
		text[length] = 0;
		const char *action = value(text, length, "DM_ACTION");
		if (who.uid || !action)
			continue;
		show("", value(text, length, "DM_NAME"));
		show(": ", action);
		show(" ", value(text, length, "DM_PATH"));
		show(", valid paths: ", value(text, length, "DM_NR_VALID_PATHS"));
		show(", SEQNUM ", value(text, length, "SEQNUM"));
		puts(who.pid ? ", injected" : "");
	}
}
