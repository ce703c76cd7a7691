package dev.millrace.cli.internal.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The picocli options for settings of hosted processors. */
public final class ProcessorSettingOptions {
    private static final String SCRIPT_HOSTS = "script.allow-hosts";
    private static final String WEBHOOK_HOSTS = "webhook.allow-hosts";

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting for hosted processors; can be given more than once.")
    private Map<String, String> given = new LinkedHashMap<>();

    @Option(
            names = "--allow-egress",
            paramLabel = "HOST[:PORT]",
            split = ",",
            description = "A host that scripts on streams may call. Default: none")
    private List<String> egress = new ArrayList<>();

    @Option(
            names = "--allow-webhook",
            paramLabel = "HOST",
            split = ",",
            description = "A host to which webhooks may be sent although its address is private.")
    private List<String> webhooks = new ArrayList<>();

    /** Adds these settings to others; of two with the same name these are used. */
    public Map<String, String> with(Map<String, String> others) {
        Map<String, String> all = new HashMap<>(others);
        all.putAll(given);
        join(all, SCRIPT_HOSTS, egress);
        join(all, WEBHOOK_HOSTS, webhooks);
        return all;
    }

    private static void join(Map<String, String> all, String name, List<String> hosts) {
        if (!hosts.isEmpty()) {
            String more = String.join(",", hosts);
            all.merge(name, more, (first, second) -> first + "," + second);
        }
    }
}
