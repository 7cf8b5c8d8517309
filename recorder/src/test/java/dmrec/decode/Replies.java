package dmrec.decode;

import dmrec.event.KernelText;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Builds messages as the kernel lays them out ({@code dm-ioctl.c}, {@code kobject_uevent.c}). */
final class Replies {
  private final ByteBuffer out;

  private Replies(ByteOrder order) {
    out = ByteBuffer.allocateDirect(8192).order(order);
  }

  static Replies of(ByteOrder order, int minor, int targetCount) {
    Replies reply = new Replies(order);
    reply.out.putInt(0, 4).putInt(4, minor).putInt(16, 312).putInt(20, targetCount);
    reply.out.putInt(28, 1 << 5 | 1 << 1).putInt(32, -2).putLong(40, 254L << 8 | 3);
    reply.textAt(48, "mpatha").textAt(176, "mpath-3600");
    reply.out.position(312);
    return reply;
  }

  static Replies of(int targetCount) {
    return of(ByteOrder.LITTLE_ENDIAN, 47, targetCount);
  }

  private Replies textAt(int at, String text) {
    byte[] bytes = KernelText.encode(text);
    out.put(at, bytes).put(at + bytes.length, (byte) 0);
    return this;
  }

  private void align() {
    out.position((out.position() + 7) & ~7);
  }

  Replies target(long start, long length, String type, String text) {
    int at = out.position();
    out.putLong(at, start).putLong(at + 8, length);
    textAt(at + 24, type).textAt(at + 40, text);
    filled = at + 40 + KernelText.encode(text).length + 1;
    out.position(filled);
    align();
    out.putInt(at + 20, out.position() - 312);
    return this;
  }

  private int filled = 312;

  Replies device(long dev, String name, long eventNr, @Nullable String uuid, boolean last) {
    int at = out.position();
    out.putLong(at, dev);
    textAt(at + 12, name);
    out.position(at + 12 + KernelText.encode(name).length + 1);
    align();
    out.putInt((int) eventNr).putInt(uuid == null ? 2 : 1);
    if (uuid != null) {
      textAt(out.position(), uuid);
      out.position(out.position() + KernelText.encode(uuid).length + 1);
      align();
    }
    out.putInt(at + 8, last ? 0 : out.position() - at);
    filled = out.position();
    return this;
  }

  Replies deps(long... devs) {
    out.putInt(devs.length).putInt(0);
    for (long dev : devs) {
      out.putLong(dev);
    }
    filled = out.position();
    return this;
  }

  Replies version(String name, int major, int minor, int patch, boolean last) {
    int at = out.position();
    out.putInt(at + 4, major).putInt(at + 8, minor).putInt(at + 12, patch);
    textAt(at + 16, name);
    out.position(at + 16 + name.length() + 1);
    align();
    out.putInt(at, last ? 0 : out.position() - at);
    filled = out.position();
    return this;
  }

  /** The finished reply, direct as the recorder's own buffers are. */
  ByteBuffer build() {
    out.putInt(12, filled == 312 ? 305 : filled);
    ByteBuffer reply = out.duplicate();
    reply.position(0).limit(Math.max(312, filled));
    return reply;
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  static ByteBuffer uevent(String... strings) {
    return ByteBuffer.wrap(KernelText.encode(String.join("\0", strings) + "\0"));
  }

  static ByteBuffer udevMessage(String... properties) {
    byte[] body = KernelText.encode(String.join("\0", properties) + "\0");
    ByteBuffer message = ByteBuffer.allocate(40 + body.length);
    message.put("libudev\0".getBytes(StandardCharsets.US_ASCII)).putInt(0xfeedcafe);
    message.order(ByteOrder.LITTLE_ENDIAN).putInt(40).putInt(40).putInt(body.length);
    message.position(40);
    return message.put(body).flip();
  }

  static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
