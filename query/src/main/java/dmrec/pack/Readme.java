package dmrec.pack;

import dmrec.bundle.Part;
import dmrec.event.EventJson;
import java.util.Locale;

/** What a bundle says to those who have no dmrec. */
final class Readme {
  private Readme() {}

  static String text(PackRequest request, PackSurvey survey, boolean hasPage) {
    String seqs = String.format(Locale.ROOT, "#%d to #%d", survey.firstSeq(), survey.lastSeq());
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            """
            This is what happened to the device-mapper devices of a Linux machine (multipath, LVM,
            mirrors, snapshots, crypt): %d events, %s,
            from %s to %s.
            dmrec, a flight recorder for device-mapper, recorded and packed it.

            """,
            survey.events(),
            seqs,
            EventJson.time(survey.firstWallNs()),
            EventJson.time(survey.lastWallNs())));
    text.append(
        """
        With dmrec: 'dmrec open FILE' checks it and starts a console on it; every command that
        takes a journal takes this file: 'dmrec log -j FILE', 'dmrec tree -j FILE --at TIME'.

        Without dmrec, it is a zip:
        """);
    if (hasPage) {
      row(text, Part.REPORT, "all of it as a page; open it in a browser, it asks for nothing");
    }
    row(
        text,
        Part.EVENTS,
        "the events, one JSON object a line, "
            + (request.device().isEmpty() ? "none left out" : "of one device and its relations"));
    row(text, Part.START_TEXT, "the stack before the first event");
    row(text, Part.END_TEXT, "the stack behind the last event");
    row(text, Part.START, "the same as events that rebuild it: the state in full");
    row(text, Part.END, "the same of the end");
    if (!request.note().isEmpty()) {
      row(text, Part.NOTE, "what the reporter says");
    }
    row(text, Part.MANIFEST, "versions, counts, the size and SHA-256 of each file");
    text.append(
        """

          unzip -p FILE events.ndjson | jq -r 'select(.kind == "path_failed")
              | [.time, .device.name, .disk, .valid_paths] | @tsv'

        Of an event: seq (its number in the journal), time (UTC, nanoseconds), received (when it
        was read, where that is another moment), mono_ns (time on the boot's own clock), kind,
        source (who said so), certainty (reported: the source said so; derived: the difference of
        two states proves it, and it happened since not_before; inferred: correlated; claimed: a
        program said so), kernel_ns (the kernel's own stamp), marks, actor, device (dev, diskseq,
        name, uuid), what the kind has beside these, and evidence: the message that proves it, word
        for word; a byte XX that is no text is the escape \\udcXX. BUNDLE.md in dmrec's source
        lists what each kind has.

        """);
    text.append(
        request.redact()
            ? """
            Names, UUIDs, WWIDs, serials, host names, and commands, executables and units of
            processes were replaced by tokens: the same one has the same token everywhere, and a
            logical volume's still shows its group. The reporter keeps the list.
            """
            : "Nothing was replaced: the names are the machine's own.\n");
    return text.toString();
  }

  private static void row(StringBuilder text, Part part, String what) {
    text.append(String.format(Locale.ROOT, "  %-22s  %s\n", part.fileName(), what));
  }
}
