package dmrec.query.export;

import dmrec.event.EventRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file: flat, the columns of {@link EventColumns}, pages compressed with GZIP.
 *
 * <p>Rows are kept until a row group of {@link #ROW_GROUP_BYTES} is full; that bounds the memory.
 */
final class ParquetExport implements EventExport {
  private static final long ROW_GROUP_BYTES = 16L << 20;
  private static final int PAGE_BYTES = 256 << 10;
  private static final int ROWS_BETWEEN_CHECKS = 100;

  private final ParquetWriter<EventRecord> writer;

  ParquetExport(OutputStream out) throws IOException {
    this(out, ROW_GROUP_BYTES);
  }

  ParquetExport(OutputStream out, long rowGroupBytes) throws IOException {
    writer =
        new Builder(new StreamOutputFile(out))
            .withConf(new PlainParquetConfiguration())
            .withCompressionCodec(CompressionCodecName.GZIP)
            .withCodecFactory(new JdkGzip())
            .withRowGroupSize(rowGroupBytes)
            .withPageSize(PAGE_BYTES)
            .withMaxRowCountForPageSizeCheck(ROWS_BETWEEN_CHECKS)
            .build();
  }

  @Override
  public void write(EventRecord record) throws IOException {
    writer.write(record);
  }

  @Override
  public void finish() throws IOException {
    writer.close();
  }

  static MessageType schema() {
    Types.MessageTypeBuilder message = Types.buildMessage();
    for (Column column : EventColumns.all()) {
      Type.Repetition repetition =
          column.required() ? Type.Repetition.REQUIRED : Type.Repetition.OPTIONAL;
      Types.PrimitiveBuilder<PrimitiveType> type =
          switch (column.type()) {
            case TIMESTAMP ->
                Types.primitive(PrimitiveTypeName.INT64, repetition)
                    .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.NANOS));
            case INTEGER -> Types.primitive(PrimitiveTypeName.INT32, repetition);
            case BIGINT -> Types.primitive(PrimitiveTypeName.INT64, repetition);
            case BOOLEAN -> Types.primitive(PrimitiveTypeName.BOOLEAN, repetition);
            case TEXT, BYTES ->
                Types.primitive(PrimitiveTypeName.BINARY, repetition)
                    .as(LogicalTypeAnnotation.stringType());
          };
      message.addField(type.named(column.name()));
    }
    return message.named("event");
  }

  /** Ties the writer to the columns. */
  private static final class Builder extends ParquetWriter.Builder<EventRecord, Builder> {
    Builder(OutputFile file) {
      super(file);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    @SuppressWarnings("deprecation") // it is abstract
    protected WriteSupport<EventRecord> getWriteSupport(Configuration configuration) {
      return new Rows();
    }

    @Override
    protected WriteSupport<EventRecord> getWriteSupport(ParquetConfiguration configuration) {
      return new Rows();
    }
  }

  /** Gives an event to the writer, value by value. */
  private static final class Rows extends WriteSupport<EventRecord> {
    private @Nullable RecordConsumer consumer;

    @Override
    @SuppressWarnings("deprecation") // it is abstract
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema(), Map.of());
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
      return new WriteContext(schema(), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      consumer = recordConsumer;
    }

    @Override
    public void write(EventRecord record) {
      RecordConsumer to = consumer;
      if (to == null) {
        throw new IllegalStateException("not prepared");
      }
      List<Column> columns = EventColumns.all();
      List<@Nullable Object> values = EventColumns.row(record);
      to.startMessage();
      for (int i = 0; i < values.size(); i++) {
        Object value = values.get(i);
        if (value != null) {
          Column column = columns.get(i);
          to.startField(column.name(), i);
          switch (column.type()) {
            case TIMESTAMP, BIGINT -> to.addLong((Long) value);
            case INTEGER -> to.addInteger((Integer) value);
            case BOOLEAN -> to.addBoolean((Boolean) value);
            case TEXT, BYTES -> to.addBinary(Binary.fromString(OddBytes.spell((String) value)));
          }
          to.endField(column.name(), i);
        }
      }
      to.endMessage();
    }
  }
}
