package dev.millrace.cli.internal.model;

import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import java.util.List;
import java.util.Optional;

/** What to try if a server has no wire that works. */
final class ProbeAdvice {
    private ProbeAdvice() {}

    static String of(String url, List<WireReport> reports) {
        List<ModelFailure> failures = reports.stream()
                .map(WireReport::failure)
                .flatMap(Optional::stream)
                .toList();
        if (has(failures, FailureKind.AUTH)) {
            return "set OPENAI_API_KEY to a key of this server";
        }
        if (has(failures, FailureKind.QUOTA) || has(failures, FailureKind.RATE_LIMIT)) {
            return "try it again when the server takes requests of this key";
        }
        if (has(failures, FailureKind.NETWORK)) {
            return "check the address, and that the server runs";
        }
        if (has(failures, FailureKind.TRUNCATED)) {
            return "give it more time with --timeout, or look into the log of the server";
        }
        String version = url.endsWith("/v1") ? "" : "the address does not end in /v1: try " + url + "/v1, ";
        return version + "check the address, and give the name of a model that the server has with --model";
    }

    private static boolean has(List<ModelFailure> failures, FailureKind kind) {
        return failures.stream().anyMatch(failure -> failure.kind() == kind);
    }
}
