package dev.millrace.processors.script.internal.sandbox;

import java.io.ByteArrayOutputStream;

/** What an engine itself prints, up to a limit; the rest is dropped. Scripts print through the host. */
final class CappedOutput extends ByteArrayOutputStream {
    private static final int MOST = 16 << 10;

    @Override
    public synchronized void write(int letter) {
        if (count < MOST) {
            super.write(letter);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        super.write(bytes, offset, Math.min(length, MOST - count));
    }
}
