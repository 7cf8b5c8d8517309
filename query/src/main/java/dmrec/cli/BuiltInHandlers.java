package dmrec.cli;

import dmrec.event.EventJson;
import dmrec.handler.DmEventHandler;
import dmrec.handler.HandlerException;
import dmrec.handler.HandlerFactory;
import dmrec.handler.LineHandler;
import dmrec.query.EventText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The handlers that come with dmrec, by the word that {@code --into} names them with. */
final class BuiltInHandlers {
  /** What a user who is not understood may have meant. */
  static final List<String> NAMES = List.of("print", "json");

  private final EventText text;

  /** Handlers that print events as {@code text} has them. */
  BuiltInHandlers(EventText text) {
    this.text = text;
  }

  private interface Maker {
    DmEventHandler make() throws HandlerException;
  }

  /** The one that is named so; null where none is. */
  @Nullable HandlerFactory find(String into) {
    return switch (into) {
      case "print" -> factory(into, () -> new LineHandler(text::print));
      case "json" -> factory(into, () -> new LineHandler(EventJson::write));
      default -> null;
    };
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
