#!/usr/bin/env python3
"""How long each map had no path left.

    dmrec replay JOURNAL --into 'exec:samples/handlers/outages.py'

Reads events as JSON, one a line, as 'exec:' and 'dmrec log --output json' write them. Durations are
differences of the monotonic clock, so that a clock that was set does not change them; they end with
the boot.
"""
import json
import sys

since = {}  # map -> the event that took its last path
outages = {}  # map -> [(that event, nanoseconds, how it ended)]
names = {}


def shown(name):
    """Names hold any bytes; a terminal acts on some."""
    return name if name.isprintable() else json.dumps(name)


def end(key, event, how):
    lost = since.pop(key, None)
    if lost:
        took = event["mono_ns"] - lost["mono_ns"]
        outages.setdefault(key, []).append((lost, took, how))


def handle(event):
    kind = event["kind"]
    if kind == "recording_started":
        since.clear()  # Maybe another boot: its clock says nothing about the one before.
    device = event.get("device")
    if not device:
        return
    key = (device["dev"], device.get("diskseq"))  # Names and minor numbers are used again.
    names[key] = device.get("name") or device["dev"]
    if kind == "path_failed" and event["valid_paths"] == 0:
        since.setdefault(key, event)
    elif kind == "path_reinstated":
        end(key, event, f"{event['disk'] or event['path']} came back (#{event['seq']})")
    elif kind in ("table_live", "device_removed"):
        end(key, event, f"{kind} (#{event['seq']})")


last = None
for line in sys.stdin:
    last = json.loads(line)
    handle(last)
for key in list(since):
    end(key, last, f"the end of the recording (#{last['seq']})")

for key, found in outages.items():
    total = sum(took for _, took, _ in found) / 1e9
    times = "once" if len(found) == 1 else f"{len(found)} times"
    print(f"{shown(names[key])} ({key[0]}): no path for {total:.3f} s, {times}")
    for lost, took, how in found:
        print(f"  {lost['time']} (#{lost['seq']}): {took / 1e9:.3f} s, until {shown(how)}")
if not outages:
    print("every map always had a path")
