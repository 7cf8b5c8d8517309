package dmrec.kernel;

/** Version of the device-mapper's ioctl interface, as 4.47.0; not the kernel's. */
public record DmVersion(int major, int minor, int patch) {
  /** Whether the interface is {@code minor} of major 4 or newer. */
  public boolean atLeast(int minor) {
    return major > 4 || (major == 4 && this.minor >= minor);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
