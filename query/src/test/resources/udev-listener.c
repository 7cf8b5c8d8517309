/*
 * Prints SEQNUM, action and the keys DM_ACTION, DM_SEQNUM and DMREC_SEQ of each event that libudev
 * hands out. Declares what it uses, so that it needs no header: cc udev-listener.c -l:libudev.so.1
 *
 *   udev-listener kernel|udev [stuck]
 *
 * From udev it takes disks only, by a socket filter that compares the hashes of the header. A stuck
 * one listens and never reads.
 */
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

struct udev;
struct udev_device;
struct udev_monitor;
struct udev *udev_new(void);
struct udev_monitor *udev_monitor_new_from_netlink(struct udev *, const char *);
int udev_monitor_filter_add_match_subsystem_devtype(struct udev_monitor *, const char *,
						    const char *);
int udev_monitor_enable_receiving(struct udev_monitor *);
int udev_monitor_get_fd(struct udev_monitor *);
struct udev_device *udev_monitor_receive_device(struct udev_monitor *);
const char *udev_device_get_action(struct udev_device *);
const char *udev_device_get_property_value(struct udev_device *, const char *);
struct udev_device *udev_device_unref(struct udev_device *);

static const char *value(struct udev_device *device, const char *key)
{
	const char *found = udev_device_get_property_value(device, key);

	return found ? found : "-";
}

int main(int argc, char **argv)
{
	struct udev_monitor *monitor;

	if (argc < 2)
		return 2;
	monitor = udev_monitor_new_from_netlink(udev_new(), argv[1]);
	if (!monitor ||
	    udev_monitor_filter_add_match_subsystem_devtype(monitor, "block", "disk") < 0 ||
	    udev_monitor_enable_receiving(monitor) < 0)
		return 1;
	while (argc > 2)
		pause();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (;;) {
		struct pollfd fd = { .fd = udev_monitor_get_fd(monitor), .events = POLLIN };
		struct udev_device *device;

		if (poll(&fd, 1, -1) < 0)
			return 1;
		device = udev_monitor_receive_device(monitor);
		if (!device)
			continue;
		printf("%s %s %s %s %s\n", udev_device_get_action(device), value(device, "SEQNUM"),
		       value(device, "DM_ACTION"), value(device, "DM_SEQNUM"),
		       value(device, "DMREC_SEQ"));
		udev_device_unref(device);
	}
}
