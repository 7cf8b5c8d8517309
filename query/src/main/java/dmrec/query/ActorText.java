package dmrec.query;

import dmrec.event.Actor;
import dmrec.event.EventRecord;
import java.util.ArrayList;
import java.util.List;

/** The process behind an event in words, the same in every answer. All text is escaped. */
public final class ActorText {
  private ActorText() {}

  /** {@code by lvcreate[812]} of who asked, {@code in dd[77]} of whose context it happened in. */
  public static String brief(Actor actor) {
    return (actor.relation() == Actor.Relation.ASKED ? "by " : "in ")
        + process(actor.command(), actor.pid());
  }

  /** What stands behind the words of an event: two blanks and {@link #brief}, or nothing. */
  static String behind(EventRecord record) {
    Actor actor = record.actor();
    return actor == null ? "" : "  " + brief(actor);
  }

  static String process(String command, int pid) {
    return command.isEmpty() ? "pid " + pid : Names.quoted(command) + "[" + pid + "]";
  }

  /** Everything else that is known of it, with commas. */
  public static String details(Actor actor) {
    List<String> words = new ArrayList<>();
    if (actor.tid() != 0 && actor.tid() != actor.pid()) {
      words.add("thread " + actor.tid());
    }
    if (actor.uid() != -1) {
      words.add("uid " + Integer.toUnsignedString(actor.uid()));
    }
    if (actor.loginUid() != -1) {
      words.add("login uid " + Integer.toUnsignedString(actor.loginUid()));
    }
    if (!actor.executable().isEmpty()) {
      words.add("runs " + Names.quoted(actor.executable()));
    }
    if (!actor.parentCommand().isEmpty() || actor.parentPid() != 0) {
      words.add("child of " + process(actor.parentCommand(), actor.parentPid()));
    }
    if (!actor.unit().isEmpty()) {
      words.add("unit " + Names.quoted(actor.unit()));
    }
    return String.join(", ", words);
  }
}
