package dmrec.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import dmrec.event.EventRecord;
import dmrec.topology.Topology;
import java.util.Set;

/** The design's table of what may import what. */
@AnalyzeClasses(
    packages = "dmrec",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  /** The tests of another module come as a jar. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest static final ArchRule targetImportsNothingOfOurs = mayImport("target");

  @ArchTest static final ArchRule eventImportsTargetOnly = mayImport("event", "target");

  @ArchTest static final ArchRule topologyImportsEvents = mayImport("topology", "event", "target");

  @ArchTest
  static final ArchRule journalImportsEventsAndTopology =
      mayImport("journal", "event", "topology", "target");

  @ArchTest
  static final ArchRule bundleImportsTheJournal =
      mayImport("bundle", "event", "topology", "journal", "target");

  @ArchTest
  static final ArchRule packImportsWhatGoesIntoABundle =
      mayImport(
          "pack", "event", "topology", "journal", "bundle", "query", "redact", "report", "target");

  @ArchTest static final ArchRule kernelImportsNothingOfOurs = mayImport("kernel", "target");

  @ArchTest static final ArchRule decodeImportsEvents = mayImport("decode", "event", "target");

  @ArchTest
  static final ArchRule recordImportsWhatIsBelowIt =
      mayImport("record", "event", "topology", "journal", "kernel", "decode", "target");

  @ArchTest
  static final ArchRule foreignImportsTheRecorder =
      mayImport("foreign", "event", "topology", "decode", "record", "target");

  @ArchTest
  static final ArchRule replayImportsTheJournalModule =
      mayImport("replay", "event", "topology", "journal", "bundle", "handler", "target");

  @ArchTest
  static final ArchRule handlerImportsTheJournalModule =
      mayImport("handler", "event", "topology", "journal", "target");

  @ArchTest
  static final ArchRule queryImportsTheJournalModule =
      mayImport("query", "event", "topology", "journal", "target");

  @ArchTest
  static final ArchRule consoleAsksTheQuery =
      mayImport("console", "query", "event", "topology", "journal", "target");

  @ArchTest
  static final ArchRule redactImportsTheJournalModuleAndDecode =
      mayImport("redact", "event", "topology", "journal", "target", "decode");

  @ArchTest
  static final ArchRule reportAsksTheQuery =
      mayImport("report", "query", "event", "topology", "journal", "target");

  @ArchTest
  static final ArchRule selftestAsksTheJournal =
      mayImport("selftest", "query", "event", "topology", "journal", "bundle", "kernel", "target");

  /** So that one of them can be read without the others. */
  @ArchTest
  static final ArchRule commandsStandOnTheirHostOnly =
      noClasses()
          .that()
          .resideInAPackage("dmrec.cli.*")
          .and()
          .resideOutsideOfPackage("dmrec.cli.host")
          .should(dependOnAnotherPackageOfCommands());

  @ArchTest
  static final ArchRule theHostKnowsNoCommand =
      noClasses()
          .that()
          .resideInAPackage("dmrec.cli.host")
          .should()
          .dependOnClassesThat(
              resideInAPackage("dmrec.cli..").and(not(resideInAPackage("dmrec.cli.host"))));

  @ArchTest
  static final ArchRule nativeCodeIsInKernelOnly =
      only("the kernel package", "dmrec.kernel..", "jnr..", "com.kenai.jffi..", "org.agrona..");

  @ArchTest
  static final ArchRule theInsideOfTheJournalIsItsOwn =
      only(
          "the journal package",
          "dmrec.journal..",
          "dmrec.journal.file..",
          "dmrec.journal.seal..",
          "dmrec.journal.index..");

  /** Whoever wants the stack asks the journal; these follow it beside another work. */
  private static final Set<String> FOLLOW_THE_STACK =
      Set.of(
          "dmrec.pack.Packer",
          "dmrec.query.LifeFold",
          "dmrec.query.RelatedDevices",
          "dmrec.query.StatsFold",
          "dmrec.query.SubStack",
          "dmrec.query.filter.StackRelations",
          "dmrec.record.JournalSink",
          "dmrec.record.WarmUp$Nowhere",
          "dmrec.replay.JournalRecording",
          "dmrec.replay.Replay",
          "dmrec.replay.junit.ReplayedStream$Walk",
          "dmrec.replay.junit.StreamReader",
          "dmrec.report.StackRows");

  @ArchTest
  static final ArchRule theJournalAloneMakesTheStackOfIt =
      noClasses()
          .that()
          .resideOutsideOfPackages("dmrec.journal..", "dmrec.topology..")
          .and(
              describe(
                  "do not follow the stack",
                  (JavaClass c) -> !FOLLOW_THE_STACK.contains(c.getName())))
          .should()
          .callMethod(Topology.class, "apply", EventRecord.class);

  @ArchTest
  static final ArchRule chronicleIsInJournalOnly =
      only("the journal package", "dmrec.journal..", "net.openhft..");

  @ArchTest
  static final ArchRule prometheusIsInTheCommandLineOnly =
      only("the command line", "dmrec.cli..", "io.prometheus..", "com.sun.net.httpserver..");

  @ArchTest
  static final ArchRule junitIsInItsExtensionOnly =
      only("the JUnit extension", "dmrec.replay.junit..", "org.junit..", "org.opentest4j..");

  @ArchTest
  static final ArchRule terminalsAreInTheConsoleOnly =
      only(
          "the console",
          "dmrec.console..",
          "org.jline.reader..",
          "org.jline.terminal..",
          "org.jline.builtins..");

  @ArchTest
  static final ArchRule parquetIsInTheExportOnly =
      only(
          "the export",
          "dmrec.query.export..",
          "org.apache.parquet..",
          "org.apache.hadoop..",
          "blue.strategic..");

  @ArchTest
  static final ArchRule picocliIsInTheCommandLineOnly =
      noClasses()
          .that()
          .resideOutsideOfPackages("dmrec.cli..", "dmrec.console..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("picocli..");

  @ArchTest
  static final ArchRule theQueryKnowsNoTerminal =
      noClasses()
          .that()
          .resideInAPackage("dmrec.query..")
          .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

  private static ArchCondition<JavaClass> dependOnAnotherPackageOfCommands() {
    return new ArchCondition<>("depend on another package of commands") {
      @Override
      public void check(JavaClass from, ConditionEvents events) {
        for (Dependency each : from.getDirectDependenciesFromSelf()) {
          String to = each.getTargetClass().getPackageName();
          events.add(
              new SimpleConditionEvent(
                  from,
                  to.startsWith("dmrec.cli")
                      && !to.equals("dmrec.cli.host")
                      && !to.equals(from.getPackageName()),
                  each.getDescription()));
        }
      }
    };
  }

  private static ArchRule mayImport(String name, String... others) {
    DescribedPredicate<JavaClass> allowed = resideInAPackage("dmrec." + name + "..");
    for (String other : others) {
      allowed = allowed.or(resideInAPackage("dmrec." + other + ".."));
    }
    DescribedPredicate<JavaClass> ours = resideInAPackage("dmrec..");
    return classes()
        .that()
        .resideInAPackage("dmrec." + name + "..")
        .should()
        .onlyDependOnClassesThat(not(ours).or(allowed))
        .as("dmrec." + name + " imports nothing of ours but " + String.join(", ", others))
        .allowEmptyShould(true);
  }

  private static ArchRule only(String where, String home, String... libraries) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries)
        .as("only " + where + " uses " + String.join(", ", libraries));
  }
}
