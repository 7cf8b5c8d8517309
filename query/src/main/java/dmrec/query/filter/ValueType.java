package dmrec.query.filter;

import dmrec.event.Actor;
import dmrec.event.Certainty;
import dmrec.event.DmEvent;
import dmrec.event.Kind;
import dmrec.event.Mark;
import dmrec.event.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the value of a field is, and how it is written in a filter. */
public enum ValueType {
  NUMBER("a number", true, List.of()),
  DURATION("a duration as " + Durations.FORMS, true, List.of()),
  TIME("a time", true, List.of()),
  TEXT("a text", false, List.of()),
  FLAG("true or false", false, List.of("true", "false")),
  NUMBERED("a device number as 8:16", false, List.of()),
  DEVICE("a device or disk: name, UUID, 8:16, dm-3 or /dev/...", false, List.of()),
  KIND(
      "a kind of event",
      false,
      Arrays.stream(Kind.values()).map(Kind::word).collect(Collectors.toUnmodifiableList())),
  SOURCE(
      "a source",
      false,
      Arrays.stream(Source.values()).map(Source::word).collect(Collectors.toUnmodifiableList())),
  CERTAINTY(
      "a certainty",
      false,
      Arrays.stream(Certainty.values())
          .map(Certainty::word)
          .collect(Collectors.toUnmodifiableList())),
  MARK(
      "a mark",
      false,
      Arrays.stream(Mark.values()).map(Mark::word).collect(Collectors.toUnmodifiableList())),
  RELATION(
      "how a process stands to it",
      false,
      Arrays.stream(Actor.Relation.values())
          .map(Actor.Relation::word)
          .collect(Collectors.toUnmodifiableList())),
  LOST(
      "a source that was lost",
      false,
      Stream.concat(
              Arrays.stream(Source.values()).map(Source::word), Stream.of(DmEvent.Gap.JOURNAL))
          .collect(Collectors.toUnmodifiableList()));

  private final String phrase;
  private final boolean ordered;

  @SuppressWarnings("ImmutableEnumChecker") // each is unmodifiable
  private final List<String> words;

  ValueType(String phrase, boolean ordered, List<String> words) {
    this.phrase = phrase;
    this.ordered = ordered;
    this.words = words;
  }

  /** In words, for help and errors. */
  public String phrase() {
    return phrase;
  }

  /** Whether such values are more or less than another. */
  public boolean isOrdered() {
    return ordered;
  }

  /** The only words that are such a value; empty where others are too. */
  public List<String> words() {
    return words;
  }

  /** The phrase with the words, where they are few. */
  String expected() {
    return words.isEmpty() || words.size() > 8 || this == FLAG
        ? phrase
        : phrase + " (" + String.join(", ", words) + ")";
  }

  static String expected(List<ValueType> types) {
    List<String> phrases = new ArrayList<>();
    for (ValueType type : types) {
      phrases.add(type.expected());
    }
    return String.join(" or ", phrases);
  }
}
