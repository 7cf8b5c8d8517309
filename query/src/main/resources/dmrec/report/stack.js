// The stack at one moment, and the tree that `dmrec tree` draws of it (StackNodes.java).

class Stack {
  constructor(recorded, event) {
    this.recorded = recorded;
    this.event = event;
    this.devices = new Map();
    this.disks = new Map();
    recorded.slots.forEach((slot, number) => {
      const device = recorded.device(slot.device.valueAt(event));
      if (device !== null) {
        this.devices.set(number, device);
      }
      const disk = recorded.diskState(slot.disk.valueAt(event));
      if (disk !== null) {
        this.disks.set(number, disk);
      }
    });
  }

  dev(slot) {
    return this.recorded.slots[slot].dev;
  }

  nameOf(slot) {
    return this.devices.get(slot)?.name || this.disks.get(slot)?.name || this.dev(slot);
  }

  // By name, as the kernel lists them.
  byName() {
    const number = (slot) => this.dev(slot).split(":").map(Number);
    return [...this.devices.keys()].sort((a, b) => {
      const one = this.devices.get(a).name;
      const other = this.devices.get(b).name;
      if (one !== other) {
        // A device without a name is the first of all.
        const key = (name) => name === "(no name)" ? "" : name;
        return key(one) < key(other) ? -1 : 1;
      }
      const [major, minor] = number(a);
      const [otherMajor, otherMinor] = number(b);
      return major - otherMajor || minor - otherMinor;
    });
  }

  tree() {
    const told = new Set();
    const used = new Set();
    for (const device of this.devices.values()) {
      device.uses.forEach((slot) => used.add(slot));
    }
    const tops = [];
    for (const slot of this.byName()) {
      if (!used.has(slot)) {
        tops.push(this.mappedNode(slot, [], told));
      }
    }
    // What was recorded in the middle of a change may use itself in a ring.
    for (const slot of this.byName()) {
      if (!told.has(slot)) {
        tops.push(this.mappedNode(slot, [], told));
      }
    }
    return tops;
  }

  mappedNode(slot, state, told) {
    const device = this.devices.get(slot);
    const line = [
      {style: "name", text: device.name},
      {style: "detail", text: " " + this.dev(slot)},
      ...state,
    ];
    if (told.has(slot)) {
      line.push({style: "detail", text: " (see above)"});
      return {line, children: [], shows: []};
    }
    told.add(slot);
    line.push(...device.own);
    return {line, children: this.childNodes(slot, device, told), shows: [`o${slot}`]};
  }

  childNodes(slot, device, told) {
    const children = [];
    const underneath = new Set(device.uses);
    device.targets.forEach((target, t) => {
      const parts = target.groups.map((group, g) => ({
        line: group.line,
        shows: [`g${slot}.${t}.${g}`],
        children: group.paths.map((path) => {
          underneath.delete(path.slot);
          const node = this.node(path.slot, path.state, told);
          return {...node, shows: [...node.shows, `p${slot}.${t}.${path.slot}`]};
        }),
      }));
      children.push({line: target.line, children: parts, shows: [`t${slot}.${t}`]});
    });
    if (device.inactive.length > 0) {
      children.push({
        line: device.inactive[0],
        children: device.inactive.slice(1).map((line) => ({line, children: [], shows: []})),
        shows: [`i${slot}`],
      });
    }
    for (const below of underneath) {
      children.push(this.node(below, [], told));
    }
    return children;
  }

  node(slot, state, told) {
    if (this.devices.has(slot)) {
      return this.mappedNode(slot, state, told);
    }
    const disk = this.disks.get(slot);
    const line = !disk || disk.name === ""
        ? [{style: "name", text: this.dev(slot)}]
        : [{style: "name", text: disk.name}, {style: "detail", text: " " + this.dev(slot)}];
    line.push(...state);
    const isNew = !told.has(slot);
    told.add(slot);
    if (!disk) {
      line.push({style: "detail", text: " (not known)"});
    } else {
      line.push(...disk.state, ...(isNew ? disk.own : []));
    }
    return {line, children: [], shows: [`k${slot}`]};
  }

  // The lines of the tree with their branches.
  lines() {
    const lines = [];
    const add = (nodes, indent, level) => {
      nodes.forEach((node, i) => {
        const isLast = i === nodes.length - 1;
        const branch = level === 1 ? "" : indent + (isLast ? "└─ " : "├─ ");
        lines.push({branch, spans: node.line, level, shows: node.shows});
        add(node.children, level === 1 ? "" : indent + (isLast ? "   " : "│  "), level + 1);
      });
    };
    add(this.tree(), "", 1);
    return lines;
  }

  // What an event changed against the stack before it: keys of devices (d: any of it, o: its own
  // line, i: the inactive table), targets, groups, paths and disks. Equal states have equal numbers.
  changesSince(before) {
    const changed = new Set();
    const slots = new Set([
      ...this.devices.keys(), ...before.devices.keys(), ...this.disks.keys(),
      ...before.disks.keys(),
    ]);
    for (const slot of slots) {
      const now = this.devices.get(slot);
      const then = before.devices.get(slot);
      if ((now?.id ?? 0) !== (then?.id ?? 0)) {
        changed.add(`d${slot}`);
        if (now?.name !== then?.name || plainText(now?.own ?? []) !== plainText(then?.own ?? [])) {
          changed.add(`o${slot}`);
        }
        const inactive = (device) => (device?.inactive ?? []).map(plainText).join("\n");
        if (inactive(now) !== inactive(then)) {
          changed.add(`i${slot}`);
        }
        now?.targets.forEach((target, t) => {
          const was = then?.targets[t];
          if (target.id === was?.id) {
            return;
          }
          changed.add(`t${slot}.${t}`);
          target.groups.forEach((group, g) => {
            if (group.id === was?.groups[g]?.id) {
              return;
            }
            if (plainText(group.line) !== plainText(was?.groups[g]?.line ?? [])) {
              changed.add(`g${slot}.${t}.${g}`);
            }
            group.paths.forEach((path) => {
              if (!was?.groups[g]?.paths.some((other) => other.id === path.id)) {
                changed.add(`p${slot}.${t}.${path.slot}`);
              }
            });
          });
        });
      }
      if ((this.disks.get(slot)?.id ?? 0) !== (before.disks.get(slot)?.id ?? 0)) {
        changed.add(`k${slot}`);
      }
    }
    return changed;
  }
}
