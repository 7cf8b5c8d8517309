package dmrec.query;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** Writes a journal to measure with, and prints the seconds: {@code samples/bench/compare}. */
public final class WriteBench {
  private WriteBench() {}

  public static void main(String[] args) throws IOException {
    long began = System.nanoTime();
    BenchJournal.write(Path.of(args[0]), Long.parseLong(args[1]), BenchJournal.STEP_NS);
    System.out.printf(Locale.ROOT, "%.2f%n", (System.nanoTime() - began) / 1e9);
  }
}
