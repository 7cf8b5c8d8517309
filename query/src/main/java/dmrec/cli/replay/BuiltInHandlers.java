package dmrec.cli.replay;

import dmrec.cli.host.Host;
import dmrec.event.EventJson;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.handler.JournalHandler;
import dmrec.handler.LineHandler;
import dmrec.handler.UeventWay;
import dmrec.query.EventText;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The handlers that come with dmrec, by the word that {@code --into} names them with. */
final class BuiltInHandlers {
  /** What a user who is not understood may have meant. */
  static final List<String> NAMES =
      List.of("print", "json", "exec:", "each:", "uevent", "udev", "journal:");

  private static final String JOURNAL = "journal:";

  private final Host host;
  private final EventText text;
  private final ListenerOptions listeners;
  private final Programs programs;

  /** Handlers that print events as {@code text} has them. */
  BuiltInHandlers(Host host, EventText text, ListenerOptions listeners, Programs programs) {
    this.host = host;
    this.text = text;
    this.listeners = listeners;
    this.programs = programs;
  }

  private interface Maker {
    DmEventHandler make() throws HandlerException;
  }

  /** The one that is named so; null where none is. */
  @Nullable HandlerFactory find(String into) {
    return switch (into) {
      case "print" -> factory(into, () -> new LineHandler(text::print));
      case "json" -> factory(into, () -> new LineHandler(EventJson::write));
      case "uevent" -> factory(into, () -> listeners.handler(UeventWay.KERNEL, host));
      case "udev" -> factory(into, () -> listeners.handler(UeventWay.UDEV, host));
      default ->
          into.startsWith(JOURNAL)
              ? factory(into, () -> new JournalHandler(Path.of(into.substring(JOURNAL.length()))))
              : programs.find(into);
    };
  }

  /** A handler that is none of these may start programs too. */
  void watchPrograms() {
    programs.watchAll();
  }

  private static HandlerFactory factory(String name, Maker maker) {
    return new HandlerFactory() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public DmEventHandler make() throws HandlerException {
        return maker.make();
      }
    };
  }
}
