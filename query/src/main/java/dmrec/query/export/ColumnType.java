package dmrec.query.export;

/** What a column holds. */
public enum ColumnType {
  /** Nanoseconds since 1970 in UTC; ISO 8601 in CSV. */
  TIMESTAMP,
  INTEGER,
  BIGINT,
  BOOLEAN,
  TEXT,
  /** Bytes that are mostly text, and may hold NUL: {@link OddBytes} spells them in every format. */
  BYTES
}
