package dmrec.handler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.event.EventRecord;
import dmrec.event.EventRecords;
import dmrec.event.Kind;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class TypedHandlerTest {
  /** {@code path_failed} is {@code pathFailed}. */
  private static String camel(Kind kind) {
    StringBuilder name = new StringBuilder();
    for (String word : kind.name().toLowerCase(Locale.ROOT).split("_", -1)) {
      String first = word.substring(0, 1);
      name.append(name.isEmpty() ? first : first.toUpperCase(Locale.ROOT))
          .append(word, 1, word.length());
    }
    return name.toString();
  }

  @Test
  void hasAMethodForEachKindUnderTheKindsOwnName() throws Exception {
    for (Kind kind : Kind.values()) {
      List<String> methods = new ArrayList<>();
      for (Method method : TypedHandler.class.getDeclaredMethods()) {
        if (method.getParameterCount() == 2 && !method.isSynthetic()) {
          methods.add(method.getName());
        }
      }
      assertTrue(methods.stream().anyMatch(camel(kind)::equals), kind + " in " + methods);
      assertEquals(Kind.values().length, methods.size());
    }
  }

  @Test
  void whatIsNotOverriddenGoesToOther() throws Exception {
    List<Kind> others = new ArrayList<>();
    TypedHandler handler =
        new TypedHandler() {
          @Override
          protected void other(ReplayedEvent at) {
            others.add(at.kind());
          }
        };

    for (EventRecord record : new EventRecords(3).oneOfEach()) {
      handler.handle(new ReplayedEvent(record));
    }

    assertEquals(List.of(Kind.values()), others);
  }

  @Test
  void aKindThatIsOverriddenGoesThereAlone() throws Exception {
    List<Object> seen = new ArrayList<>();
    TypedHandler handler =
        new TypedHandler() {
          @Override
          protected void pathFailed(dmrec.event.DmEvent.PathFailed event, ReplayedEvent at) {
            seen.add(event);
          }

          @Override
          protected void other(ReplayedEvent at) {
            seen.add(at.kind());
          }
        };
    EventRecord failed = new EventRecords(3).next(Kind.PATH_FAILED);

    handler.handle(new ReplayedEvent(failed));

    assertEquals(List.of(failed.event()), seen);
  }
}
