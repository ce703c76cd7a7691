package dev.millrace.cli.internal.webhook;

import dev.millrace.server.webhook.HmacFormat;
import dev.millrace.server.webhook.SignatureScheme;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of the scheme {@code hmac}. */
final class HmacOptions {
    private static final String NAME = "hmac";

    @Option(names = "--header", paramLabel = "H", description = "hmac: the header with the signature. Required")
    private @Nullable String header;

    @Option(names = "--algorithm", paramLabel = "A", description = "hmac: sha1, sha256 or sha512. Default: sha256")
    private @Nullable String algorithm;

    @Option(names = "--encoding", paramLabel = "E", description = "hmac: hex or base64. Default: hex")
    private @Nullable String encoding;

    @Option(
            names = "--prefix",
            paramLabel = "P",
            description = "hmac: what stands before the signature, for example sha256=")
    private @Nullable String prefix;

    @Option(
            names = "--timestamp-header",
            paramLabel = "T",
            description = "hmac: the header with the time, which is signed before the body")
    private @Nullable String timestampHeader;

    @Option(names = "--id-header", paramLabel = "I", description = "hmac: the header with the id of the delivery")
    private @Nullable String idHeader;

    /** Throws a {@link ParameterException} if there is no such scheme, or the options do not fit it. */
    SchemeFactory schemes(String scheme, CommandLine command) {
        Map<String, @Nullable String> given = new LinkedHashMap<>();
        given.put("--header", header);
        given.put("--algorithm", algorithm);
        given.put("--encoding", encoding);
        given.put("--prefix", prefix);
        given.put("--timestamp-header", timestampHeader);
        given.put("--id-header", idHeader);
        if (scheme.equals(NAME)) {
            HmacFormat format = format(command);
            return secret -> SignatureScheme.hmac(format, secret);
        }
        if (!SignatureScheme.headers().containsKey(scheme)) {
            throw new ParameterException(
                    command,
                    "--scheme must be "
                            + String.join(", ", SignatureScheme.headers().keySet()) + " or hmac, got '" + scheme + "'");
        }
        given.forEach((option, value) -> {
            if (value != null) {
                throw new ParameterException(
                        command, option + " is only for --scheme hmac, but the scheme is " + scheme + "; leave it out");
            }
        });
        return secret -> SignatureScheme.of(scheme, secret);
    }

    private HmacFormat format(CommandLine command) {
        if (header == null) {
            throw new ParameterException(command, "--scheme hmac needs --header, for example --header X-Signature");
        }
        try {
            return new HmacFormat(
                    header,
                    Objects.requireNonNullElse(algorithm, "sha256"),
                    Objects.requireNonNullElse(encoding, "hex"),
                    Objects.requireNonNullElse(prefix, ""),
                    Optional.ofNullable(timestampHeader),
                    Optional.ofNullable(idHeader));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, String.valueOf(e.getMessage()), e);
        }
    }
}
