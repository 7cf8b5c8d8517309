package dmrec.journal.seal;

import dmrec.event.Bytes;
import dmrec.journal.file.KeyPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The secret keys of the present epoch and of all that follow, and of none before.
 *
 * <p>Design note: a row of keys, each of which certifies the next, would need all certificates to
 * prove the last key. So the keys are a tree ({@link KeyPath}): each key certifies those of its
 * children, and what is kept beside the present key is the children, not yet come, of the keys on
 * the path to it. These are 31 keys and steps in all, at any time. Whoever steals them can sign for
 * the present epoch and later ones; no earlier key can be had from them.
 *
 * <p>Epochs are counted by the clock. One in which nothing was recorded has no key, and is passed.
 *
 * <p>A tree is never changed: {@link #at} makes another one.
 */
public final class KeyTree {
  /** A key whose epoch has not come, as its parent certified it. */
  public static final class Child {
    public final KeyPath.Step step;
    public final byte[] secret;

    Child(KeyPath.Step step, byte[] secret) {
      this.step = step;
      this.secret = secret;
    }
  }

  private final KeyPath path;
  private final byte[] secret;
  private final NavigableMap<Integer, Child> children;

  /**
   * The tree as it was written down.
   *
   * @param secret the key that the path leads to
   * @param children by epoch
   */
  KeyTree(KeyPath path, byte[] secret, NavigableMap<Integer, Child> children) {
    this.path = path;
    this.secret = secret;
    this.children = children;
  }

  /** A tree that begins with a key. */
  public static KeyTree begin(KeyPath.Origin origin, byte[] secret) {
    NavigableMap<Integer, Child> children = new TreeMap<>();
    int most = Integer.MAX_VALUE - origin.epoch();
    for (int level = 0; level < KeyPath.LEVELS && 1 << level <= most; level++) {
      Child child = child(origin, secret, origin.epoch() + (1 << level));
      children.put(child.step.epoch(), child);
    }
    return new KeyTree(new KeyPath(origin, List.of()), secret, children);
  }

  private static Child child(KeyPath.Origin origin, byte[] by, int epoch) {
    Ed25519.Pair pair = Ed25519.generate();
    byte[] message = KeyPath.signedBytes(origin, epoch, pair.publicKey);
    return new Child(
        new KeyPath.Step(epoch, pair.publicKey, Ed25519.sign(by, message)), pair.secretKey);
  }

  public KeyPath path() {
    return path;
  }

  public int epoch() {
    return path.epoch();
  }

  /** The present secret key itself. */
  public byte[] secret() {
    return secret;
  }

  public NavigableMap<Integer, Child> children() {
    return children;
  }

  /**
   * The tree as of a later epoch, made of new secrets and some of this one's.
   *
   * @param later an epoch behind the present one
   */
  public KeyTree at(int later) {
    KeyPath.Origin origin = path.origin();
    int to = later - origin.epoch();
    List<KeyPath.Step> steps = new ArrayList<>();
    for (KeyPath.Step step : path.steps()) {
      if (leadsTo(step.epoch() - origin.epoch(), to)) {
        steps.add(step);
      }
    }
    NavigableMap<Integer, Child> left = new TreeMap<>(children.tailMap(later, false));
    Child child = null;
    for (Child each : children.headMap(later, true).values()) {
      // There is one only: that of the highest bit in which the epochs differ.
      child = leadsTo(each.step.epoch() - origin.epoch(), to) ? each : child;
    }
    if (child == null) {
      throw new IllegalArgumentException("epoch " + later + " is not behind " + epoch());
    }
    steps.add(child.step);
    byte[] key = child.secret;
    for (int from = child.step.epoch() - origin.epoch(); ; ) {
      int lowest = from == to ? 1 : Integer.highestOneBit(to - from);
      Child next = null;
      for (int bit = Integer.lowestOneBit(from) >> 1; bit >= lowest; bit >>= 1) {
        if (bit > Integer.MAX_VALUE - origin.epoch() - from) {
          continue; // There is no such epoch.
        }
        Child each = child(origin, key, origin.epoch() + from + bit);
        if (from + bit <= to) {
          next = each;
        } else {
          left.put(each.step.epoch(), each);
        }
      }
      if (next == null) {
        return new KeyTree(new KeyPath(origin, List.copyOf(steps)), key, left);
      }
      if (key != child.secret) {
        Arrays.fill(key, (byte) 0);
      }
      steps.add(next.step);
      key = next.secret;
      from += lowest;
    }
  }

  /** The key that a path leads to from the key of its origin; null where it proves none. */
  public static @Nullable Bytes proved(KeyPath path, Bytes originKey) {
    KeyPath.Origin origin = path.origin();
    int epoch = origin.epoch();
    Bytes key = originKey;
    for (KeyPath.Step step : path.steps()) {
      byte[] message = KeyPath.signedBytes(origin, step.epoch(), step.publicKey());
      if (step.epoch() <= epoch
          || origin.parent(step.epoch()) != epoch
          || !Ed25519.verify(key, message, step.signature())) {
        return null;
      }
      epoch = step.epoch();
      key = step.publicKey();
    }
    return key;
  }

  /** Whether an epoch, counted from the origin, is on the path to another or is that. */
  private static boolean leadsTo(int ancestor, int epoch) {
    return (epoch & -Integer.lowestOneBit(ancestor)) == ancestor;
  }

  public Bytes sign(byte[] message) {
    return Ed25519.sign(secret, message);
  }

  /** Erases all secrets that another tree has not. */
  public void eraseBut(KeyTree kept) {
    kept.eraseUnlessOwn(secret);
    children.values().forEach(child -> kept.eraseUnlessOwn(child.secret));
  }

  private void eraseUnlessOwn(byte[] other) {
    if (other != secret && children.values().stream().noneMatch(child -> child.secret == other)) {
      Arrays.fill(other, (byte) 0);
    }
  }
}
