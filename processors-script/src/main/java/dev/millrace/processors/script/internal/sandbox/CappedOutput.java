package dev.millrace.processors.script.internal.sandbox;

import java.io.ByteArrayOutputStream;

/** A buffer for the output of an engine itself; keeps the first 16 KiB. Scripts print through the host instead. */
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
