package dmrec.replay.junit;

import dmrec.event.Kind;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test method recorded events: parameters of the types {@link ReplayedStream}, {@link
 * dmrec.topology.Topology} (the stack before the first event) and {@link java.time.Clock} (shows
 * recorded time, that of the event at hand). Where the test fails, it says at which event.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ExtendWith(ReplayExtension.class)
public @interface ReplayJournal {
  /**
   * A journal's folder, a {@code .dmrec} bundle, or a file of events as {@code dmrec log --output
   * json} prints them: a path, or else the name of a resource, looked for beside the test's class
   * and then from the root of the class path.
   */
  String value();

  /** Only events of these kinds; the others change the stack nevertheless. None for all. */
  Kind[] kinds() default {};

  /** Nothing before this: {@code #812}, or a time as {@code 2026-03-01T03:12:05Z}. */
  String from() default "";

  /** Nothing after this. */
  String to() default "";
}
