package dev.millrace.server.webhook;

import java.util.List;

/** The key of a scheme. Thread-safe. */
interface SignatureKey {
    /** Whether one of these is the signature of the start, in ASCII, followed by the body. */
    boolean fitsAny(String start, byte[] body, List<byte[]> signatures);
}
