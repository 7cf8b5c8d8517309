package dmrec.query;

import dmrec.event.DeviceRef;
import dmrec.event.EventJson;
import dmrec.event.KernelText;
import dmrec.event.Kind;
import dmrec.query.DeviceActors.Deed;
import dmrec.query.DeviceActors.Origin;
import dmrec.query.StackTree.Span;
import dmrec.query.StackTree.Style;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** {@link DeviceActors} for people, a paragraph for each, and for programs. */
public final class DeviceActorsText {
  private DeviceActorsText() {}

  /** Lines that each end with a line feed. */
  public static String print(DeviceActors actors, ZoneId zone, boolean colour) {
    List<List<Span>> lines = new ArrayList<>();
    String all =
        actors.devices().stream().map(DeviceActorsText::name).collect(Collectors.joining(", "));
    lines.add(
        List.of(
            new Span("who touched ", Style.DETAIL),
            new Span(all.isEmpty() ? Names.quoted(actors.device()) : all, Style.NAME)));
    for (Origin origin : actors.origins()) {
      lines.add(List.of());
      int others = origin.processes() - 1;
      lines.add(
          List.of(
              new Span(ActorText.brief(origin.last()), Style.NAME),
              new Span(
                  (others == 0 ? "" : " and " + others + (others == 1 ? " other" : " others"))
                      + ": "
                      + ActorText.details(origin.last()),
                  Style.PLAIN)));
      lines.add(
          List.of(
              new Span(
                  "  "
                      + TimeSpec.format(origin.firstNs(), zone)
                      + (origin.lastNs() == origin.firstNs()
                          ? ""
                          : " to " + TimeSpec.format(origin.lastNs(), zone)),
                  Style.DETAIL)));
      deeds(origin)
          .forEach(
              (device, deeds) ->
                  lines.add(
                      List.of(
                          new Span("  " + name(device) + ": ", Style.NAME),
                          new Span(deeds.toString(), Style.PLAIN))));
    }
    String kinds =
        KindCounts.mostFirst(actors.ofNobody()).stream()
            .map(each -> each.getValue() + " " + each.getKey().word())
            .collect(Collectors.joining(", "));
    if (!kinds.isEmpty() || actors.origins().isEmpty()) {
      lines.add(List.of());
      lines.add(
          List.of(
              new Span(
                  kinds.isEmpty() ? "nobody" : "no process is known for " + kinds, Style.DETAIL)));
    }
    return StackTree.paint(lines, colour);
  }

  private static Map<DeviceRef, StringJoiner> deeds(Origin origin) {
    Map<DeviceRef, StringJoiner> byDevice = new LinkedHashMap<>();
    for (Map.Entry<Deed, Long> each : origin.deeds().entrySet()) {
      Deed deed = each.getKey();
      String what =
          deed.kind() == Kind.REQUEST_FAILED
              ? KernelText.printable(deed.request()) + " refused (error " + deed.error() + ")"
              : deed.kind().word();
      byDevice
          .computeIfAbsent(deed.device(), d -> new StringJoiner(", "))
          .add(each.getValue() + " " + what);
    }
    return byDevice;
  }

  private static String name(DeviceRef device) {
    return device.isNone() ? Names.of(device) : Explanation.named(device.name(), device.dev());
  }

  /** One object in a line. */
  public static String json(DeviceActors actors) {
    return AnswerJson.object(
        json -> {
          json.writeStringField("asked", actors.device());
          json.writeArrayFieldStart("devices");
          for (DeviceRef device : actors.devices()) {
            AnswerJson.device(json, device);
          }
          json.writeEndArray();
          json.writeArrayFieldStart("actors");
          for (Origin origin : actors.origins()) {
            json.writeStartObject();
            json.writeFieldName("actor");
            EventJson.write(origin.last(), json);
            json.writeNumberField("processes", origin.processes());
            json.writeStringField("first", AnswerJson.time(origin.firstNs()));
            json.writeStringField("last", AnswerJson.time(origin.lastNs()));
            json.writeArrayFieldStart("events");
            for (Map.Entry<Deed, Long> each : origin.deeds().entrySet()) {
              Deed deed = each.getKey();
              json.writeStartObject();
              AnswerJson.device(json, "device", deed.device());
              json.writeStringField("kind", deed.kind().word());
              if (deed.kind() == Kind.REQUEST_FAILED) {
                json.writeStringField("request", deed.request());
                json.writeNumberField("error", deed.error());
              }
              json.writeNumberField("count", each.getValue());
              json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeObjectFieldStart("of_nobody");
          for (Map.Entry<Kind, Long> each : KindCounts.mostFirst(actors.ofNobody())) {
            json.writeNumberField(each.getKey().word(), each.getValue());
          }
          json.writeEndObject();
        });
  }
}
