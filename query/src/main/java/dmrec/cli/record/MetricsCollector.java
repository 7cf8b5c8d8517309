package dmrec.cli.record;

import dmrec.cli.host.Version;
import dmrec.event.Kind;
import dmrec.event.UeventBacklog;
import dmrec.record.ProbeCounts;
import dmrec.record.RecorderMetrics;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** What a scrape shows of how a recording fares. For any thread. */
final class MetricsCollector {
  private static final double NS = 1e9;

  private final RecorderMetrics metrics;
  private final LongSupplier journalBytes;
  private final BooleanSupplier keyTrouble;
  private final LongSupplier nanoClock;
  private final Map<Kind, Labels> kinds = new EnumMap<>(Kind.class);
  private final double[] lagBounds;

  MetricsCollector(
      RecorderMetrics metrics,
      LongSupplier journalBytes,
      BooleanSupplier keyTrouble,
      LongSupplier nanoClock) {
    this.metrics = metrics;
    this.journalBytes = journalBytes;
    this.keyTrouble = keyTrouble;
    this.nanoClock = nanoClock;
    for (Kind kind : Kind.values()) {
      if (kind != Kind.UNKNOWN) {
        kinds.put(kind, Labels.of("kind", kind.word()));
      }
    }
    long[] boundsNs = RecorderMetrics.lagBoundsNs();
    lagBounds = new double[boundsNs.length + 1];
    for (int i = 0; i < boundsNs.length; i++) {
      lagBounds[i] = boundsNs[i] / NS;
    }
    lagBounds[boundsNs.length] = Double.POSITIVE_INFINITY;
  }

  MetricSnapshots collect() {
    long now = nanoClock.getAsLong();
    UeventBacklog backlog = metrics.backlog();
    ProbeCounts probes = metrics.probes();
    MetricSnapshots.Builder all =
        MetricSnapshots.builder()
            .metricSnapshot(buildInfo())
            .metricSnapshot(events())
            .metricSnapshot(
                counter("dmrec_gaps", "Times that something was missed.", metrics.events(Kind.GAP)))
            .metricSnapshot(
                counter(
                    "dmrec_lost",
                    "Messages of the kernel known to be missed, and events that are not in the"
                        + " journal.",
                    metrics.lost()))
            .metricSnapshot(
                counter(
                    "dmrec_queue_drops",
                    "Uevents the kernel dropped because the socket's buffer was full.",
                    metrics.queueDrops()))
            .metricSnapshot(
                counter(
                    "dmrec_refused",
                    "Messages refused because their sender was not the kernel.",
                    metrics.refused()))
            .metricSnapshot(
                gauge(
                    "dmrec_queue_bytes",
                    "What waits in the uevent socket's buffer, as the kernel accounts it.",
                    (double) metrics.queuedBytes()))
            .metricSnapshot(
                gauge(
                    "dmrec_queue_max_bytes",
                    "The most that was seen to wait there so far.",
                    (double) backlog.queueMaxBytes()))
            .metricSnapshot(
                gauge(
                    "dmrec_queue_size_bytes",
                    "What that buffer may hold.",
                    (double) backlog.queueSizeBytes()))
            .metricSnapshot(
                gauge(
                    "dmrec_ring_bytes",
                    "Uevents that were received and are not recorded yet.",
                    (double) metrics.ringBytes()))
            .metricSnapshot(
                gauge(
                    "dmrec_ring_max_bytes",
                    "The most that these were so far.",
                    (double) backlog.ringMaxBytes()))
            .metricSnapshot(
                gauge(
                    "dmrec_ring_size_bytes",
                    "How many of these there is memory for.",
                    (double) backlog.ringSizeBytes()))
            .metricSnapshot(
                counter(
                    "dmrec_probe_hits",
                    "Hits of the kernel's probes that were read.",
                    probes.hits()))
            .metricSnapshot(
                counter(
                    "dmrec_probe_lost",
                    "Hits that could not be read, because the probes' buffers were full.",
                    probes.lost()))
            .metricSnapshot(
                counter(
                    "dmrec_probe_missed", "Hits that a probe had no room for.", probes.missed()))
            .metricSnapshot(
                gauge(
                    "dmrec_probes_blind",
                    "1 while the probes see nothing, because somebody switched them off, else 0.",
                    probes.isBlind() ? 1 : 0))
            .metricSnapshot(
                gauge(
                    "dmrec_probes_placed",
                    "Probes that the kernel has taken; 0 in a recording without probes.",
                    probes.placed()))
            .metricSnapshot(
                gauge(
                    "dmrec_probes_refused",
                    "Probes that the kernel has not taken.",
                    probes.refused()))
            .metricSnapshot(lag())
            .metricSnapshot(
                gauge(
                    "dmrec_lag_last_seconds",
                    "The last event's time from observation to journal.",
                    metrics.lagLastNs() / NS))
            .metricSnapshot(
                gauge(
                    "dmrec_lag_max_seconds",
                    "The longest time from observation to journal so far.",
                    metrics.lagMaxNs() / NS))
            .metricSnapshot(
                gauge("dmrec_devices", "Mapped devices there are.", (double) metrics.devices()))
            .metricSnapshot(
                gauge(
                    "dmrec_last_event_age_seconds",
                    "Time since the last event was recorded.",
                    metrics.lastEventAgeNs(now) / NS))
            .metricSnapshot(
                gauge(
                    "dmrec_last_turn_age_seconds",
                    "Time since the recording loop turned; it does at least each second.",
                    metrics.turnAgeNs(now) / NS))
            .metricSnapshot(
                gauge(
                    "dmrec_key_not_changed",
                    "1 while the key that signs the journal cannot be changed, else 0.",
                    keyTrouble.getAsBoolean() ? 1 : 0));
    long bytes = journalBytes.getAsLong();
    if (bytes >= 0) {
      all.metricSnapshot(
          gauge("dmrec_journal_bytes", "What the journal takes on the disk.", (double) bytes));
    }
    return all.build();
  }

  private static InfoSnapshot buildInfo() {
    return InfoSnapshot.builder()
        .name("dmrec_build")
        .help("The version of dmrec.")
        .dataPoint(
            InfoDataPointSnapshot.builder().labels(Labels.of("version", Version.number())).build())
        .build();
  }

  private CounterSnapshot events() {
    CounterSnapshot.Builder events =
        CounterSnapshot.builder().name("dmrec_events").help("Events recorded, by kind.");
    kinds.forEach(
        (kind, labels) ->
            events.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(labels)
                    .value((double) metrics.events(kind))
                    .build()));
    return events.build();
  }

  private HistogramSnapshot lag() {
    return HistogramSnapshot.builder()
        .name("dmrec_lag_seconds")
        .help("Time from an observation to its event in the journal.")
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(ClassicHistogramBuckets.of(lagBounds, metrics.lagCounts()))
                .sum(metrics.lagSumNs() / NS)
                .build())
        .build();
  }

  private static CounterSnapshot counter(String name, String help, long value) {
    return CounterSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().value((double) value).build())
        .build();
  }

  private static GaugeSnapshot gauge(String name, String help, double value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value(value).build())
        .build();
  }
}
