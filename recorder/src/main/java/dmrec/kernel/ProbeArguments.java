package dmrec.kernel;

import java.util.OptionalInt;

/** What a probe fetches, as kprobe_events takes it: registers, and members of structures. */
final class ProbeArguments {
  /** BTF lacks a structure or a member, or the kernel a function. */
  static final class Lacking extends Exception {
    private static final long serialVersionUID = 1;
  }

  private final Btf btf;

  /** Of the module that has the structures which the others see from outside only. */
  private final Btf dm;

  ProbeArguments(Btf btf, Btf dm) {
    this.btf = btf;
    this.dm = dm;
  }

  /** Table and place of a {@code struct dm_target}. */
  String ofTarget(String target) throws Lacking, KernelException {
    return "begin=+16(" + target + "):u64 md=" + mdOfTarget(target);
  }

  String mdOfTarget(String target) throws Lacking, KernelException {
    return mdOfTable("+0(" + target + ")");
  }

  String mdOfTable(String table) throws Lacking, KernelException {
    return md("+0(" + table + ")");
  }

  /** The number of a {@code struct mapped_device}, as text: {@code 254:3}. */
  String md(String device) throws Lacking, KernelException {
    return "+" + offset("mapped_device", "name") + "(" + device + "):string";
  }

  /** Members of structures, each behind a pointer that the one before is. */
  String path(String register, String... members) throws Lacking, KernelException {
    String path = register;
    for (String member : members) {
      int dot = member.indexOf('.');
      path = "+" + offset(member.substring(0, dot), member.substring(dot + 1)) + "(" + path + ")";
    }
    return path;
  }

  /** What stands in a structure of which the first argument points at another member. */
  String beside(String struct, String given, String member) throws Lacking, KernelException {
    int distance = offset(struct, member) - offset(struct, given);
    return (distance < 0 ? "" : "+") + distance + "(%di)";
  }

  int offset(String struct, String member) throws Lacking, KernelException {
    OptionalInt offset = btf.offset(struct, member);
    if (offset.isEmpty()) {
      offset = dm.offset(struct, member);
    }
    return offset.orElseThrow(Lacking::new);
  }
}
