# Helpers for scenarios: `. "$LAB_DIR/lib.sh"`. A scenario stops at the first command that fails.
# shellcheck shell=bash
set -Eeuo pipefail
trap 'echo "lab: line $LINENO of $0 failed: $BASH_COMMAND" >&2' ERR

: "${OUT:?a scenario is started by samples/lab/run}"
LAB_RECORDING=/run/dmrec-out
LAB_JOURNAL=$LAB_RECORDING/journal # a scenario may put it elsewhere; its last part must be `journal`
LAB_MOMENTS=0

now_ns() { date +%s%N; }

say() { printf '%s %s\n' "$(date +%T.%3N)" "$*"; }

# Sleeps long enough for a recorder that samples once a second, or less often on a busy machine, to have looked twice.
settle() { sleep "${1:-3.5}"; }

# caught_up: waits while an emulated recorder still works off a storm: until it uses less than 60 % of a processor over
# four seconds, for ten minutes at most.
caught_up() {
    local before end=$((SECONDS + 600))
    [ -n "$LAB_RECORDER" ] || return 0
    while [ $SECONDS -lt $end ]; do
        before=$(recorder_ticks)
        sleep 4
        [ $(($(recorder_ticks) - before)) -ge 240 ] || return 0
    done
}
recorder_ticks() {
    cut -d ' ' -f 14,15 "/proc/$LAB_RECORDER/stat" | { read -r user system; echo $((user + system)); }
}

# ramdisks N SIZE_KB: N RAM disks, 1:0 (/dev/ram0) and up. Their memory is taken when it is written.
ramdisks() {
    modprobe brd "rd_nr=$1" "rd_size=$2"
    udevadm settle --timeout=600
}

devno() { dmsetup info -c --noheadings -o devno "$1" 2>/dev/null; }

# tool NAME: compiles samples/lab/NAME.c and prints the program's path.
tool() {
    [ -x "/run/lab/$1" ] || gcc -O2 -Wall -o "/run/lab/$1" "$LAB_DIR/$1.c" >&2
    printf '/run/lab/%s\n' "$1"
}

# cause KIND[,KIND...] NAME MAJOR:MINOR -- COMMAND...
#
# Runs the command and, if it succeeds, adds a line to $OUT/causes.tsv:
#     before_ns  after_ns  kinds  name  major:minor  command
# NAME is the device's name once the command has run (of a removed device: its last one).
# MAJOR:MINOR may be "-": then it is looked up by name, before the command or, for a new device, after it.
cause() {
    local kinds=$1 name=$2 dev=$3 before after
    [ "$4" = -- ] || { echo "lab: cause KINDS NAME DEV -- COMMAND..." >&2; return 2; }
    shift 4
    [ "$dev" != - ] || dev=$(devno "$name") || dev=-
    before=$(now_ns)
    "$@"
    after=$(now_ns)
    if [ "$dev" = - ] || [ -z "$dev" ]; then dev=$(devno "$name") || dev=-; fi
    caused "$before" "$after" "$kinds" "$name" "$dev" "$*"
}

# caused BEFORE_NS AFTER_NS KINDS NAME MAJOR:MINOR TEXT: the line alone, for what happens by itself.
caused() { printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$@" >>"$OUT/causes.tsv"; }

# until_status NAME PATTERN [SECONDS]: waits until the device's status line matches the extended regular expression.
until_status() {
    local end=$((SECONDS + ${3:-30})) now=
    while :; do
        now=$(dmsetup status --noflush "$1")
        [[ $now =~ $2 ]] && return
        [ $SECONDS -lt $end ] || { echo "lab: $1 did not become '$2' in ${3:-30} s; status: $now" >&2; return 1; }
        sleep 0.2
    done
}

# mpath_create NAME [UUID]: bio multipath over 1:0 and 1:1 (group 1), 1:2 and 1:3 (group 2), and a first read.
mpath_create() {
    local groups="2 1 round-robin 0 2 1 1:0 1 1:1 1 round-robin 0 2 1 1:2 1 1:3 1"
    dmsetup create "$1" ${2:+--uuid "$2"} --table "0 16384 multipath 2 queue_mode bio 0 $groups"
    read_block "$1"
}

# read_block NAME: one direct read through the device, as the kernel picks paths only when there is I/O.
read_block() { dd if="/dev/mapper/$1" of=/dev/null bs=4k count=1 iflag=direct status=none; }

# write_blocks NAME COUNT_4K [SEEK_4K]
write_blocks() {
    dd if=/dev/urandom of="/dev/mapper/$1" bs=4k count="$2" seek="${3:-0}" oflag=direct conv=notrunc status=none
}

# moment LABEL [few]: what the real dmsetup says now, in $OUT/moments/NNN-LABEL: time_ns_before, time_ns (after), and for each
# command NN.out (its stdout) beside NN.args (its arguments, one a line); NN.err and NN.status if there is anything to say.
# With `few`, only one command of each sort: for thousands of devices.
# They are collected in the guest and leave it in one piece at the end, as many small files are slow over 9p.
moment() {
    local dir n=0 f
    local few=${2-}
    LAB_MOMENTS=$((LAB_MOMENTS + 1))
    printf -v dir '/run/lab/moments/%03d-%s' "$LAB_MOMENTS" "$1"
    mkdir -p "$dir"
    one() {
        n=$((n + 1))
        printf -v f '%s/%02d' "$dir" "$n"
        printf '%s\n' "$@" >"$f.args"
        dmsetup "$@" >"$f.out" 2>"$f.err" || printf '%s\n' "$?" >"$f.status"
    }
    [ -z "${DM_DEFAULT_NAME_MANGLING_MODE-}" ] ||
        echo "DM_DEFAULT_NAME_MANGLING_MODE=$DM_DEFAULT_NAME_MANGLING_MODE" >"$dir/environment"
    now_ns >"$dir/time_ns_before"
    one table
    one table --inactive
    one status
    one info
    if [ -n "$few" ]; then
        one info -c --noheadings --separator , -o name,uuid,major,minor,attr,open,segments,events
        one deps
        one ls
        one ls --tree
        now_ns >"$dir/time_ns"
        find "$dir" -name '*.err' -empty -delete
        return
    fi
    one info -c
    one info -c --noheadings --separator , -o name,uuid,major,minor,attr,open,segments,events
    one info -c --noheadings --separator , -o "$LAB_ALL_FIELDS"
    one info -c -o name,devno,blkdevname,devnos_used,names_using_dev,uuid
    one deps
    one deps -o devname
    one deps -o blkdevname
    one ls
    one ls --target linear
    one ls --target multipath
    one ls --tree
    one ls --tree -o ascii
    one ls --tree -o inverted
    one ls --tree -o uuid,device,blkdevname,active,open,rw,notrunc
    now_ns >"$dir/time_ns"
    find "$dir" -name '*.err' -empty -delete
}
LAB_ALL_FIELDS=name,uuid,major,minor,attr,open,segments,events,suspended,readonly,tables_loaded,device_count
LAB_ALL_FIELDS=$LAB_ALL_FIELDS,devnos_used,blkdevs_used,blkdevname,names_using_dev,devno,subsystem,vg_name,lv_name

# recorder_start [ARGS...]: starts `dmrec record ARGS...` and returns when it is recording.
# More arguments for any scenario's recorder: DMREC_LAB_RECORD.
# It writes to a tmpfs, because a journal is mapped into memory and 9p cannot share such pages.
recorder_start() {
    LAB_RECORDER=
    if [ -n "${DMREC_LAB_NO_RECORDER-}" ]; then say "no recorder, as DMREC_LAB_NO_RECORDER asks"; return; fi
    [ -x "$DMREC" ] || { echo "lab: $DMREC is missing: build dmrec on the host first" >&2; return 1; }
    mkdir -p "$LAB_RECORDING"
    # The optimising compiler costs more than it gives where the processor is emulated.
    export DMREC_JAVA_OPTS="${DMREC_JAVA_OPTS--XX:TieredStopAtLevel=1}"
    # Without job control a background process starts with SIGINT ignored, and the recorder is stopped with SIGINT.
    set -m
    # shellcheck disable=SC2086
    "$DMREC" record ${DMREC_LAB_RECORD-} --journal "$LAB_JOURNAL" --capture "$LAB_RECORDING/capture.ndjson" "$@" \
        >"$OUT/record.stdout" 2>"$OUT/record.stderr" </dev/null &
    LAB_RECORDER=$!
    set +m
    local end=$((SECONDS + 240)) # emulated, on a machine that does other things too
    until grep -q recording "$OUT/record.stderr"; do
        if ! kill -0 "$LAB_RECORDER" 2>/dev/null || [ $SECONDS -ge $end ]; then
            echo "lab: the recorder did not start in 240 s; its stderr:" >&2
            kill -QUIT "$LAB_RECORDER" 2>/dev/null && sleep 5 # where its threads are
            cat "$OUT/record.stderr" >&2
            kill -KILL "$LAB_RECORDER" 2>/dev/null || true
            return 1
        fi
        sleep 0.2
    done
    say "recording"
}

# recorder_stop: interrupts the recorder, waits for it, and brings its journal and capture to $OUT.
# $OUT/record.status receives its exit status.
recorder_stop() {
    [ -n "$LAB_RECORDER" ] || return 0
    local status=0
    kill -INT "$LAB_RECORDER"
    wait "$LAB_RECORDER" || status=$?
    LAB_RECORDER=
    printf '%s\n' "$status" >"$OUT/record.status"
    recorder_save
    say "recorder ended with status $status"
    return "$status"
}

# recorder_save: copies what is recorded so far. The journal goes as a tar that keeps holes; `run` unpacks it.
recorder_save() {
    [ ! -d "$LAB_JOURNAL" ] || tar -S -cf "$OUT/journal.tar" -C "${LAB_JOURNAL%/journal}" journal
    [ ! -f "$LAB_RECORDING/capture.ndjson" ] || cp "$LAB_RECORDING/capture.ndjson" "$OUT/capture.ndjson"
}

# At the end the moments leave the guest; when a scenario fails half way, its recording does too.
lab_end() {
    local status=$?
    [ ! -d /run/lab/moments ] || tar -cf "$OUT/moments.tar" -C /run/lab moments
    if [ -n "${LAB_RECORDER-}" ]; then kill -INT "$LAB_RECORDER" 2>/dev/null || true; sleep 3; recorder_save || true; fi
    exit "$status"
}
trap lab_end EXIT
