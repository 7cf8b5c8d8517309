package dmrec.console;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** The commands that a console runs beside its own; only the command line knows their classes. */
public interface Commands {
  /** By name, in the order of the help. */
  Map<String, CommandSpec> specs();

  /**
   * Runs one; what fails is told on {@link Output#err}.
   *
   * @param args its name and arguments
   * @param at what it takes where the arguments tell nothing else
   * @return its exit code
   */
  int run(List<String> args, Output output, Standpoint at) throws IOException;
}
