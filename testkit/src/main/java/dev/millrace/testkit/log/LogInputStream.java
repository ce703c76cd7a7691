package dev.millrace.testkit.log;

import dev.millrace.testkit.internal.yaml.Utf8Decoder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Spliterator;
import java.util.Spliterators.AbstractSpliterator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A lazy stream of the events of a log in UTF-8. */
final class LogInputStream extends AbstractSpliterator<LogEntry> {
    private final InputStream in;
    private final YamlLogReader reader;

    LogInputStream(String name, InputStream in) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.in = in;
        this.reader = new YamlLogReader(name, new Utf8Decoder(in));
    }

    /** The stream; closing it closes the file. */
    Stream<LogEntry> stream() {
        return StreamSupport.stream(this, false).onClose(this::close);
    }

    @Override
    public boolean tryAdvance(Consumer<? super LogEntry> action) {
        LogEntry entry = reader.read();
        if (entry == null) {
            return false;
        }
        action.accept(entry);
        return true;
    }

    private void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be closed; " + e.getMessage(), e);
        }
    }
}
