package dmrec.redact;

import dmrec.event.Certainty;
import dmrec.event.Field;
import dmrec.event.Fields;
import dmrec.event.Kind;
import dmrec.event.Source;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The words that are the kernel's and the tools', not a user's. A device that bears one as its name
 * is told apart by where the name stands; in running text such a word stays, as replacing every
 * {@code linear} would hide nothing and wreck every table.
 */
final class Vocabulary {
  private static final Pattern KERNEL_DISK =
      Pattern.compile(
          "(?:(?:sd|hd|vd|xvd|dasd|ubd)[a-z]{1,3}[0-9]{0,4}"
              + "|(?:loop|ram|zram|dm-|sr|scd|nbd|pmem|rbd|drbd|bcache|nullb|fd|mtdblock)[0-9]{1,5}"
              + "(?:p[0-9]{1,4})?"
              + "|md_?d?[0-9]{1,4}(?:p[0-9]{1,4})?"
              + "|mmcblk[0-9]{1,3}(?:boot[0-9]|rpmb)?(?:p[0-9]{1,4})?"
              + "|nvme[0-9]{1,5}(?:c[0-9]{1,5})?n[0-9]{1,5}(?:p[0-9]{1,4})?)");

  /** Of table and status lines. */
  private static final String TABLE_WORDS =
      """
      linear striped stripe error zero mirror multipath crypt snapshot snapshot-origin
      snapshot-merge thin thin-pool raid cache cache-pool writecache clone era delay flakey dust
      ebs integrity verity switch unstriped log-writes zoned vdo pcache io_err_target bufio
      raid0 raid0_meta raid1 raid4 raid5 raid5_0 raid5_n raid5_la raid5_ra raid5_ls raid5_rs raid6
      raid6_0 raid6_n raid6_zr raid6_nr raid6_nc raid6_n_6 raid6_ls_6 raid6_rs_6 raid6_la_6
      raid6_ra_6 raid6_0_6 raid10 raid10_near raid10_far raid10_offset raid456 near far offset
      queue_if_no_path queue_mode retain_attached_hw_handler pg_init_retries pg_init_delay_msecs
      bio rq mq alua emc rdac hp_sw service-time queue-length round-robin historical-service-time
      io-affinity fail_if_no_path switch_group enable_group disable_group reinstate_path fail_path
      core disk clustered-core clustered-disk sync nosync handle_errors keep_log block_on_error
      userspace-core region_size daemon_sleep rebuild stripe_cache max_recovery_rate
      min_recovery_rate max_write_behind write_mostly journal_dev journal_mode delta_disks
      data_offset raid10_copies raid10_format resync recover reshape check repair idle frozen
      skip_block_zeroing ignore_discard no_discard_passdown discard_passdown read_only
      error_if_no_space queue_if_no_space out_of_data_space needs_check rw ro fail
      smq cleaner mq-policy writeback writethrough passthrough migration_threshold metadata2
      sequential_threshold random_threshold discard_promote_adjustment no_hydration no_discard
      hydration_threshold hydration_batch_size allow_discards same_cpu_crypt submit_from_crypt_cpus
      no_read_workqueue no_write_workqueue high_priority sector_size iv_large_sectors
      integrity_key_size integrity none logon user encrypted trusted cryptsetup
      journal_sectors interleave_sectors buffer_sectors journal_watermark commit_time
      internal_hash journal_crypt journal_mac meta_device recalculate reset_recalculate
      block_size sectors_per_bit bitmap_flush_interval fix_padding fix_hmac legacy_recalculate
      ignore_corruption restart_on_corruption panic_on_corruption ignore_zero_blocks
      check_at_most_once use_fec_from_device fec_roots fec_blocks fec_start
      root_hash_sig_key_desc try_verify_in_tasklet sha1 sha256 sha512 sha224 sha384 md5 crc32
      crc32c xxhash64 hmac aes xts cbc essiv plain plain64 plain64be capi random null benbi lmk tcw
      eboiv elephant serpent twofish adiantum aegis gcm poly1305 authenc
      high_watermark low_watermark writeback_jobs autocommit_blocks autocommit_time fua nofua
      cleaner max_age metadata_only pause_writeback drop_writes error_writes error_reads
      corrupt_bio_byte random_read_corrupt random_write_corrupt persistent exception invalid
      overflow merge suspended active inactive live in_sync
      """;

  private static final String WORDS =
      """
      action add remove change move online offline bind unbind devpath subsystem block devtype
      partition major minor devname diskseq seqnum synth synth_uuid synth_arg_k disk_ro resize
      path_failed path_reinstated dm_target dm_action dm_seqnum dm_path dm_nr_valid_paths dm_name
      dm_uuid dm_cookie dm_activation dm_suspended dm_verity_err_block_nr device devices virtual
      device-mapper mapper ioctl table raid1 snapshots persistent_snapshot region hash dirty log
      space map metadata data sector sectors path paths failing reinstating failed failure group
      groups read write flush discard queue target targets status state mode kernel uevent uevents
      udev dm sysfs kmsg journal recorder lab-clock receive time reported derived inferred
      probe claimed dev_create dev_remove dev_rename dev_suspend dev_wait table_load table_clear
      remove_all
      by-id by-uuid by-label by-path by-partuuid by-partlabel by-diskseq dev sys proc run tmp pci
      platform host bus rport session scsi nvme ata usb virtio fc sas iscsi target part wwn naa eui
      t10 iqn nqn lun name uuid serial model vendor rev type size label ext2 ext3 ext4 xfs btrfs
      vfat swap lvm lvm2_member crypto_luks linux_raid_member mpath_member mpath_device_action
      filesystem raid other gpt dos luks luks1 luks2 lvm-pv-uuid
      dmsetup multipathd kpartx lvm lvcreate lvremove lvchange vgchange pvmove dmeventd systemd
      systemd-udevd udevadm udevd cryptsetup veritysetup integritysetup bash sh sudo root
      disable_dm_rules disable_subsystem_rules disable_disk_rules disable_other_rules low_priority
      disable_library_fallback primary_source tail real cow pool tpool tdata tmeta cdata cmeta
      corig cvol vpool the and for with not was were from this that have has been one two all any
      new old is are to of in on at by no yes true false null unknown
      """;

  /** What a system calls its own processes and units, beside those above. */
  private static final String TOOLS =
      """
      lvs lvscan lvextend lvreduce lvresize lvrename lvconvert lvmpolld lvmdbusd lvm2-monitor
      lvm2-lvmpolld vgs vgcreate vgremove vgscan vgextend vgreduce vgrename vgimport vgexport
      vgcfgrestore vgimportclone pvs pvcreate pvremove pvscan pvresize pvck dm-event
      blk-availability blkdeactivate fsadm dmstats thin_check thin_repair cache_check multipath
      multipathc mpathpersist udev (udev-worker) systemd-cryptse systemd-verityse systemd-logind
      systemd-shutdow stratisd mdadm iscsid iscsiadm udisksd blkid blockdev lsblk losetup mount
      umount fsck mkfs dd cp cat init cron crond ssh sshd login su runuser system kthreadd
      """;

  private static final Pattern KERNEL_THREAD_OR_SESSION =
      Pattern.compile(
          "(?:kworker|ksoftirqd|swapper|migration|kdmflush|dmcrypt_write|jbd2|xfsaild)/[-+.:/\\w]*"
              + "|k(?:multipathd|mpath_handlerd|blockd|copyd|cryptd|mirrord|swapd)[-+.:/\\w]*"
              + "|md[0-9]+_\\w+|session-c?[0-9]+|user[-@][0-9]+|run-[ru][0-9a-f]+");

  private static final Set<String> ALL_TOOLS = Set.copyOf(split(TOOLS));

  /** Numbers, and several of them in one word: {@code 8:16}, {@code 12/4096}. */
  private static final Pattern NUMBERS = Pattern.compile("[0-9]+(?:[/:,.+-]+[0-9]+)*");

  /** The state of a path or group, or of the legs of a mirror or raid. */
  private static final Pattern STATES = Pattern.compile("[A-Za-z]|[ADFRSUa-]{1,253}");

  private static final Set<String> OF_TABLES = Set.copyOf(split(TABLE_WORDS));
  private static final Set<String> ALL = all();

  private Vocabulary() {}

  private static Set<String> split(String words) {
    Set<String> all = new HashSet<>();
    for (String word : words.strip().split("\\s+", -1)) {
      all.add(word);
      all.add(word.replace('-', '_'));
    }
    return all;
  }

  private static Set<String> all() {
    Set<String> all = split(TABLE_WORDS + WORDS);
    for (Kind kind : Kind.values()) {
      all.add(kind.word());
      for (Field field : Fields.of(kind).list()) {
        all.add(field.jsonName());
      }
    }
    for (Source source : Source.values()) {
      all.add(source.word());
    }
    for (Certainty certainty : Certainty.values()) {
      all.add(certainty.word());
    }
    for (Label label : Label.values()) {
      all.add(label.word());
    }
    return Set.copyOf(all);
  }

  static boolean has(String word) {
    return ALL.contains(word) || ALL.contains(word.toLowerCase(Locale.ROOT));
  }

  /** Whether a process or unit is so called on any system. */
  static boolean isTool(String name) {
    return has(name)
        || ALL_TOOLS.contains(name)
        || KERNEL_THREAD_OR_SESSION.matcher(name).matches();
  }

  /** Whether a whole word of a table or status line is what the line is read by. */
  static boolean isOfTables(String word) {
    return OF_TABLES.contains(word) || isNumbers(word) || STATES.matcher(word).matches();
  }

  /** Whether the kernel itself names disks so: {@code sdb}, {@code dm-3}, {@code nvme0n1p2}. */
  static boolean isKernelDisk(String name) {
    return name.length() <= 24 && KERNEL_DISK.matcher(name).matches();
  }

  /** Whether it is a number, or several with what stands between such. */
  static boolean isNumbers(String text) {
    return NUMBERS.matcher(text).matches();
  }

  static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
