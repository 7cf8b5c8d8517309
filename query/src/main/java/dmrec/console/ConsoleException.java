package dmrec.console;

/** Why a line of the console cannot be done: one line for the user. */
final class ConsoleException extends Exception {
  ConsoleException(String message) {
    super(message);
  }
}
