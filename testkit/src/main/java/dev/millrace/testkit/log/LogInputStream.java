package dev.millrace.testkit.log;

import dev.millrace.core.Event;
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
final class LogInputStream extends AbstractSpliterator<Event> {
    private final InputStream in;
    private final YamlLogReader reader;

    LogInputStream(String name, InputStream in) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
        this.in = in;
        this.reader = new YamlLogReader(name, new Utf8Decoder(in));
    }

    /** The stream; closing it closes the file. */
    Stream<Event> stream() {
        return StreamSupport.stream(this, false).onClose(this::close);
    }

    @Override
    public boolean tryAdvance(Consumer<? super Event> action) {
        Event event = reader.read();
        if (event == null) {
            return false;
        }
        action.accept(event);
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
