package dev.millrace.benchmarks.wire;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the replies of one connection, one after the other, from whatever bytes have arrived. */
interface ReplyReader {
    /**
     * Takes bytes up to the end of the current reply.
     *
     * @return true if the reply is complete; the bytes that are left belong to the next one
     * @throws IOException if the server refused the request
     */
    boolean read(ByteBuffer bytes) throws IOException;
}
