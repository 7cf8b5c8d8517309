package dmrec.query;

import com.fasterxml.jackson.core.JsonGenerator;
import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import dmrec.topology.Device;
import dmrec.topology.Disk;
import dmrec.topology.TopologyView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A stack for programs: what {@link StackTree} draws, and the figures in full. */
public final class StackData {
  /** What {@link #csv} begins with. */
  private static final List<String> COLUMNS =
      List.of(
          "node",
          "parent",
          "depth",
          "type",
          "dev",
          "diskseq",
          "name",
          "uuid",
          "size_sectors",
          "state",
          "same_as");

  private final TopologyView stack;
  private final Map<DevNo, Integer> told = new HashMap<>();
  private final StringBuilder rows = new StringBuilder();
  private int node;

  private StackData(TopologyView stack) {
    this.stack = stack;
  }

  /** One object in a line: every device with its targets, path groups and paths, every disk. */
  public static String json(TopologyView stack) {
    return AnswerJson.object(
        json -> {
          json.writeNumberField("seq", stack.seq());
          json.writeStringField("time", AnswerJson.time(stack.wallNs()));
          json.writeArrayFieldStart("devices");
          for (Device device : stack.devicesByName()) {
            device(json, device, stack);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("disks");
          for (Disk disk : stack.disks()) {
            json.writeStartObject();
            disk(json, disk);
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static void device(JsonGenerator json, Device device, TopologyView stack)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("dev", device.dev().toString());
    json.writeNumberField("diskseq", device.ref().diskSeq());
    json.writeStringField("name", device.name());
    json.writeStringField("uuid", device.uuid());
    json.writeNumberField("size_sectors", device.sizeSectors());
    json.writeBooleanField("suspended", device.suspended());
    json.writeBooleanField("internal_suspend", device.internalSuspend());
    json.writeBooleanField("read_only", device.readOnly());
    json.writeBooleanField("deferred_remove", device.deferredRemove());
    json.writeNumberField("event_nr", device.eventNr());
    json.writeNumberField("open_count", device.openCount());
    json.writeNumberField("read_ahead_kib", device.readAheadKib());
    AnswerJson.devs(json, "uses", device.dependencies());
    AnswerJson.devs(json, "used_by", stack.users(device.dev()).stream().map(Device::dev).toList());
    targets(json, "live", device.live(), stack);
    targets(json, "inactive", device.inactive(), stack);
    json.writeEndObject();
  }

  private static void targets(
      JsonGenerator json, String field, @Nullable List<Target> targets, TopologyView stack)
      throws IOException {
    if (targets == null) {
      json.writeNullField(field);
      return;
    }
    json.writeArrayFieldStart(field);
    for (Target target : targets) {
      json.writeStartObject();
      json.writeNumberField("start", target.startSector());
      json.writeNumberField("length", target.lengthSectors());
      json.writeStringField("type", target.type());
      json.writeStringField("params", target.params());
      json.writeStringField("status", target.status());
      TargetStatus status = TargetStatus.parse(target.type(), target.status());
      json.writeObjectFieldStart("state");
      facts(json, StatusFacts.of(status));
      json.writeEndObject();
      if (status instanceof Multipath multipath) {
        groups(json, multipath, stack);
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** What is about the target beside what is about its legs, under the fact's name. */
  private static void facts(JsonGenerator json, List<StatusFacts.Fact> facts) throws IOException {
    Set<String> parts = new LinkedHashSet<>();
    for (StatusFacts.Fact fact : facts) {
      if (fact.of().isEmpty()) {
        json.writeFieldName(fact.name());
        value(json, fact);
      } else if (!fact.name().startsWith("path_") && !fact.name().startsWith("group_")) {
        parts.add(fact.name());
      }
    }
    for (String part : parts) {
      json.writeObjectFieldStart(part);
      Set<String> seen = new HashSet<>();
      for (StatusFacts.Fact fact : facts) {
        if (fact.name().equals(part) && seen.add(fact.of())) {
          json.writeFieldName(fact.of());
          value(json, fact);
        }
      }
      json.writeEndObject();
    }
  }

  private static void value(JsonGenerator json, StatusFacts.Fact fact) throws IOException {
    switch (fact.type()) {
      case TEXT -> json.writeString(fact.value());
      case NUMBER -> json.writeNumber(Long.parseLong(fact.value()));
      case BOOLEAN -> json.writeBoolean(Boolean.parseBoolean(fact.value()));
    }
  }

  private static void groups(JsonGenerator json, Multipath multipath, TopologyView stack)
      throws IOException {
    json.writeArrayFieldStart("groups");
    for (int i = 0; i < multipath.groups().size(); i++) {
      Multipath.Group group = multipath.groups().get(i);
      json.writeStartObject();
      json.writeNumberField("group", i + 1);
      json.writeStringField("state", StatusFacts.word(group.state()));
      json.writeArrayFieldStart("paths");
      for (Multipath.Path path : group.paths()) {
        json.writeStartObject();
        json.writeStringField("dev", path.device().toString());
        json.writeStringField("name", stack.nameOf(path.device()));
        json.writeStringField("state", path.failed() ? "failed" : "active");
        json.writeNumberField("failures", path.failCount());
        Disk disk = stack.disk(path.device());
        if (disk != null) {
          json.writeObjectFieldStart("disk");
          disk(json, disk);
          json.writeEndObject();
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void disk(JsonGenerator json, Disk disk) throws IOException {
    json.writeStringField("dev", disk.dev().toString());
    json.writeStringField("name", disk.name());
    json.writeStringField("wwid", disk.wwid());
    json.writeStringField("serial", disk.serial());
    json.writeNumberField("size_sectors", disk.sizeSectors());
    if (!disk.port().isEmpty()) {
      json.writeStringField("port", disk.port());
    }
    json.writeBooleanField("present", disk.present());
  }

  /** A row for each line of the tree, with the number of the row it hangs under. */
  public static String csv(TopologyView stack) {
    StackData data = new StackData(stack);
    data.rows.append(Csv.row(COLUMNS));
    Set<DevNo> used = new HashSet<>();
    stack.devices().forEach(device -> used.addAll(device.dependencies()));
    for (Device device : stack.devicesByName()) {
      if (!used.contains(device.dev())) {
        data.device(device.dev(), 0, 0, "");
      }
    }
    // What uses itself in a ring is under no other, and disks may be under nothing.
    for (Device device : stack.devicesByName()) {
      if (!data.told.containsKey(device.dev())) {
        data.device(device.dev(), 0, 0, "");
      }
    }
    for (Disk disk : stack.disks()) {
      if (!data.told.containsKey(disk.dev())) {
        data.device(disk.dev(), 0, 0, "");
      }
    }
    return data.rows.toString();
  }

  private void device(DevNo dev, int parent, int depth, String state) {
    Integer same = told.get(dev);
    Device device = stack.device(dev);
    if (device == null) {
      Disk disk = stack.disk(dev);
      boolean isGone = disk != null && !disk.present();
      row(
          parent,
          depth,
          "disk",
          List.of(
              dev.toString(),
              "",
              disk == null ? "" : disk.name(),
              disk == null ? "" : disk.wwid(),
              disk == null || disk.sizeSectors() < 0 ? "" : Long.toString(disk.sizeSectors()),
              joined(state, isGone ? "removed" : disk == null ? "unknown" : "present"),
              same == null ? "" : same.toString()));
      told.putIfAbsent(dev, node);
      return;
    }
    row(
        parent,
        depth,
        "device",
        List.of(
            dev.toString(),
            Long.toString(device.ref().diskSeq()),
            device.name(),
            device.uuid(),
            Long.toString(device.sizeSectors()),
            joined(state, flags(device)),
            same == null ? "" : same.toString()));
    if (same != null) {
      return;
    }
    int own = node;
    told.put(dev, own);
    Set<DevNo> underneath = new LinkedHashSet<>(device.dependencies());
    for (Target target : device.targets()) {
      target(target, own, depth + 1, underneath);
    }
    if (device.inactive() != null) {
      for (Target target : device.inactive()) {
        part(own, depth + 1, "inactive", target.type(), target.lengthSectors(), "");
      }
    }
    for (DevNo below : underneath) {
      device(below, own, depth + 1, "");
    }
  }

  private void target(Target target, int parent, int depth, Set<DevNo> underneath) {
    TargetStatus status = TargetStatus.parse(target.type(), target.status());
    List<String> words = new ArrayList<>();
    for (StatusFacts.Fact fact : StatusFacts.of(status)) {
      if (!(status instanceof Multipath) || fact.of().isEmpty()) {
        words.add(
            fact.name() + (fact.of().isEmpty() ? "" : "[" + fact.of() + "]") + "=" + fact.value());
      }
    }
    part(parent, depth, "target", target.type(), target.lengthSectors(), String.join(" ", words));
    if (status instanceof Multipath multipath) {
      int own = node;
      for (int i = 0; i < multipath.groups().size(); i++) {
        Multipath.Group group = multipath.groups().get(i);
        part(
            own,
            depth + 1,
            "group",
            Integer.toString(i + 1),
            -1,
            StatusFacts.word(group.state()) + (multipath.currentGroup() == i + 1 ? " next" : ""));
        int groupNode = node;
        for (Multipath.Path path : group.paths()) {
          underneath.remove(path.device());
          device(
              path.device(),
              groupNode,
              depth + 2,
              (path.failed() ? "failed" : "active") + " failures=" + path.failCount());
        }
      }
    }
  }

  private static String flags(Device device) {
    List<String> flags = new ArrayList<>();
    if (device.live() == null) {
      flags.add("no_live_table");
    }
    if (device.suspended()) {
      flags.add("suspended");
    }
    if (device.internalSuspend()) {
      flags.add("internal_suspend");
    }
    if (device.readOnly()) {
      flags.add("read_only");
    }
    if (device.deferredRemove()) {
      flags.add("deferred_remove");
    }
    return String.join(" ", flags);
  }

  private static String joined(String one, String other) {
    return one.isEmpty() || other.isEmpty() ? one + other : one + " " + other;
  }

  private void part(
      int parent, int depth, String type, String name, long sizeSectors, String state) {
    row(
        parent,
        depth,
        type,
        List.of("", "", name, "", sizeSectors < 0 ? "" : Long.toString(sizeSectors), state, ""));
  }

  private void row(int parent, int depth, String type, List<String> rest) {
    node++;
    List<String> row = new ArrayList<>();
    row.add(Integer.toString(node));
    row.add(parent == 0 ? "" : Integer.toString(parent));
    row.add(Integer.toString(depth));
    row.add(type);
    row.addAll(rest);
    rows.append(Csv.row(row));
  }
}
