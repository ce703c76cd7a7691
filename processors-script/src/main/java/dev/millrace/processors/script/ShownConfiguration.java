package dev.millrace.processors.script;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.processors.script.internal.sandbox.ScriptSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration of a script as the state of its stream shows it: with the fields and types that other services have,
 * but without the sources and the value of the secret header.
 *
 * @param mainModule the name of the module that exports the processor
 * @param modules the names of all modules, each with an empty text
 * @param outboundGateway as configured; the value of the header is an empty text
 */
record ShownConfiguration(
        String compatibilityDate,
        List<String> compatibilityFlags,
        String mainModule,
        Map<String, String> modules,
        Optional<WorkerEvent.Gateway> outboundGateway) {
    /** The date that other services take if a configuration has none; it has no effect here. */
    private static final String DEFAULT_DATE = "2026-02-05";

    private static final String DEFAULT_ENTRYPOINT = "DynamicWorkerEgressGateway";

    static ShownConfiguration of(WorkerEvent.Configured configured) {
        Map<String, String> modules = new LinkedHashMap<>();
        ScriptSource.moduleNames(configured).forEach(name -> modules.put(name, ""));
        return new ShownConfiguration(
                configured.compatibilityDate().orElse(DEFAULT_DATE),
                configured.compatibilityFlags().map(ShownConfiguration::texts).orElse(List.of()),
                ScriptSource.entry(configured),
                modules,
                configured.outboundGateway().map(ShownConfiguration::withoutSecret));
    }

    private static List<String> texts(JsonNode flags) {
        List<String> texts = new ArrayList<>();
        flags.forEach(flag -> {
            if (flags.isArray() && flag.isTextual()) {
                texts.add(flag.textValue());
            }
        });
        return List.copyOf(texts);
    }

    private static WorkerEvent.Gateway withoutSecret(WorkerEvent.Gateway gateway) {
        return new WorkerEvent.Gateway(
                Optional.of(gateway.entrypoint().orElse(DEFAULT_ENTRYPOINT)),
                gateway.props()
                        .map(props -> new WorkerEvent.Props(
                                props.secretHeaderName(),
                                props.secretHeaderValue().map(value -> ""))));
    }
}
