package dev.millrace.cli.internal.service;

import dev.millrace.server.MillraceServer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The picocli options for the limits of a server. */
final class ServiceLimitOptions {
    @Option(
            names = "--rate-limit",
            paramLabel = "N/s",
            converter = PerSecond.class,
            description =
                    "How many events per second one caller (token, or else address) may append. Default: no limit")
    private @Nullable Integer rate;

    @Option(
            names = "--max-readers",
            paramLabel = "N",
            description = "How many live readers are allowed at once. Default: " + MillraceServer.MAX_READERS)
    private int readers = MillraceServer.MAX_READERS;

    @Option(
            names = "--max-readers-per-stream",
            paramLabel = "N",
            description =
                    "How many of them are allowed on one stream. Default: " + MillraceServer.MAX_READERS_PER_STREAM)
    private int readersPerStream = MillraceServer.MAX_READERS_PER_STREAM;

    int maxReaders() {
        return readers;
    }

    void apply(MillraceServer.Builder builder) {
        builder.maxReaders(readers, readersPerStream);
        if (rate != null) {
            builder.rateLimit(rate);
        }
    }

    /** Parses {@code 50/s} or {@code 50}. */
    static final class PerSecond implements ITypeConverter<Integer> {
        private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,8})(?:/s)?");

        @Override
        public Integer convert(String text) {
            Matcher matcher = FORM.matcher(text.strip());
            if (!matcher.matches()) {
                throw new TypeConversionException(
                        "expected a number of events per second, for example 50/s, got '" + text + "'");
            }
            return Integer.valueOf(matcher.group(1));
        }
    }
}
