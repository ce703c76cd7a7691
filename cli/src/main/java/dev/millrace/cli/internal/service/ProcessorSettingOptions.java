package dev.millrace.cli.internal.service;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Settings of hosted processors, as a person gives them when starting a service. */
public final class ProcessorSettingOptions {
    private static final String SCRIPT_HOSTS = "script.allow-hosts";
    private static final String WEBHOOK_HOSTS = "webhook.allow-hosts";

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description = "A setting for hosted processors; may be given again and again.")
    private Map<String, String> given = new LinkedHashMap<>();

    @Option(
            names = "--allow-egress",
            paramLabel = "HOST[:PORT]",
            split = ",",
            description = "A host that scripts on streams may call; none without this.")
    private List<String> egress = new ArrayList<>();

    @Option(
            names = "--allow-webhook",
            paramLabel = "HOST",
            split = ",",
            description = "A host that webhooks may be pushed to although its address is private.")
    private List<String> webhooks = new ArrayList<>();

    /** These settings together with others; these win. */
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
