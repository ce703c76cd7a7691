package dev.millrace.server.internal.routes;

import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.PercentDecoder;
import dev.millrace.server.internal.http.QueryParameters;
import dev.millrace.server.internal.http.StreamPathParser;
import dev.millrace.server.internal.routes.ReadParameters.Default;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The parts of a request are parsed in a time that is linear in their length. */
class RequestParsersTest {
    @Test
    void should_parse_a_query_in_linear_time() {
        LinearTimeCheck.of("query", text -> QueryParameters.of(text).flag("a"))
                .refusingWith(HttpErrorException.class)
                .check(around("a=true&b=%C3%84+x&a=true"));
        LinearTimeCheck.of("percent-encoding", text -> PercentDecoder.decode(text, true))
                .check(around("a%20b%C3%84+c"));
        LinearTimeCheck.of("path", StreamPathParser::read)
                .refusingWith(HttpErrorException.class)
                .check(around("/a/b%2Dc/"));
    }

    @Test
    void should_parse_the_parameters_of_a_read_in_linear_time() {
        LinearTimeCheck.of("bound", text -> ReadBound.read("afterOffset", text))
                .refusingWith(HttpErrorException.class)
                .check(around("12345", "0007"));
        for (String name : List.of("limit", "types", "order", "live", "offset")) {
            LinearTimeCheck.of(
                            name,
                            text -> ReadParameters.read(QueryParameters.of(name + "=" + text), null, Default.LIVE))
                    .refusingWith(HttpErrorException.class)
                    .check(around("5", "a,b", "desc"));
        }
        LinearTimeCheck.of("Last-Event-ID", text -> ReadParameters.read(QueryParameters.of(null), text, Default.LIVE))
                .refusingWith(HttpErrorException.class)
                .check(around("5"));
    }
}
