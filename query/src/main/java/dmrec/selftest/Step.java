package dmrec.selftest;

import java.io.IOException;
import java.util.List;

/**
 * A part of a self-test that can be left out without the others.
 *
 * @param title what it is, for people
 * @param targets the types of targets that the kernel must have
 */
record Step(String title, List<String> targets, Action action) {
  /** Causes changes. */
  interface Action {
    void on(Stage stage) throws IOException, InterruptedException;
  }
}
