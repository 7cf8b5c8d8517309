package dmrec.cli;

import dmrec.event.KernelText;
import dmrec.kernel.ProcessImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts this same dmrec again, in this one's place: the same Java, its options and the arguments
 * as they were typed, with options of the JVM added and, if need be, behind a program that runs it
 * in other surroundings.
 *
 * <p>The new one sees that it is the second by a system property among those options.
 */
final class Relaunch {
  private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");
  private static final Path JAVA = Path.of("/proc/self/exe");

  private Relaunch() {}

  /**
   * Does not return, where it succeeds.
   *
   * @param prefix a program, by its whole path, and its arguments, as {@code /usr/bin/unshare -n};
   *     empty for none
   * @param jvmOptions what the JVM gets besides its present options
   */
  static void run(Host host, List<String> prefix, List<String> jvmOptions) throws IOException {
    List<String> command = command(prefix, JAVA.toRealPath().toString(), commandLine(), jvmOptions);
    host.out().flush();
    host.err().flush();
    ProcessImage.replace(
        KernelText.encode(command.get(0)), command.stream().map(KernelText::encode).toList());
  }

  private static List<String> commandLine() throws IOException {
    String text = KernelText.decode(Files.readAllBytes(COMMAND_LINE));
    List<String> words = new ArrayList<>(List.of(text.split("\0", -1)));
    // Each ends in a NUL, so the split leaves one empty text behind the last.
    words.remove(words.size() - 1);
    return words;
  }

  /** The command line that starts the process of that command line again. */
  static List<String> command(
      List<String> prefix, String java, List<String> commandLine, List<String> jvmOptions) {
    int main = commandLine.indexOf(Main.class.getName());
    if (main < 1) {
      throw Failure.of(
          "cannot start dmrec again: expected "
              + Main.class.getName()
              + " in "
              + COMMAND_LINE
              + "; start it by its launcher");
    }
    List<String> command = new ArrayList<>(prefix);
    command.add(java);
    command.addAll(commandLine.subList(1, main));
    command.addAll(jvmOptions);
    command.addAll(commandLine.subList(main, commandLine.size()));
    return command;
  }
}
