package dmrec.target;

/**
 * One target of a table, as the kernel printed it.
 *
 * @param startSector first 512-byte sector of the mapped device that the target serves
 * @param lengthSectors how many sectors it serves
 * @param type the target type's name: {@code linear}, {@code multipath}, ...
 * @param params the table line's text behind the type, keys masked
 * @param status the status text ({@code STATUSTYPE_INFO}); empty for targets that report none and
 *     for the targets of an inactive table
 */
public record Target(
    long startSector, long lengthSectors, String type, String params, String status) {

  /** The same target with another status text. */
  public Target withStatus(String newStatus) {
    return new Target(startSector, lengthSectors, type, params, newStatus);
  }

  /** Whether both are the same mapping, whatever their status. */
  public boolean sameMapping(Target other) {
    return startSector == other.startSector
        && lengthSectors == other.lengthSectors
        && type.equals(other.type)
        && params.equals(other.params);
  }
}
