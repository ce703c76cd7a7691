package dev.millrace.benchmarks.engine;

import dev.millrace.benchmarks.suite.MeasuredEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file to which each commit is one write and one force. */
final class ForcedWrites implements Floor {
    private final FileChannel file;
    private final ByteArrayOutputStream added = new ByteArrayOutputStream();

    ForcedWrites(Path file) throws IOException {
        this.file = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @Override
    public void add(long number) {
        added.writeBytes(MeasuredEvent.numbered(number));
    }

    @Override
    public void commit() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(added.toByteArray());
        added.reset();
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        file.force(false);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
