package dmrec.query.dmsetup;

import dmrec.query.LvmName;
import dmrec.query.NameMangling;
import dmrec.query.NameMangling.Mangled;
import dmrec.query.dmsetup.DmsetupSession.Call;
import dmrec.query.dmsetup.DmsetupSession.Reply;
import dmrec.query.dmsetup.DmsetupSession.Wanted;
import dmrec.target.DevNo;
import dmrec.topology.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A column of {@code dmsetup info -c} that a topology can fill, in dmsetup's order. */
enum InfoField {
  NAME(Group.NAME, "Name", 16, Row::name),
  MANGLED_NAME(Group.NAME, "MangledName", 16, row -> row.mangled(row.name(), "name")),
  UNMANGLED_NAME(Group.NAME, "UnmangledName", 16, Row::name),
  UUID(Group.NAME, "UUID", 32, Row::uuid),
  MANGLED_UUID(Group.NAME, "MangledUUID", 32, row -> row.mangled(row.uuid(), "UUID")),
  UNMANGLED_UUID(Group.NAME, "UnmangledUUID", 32, Row::uuid),
  READ_AHEAD(
      Group.NAME,
      "RAhead",
      -6,
      row -> text(DmsetupInfo.readAheadSectors(row.session(), row.reply()))),

  BLKDEVNAME(Group.INFO, "BlkDevName", 16, row -> row.blockName(row.device().dev())),
  ATTR(Group.INFO, "Stat", 4, Row::attributes),
  TABLES_LOADED(Group.INFO, "Tables", 6, Row::tables),
  SUSPENDED(Group.INFO, "Suspended", 9, row -> row.device().suspended() ? "Suspended" : "Active"),
  READONLY(Group.INFO, "Read-only", 9, row -> row.isReadOnly() ? "Read-only" : "Writeable"),
  DEVNO(Group.INFO, "DevNo", 5, row -> row.device().dev().toString()),
  MAJOR(Group.INFO, "Maj", -3, row -> text(row.device().dev().major())),
  MINOR(Group.INFO, "Min", -3, row -> text(row.device().dev().minor())),
  OPEN(Group.INFO, "Open", -4, row -> text(row.device().openCount())),
  SEGMENTS(
      Group.INFO, "Targ", -4, row -> text(DeviceLoop.targetCount(row.device(), row.inactive()))),
  EVENTS(Group.INFO, "Event", -6, row -> Long.toString(row.device().eventNr())),

  DEVICE_COUNT(Group.DEPS, "#Devs", -5, row -> text(row.uses().size())),
  DEVS_USED(Group.TREE, "DevNamesUsed", 16, row -> row.namesAround(false)),
  DEVNOS_USED(Group.DEPS, "DevNosUsed", 16, row -> row.joined(row.uses(), DevNo::toString)),
  BLKDEVS_USED(Group.DEPS, "BlkDevNamesUsed", 16, row -> row.joined(row.uses(), row::blockName)),
  DEVICE_REF_COUNT(Group.TREE, "#Refs", -5, Row::references),
  NAMES_USING_DEV(Group.TREE, "RefNames", 8, row -> row.namesAround(true)),
  DEVNOS_USING_DEV(Group.TREE, "RefDevNos", 9, Row::numbersUsing),

  SUBSYSTEM(Group.SPLITNAME, "Subsys", 6, row -> row.split().subsystem()),
  VG_NAME(Group.SPLITNAME, "VG", 4, row -> row.split().vg()),
  LV_NAME(Group.SPLITNAME, "LV", 4, row -> row.split().lv()),
  LV_LAYER(Group.SPLITNAME, "LVLayer", 7, row -> row.split().layer()),

  SELECTED(Group.SPECIAL, "Selected", -8, row -> "1");

  /** What a field is about; asking for {@code name_all} is asking for a whole group. */
  enum Group {
    NAME,
    INFO,
    DEPS,
    TREE,
    SPLITNAME,
    SPECIAL;

    final String all = name().toLowerCase(Locale.ROOT) + "all";
  }

  private final Group group;
  private final String heading;
  private final int width;

  // A lambda without state, which the checker cannot see.
  @SuppressWarnings("ImmutableEnumChecker")
  private final Function<Row, @Nullable String> value;

  private final String id = name().toLowerCase(Locale.ROOT);

  /** A negative width is that of a number, which stands at the right. */
  InfoField(Group group, String heading, int width, Function<Row, @Nullable String> value) {
    this.group = group;
    this.heading = heading;
    this.width = width;
    this.value = value;
  }

  private static String text(int number) {
    return Integer.toString(number);
  }

  Group group() {
    return group;
  }

  String id() {
    return id;
  }

  String heading() {
    return heading;
  }

  int width() {
    return Math.abs(width);
  }

  boolean isNumber() {
    return width < 0;
  }

  /** The value as it is shown; null where dmsetup would have failed, which is complained about. */
  @Nullable String of(Row row) {
    return value.apply(row);
  }

  /** Whether a text of the user, in lower case and without underscores, means this field. */
  boolean isCalled(String canonical) {
    return id.replace("_", "").equals(canonical);
  }

  /** One device with what its fields are taken from. */
  record Row(DmsetupSession session, Reply reply, boolean inactive, @Nullable DmTree tree) {

    Device device() {
      return reply.device();
    }

    String name() {
      return reply.name();
    }

    String uuid() {
      return reply.uuid();
    }

    boolean isReadOnly() {
      return DmsetupInfo.isReadOnly(session, device(), inactive);
    }

    LvmName split() {
      return LvmName.of(uuid(), name());
    }

    List<DevNo> uses() {
      return inactive ? List.of() : device().dependencies();
    }

    private @Nullable String mangled(String text, String what) {
      Mangled mangled = NameMangling.mangle(text, what);
      return mangled.text();
    }

    private @Nullable String blockName(DevNo dev) {
      String name = session.blockName(dev);
      if (name == null) {
        session.complain("Could not resolve block device name for " + dev + ".");
      }
      return name;
    }

    private String attributes() {
      return (device().live() != null ? "L" : "-")
          + (device().inactive() != null ? "I" : "-")
          + (device().suspended() ? "s" : "-")
          + (isReadOnly() ? "r" : "w");
    }

    private String tables() {
      if (device().live() == null) {
        return device().inactive() == null ? "None" : "Inactive";
      }
      return device().inactive() == null ? "Live" : "Both";
    }

    private @Nullable String joined(List<DevNo> devs, Function<DevNo, @Nullable String> name) {
      List<String> names = new ArrayList<>();
      for (DevNo dev : devs) {
        String one = name.apply(dev);
        if (one == null) {
          return null;
        }
        names.add(one);
      }
      return String.join(",", names);
    }

    private DmTree.@Nullable Node node() {
      return tree == null ? null : tree.find(device().dev());
    }

    private @Nullable String references() {
      DmTree.Node node = node();
      return tree == null || node == null ? null : text(tree.count(node, true));
    }

    private @Nullable String namesAround(boolean inverted) {
      DmTree.Node node = node();
      if (node == null) {
        return null;
      }
      List<String> names = new ArrayList<>();
      for (DmTree.Node other : DmTree.children(node, inverted)) {
        if (!other.name().isEmpty()) {
          names.add(other.name());
        }
      }
      return String.join(",", names);
    }

    private @Nullable String numbersUsing() {
      DmTree.Node node = node();
      if (node == null) {
        return null;
      }
      List<String> numbers = new ArrayList<>();
      for (DmTree.Node other : node.usedBy()) {
        if (!other.dev().equals(DevNo.NONE)) {
          numbers.add(other.dev().toString());
        }
      }
      return String.join(",", numbers);
    }

    /** The kernel's answer about what this device uses; null where there is none. */
    @Nullable Reply deps() {
      if (inactive && device().inactive() != null) {
        session.complain("What the inactive table of " + name() + " depends on is not recorded.");
        return null;
      }
      return session.ask(Call.DEPS, Wanted.dev(device().dev()));
    }
  }
}
