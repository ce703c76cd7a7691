package dev.millrace.cli.internal.service;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/** A check whether this process may open as many files and connections as its options allow. */
final class DescriptorLimit {
    /** For requests, deliveries and files that are opened after the start. */
    static final int OTHERS = 500;

    private DescriptorLimit() {}

    /** What to change, if the limit of this process is too low for this many live readers. */
    static Optional<String> warning(int maxReaders) {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? warning(system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount(), maxReaders)
                : Optional.empty();
    }

    static Optional<String> warning(long limit, long open, int maxReaders) {
        long needed = open + OTHERS + maxReaders;
        if (limit < 0 || limit >= needed) {
            return Optional.empty();
        }
        long possible = limit - open - OTHERS;
        return Optional.of("this process may open " + limit + " files and connections, but " + maxReaders
                + " live readers (--max-readers) and its other files and connections need about " + needed
                + "; raise the limit ('ulimit -n " + needed + "', or LimitNOFILE in a systemd unit)"
                + (possible > 0 ? ", or give --max-readers " + possible : ""));
    }
}
