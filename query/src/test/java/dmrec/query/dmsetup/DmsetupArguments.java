package dmrec.query.dmsetup;

import dmrec.query.RawText;
import dmrec.query.dmsetup.DmsetupRequest.Columns;
import dmrec.query.dmsetup.DmsetupRequest.DeviceChoice;
import dmrec.target.DevNo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the arguments of recorded runs, as far as these use dmsetup's options. */
final class DmsetupArguments {
  private static final Set<String> WITH_VALUE =
      Set.of("-o", "-O", "--separator", "--target", "-u", "-j", "-m");

  private DmsetupArguments() {}

  static DmsetupRequest parse(List<String> arguments) {
    Map<String, String> options = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (int i = 1; i < arguments.size(); i++) {
      String argument = arguments.get(i).replace("--sort", "-O");
      if (WITH_VALUE.contains(argument)) {
        options.put(argument, RawText.kernelText(arguments.get(++i)));
      } else if (argument.startsWith("-")) {
        options.put(argument, "");
      } else {
        names.add(RawText.kernelText(argument));
      }
    }
    boolean inactive = options.containsKey("--inactive");
    boolean verbose = options.containsKey("-v");
    String fields = options.get("-o");
    String target = options.get("--target");
    DevNo dev =
        options.containsKey("-j") ? DevNo.parse(options.get("-j") + ":" + options.get("-m")) : null;
    DeviceChoice devices = new DeviceChoice(names, options.get("-u"), dev);
    return switch (arguments.get(0)) {
      case "table" ->
          new DmsetupRequest.Table(
              devices, inactive, target, options.containsKey("--concise"), verbose);
      case "status" -> new DmsetupRequest.Status(devices, inactive, target, verbose);
      case "deps" -> new DmsetupRequest.Deps(devices, inactive, fields, verbose);
      case "ls" ->
          options.containsKey("--tree")
              ? new DmsetupRequest.Tree(fields, true, 0)
              : new DmsetupRequest.Ls(target, fields);
      case "info" ->
          new DmsetupRequest.Info(
              devices,
              inactive,
              !options.containsKey("-c") && !options.containsKey("-C")
                  ? null
                  : new Columns(
                      fields,
                      options.get("-O"),
                      options.get("--separator"),
                      options.containsKey("--noheadings"),
                      options.containsKey("--nameprefixes"),
                      options.containsKey("--unquoted"),
                      options.containsKey("--rows")));
      default -> throw new IllegalArgumentException(arguments.toString());
    };
  }
}
