package dmrec.cli.record;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dmrec.cli.host.Failure;
import dmrec.kernel.KernelException;
import dmrec.record.EventSink;
import dmrec.record.Recorder;
import dmrec.record.RecorderMetrics;
import dmrec.record.RecordingLoop;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code --metrics}: serves how a recording fares over HTTP, in Prometheus' text format, which
 * every scraper takes whatever else it asks for.
 *
 * <p>The server's threads read what the recording loop publishes; a scrape that hangs holds up
 * nothing but other scrapes. Without an address all of this does nothing.
 */
final class MetricsEndpoint implements AutoCloseable {
  private static final String PATH = "/metrics";
  private static final Pattern ADDRESS = Pattern.compile("(\\[[^\\[\\]]+]|[^\\[\\]:]+):(\\d{1,5})");
  private static final int MAX_PORT = 65_535;
  private static final int THREADS = 2;

  /** Of one request or answer, so that a peer that stalls does not keep a thread. */
  private static final String MOST_SECONDS = "10";

  /** The parts of what runs; null where nobody asked for an endpoint. */
  private record Server(HttpServer http, ExecutorService threads) {}

  private final @Nullable Server server;
  private final RecorderMetrics metrics;
  private final LongSupplier nanoClock;

  private MetricsEndpoint(
      @Nullable Server server, RecorderMetrics metrics, LongSupplier nanoClock) {
    this.server = server;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /**
   * Opens the endpoint, and says where it is.
   *
   * @param address as the user gave it; null for no endpoint
   * @param journalBytes what the journal takes, asked at each scrape; negative where unknown
   * @param keyTrouble whether the key that signs the journal cannot be changed
   * @param note gets the one line that says where
   */
  static MetricsEndpoint open(
      @Nullable String address,
      LongSupplier journalBytes,
      BooleanSupplier keyTrouble,
      LongSupplier nanoClock,
      Consumer<String> note) {
    RecorderMetrics metrics = new RecorderMetrics(nanoClock.getAsLong());
    if (address == null) {
      return new MetricsEndpoint(null, metrics, nanoClock);
    }
    InetSocketAddress wanted = parse(address);
    Server server;
    try {
      server = start(wanted, new MetricsCollector(metrics, journalBytes, keyTrouble, nanoClock));
    } catch (IOException e) {
      throw Failure.of(
          "--metrics: cannot listen on "
              + address
              + ": "
              + e.getMessage()
              + "; name an address of this machine and a free port, or port 0 for any",
          e);
    }
    InetAddress host = wanted.getAddress();
    note.accept(
        "metrics at http://"
            + (host instanceof Inet6Address
                ? "[" + host.getHostAddress() + "]"
                : host.getHostAddress())
            + ":"
            + server.http().getAddress().getPort()
            + PATH
            + (host.isLoopbackAddress() ? "" : "; anybody who reaches this address can read them"));
    return new MetricsEndpoint(server, metrics, nanoClock);
  }

  private static InetSocketAddress parse(String address) {
    Matcher matcher = ADDRESS.matcher(address);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > MAX_PORT) {
      throw Failure.usage(
          "--metrics: expected HOST:PORT, as 127.0.0.1:9464 or [::1]:9464, found " + address);
    }
    try {
      return new InetSocketAddress(
          InetAddress.getByName(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    } catch (UnknownHostException e) {
      throw Failure.of(
          "--metrics: expected an address of this machine, found none for "
              + matcher.group(1)
              + "; name one, as 127.0.0.1",
          e);
    }
  }

  private static Server start(InetSocketAddress address, MetricsCollector collector)
      throws IOException {
    setUnlessSet("sun.net.httpserver.maxReqTime");
    setUnlessSet("sun.net.httpserver.maxRspTime");
    HttpServer http = HttpServer.create(address, 0);
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "metrics");
              thread.setDaemon(true);
              return thread;
            });
    http.setExecutor(threads);
    http.createContext("/", exchange -> answer(exchange, collector));
    http.start();
    return new Server(http, threads);
  }

  private static void setUnlessSet(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, MOST_SECONDS);
    }
  }

  private static void answer(HttpExchange exchange, MetricsCollector collector) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      int status = 200;
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      if (!exchange.getRequestURI().getPath().equals(PATH)) {
        status = 404;
        body.writeBytes(("dmrec: see " + PATH + "\n").getBytes(StandardCharsets.UTF_8));
      } else if (!method.equals("GET") && !method.equals("HEAD")) {
        status = 405;
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
      } else {
        PrometheusTextFormatWriter.create().write(body, collector.collect());
      }
      exchange
          .getResponseHeaders()
          .set(
              "Content-Type",
              status == 200 ? PrometheusTextFormatWriter.CONTENT_TYPE : "text/plain");
      if (body.size() == 0 || method.equals("HEAD")) {
        exchange.sendResponseHeaders(status, -1);
      } else {
        exchange.sendResponseHeaders(status, body.size());
        body.writeTo(exchange.getResponseBody());
      }
    }
  }

  /** Lets each record's way into {@code sink} be timed. */
  EventSink measuring(EventSink sink) throws KernelException {
    return server == null ? sink : metrics.measuring(sink);
  }

  /** What the scrapes show. */
  RecorderMetrics metrics() {
    return metrics;
  }

  /** The loop has turned. */
  void turn(Recorder recorder, RecordingLoop loop) {
    if (server != null) {
      metrics.publish(recorder, loop, nanoClock.getAsLong());
    }
  }

  @Override
  public void close() {
    if (server != null) {
      server.http().stop(0);
      server.threads().shutdownNow();
    }
  }
}
