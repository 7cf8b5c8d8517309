package dmrec.topology;

import dmrec.target.DevNo;
import dmrec.target.Multipath;
import dmrec.target.Target;
import dmrec.target.TargetStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The paths of one multipath target, changed in place: a path event costs no object, and the status
 * text is written only when somebody reads it.
 */
final class FoldedPaths {
  private Target target;

  /** The status as it was when somebody last asked. */
  private Multipath form;

  private final DevNo[] devices;
  private final boolean[] failed;
  private final long[] failCounts;
  private boolean isChanged;
  private boolean isFormOld;

  private FoldedPaths(Target target, Multipath form) {
    this.target = target;
    this.form = form;
    List<Multipath.Path> paths = new ArrayList<>();
    form.groups().forEach(group -> paths.addAll(group.paths()));
    devices = new DevNo[paths.size()];
    failed = new boolean[paths.size()];
    failCounts = new long[paths.size()];
    for (int i = 0; i < devices.length; i++) {
      devices[i] = paths.get(i).device();
      failed[i] = paths.get(i).failed();
      failCounts[i] = paths.get(i).failCount();
    }
  }

  /** Those of a target; null where its status is none of a multipath target. */
  static @Nullable FoldedPaths of(Target target) {
    return TargetStatus.parse(target.type(), target.status()) instanceof Multipath form
        ? new FoldedPaths(target, form)
        : null;
  }

  /** Whether they are what this target's status says. */
  @SuppressWarnings("ReferenceEquality") // Another target of the same words is only read again.
  boolean isOf(Target other) {
    return target == other;
  }

  boolean isChanged() {
    return isChanged;
  }

  boolean has(DevNo path) {
    for (DevNo each : devices) {
      if (each.equals(path)) {
        return true;
      }
    }
    return false;
  }

  /**
   * What the status will say after a path's event: a failure counts one more, a reinstatement
   * leaves the count alone, and no change is no change ({@code dm-mpath.c:fail_path} and {@code
   * reinstate_path}).
   */
  void set(DevNo path, boolean nowFailed) {
    for (int i = 0; i < devices.length; i++) {
      if (failed[i] != nowFailed && devices[i].equals(path)) {
        failed[i] = nowFailed;
        failCounts[i] += nowFailed ? 1 : 0;
        isChanged = true;
        isFormOld = true;
      }
    }
  }

  /**
   * The same after an event that an older state of the path sent: a failure counts, and the path
   * stays as it is.
   */
  void countLate(DevNo path) {
    boolean isFirst = true;
    for (int i = 0; i < devices.length; i++) {
      if (!devices[i].equals(path)) {
        continue;
      }
      if (isFirst && failed[i]) {
        return; // It is as that event says.
      }
      isFirst = false;
      failCounts[i] += failed[i] ? 0 : 1;
      failed[i] = false;
      isChanged = true;
      isFormOld = true;
    }
  }

  /** The target with the status as it is now; these are its paths from then on. */
  Target settle() {
    if (isChanged) {
      target = target.withStatus(now().text());
      isChanged = false;
    }
    return target;
  }

  /** The status as it is now; the same object until it changes. */
  Multipath now() {
    if (isFormOld) {
      form = changed();
      isFormOld = false;
    }
    return form;
  }

  private Multipath changed() {
    List<Multipath.Group> groups = new ArrayList<>(form.groups().size());
    int i = 0;
    for (Multipath.Group group : form.groups()) {
      List<Multipath.Path> paths = new ArrayList<>(group.paths().size());
      for (Multipath.Path path : group.paths()) {
        boolean isSame = path.failed() == failed[i] && path.failCount() == failCounts[i];
        paths.add(
            isSame
                ? path
                : new Multipath.Path(path.device(), failed[i], failCounts[i], path.selectorArgs()));
        i++;
      }
      groups.add(
          new Multipath.Group(group.state(), group.selectorArgs(), group.pathArgCount(), paths));
    }
    return new Multipath(
        form.features(), form.hardwareHandler(), form.currentGroup(), groups, form.rest());
  }
}
