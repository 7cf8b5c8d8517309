package dmrec.cli.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dmrec.cli.Demo;
import dmrec.cli.host.Failure;
import dmrec.cli.host.Version;
import dmrec.event.JournalEntry;
import dmrec.event.Kind;
import dmrec.record.CaptureReader;
import dmrec.record.EventSink;
import dmrec.record.Observation;
import dmrec.record.Recorder;
import dmrec.record.RecordingSummary;
import dmrec.topology.Topology;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a scrape of a recording shows. */
@Timeout(60)
@SuppressWarnings("try") // an endpoint that is open is all that some tests need
class MetricsEndpointTest {
  private static final long SECOND_NS = 1_000_000_000L;

  private final AtomicLong clock = new AtomicLong(5);
  private final List<String> notes = new ArrayList<>();

  private MetricsEndpoint open(String address) {
    return MetricsEndpoint.open(address, () -> 4096, () -> true, clock::get, notes::add);
  }

  private URI uri() {
    return URI.create(notes.get(0).replaceAll(".*(http://[^ ;]+).*", "$1"));
  }

  private static HttpResponse<String> get(URI uri, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static Map<String, Double> values(String text) {
    Map<String, Double> values = new HashMap<>();
    text.lines()
        .filter(line -> !line.startsWith("#"))
        .forEach(
            line -> {
              int at = line.lastIndexOf(' ');
              values.put(line.substring(0, at), Double.parseDouble(line.substring(at + 1)));
            });
    return values;
  }

  @Test
  void showsWhatWasRecordedAsTheLastTurnPublishedIt() throws Exception {
    try (MetricsEndpoint endpoint = open("127.0.0.1:0")) {
      Recorder recorder = new Recorder(endpoint.measuring(new StackOnly()), null);
      try (CaptureReader capture = CaptureReader.of("failover.ndjson", capture())) {
        for (Observation next = capture.next(); next != null; next = capture.next()) {
          recorder.accept(next);
        }
      }
      assertEquals(0, values(get(uri()).body()).get("dmrec_devices"));

      endpoint.metrics().publish(recorder, clock.get());
      clock.addAndGet(3 * SECOND_NS);
      endpoint.metrics().publish(recorder, clock.get());
      clock.addAndGet(2 * SECOND_NS);
      Map<String, Double> values = values(get(uri()).body());

      RecordingSummary summary = recorder.summary();
      for (Kind kind : Kind.values()) {
        String name = "dmrec_events_total{kind=\"" + kind.word() + "\"}";
        assertEquals(
            kind == Kind.UNKNOWN ? null : summary.byKind().getOrDefault(kind, 0L).doubleValue(),
            values.get(name),
            name);
      }
      assertTrue(summary.byKind().getOrDefault(Kind.PATH_FAILED, 0L) >= 3);
      assertEquals(values.get("dmrec_events_total{kind=\"gap\"}"), values.get("dmrec_gaps_total"));
      assertEquals((double) summary.lost(), values.get("dmrec_lost_total"));
      assertEquals(recorder.topology().devices().size(), values.get("dmrec_devices"));
      assertEquals((double) summary.events(), values.get("dmrec_lag_seconds_count"));
      assertEquals((double) summary.events(), values.get("dmrec_lag_seconds_bucket{le=\"+Inf\"}"));
      assertEquals(4096, values.get("dmrec_journal_bytes"));
      assertEquals(5.0, values.get("dmrec_last_event_age_seconds"));
      assertEquals(2.0, values.get("dmrec_last_turn_age_seconds"));
      assertEquals(1, values.get("dmrec_build_info{version=\"" + Version.number() + "\"}"));
      for (String name :
          List.of(
              "refused_total",
              "queue_drops_total",
              "queue_bytes",
              "probe_hits_total",
              "probe_lost_total",
              "probe_missed_total",
              "probes_blind",
              "probes_placed",
              "probes_refused")) {
        assertEquals(0, values.get("dmrec_" + name), name);
      }
    }
  }

  private static InputStream capture() {
    return Objects.requireNonNull(Demo.class.getResourceAsStream(Demo.CAPTURE));
  }

  @Test
  void answersInTextWhateverTheScraperPrefers() throws Exception {
    try (MetricsEndpoint endpoint = open("127.0.0.1:0")) {
      for (String accept :
          List.of(
              "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                  + "encoding=delimited;q=0.6,text/plain;version=0.0.4;q=0.3",
              "application/openmetrics-text;version=1.0.0",
              "*/*")) {
        HttpResponse<String> response = get(uri(), "Accept", accept);
        assertEquals(200, response.statusCode());
        assertEquals(
            "text/plain; version=0.0.4; charset=utf-8",
            response.headers().firstValue("Content-Type").orElse(""));
        assertTrue(response.body().contains("# TYPE dmrec_events_total counter\n"));
      }
      assertFalse(notes.isEmpty());
    }
  }

  @Test
  void hasNothingElseToShowAndTakesNothing() throws Exception {
    try (MetricsEndpoint endpoint = open("127.0.0.1:0")) {
      assertEquals(404, get(uri().resolve("/")).statusCode());
      assertEquals(404, get(uri().resolve("/metrics/../etc/passwd")).statusCode());
      HttpRequest post =
          HttpRequest.newBuilder(uri()).POST(HttpRequest.BodyPublishers.ofString("x")).build();
      assertEquals(
          405,
          HttpClient.newHttpClient()
              .send(post, HttpResponse.BodyHandlers.discarding())
              .statusCode());
      HttpRequest head =
          HttpRequest.newBuilder(uri()).method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(head, HttpResponse.BodyHandlers.ofString());
      assertEquals(200, answer.statusCode());
      assertEquals("", answer.body());
    }
  }

  @Test
  void leavesOutAJournalsSizeThatIsNotKnown() throws Exception {
    try (MetricsEndpoint endpoint =
        MetricsEndpoint.open("localhost:0", () -> -1, () -> false, clock::get, notes::add)) {
      assertFalse(get(uri()).body().contains("dmrec_journal_bytes"));
    }
  }

  @Test
  void servesAnAddressOfVersionSix() throws Exception {
    try (MetricsEndpoint endpoint = open("[::1]:0")) {
      assertTrue(notes.get(0).matches("metrics at http://\\[[0-9:]+]:\\d+/metrics"), notes.get(0));
      assertEquals(200, get(uri()).statusCode());
    }
  }

  @Test
  void warnsWhereOthersCanRead() {
    try (MetricsEndpoint endpoint = open("0.0.0.0:0")) {
      assertTrue(notes.get(0).endsWith("; anybody who reaches this address can read them"));
    }
  }

  @Test
  void doesNothingWithoutAnAddress() throws Exception {
    try (MetricsEndpoint endpoint =
        MetricsEndpoint.open(null, () -> 0, () -> false, clock::get, notes::add)) {
      EventSink sink = new StackOnly();
      assertEquals(sink, endpoint.measuring(sink));
    }
    assertEquals(List.of(), notes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9464",
        ":9464",
        "localhost",
        "127.0.0.1:",
        "::1:9464",
        "127.0.0.1:65536",
        "[]:1",
        "[::1]",
        "a b:1:2",
        "127.0.0.1:-1",
        "127.0.0.1:123456"
      })
  void refusesWhatIsNoAddress(String address) {
    Failure failure = assertThrows(Failure.class, () -> open(address));
    assertEquals(2, failure.exitCode());
    assertEquals(
        "--metrics: expected HOST:PORT, as 127.0.0.1:9464 or [::1]:9464, found " + address,
        failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({"[nonsense]:1,[nonsense]", "no.such.host.invalid:1,no.such.host.invalid"})
  void saysWhichHostIsNone(String address, String host) {
    Failure failure = assertThrows(Failure.class, () -> open(address));
    assertEquals(1, failure.exitCode());
    assertEquals(
        "--metrics: expected an address of this machine, found none for "
            + host
            + "; name one, as 127.0.0.1",
        failure.getMessage());
  }

  @Test
  void saysWhatIsWrongWithAPortInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Failure failure = assertThrows(Failure.class, () -> open(address));
      assertEquals(1, failure.exitCode());
      assertEquals(
          "--metrics: cannot listen on "
              + address
              + ": Address already in use; name an address of this machine and a free port, or"
              + " port 0 for any",
          failure.getMessage());
    }
  }

  /** Keeps the stack, and no event. */
  private static final class StackOnly implements EventSink {
    private final Topology stack = new Topology();
    private long seq;

    @Override
    public long append(JournalEntry entry) {
      stack.apply(entry, ++seq);
      return seq;
    }

    @Override
    public Topology topology() {
      return stack;
    }
  }
}
