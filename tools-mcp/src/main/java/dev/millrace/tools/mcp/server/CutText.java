package dev.millrace.tools.mcp.server;

import java.nio.charset.StandardCharsets;

/** Texts with a bound in bytes of UTF-8. */
final class CutText {
    private CutText() {}

    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** The text, or its beginning with "…" at its end if it has more than {@code most} bytes. */
    static String of(String text, int most) {
        byte[] all = text.getBytes(StandardCharsets.UTF_8);
        if (all.length <= most) {
            return text;
        }
        int end = most;
        while (end > 0 && (all[end] & 0xC0) == 0x80) { // in the middle of a character
            end--;
        }
        return new String(all, 0, end, StandardCharsets.UTF_8) + "…";
    }
}
