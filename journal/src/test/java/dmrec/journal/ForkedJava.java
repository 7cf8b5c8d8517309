package dmrec.journal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Another JVM like this one: the same Java, classes and rights. */
public final class ForkedJava {
  private ForkedJava() {}

  /** What begins it. */
  public static List<String> command(Class<?> main, String... args) {
    return command(List.of(), main, args);
  }

  /**
   * The same with options of the JVM's own.
   *
   * @param options before those that every one has
   */
  public static List<String> command(List<String> options, Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-cp",
            Objects.requireNonNull(System.getProperty("java.class.path")),
            main.getName()));
    command.addAll(List.of(args));
    return command;
  }
}
