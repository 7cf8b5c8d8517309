package dmrec.redact;

import dmrec.event.Bytes;
import dmrec.event.DmEvent;
import dmrec.event.EventRecord;
import dmrec.target.DevNo;
import dmrec.topology.Topology;
import dmrec.topology.TopologyView;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;

/**
 * One recorder's names and their tokens: the same name always gets the same token.
 *
 * <p>Two passes. First {@link #learn} whatever is to be redacted: each record, the stack it begins
 * with, notes, words of the user. Then {@link #redact}. Tokens are numbered in the order in which
 * the names appeared, so that the same input gives the same output.
 *
 * <p>What is replaced: names and UUIDs of mapped devices, volume groups and volumes; disks' WWIDs
 * and serials; host names, machine and boot ids, file system UUIDs and labels, network addresses of
 * disks; commands, executables and units of processes; wherever they stand, also in the spellings
 * that udev, LVM and systemd give them. What stays: numbers, of users too, times, kernel names of
 * disks ({@code sdb}, {@code dm-3}), target types and their words, vendors and models, and what a
 * system calls its own processes ({@link Vocabulary#isTool}). {@link RedactionMap#restore} gives
 * back what was, except what is left out ({@link #leftOut}).
 *
 * <p>For one thread.
 */
public final class Redactor {
  /**
   * What cannot be searched for names and so is not passed on.
   *
   * @param evidence observations that are no text: replies of the control device, damaged messages
   * @param fields records with tagged fields of a newer format
   */
  public record LeftOut(long evidence, long fields) {}

  private final Secrets secrets = new Secrets();
  private final Names names = new Names(secrets);
  private final Texts texts = new Texts(secrets, names);
  private final SpokenNames spoken = new SpokenNames(names, secrets);
  private final Properties properties = new Properties(secrets, names, texts);
  private long evidenceLeftOut;
  private long fieldsLeftOut;

  private final RecordTexts.Change learning =
      new RecordTexts.Change() {
        @Override
        public String text(Role role, String text, EventRecord of) {
          learnText(role, text, of);
          return text;
        }

        @Override
        public Bytes bytes(Bytes bytes, EventRecord of) {
          texts.learn(bytes.text());
          return bytes;
        }

        @Override
        public Bytes evidence(EventRecord of) {
          Evidence evidence = Evidence.of(of.evidence());
          if (evidence != null && evidence.isUevent()) {
            properties.learn(evidence.text());
          } else if (evidence != null) {
            MatchResult host = evidence.host();
            if (host != null) {
              names.hostParts(host.group(1));
            }
            texts.learn(evidence.text());
          }
          return of.evidence();
        }

        @Override
        public Bytes extra(EventRecord of) {
          return of.extra();
        }
      };

  private final RecordTexts.Change redacting =
      new RecordTexts.Change() {
        @Override
        public String text(Role role, String text, EventRecord of) {
          return redactText(role, text, of);
        }

        @Override
        public Bytes bytes(Bytes bytes, EventRecord of) {
          return Bytes.of(texts.redact(bytes.text(), Texts.Kind.FREE));
        }

        @Override
        public Bytes evidence(EventRecord of) {
          return redactEvidence(of.evidence());
        }

        @Override
        public Bytes extra(EventRecord of) {
          fieldsLeftOut++;
          return Bytes.NONE;
        }
      };

  // First: what names there are.

  /** Learns the names in a record. */
  public void learn(EventRecord record) {
    RecordTexts.map(record, learning);
  }

  /** Learns the names in a stack. */
  public void learn(TopologyView stack) {
    for (EventRecord record : stack.records()) {
      learn(record);
    }
  }

  /** Learns what looks like a name in a text, as a note: a UUID, a WWID, a path below /dev. */
  public void learnText(String text) {
    texts.learn(text);
  }

  /** A word that is to be replaced wherever it stands, as the name of a machine. */
  public void learnWord(String word) {
    String trimmed = word.strip();
    if (!trimmed.isEmpty()) {
      secrets.simple(Label.WORD, trimmed);
    }
  }

  private void learnText(Role role, String text, EventRecord of) {
    secrets.reserve(text);
    switch (role) {
      case NAME -> names.name(text, of.device().uuid()).bearsDevice();
      case UUID -> names.uuid(text, of.device().name());
      case DISK_NAME -> {
        if (!Vocabulary.isKernelDisk(text)) {
          names.name(text, "");
        }
      }
      case WWID -> names.wwidParts(text);
      case SERIAL -> {
        Secret serial = secrets.simple(Label.SERIAL, text);
        if (serial.strength == Secret.Strength.STRONG) {
          texts.learn(text);
        }
      }
      case PORT -> secrets.simple(Label.PORT, text);
      case HOST -> names.hostParts(text);
      case MACHINE -> secrets.simple(Label.HOST, text);
      case BOOT -> secrets.shaped(Label.UUID, text);
      case COMMAND, EXECUTABLE, UNIT -> {
        if (names.processParts(role, text).isEmpty()) {
          texts.learn(text);
        }
      }
      case TARGET, WORD, TEXT -> {
        texts.learn(text);
        if (of.event() instanceof DmEvent.Gap) {
          learnQuoted(text);
        } else if (of.event() instanceof DmEvent.KernelMessage) {
          spoken.learnKernels(text);
        } else if (of.event() instanceof DmEvent.DaemonMessage said) {
          spoken.learnPrograms(said.program(), text);
        }
      }
    }
  }

  /** Why a message could not be understood quotes its beginning, with part of a name perhaps. */
  private void learnQuoted(String reason) {
    int from = reason.indexOf('"') + 1;
    int to = reason.lastIndexOf('"');
    if (from > 0 && to - from > 1) {
      secrets.simple(Label.TEXT, reason.substring(from, to));
    }
  }

  // Then: tokens for them.

  /** The record with tokens for names. Numbers, times and structure are as before. */
  public EventRecord redact(EventRecord record) {
    return RecordTexts.map(record, redacting);
  }

  /** The stack with tokens for names: what {@code JournalWriter.begin} takes as the one before. */
  public Topology redact(TopologyView stack) {
    Topology mapped = new Topology();
    for (EventRecord record : stack.records()) {
      mapped.restore(redact(record), stack.uncounted(record.device().dev()));
    }
    return mapped.withSeq(stack.seq());
  }

  /** Any text with tokens for the names in it: a note, a line of a README. */
  public String redactText(String text) {
    return texts.redact(text, Texts.Kind.FREE);
  }

  /**
   * What a user calls a device or disk, which is a name even where it is a common word.
   *
   * @param device the words
   * @param isName whether they mean the device of a name or UUID
   */
  public String redactDevice(String device, Predicate<String> isName) {
    for (Secret each : secrets.devices()) {
      if (isName.test(each.text)) {
        return secrets.token(each);
      }
    }
    String told = redactText(device);
    boolean isKept =
        !told.equals(device) || Vocabulary.isKernelDisk(device) || DevNo.isDevNo(device);
    return isKept ? told : secrets.token(names.name(device, ""));
  }

  /** What the tokens given so far stand for. */
  public RedactionMap map() {
    return RedactionMap.of(secrets.tokens().all());
  }

  /** What {@link #redact} left out so far. */
  public LeftOut leftOut() {
    return new LeftOut(evidenceLeftOut, fieldsLeftOut);
  }

  private String redactText(Role role, String text, EventRecord of) {
    return switch (role) {
      case NAME -> secrets.token(names.name(text, of.device().uuid()));
      case UUID -> secrets.token(names.uuid(text, of.device().name()));
      case DISK_NAME ->
          Vocabulary.isKernelDisk(text) && !names.isDevice(text)
              ? texts.redact(text, Texts.Kind.FREE)
              : secrets.token(names.name(text, ""));
      case WWID -> field(names.told(names.wwidParts(text)), text);
      case SERIAL -> secrets.token(secrets.simple(Label.SERIAL, text));
      case PORT -> secrets.token(secrets.simple(Label.PORT, text));
      case MACHINE -> secrets.token(secrets.simple(Label.HOST, text));
      case HOST -> field(names.told(names.hostParts(text)), text);
      case BOOT -> secrets.token(secrets.shaped(Label.UUID, text), text);
      case COMMAND, EXECUTABLE, UNIT -> {
        List<Secret.Part> parts = names.processParts(role, text);
        yield parts.isEmpty()
            ? texts.redact(text, Texts.Kind.FREE)
            : field(names.told(parts), text);
      }
      case WORD -> Vocabulary.has(text) ? text : texts.redact(text, Texts.Kind.TARGET);
      case TARGET -> texts.redact(text, Texts.Kind.TARGET);
      case TEXT -> texts.redact(text, Texts.Kind.FREE);
    };
  }

  /** A line of a log: where the machine's name stands, it is meant, whatever it is else. */
  private String redactLine(Evidence line) {
    String text = line.text();
    MatchResult host = line.host();
    if (host == null) {
      return texts.redact(text, Texts.Kind.FREE);
    }
    return texts.redact(text.substring(0, host.start(1)), Texts.Kind.FREE)
        + field(names.told(names.hostParts(host.group(1))), host.group(1))
        + texts.redact(text.substring(host.end(1)), Texts.Kind.FREE);
  }

  private String field(String redacted, String text) {
    return secrets.tokens().restore(redacted).equals(text)
        ? redacted
        : secrets.token(secrets.simple(Label.TEXT, text));
  }

  private Bytes redactEvidence(Bytes bytes) {
    Evidence evidence = Evidence.of(bytes);
    if (evidence != null) {
      String text = evidence.text();
      Bytes redacted =
          evidence.with(evidence.isUevent() ? properties.redact(text) : redactLine(evidence));
      if (RedactionMap.restored(redacted, secrets.tokens()).equals(bytes)) {
        return redacted;
      }
    }
    evidenceLeftOut++;
    // Not a hash: who guesses a name could then tell that it is the right one.
    return Bytes.of("[" + bytes.length() + " bytes left out that are not text]");
  }
}
