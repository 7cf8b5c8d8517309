package dmrec.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ObjectReference;
import com.sun.jdi.StackFrame;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.Value;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import dmrec.cli.Demo;
import dmrec.cli.Hosts;
import dmrec.cli.Main;
import dmrec.cli.host.Host;
import dmrec.journal.ForkedJava;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A handler under a real debugger, which attaches from outside. */
class DebuggedHandlerTest {
  private static final String HANDLER =
      Path.of(System.getProperty("dmrec.root", ".."), "samples", "handlers", "FlappingPaths.java")
          .toString();
  private static final Pattern WAITING =
      Pattern.compile("dmrec: waiting for a debugger at 127\\.0\\.0\\.1:(\\d+) .*");
  private static final String PATH_FAILED_AT = "51";

  @TempDir @Nullable Path temp;

  @BeforeEach
  void recordAFailover() throws IOException {
    Demo.record(journal());
  }

  @Test
  void stopsAtABreakpointInTheHandlerAndShowsTheEvent() throws Exception {
    // given
    Process dmrec = start("replay", "--debug=0", journal().toString(), "--into", HANDLER);
    try (BufferedReader err = dmrec.errorReader(StandardCharsets.UTF_8)) {
      String line = Objects.requireNonNull(err.readLine());
      Matcher matcher = WAITING.matcher(line);
      assertTrue(matcher.matches(), line);
      assertTrue(line.endsWith("; the handler is " + HANDLER), line);

      // when
      VirtualMachine machine = attach(dmrec, matcher.group(1));
      String seen = firstStopIn(machine, "FlappingPaths", "pathFailed");

      // then
      assertEquals("#" + PATH_FAILED_AT + " PATH_FAILED 8:16", seen);
      String out = new String(dmrec.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(out.contains(" path 8:16 (sdb) is flapping: "), out);
      String summary = Objects.requireNonNull(err.readLine());
      assertTrue(summary.startsWith("dmrec: fed 153 events (#1 to #153)"), summary);
      assertEquals(0, dmrec.waitFor());
    } finally {
      end(dmrec);
    }
  }

  @Test
  void leavesNothingBehindWhereNobodyAttaches() throws Exception {
    // given: one that waits
    Process dmrec = start("replay", "--debug=0", journal().toString(), "--into", HANDLER);
    try (BufferedReader err = dmrec.errorReader(StandardCharsets.UTF_8)) {
      Matcher matcher = WAITING.matcher(Objects.requireNonNull(err.readLine()));
      assertTrue(matcher.matches());
      while (!isListening(Integer.parseInt(matcher.group(1)))) {
        Thread.sleep(50);
      }
      List<ProcessHandle> others = dmrec.descendants().toList();
      assertEquals(1, others.size());

      // when
      dmrec.destroy();

      // then
      assertEquals(143, dmrec.waitFor());
      assertFalse(others.get(0).isAlive());
    } finally {
      end(dmrec);
    }
  }

  @Test
  void saysThatThePortIsInUse() throws Exception {
    try (ServerSocket taken =
        new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
      int port = taken.getLocalPort();

      String said =
          failure(1, "replay", "--debug=" + port, journal().toString(), "--into", HANDLER);
      assertTrue(said.startsWith("dmrec: --debug: port " + port + " of 127.0.0.1 cannot be"), said);
      assertTrue(said.endsWith("; name another, as --debug=5006, or --debug=0 for any\n"), said);
    }
  }

  @Test
  void saysWhatIsWrongBeforeSomebodyHasToAttach() throws Exception {
    Path bad = Files.writeString(folder().resolve("Bad.java"), "public class Bad {");
    String none = folder().resolve("none").toString();

    assertTrue(
        failure(2, "replay", "--debug=0", journal().toString(), "--into", bad.toString())
            .contains("Bad.java:1: error: reached end of file while parsing"));
    assertTrue(failure(1, "replay", "--debug=0", none, "--into", HANDLER).contains(none));
    assertTrue(
        failure(2, "replay", "--debug=70000", journal().toString(), "--into", HANDLER)
            .contains("expected a port from 0 to 65535, found 70000"));
  }

  private String failure(int code, String... args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Host host = Hosts.piped(new ByteArrayOutputStream(), err, Map.of(), Clock.systemUTC());
    assertEquals(code, Main.run(host, List.of(args)));
    return err.toString(StandardCharsets.UTF_8);
  }

  private static Process start(String... args) throws IOException {
    return new ProcessBuilder(
            ForkedJava.command(List.of("-XX:TieredStopAtLevel=1"), Main.class, args))
        .start();
  }

  private static boolean isListening(int port) throws IOException {
    String local = "0100007F:%04X 00000000:0000 0A ".formatted(port);
    return Files.readString(Path.of("/proc/net/tcp")).contains(local);
  }

  private static void end(Process dmrec) {
    dmrec.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
    dmrec.destroyForcibly();
  }

  /** Attaches as soon as the JVM listens. */
  private static VirtualMachine attach(Process dmrec, String port) throws Exception {
    AttachingConnector connector =
        Bootstrap.virtualMachineManager().attachingConnectors().stream()
            .filter(each -> each.name().equals("com.sun.jdi.SocketAttach"))
            .findFirst()
            .orElseThrow();
    Map<String, Connector.Argument> arguments = connector.defaultArguments();
    Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
    Objects.requireNonNull(arguments.get("port")).setValue(port);
    while (true) {
      try {
        return connector.attach(arguments);
      } catch (IOException e) {
        if (!dmrec.isAlive()) {
          throw e;
        }
        Thread.sleep(50);
      }
    }
  }

  /** Lets it run to a method of a class, and then to its end; what was seen in the method. */
  private static String firstStopIn(VirtualMachine machine, String className, String method)
      throws Exception {
    ClassPrepareRequest loaded = machine.eventRequestManager().createClassPrepareRequest();
    loaded.addClassFilter(className);
    loaded.enable();
    StringBuilder seen = new StringBuilder();
    while (true) {
      EventSet events = machine.eventQueue().remove();
      for (Event event : events) {
        if (event instanceof ClassPrepareEvent prepared) {
          BreakpointRequest stop =
              machine
                  .eventRequestManager()
                  .createBreakpointRequest(
                      prepared.referenceType().methodsByName(method).get(0).location());
          stop.setSuspendPolicy(EventRequest.SUSPEND_ALL);
          stop.enable();
        } else if (event instanceof BreakpointEvent reached) {
          if (seen.isEmpty()) {
            seen.append(at(reached.thread()));
          }
          event.request().disable();
        } else if (event instanceof VMDisconnectEvent) {
          return seen.toString();
        }
      }
      events.resume();
    }
  }

  /** The arguments of the handler's method, by name, as a debugger shows them. */
  private static String at(ThreadReference thread) throws Exception {
    StackFrame frame = thread.frame(0);
    ObjectReference at = variable(frame, "at");
    ObjectReference event = variable(frame, "event");
    String seq = ask(thread, at, "seq").toString();
    ObjectReference kind = (ObjectReference) ask(thread, at, "kind");
    ObjectReference path = (ObjectReference) ask(thread, event, "path");
    return "#" + seq + " " + text(thread, kind) + " " + text(thread, path);
  }

  private static ObjectReference variable(StackFrame frame, String name) throws Exception {
    return (ObjectReference)
        frame.getValue(Objects.requireNonNull(frame.visibleVariableByName(name), name));
  }

  private static String text(ThreadReference thread, ObjectReference object) throws Exception {
    return ((com.sun.jdi.StringReference) ask(thread, object, "toString")).value();
  }

  private static Value ask(ThreadReference thread, ObjectReference object, String method)
      throws Exception {
    return object.invokeMethod(
        thread,
        object.referenceType().methodsByName(method).get(0),
        List.of(),
        ObjectReference.INVOKE_SINGLE_THREADED);
  }

  private Path folder() {
    return Objects.requireNonNull(temp);
  }

  private Path journal() {
    return folder().resolve("journal");
  }
}
