package dmrec.record;

import dmrec.decode.DecodeException;
import dmrec.decode.ProbeLine;
import dmrec.event.Actor;
import dmrec.event.DeviceRef;
import dmrec.event.DmEvent;
import dmrec.kernel.ProbeHit;
import dmrec.target.DevNo;
import org.jspecify.annotations.Nullable;

/**
 * One hit, decoded.
 *
 * @param actor the process behind it; null where it ran in an interrupt
 */
record DecodedHit(Observation.ProbeSeen seen, ProbeLine line, @Nullable Actor actor) {
  static DecodedHit of(Observation.ProbeSeen seen) throws DecodeException {
    ProbeLine line = ProbeLine.decode(seen.record());
    DecodedHit hit = new DecodedHit(seen, line, seen.process());
    return hit.isInInterrupt() ? hit.by(null) : hit;
  }

  DecodedHit by(@Nullable Actor other) {
    return new DecodedHit(seen, line, other);
  }

  String name() {
    return line.name();
  }

  /**
   * True for every probe inside a function, too: it traps, which the flags show as an interrupt.
   */
  boolean isInInterrupt() {
    return ProbeHit.isInInterrupt(number("flags", 0));
  }

  long number(String key, long otherwise) {
    return line.number(key, otherwise);
  }

  /** A text; empty where there is none. The kernel says "(fault)" of what it could not read. */
  String text(String key) {
    String text = line.text(key);
    return text == null || text.equals("(fault)") || text.equals("(null)") ? "" : text;
  }

  DevNo dev() {
    return dev("md");
  }

  DevNo dev(String key) {
    String text = text(key);
    return DevNo.isDevNo(text) ? DevNo.parse(text) : DevNo.NONE;
  }

  /** Something that happened to the hit's device; null where it names none. */
  @Nullable Happening happening(DmEvent event) {
    return happening(dev(), event);
  }

  @Nullable Happening happening(DevNo dev, DmEvent event) {
    return dev.equals(DevNo.NONE) ? null : happening(refOf(dev), event, -1);
  }

  /** Something that happened to the hit's target; null where it names no device. */
  @Nullable Happening ofTarget(DmEvent event) {
    DevNo dev = dev();
    return dev.equals(DevNo.NONE) ? null : happening(refOf(dev), event, number("begin", -1));
  }

  Happening happening(DeviceRef device, DmEvent event, long startSector) {
    return new Happening(name(), seen, device, event, startSector, actor);
  }

  static DeviceRef refOf(DevNo dev) {
    return dev.equals(DevNo.NONE) ? DeviceRef.NONE : new DeviceRef(dev, 0, "", "");
  }
}
