#!/bin/sh
# One line for whoever is on call when a map has lost its last path.
#
#   dmrec replay JOURNAL --where 'kind = path_failed' --into 'each:samples/handlers/page-oncall.sh'
#
# It reads what the kernel's uevent brings, so that udev runs the same file:
#
#   SUBSYSTEM=="block", ENV{DM_ACTION}=="PATH_FAILED", RUN+="/usr/local/bin/page-oncall.sh"
#
# dmrec adds DMREC_SEQ, DMREC_TIME, DMREC_KIND and what else is known of the event.
set -u

[ "${DM_ACTION-}" = PATH_FAILED ] || exit 0
[ "${DM_NR_VALID_PATHS-}" = 0 ] || exit 0

# A name is bytes from somewhere: never a command, and nothing that acts on a terminal.
text="${DMREC_TIME:-$(date -u +%FT%TZ)} ${DM_NAME:-a map} (${DM_UUID:-no UUID}) has no path left:"
text="$text ${DM_PATH:-its last one} failed${DMREC_SEQ:+, event #$DMREC_SEQ}"
printf '%s' "$text" | tr -d '[:cntrl:]'
echo

# For real, here: | mail -s "$(hostname): no path left" oncall@example.org
