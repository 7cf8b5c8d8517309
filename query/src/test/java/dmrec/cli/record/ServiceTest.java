package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.host.Host;
import dmrec.kernel.KernelException;
import dmrec.kernel.Manager;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service manager is told, by a clock that the test turns. */
@Timeout(60)
class ServiceTest {
  private static final long SECOND_NS = 1_000_000_000L;
  private static final long NOW = 0;

  private final AtomicLong clock = new AtomicLong(77);
  private final List<String> warnings = new ArrayList<>();

  private Service service(Map<String, String> env) {
    ByteArrayOutputStream none = new ByteArrayOutputStream();
    Host host =
        new Host(
            none,
            new PrintStream(none, true, StandardCharsets.UTF_8),
            env,
            Clock.systemUTC(),
            false,
            false,
            false,
            0,
            true);
    return Service.of(host, clock::get, warnings::add);
  }

  private static Map<String, String> env(String address, String... more) {
    Map<String, String> env = new HashMap<>(Map.of("NOTIFY_SOCKET", address));
    for (int i = 0; i < more.length; i += 2) {
      env.put(more[i], more[i + 1]);
    }
    return env;
  }

  /** One turn a second. */
  private void turns(Service service, int seconds) {
    for (int i = 0; i < seconds; i++) {
      clock.addAndGet(SECOND_NS);
      service.turn(() -> "7 events");
    }
  }

  private static List<String> all(Manager manager) throws KernelException {
    List<String> messages = new ArrayList<>();
    for (String next = manager.next(NOW); !next.isEmpty(); next = manager.next(NOW)) {
      messages.add(next);
    }
    return messages;
  }

  @Test
  void tellsThatItIsReadyThatItLivesAndThatItStops() throws Exception {
    try (Manager manager = new Manager()) {
      Service service = service(env(manager.address(), "WATCHDOG_USEC", "20000000"));
      service.ready("7 events");
      assertEquals(List.of("READY=1\nSTATUS=7 events"), all(manager));

      turns(service, 4);
      assertEquals(List.of(), all(manager));
      turns(service, 1);
      assertEquals(List.of("WATCHDOG=1"), all(manager));
      turns(service, 10);
      assertEquals(List.of("WATCHDOG=1", "WATCHDOG=1"), all(manager));

      service.stopping();
      assertEquals(List.of("STOPPING=1\nSTATUS=closing the journal"), all(manager));
      assertEquals(List.of(), warnings);
    }
  }

  @Test
  void sendsNoSignOfLifeWhereNoneIsWanted() throws Exception {
    try (Manager manager = new Manager()) {
      Service service = service(env(manager.address()));
      service.ready("7 events");
      turns(service, 60);
      assertEquals(List.of("READY=1\nSTATUS=7 events"), all(manager));
    }
  }

  @Test
  void sendsNoSignOfLifeInThePlaceOfAnotherProcess() throws Exception {
    try (Manager manager = new Manager()) {
      String me = Long.toString(ProcessHandle.current().pid());
      Service mine =
          service(env(manager.address(), "WATCHDOG_USEC", "4000000", "WATCHDOG_PID", me));
      turns(mine, 3);
      assertEquals(3, all(manager).size());

      Service another =
          service(env(manager.address(), "WATCHDOG_USEC", "4000000", "WATCHDOG_PID", me + "0"));
      turns(another, 3);
      assertEquals(List.of(), all(manager).stream().filter(m -> m.contains("WATCHDOG")).toList());
    }
  }

  @Test
  void showsHowTheRecordingFaresWhereThatChanged() throws Exception {
    try (Manager manager = new Manager()) {
      Service service = service(env(manager.address()));
      service.ready("3 events");
      all(manager);
      turns(service, 60);
      assertEquals(List.of("STATUS=7 events"), all(manager));
    }
  }

  @Test
  void isReadyAlsoForAManagerThatWasTooBusyToHearIt() throws Exception {
    try (Manager manager = new Manager()) {
      Service noise = service(env(manager.address()));
      int sent = 0;
      // More than any queue holds: what does not fit is only tried again.
      while (sent++ < 10_000) {
        noise.ready("noise");
      }
      Service service = service(env(manager.address()));
      service.ready("7 events");
      assertTrue(all(manager).stream().noneMatch(m -> m.endsWith("7 events")));

      turns(service, 2);
      assertEquals(List.of("READY=1\nSTATUS=7 events"), all(manager));
      assertEquals(List.of(), warnings);
    }
  }

  @Test
  void saysNothingToNobody() {
    Service service = service(Map.of("WATCHDOG_USEC", "4000000"));
    service.ready("7 events");
    turns(service, 60);
    service.stopping();
    assertEquals(List.of(), warnings);
  }

  @Test
  void saysNothingOfAManagerThatEndsBeforeIt() throws Exception {
    Service service;
    try (Manager manager = new Manager()) {
      service = service(env(manager.address()));
      service.ready("7 events");
    }
    service.stopping();
    assertEquals(List.of(), warnings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nobody/listens/here", "@dmrec-test-nobody", "relative", "vsock:2:1"})
  void warnsOnceWhereNobodyCanBeToldAndGoesOn(String address) {
    Service service = service(env(address, "WATCHDOG_USEC", "4000000"));
    service.ready("7 events");
    turns(service, 60);
    service.stopping();

    assertEquals(1, warnings.size(), warnings::toString);
    assertTrue(
        warnings.get(0).startsWith("Cannot tell the service manager at " + address),
        warnings::toString);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "soon", "99999999999999999999"})
  void warnsOfAWatchdogItDoesNotUnderstand(String usec) throws Exception {
    try (Manager manager = new Manager()) {
      Service service = service(env(manager.address(), "WATCHDOG_USEC", usec));
      service.ready("7 events");
      turns(service, 60);
      assertEquals(1, all(manager).size());
      assertEquals(1, warnings.size());
      assertTrue(warnings.get(0).startsWith("WATCHDOG_USEC: expected microseconds"));
    }
  }
}
