package dev.millrace.cli.internal.webhook;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.server.webhook.SignedRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads an HTTP request as it is sent: an optional request line, header lines, an empty line, the body. */
final class RawRequest {
    private static final Pattern REQUEST_LINE = Pattern.compile("[A-Z]+ \\S+( HTTP/[0-9.]+)?");
    private static final Pattern HEADER = Pattern.compile("([^\\s:]+):(.*)");

    private RawRequest() {}

    static SignedRequest parse(byte[] input) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        int start = 0;
        for (int number = 1; start < input.length; number++) {
            int end = start;
            while (end < input.length && input[end] != '\n') {
                end++;
            }
            String line = new String(input, start, end - start, StandardCharsets.ISO_8859_1).stripTrailing();
            start = Math.min(end + 1, input.length);
            if (line.isEmpty()) {
                break;
            }
            Matcher header = HEADER.matcher(line);
            if (header.matches()) {
                headers.computeIfAbsent(header.group(1).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(header.group(2).strip());
            } else if (number > 1 || !REQUEST_LINE.matcher(line).matches()) {
                throw new CommandException("the request on standard input cannot be read: line " + number
                        + " is no header 'Name: value'; give the header lines, an empty line and the body");
            }
        }
        if (headers.isEmpty()) {
            throw new CommandException("the request on standard input has no headers; give the header lines, an empty"
                    + " line and the body");
        }
        return new SignedRequest(headers, Arrays.copyOfRange(input, start, input.length));
    }
}
