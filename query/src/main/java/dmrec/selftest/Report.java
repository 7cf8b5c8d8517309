package dmrec.selftest;

import dmrec.event.Kind;
import dmrec.selftest.Finding.How;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a self-test found.
 *
 * @param kernel its release
 * @param hasProbes whether the recorder had the kernel's probes
 * @param lacks what the recorder said that it could not record; empty where it had everything
 * @param findings one for each change, in order
 * @param outcomes steps that were not done
 * @param losses what the recorder lost meanwhile, in words
 */
public record Report(
    String kernel,
    boolean hasProbes,
    String lacks,
    List<Finding> findings,
    List<Outcome> outcomes,
    List<String> losses) {

  public Report {
    findings = List.copyOf(findings);
    outcomes = List.copyOf(outcomes);
    losses = List.copyOf(losses);
  }

  /** Whether every change was told as this way of recording can, and nothing was lost. */
  public boolean isGood() {
    return losses.isEmpty()
        && findings.stream().noneMatch(Finding::isWrong)
        && outcomes.stream().allMatch(Outcome::isLacking);
  }

  /** Findings by the titles of their causes, in order. */
  Map<String, List<Finding>> byTitle() {
    Map<String, List<Finding>> byTitle = new LinkedHashMap<>();
    for (Finding each : findings) {
      byTitle.computeIfAbsent(each.cause().title(), key -> new ArrayList<>()).add(each);
    }
    return byTitle;
  }

  /**
   * How each kind was told at its worst; what was too brief is there beside that. What was told
   * wrong is not among them.
   */
  Map<How, List<Kind>> kindsByWorst() {
    Map<Kind, How> worst = new EnumMap<>(Kind.class);
    Set<Kind> brief = EnumSet.noneOf(Kind.class);
    for (Finding each : findings) {
      if (each.how() == How.TOO_BRIEF) {
        brief.add(each.kind());
      } else if (each.wrong().isEmpty()) {
        worst.merge(each.kind(), each.how(), (a, b) -> a.compareTo(b) >= 0 ? a : b);
      }
    }
    Map<How, List<Kind>> kinds = new EnumMap<>(How.class);
    worst.forEach((kind, how) -> kinds.computeIfAbsent(how, key -> new ArrayList<>()).add(kind));
    if (!brief.isEmpty()) {
      kinds.put(How.TOO_BRIEF, List.copyOf(brief));
    }
    return kinds;
  }

  /** Within how long before its event each change was that is told so, in nanoseconds. */
  long withinNs(How how) {
    return findings.stream()
        .filter(each -> each.how() == how)
        .mapToLong(Finding::withinNs)
        .max()
        .orElse(0);
  }

  /** How many are exact. */
  long exact() {
    return findings.stream()
        .filter(each -> each.how() == How.EXACT && each.wrong().isEmpty())
        .count();
  }
}
