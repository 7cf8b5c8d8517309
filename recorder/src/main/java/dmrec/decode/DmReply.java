package dmrec.decode;

/** A whole reply of the dm control device: its head and one kind of body. */
public sealed interface DmReply permits DeviceList, StatusReply, DepsReply, VersionsReply {
  DmHeader header();
}
