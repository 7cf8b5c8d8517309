package dmrec.redact;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/**
 * Every name that was learned, in order of appearance, and its token.
 *
 * <p>Tokens are given when the first one is asked for: by then every text was seen, so that no
 * token is given that stands in one by itself. A name learned later still gets one. A name that is
 * both a volume group's and a volume's has two tokens, one for each label.
 */
final class Secrets {
  /** A token that looks like a name of its own is tried so often with another number. */
  private static final int TRIES = 10_000;

  private final Map<Label, Map<String, Secret>> simple = new EnumMap<>(Label.class);

  /** Names and UUIDs of mapped devices, whatever they are made of. */
  private final Map<String, Secret> names = new LinkedHashMap<>();

  private final Map<String, Secret> uuids = new LinkedHashMap<>();

  private final List<Secret> all = new ArrayList<>();

  /** For each spelling, folded, the names that are spelled so. */
  private final Trie trie = new Trie();

  private final List<List<Secret>> spelled = new ArrayList<>();

  /** Numbers that no token may have: by label, first plain, then shaped. */
  private final Map<Label, Set<Integer>> taken = new EnumMap<>(Label.class);

  private final Map<Label, Set<Integer>> takenShapes = new EnumMap<>(Label.class);
  private final Map<Label, Integer> lastNumber = new EnumMap<>(Label.class);
  private final Map<Label, Integer> lastShape = new EnumMap<>(Label.class);
  private final Tokens tokens = new Tokens();
  private boolean giving;

  Secrets() {
    for (Label label : Label.values()) {
      simple.put(label, new HashMap<>());
      taken.put(label, new HashSet<>());
      takenShapes.put(label, new HashSet<>());
    }
  }

  /** How many names are known. */
  int size() {
    return all.size();
  }

  Tokens tokens() {
    return tokens;
  }

  /** Keeps every token that stands in {@code text} from being given. */
  void reserve(String text) {
    if (!hasNumberedWord(text)) {
      return;
    }
    for (Matcher m = Label.NUMBERED.matcher(text); m.find(); ) {
      Label label = Label.valueOf(m.group(1).toUpperCase(java.util.Locale.ROOT));
      int number = Integer.parseInt(m.group(2));
      set(taken, label).add(number);
      set(takenShapes, label).add(number);
    }
  }

  private static boolean hasNumberedWord(String text) {
    boolean isLetter = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isLetter && c >= '0' && c <= '9') {
        return true;
      }
      isLetter = c >= 'a' && c <= 'z';
    }
    return false;
  }

  /** A name that is one word. */
  Secret simple(Label label, String text) {
    return simple(label, text, false);
  }

  /** A UUID: its token has the same length and hyphens. */
  Secret shaped(Label label, String text) {
    return simple(label, text, true);
  }

  private Secret simple(Label label, String text, boolean isShaped) {
    Map<String, Secret> of = simple.get(label);
    if (of == null) {
      throw new IllegalStateException("no such label");
    }
    // However a UUID is spelled, it is the same one.
    String key = isShaped ? Spellings.digitsOfUuid(text) : text;
    Secret known = of.get(key);
    if (known != null) {
      return known;
    }
    Secret secret = new Secret(label, text, isShaped);
    of.put(key, secret);
    add(secret);
    return secret;
  }

  boolean isKnown(Label label, String text) {
    Map<String, Secret> of = simple.get(label);
    return of != null && of.containsKey(text);
  }

  /** All names and UUIDs of mapped devices, names first. */
  List<Secret> devices() {
    List<Secret> devices = new ArrayList<>(names.values());
    devices.addAll(uuids.values());
    return devices;
  }

  @Nullable Secret knownName(String name) {
    return names.get(name);
  }

  /** A mapped device's name; {@code parts} are asked for where it is not known yet. */
  Secret name(String name, Label label, Supplier<List<Secret.Part>> parts) {
    Secret known = names.get(name);
    if (known == null) {
      known = new Secret(label, name, false);
      names.put(name, known);
      known.parts = parts.get();
      add(known);
    } else if (known.label == Label.MAP
        && !known.isComposite()
        && label != Label.MAP
        && known.token.isEmpty()) {
      // Its UUID was not known before, and tells more.
      known.label = label;
      known.parts = parts.get();
    }
    return known;
  }

  Secret uuid(String uuid, Supplier<List<Secret.Part>> parts) {
    Secret known = uuids.get(uuid);
    if (known == null) {
      known = new Secret(Label.UUID, uuid, false);
      uuids.put(uuid, known);
      known.parts = parts.get();
      add(known);
    }
    return known;
  }

  @Nullable Secret knownUuid(String uuid) {
    return uuids.get(uuid);
  }

  private void add(Secret secret) {
    all.add(secret);
    reserve(secret.text);
    for (String spelling : Spellings.of(secret.text)) {
      int node = Trie.ROOT;
      for (int i = 0; i < spelling.length(); i++) {
        node = trie.grow(node, fold(spelling.charAt(i)));
      }
      if (node == Trie.ROOT) {
        continue;
      }
      if (trie.value(node) == Trie.NONE) {
        trie.put(node, spelled.size());
        spelled.add(new ArrayList<>(1));
      }
      spelled.get(trie.value(node)).add(secret);
    }
  }

  static char fold(char c) {
    return c < 128 ? (c >= 'A' && c <= 'Z' ? (char) (c + 32) : c) : Character.toLowerCase(c);
  }

  Trie trie() {
    return trie;
  }

  List<Secret> spelled(int value) {
    return spelled.get(value);
  }

  /** The token of a name where it is spelled as learned. */
  String token(Secret secret) {
    if (!giving) {
      giving = true;
      for (int i = 0; i < all.size(); i++) {
        give(all.get(i));
      }
    }
    return give(secret);
  }

  /** The token of a name in another spelling. */
  String token(Secret secret, String spelling) {
    String token = token(secret);
    if (spelling.equals(secret.text)) {
      return token;
    }
    String known = secret.variants.get(spelling);
    if (known != null) {
      return known;
    }
    // A shape may be free without a mark: the hyphens of a UUID tell the spellings apart.
    String variant = secret.shaped ? shape(secret.label.word() + secret.number, spelling) : token;
    for (int i = 2; tokens.has(variant); i++) {
      variant =
          secret.shaped
              ? shape(secret.label.word() + secret.number + "v" + i, spelling)
              : token + "v" + i;
    }
    secret.variants.put(spelling, variant);
    tokens.put(variant, spelling);
    return variant;
  }

  private String give(Secret secret) {
    if (!secret.token.isEmpty()) {
      return secret.token;
    }
    if (secret.isComposite()) {
      giveComposite(secret);
    } else {
      Secret beside = secret.beside;
      if (beside != null && beside != secret && beside.label == secret.label) {
        give(beside);
      }
      giveNumber(secret, beside == null ? 0 : beside.number);
    }
    return secret.token;
  }

  private void giveComposite(Secret secret) {
    StringBuilder out = new StringBuilder();
    for (Secret.Part part : secret.parts) {
      Secret of = part.secret();
      out.append(of == null ? part.text() : token(of, part.text()));
    }
    String token = out.toString();
    if (token.equals(secret.text)) {
      // Nothing in it is anyone's name.
      secret.token = token;
      return;
    }
    String free = token;
    for (int i = 2; tokens.has(free); i++) {
      if (secret.text.equals(tokens.all().get(free))) {
        secret.token = free;
        return;
      }
      free = token + "v" + i;
    }
    secret.token = free;
    tokens.put(free, secret.text);
  }

  private void giveNumber(Secret secret, int wanted) {
    Set<Integer> numbers = set(secret.shaped ? takenShapes : taken, secret.label);
    if (wanted > 0 && numbers.add(wanted) && take(secret, wanted)) {
      return;
    }
    Map<Label, Integer> last = secret.shaped ? lastShape : lastNumber;
    int number = last.getOrDefault(secret.label, 0);
    for (int i = 0; ; i++) {
      do {
        number++;
      } while (!numbers.add(number));
      if (take(secret, number) || (i > TRIES && !tokens.has(tokenOf(secret, number)))) {
        if (secret.token.isEmpty()) {
          put(secret, number);
        }
        last.put(secret.label, number);
        return;
      }
    }
  }

  /** Takes that number unless the token would then show a name. */
  private boolean take(Secret secret, int number) {
    String token = tokenOf(secret, number);
    if (tokens.has(token) || hasSecret(token)) {
      return false;
    }
    put(secret, number);
    return true;
  }

  private void put(Secret secret, int number) {
    secret.number = number;
    secret.token = tokenOf(secret, number);
    tokens.put(secret.token, secret.text);
  }

  private static String tokenOf(Secret secret, int number) {
    String base = secret.label.word() + number;
    return secret.shaped ? shape(base, secret.text) : base;
  }

  /** {@code base} drawn out to the length of a UUID, with its hyphens. */
  private static String shape(String base, String like) {
    int hyphen = like.indexOf('-');
    if (like.length() < 16 || (hyphen >= 0 && hyphen < base.length())) {
      return base;
    }
    StringBuilder out = new StringBuilder(like.length());
    for (int i = 0; i < like.length(); i++) {
      out.append(i < base.length() ? base.charAt(i) : like.charAt(i) == '-' ? '-' : 'x');
    }
    return out.toString();
  }

  /** Whether a name that is replaced anywhere is a part of {@code text}. */
  private boolean hasSecret(String text) {
    for (int i = 0; i < text.length(); i++) {
      int node = Trie.ROOT;
      for (int at = i; at < text.length(); at++) {
        node = trie.step(node, fold(text.charAt(at)));
        if (node == Trie.NONE) {
          break;
        }
        if (trie.value(node) != Trie.NONE) {
          for (Secret secret : spelled.get(trie.value(node))) {
            if (secret.strength != Secret.Strength.FIELD_ONLY) {
              return true;
            }
          }
        }
      }
    }
    return false;
  }

  private static Set<Integer> set(Map<Label, Set<Integer>> of, Label label) {
    return of.computeIfAbsent(label, l -> new HashSet<>());
  }
}
